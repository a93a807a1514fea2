// Goal: where no thread can be had, what is submitted is done all the same, and however long the
// chain of those who submit the next one, no stack grows with it. Method: pthread_create fails.
#define BOOST_TEST_MODULE refused_threads
#include <uaio/engine.h>

#include <sys/types.h>

#include <string>

#include <boost/test/unit_test.hpp>

#include "tests/support/scratch_file.h"
#include "tests/threadpool/refused_threads.h"

namespace uaio::test {
namespace {

// Submits itself again until it has gone round often enough.
struct Lap {
    explicit Lap(int fd, uaio_opcode opcode, int64_t offset) {
        operation.opcode = opcode;
        operation.fd = fd;
        operation.buffer = &byte;
        operation.bytes = 1;
        operation.offset = offset;
        operation.done = done;
        operation.user = this;
    }

    size_t submit() {
        uaio_operation* all[] = {&operation};
        return uaio_submit(uaio_engine_shared(), all, 1, nullptr);
    }

    static void done(void* user, ssize_t result, int) {
        auto& self = *static_cast<Lap*>(user);
        self.right += result == 1;
        self.depth_max = self.depth_max > ++self.depth ? self.depth_max : self.depth;
        if (--self.left > 0) self.submit();
        --self.depth;
    }

    uaio_operation operation{};
    char byte = 'x';
    int left = 20'000;
    int right = 0;
    int depth = 0;
    int depth_max = 0;
};

BOOST_AUTO_TEST_CASE(a_chain_is_done_when_its_first_submission_returns) {
    RefusedThreads refused;
    ScratchFile file;
    Lap write(file.fd(), UAIO_WRITE, UAIO_OWN_POSITION);
    BOOST_TEST(write.submit() == 1u);
    BOOST_TEST(write.left == 0);
    BOOST_TEST(write.right == 20'000);
    BOOST_TEST(write.depth_max == 1);
    BOOST_TEST(file.contents() == std::string(20'000, 'x'));
    Lap read(file.fd(), UAIO_READ, 0);
    BOOST_TEST(read.submit() == 1u);
    BOOST_TEST(read.left == 0);
    BOOST_TEST(read.right == 20'000);
    BOOST_TEST(read.depth_max <= 2);  // inside the first, which perhaps is done at once
    BOOST_TEST(refused.calls() > 0);
}

}  // namespace
}  // namespace uaio::test
