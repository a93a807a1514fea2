// Any function may be the first that a program calls, on a block that was never submitted and says
// by chance that it is in progress. Method: each call in a process of its own, where the engine has
// not been used.
#define BOOST_TEST_MODULE first_call
#include <aio.h>
#include <errno.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>

#include "aio/posix/platform/block.h"
#include "tests/support/require.h"
#include "tests/support/scratch_file.h"

namespace uaio {
namespace {

struct Garbage {
    test::ScratchFile file;
    aiocb block;

    Garbage() {
        memset(&block, 0, sizeof block);
        block.aio_fildes = file.fd();
        Block fields(&block);
        fields.enter();
        fields.publish(0, EINPROGRESS);
    }
};

// The wait status of a process that leaves with 0 if `call` says that all is well.
template <class Call>
int status_of(Call call) {
    Garbage garbage;
    pid_t child = fork();
    test::require(child >= 0, "fork");
    if (child == 0) {
        _exit(call(garbage.block) ? 0 : 1);
    }
    int status;
    test::require(waitpid(child, &status, 0) == child, "wait for a child");
    return status;
}

BOOST_AUTO_TEST_CASE(there_is_nothing_to_cancel) {
    auto cancel_one = [](aiocb& block) {
        return aio_cancel(block.aio_fildes, &block) == AIO_ALLDONE;
    };
    auto cancel_all = [](aiocb& block) {
        return aio_cancel(block.aio_fildes, nullptr) == AIO_ALLDONE;
    };
    BOOST_TEST(status_of(cancel_one) == 0);
    BOOST_TEST(status_of(cancel_all) == 0);
}

BOOST_AUTO_TEST_CASE(the_block_is_believed) {
    auto status = [](aiocb& block) { return aio_error(&block) == EINPROGRESS; };
    auto result = [](aiocb& block) { return aio_return(&block) == 0; };
    BOOST_TEST(status_of(status) == 0);
    BOOST_TEST(status_of(result) == 0);
}

BOOST_AUTO_TEST_CASE(a_sleeper_is_released_by_its_timeout) {
    auto sleep = [](aiocb& block) {
        const aiocb* list[] = {&block};
        const timespec moment = {0, 1'000};
        return aio_suspend(list, 1, &moment) == -1 && errno == EAGAIN;
    };
    BOOST_TEST(status_of(sleep) == 0);
}

}  // namespace
}  // namespace uaio
