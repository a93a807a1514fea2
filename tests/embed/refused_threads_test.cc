// Goal: where no thread can be had, what is submitted is done all the same, and however long the
// chain of those who submit the next one, no stack grows with it. Method: pthread_create fails.
#define BOOST_TEST_MODULE refused_threads
#include <uaio/engine.h>

#include <errno.h>
#include <sys/types.h>

#include <string>

#include <boost/test/unit_test.hpp>

#include "tests/embed/own_engine.h"
#include "tests/embed/task.h"
#include "tests/support/gate.h"
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

// Two operations, in an engine each; the end of one submits the other.
struct Ring {
    struct Half {
        Lap lap;
        uaio_engine* engine;
        Half* other;
        Ring* ring;
    };

    static void done(void* user, ssize_t result, int) {
        auto& half = *static_cast<Half*>(user);
        Ring& ring = *half.ring;
        ring.right += result == 1;
        ring.depth_max = ring.depth_max > ++ring.depth ? ring.depth_max : ring.depth;
        if (--ring.left > 0) {
            uaio_operation* all[] = {&half.other->lap.operation};
            uaio_submit(half.other->engine, all, 1, nullptr);
        }
        --ring.depth;
    }

    int left = 20'000;
    int right = 0;
    int depth = 0;
    int depth_max = 0;
};

BOOST_AUTO_TEST_CASE(a_chain_through_two_engines_is_as_deep_as_these_are_many) {
    RefusedThreads refused;
    ScratchFile file;
    OwnEngine engines[2];
    Ring ring;
    Ring::Half halves[2] = {
        {Lap(file.fd(), UAIO_WRITE, UAIO_OWN_POSITION), engines[0], &halves[1], &ring},
        {Lap(file.fd(), UAIO_WRITE, UAIO_OWN_POSITION), engines[1], &halves[0], &ring}};
    for (Ring::Half& half : halves) {
        half.lap.operation.buffer = &half.lap.byte;
        half.lap.operation.done = Ring::done;
        half.lap.operation.user = &half;
    }
    uaio_operation* all[] = {&halves[0].lap.operation};
    BOOST_TEST(uaio_submit(engines[0], all, 1, nullptr) == 1u);
    BOOST_TEST(ring.left == 0);
    BOOST_TEST(ring.right == 20'000);
    BOOST_TEST(ring.depth_max == 2);
}

BOOST_AUTO_TEST_CASE(an_engine_without_threads_ends) {
    RefusedThreads refused;
    ScratchFile file("bytes");
    ReadGate gate;
    char bytes[2];
    uaio_engine* engine = uaio_engine_create(nullptr, nullptr);
    Task left(UAIO_READ, file.fd(), &bytes[0], 1, UAIO_OWN_POSITION);
    left.operation.done = nullptr;
    BOOST_TEST(left.submit(engine) == 0);
    Task read(UAIO_READ, gate.fd(), &bytes[1], 1);
    BOOST_TEST(read.submit(engine) == 0);
    BOOST_TEST(read.wait() == -EAGAIN);  // nobody can wait for the stream
    uaio_engine_destroy(engine);
    BOOST_TEST(left.outcome() == 1);
}

}  // namespace
}  // namespace uaio::test
