// aio_fsync: what it accepts, and that it waits for every write queued before it. Whether data
// survives a loss of power cannot be tested here; the order can.

#include <aio.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <deque>
#include <string>

#include <boost/test/unit_test.hpp>

#include "tests/conformance/posix.h"
#include "tests/support/gate.h"
#include "tests/support/request.h"
#include "tests/support/scratch_file.h"
#include "tests/support/twins.h"

using namespace uaio::conformance;
using namespace uaio::test;

namespace {

// Queues many writes of this priority, then a sync, and counts the writes that are not done when
// the sync is. All go to one place (O_APPEND: small ones), so that there is much to write and
// little to sync.
int writes_overtaken(int op, int priority, int flags) {
    constexpr int kWrites = 64;
    const std::string text(flags == O_APPEND ? 16 << 10 : 512 << 10, 'x');
    ScratchFile file({}, flags);
    std::deque<Request> writes;
    for (int i = 0; i < kWrites; ++i) {
        writes.emplace_back(file.fd(), text);
        writes.back().block().aio_reqprio = priority;
    }
    // Nothing but submissions, so that most of the writes still wait when the sync comes.
    for (Request& write : writes) BOOST_TEST_REQUIRE(write.write() == 0);
    Request sync(file.fd(), size_t{0});
    BOOST_TEST_REQUIRE(sync.sync(op) == 0);
    BOOST_TEST(sync.finish() == transferred(0));
    int overtaken = 0;
    for (Request& write : writes) overtaken += write.in_progress();
    for (Request& write : writes) BOOST_TEST(write.finish() == transferred(text.size()));
    return overtaken;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(syncing)

BOOST_AUTO_TEST_CASE(both_operations_succeed, *posix("aio_fsync: DESCRIPTION p1, p2")) {
    ScratchFile file;
    for (int op : {O_SYNC, O_DSYNC}) {
        Request write(file.fd(), "hello");
        BOOST_TEST(write.write() == 0);
        Request sync(file.fd(), size_t{0});
        BOOST_TEST(sync.sync(op) == 0);
        BOOST_TEST(sync.finish() == transferred(0));
        BOOST_TEST(write.finish() == transferred(5));
    }
    BOOST_TEST(file.contents() == "hello");
}

BOOST_AUTO_TEST_CASE(only_the_descriptor_and_the_event_count,
                     *posix("aio_fsync: DESCRIPTION (all other members are ignored)")) {
    ScratchFile file("0123456789");
    aiocb block;
    memset(&block, 0xA5, sizeof block);
    block.aio_fildes = file.fd();
    block.aio_sigevent.sigev_notify = SIGEV_NONE;
    BOOST_TEST(sync_or_status(O_SYNC, &block) == 0);
    BOOST_TEST(file.contents() == "0123456789");
}

BOOST_AUTO_TEST_CASE(an_unknown_operation_is_refused, *posix("aio_fsync: ERRORS EINVAL (op)")) {
    ScratchFile file;
    Request sync(file.fd(), size_t{0});
    for (int op : {-1, 0, O_APPEND, O_SYNC | O_APPEND}) BOOST_TEST(sync.sync(op) == EINVAL);
}

BOOST_AUTO_TEST_CASE(a_bad_descriptor_is_an_error, *posix("aio_fsync: ERRORS EBADF")) {
    int closed = ScratchFile().open_again(O_RDWR);
    close(closed);
    for (int fd : {-1, closed}) {
        Request sync(fd, size_t{0});
        BOOST_TEST(sync_or_status(O_SYNC, &sync.block()) == EBADF);
    }
}

// As fsync(2), which asks for no access; Linux's manual of aio_fsync has EBADF.
BOOST_AUTO_TEST_CASE(a_descriptor_open_for_reading_is_enough,
                     *posix("aio_fsync: ERRORS EBADF (open for writing)")) {
    ScratchFile file("0123456789");
    int reading = file.open_again(O_RDONLY);
    for (int op : {O_SYNC, O_DSYNC}) {
        Request write(file.fd(), "written");
        BOOST_TEST(write.write() == 0);
        Request sync(reading, size_t{0});
        BOOST_TEST(sync.sync(op) == 0);
        BOOST_TEST(sync.finish() == transferred(0));
        BOOST_TEST(write.finish() == transferred(7));
    }
    close(reading);
}

BOOST_AUTO_TEST_CASE(a_pipe_cannot_be_synchronised, *posix("aio_fsync: ERRORS EINVAL (file)")) {
    WriteGate gate;
    gate.release();
    for (int op : {O_SYNC, O_DSYNC}) {
        Request sync(gate.fd(), size_t{0});
        BOOST_TEST(sync_or_status(op, &sync.block()) == EINVAL);
    }
}

BOOST_AUTO_TEST_CASE(waits_for_the_writes_queued_before_it, *posix("aio_fsync: DESCRIPTION p1")) {
    for (int op : {O_SYNC, O_DSYNC}) {
        BOOST_TEST(writes_overtaken(op, 0, 0) == 0);
        BOOST_TEST(writes_overtaken(op, 0, O_APPEND) == 0);
    }
}

// glibc treats a sync as one more request of priority 0, so it overtakes these writes (fails).
BOOST_AUTO_TEST_CASE(waits_for_writes_of_lower_priority_too, *posix("aio_fsync: DESCRIPTION p1")) {
    for (int op : {O_SYNC, O_DSYNC}) {
        BOOST_TEST(writes_overtaken(op, 5, 0) == 0);
        BOOST_TEST(writes_overtaken(op, 5, O_APPEND) == 0);
    }
}

BOOST_AUTO_TEST_CASE(what_comes_after_it_is_done_too, *posix("aio_fsync: DESCRIPTION p3")) {
    ScratchFile file;
    std::deque<Request> requests;
    for (int i = 0; i < 100; ++i) {
        requests.emplace_back(file.fd(), std::to_string(i % 10), i);
        BOOST_TEST_REQUIRE(requests.back().write() == 0);
        requests.emplace_back(file.fd(), size_t{0});
        BOOST_TEST_REQUIRE(requests.back().sync(i % 2 == 0 ? O_SYNC : O_DSYNC) == 0);
    }
    for (size_t i = 0; i < requests.size(); ++i) {
        BOOST_TEST(requests[i].finish() == transferred(i % 2 == 0 ? 1 : 0));
    }
    std::string expected;
    for (int i = 0; i < 10; ++i) expected += "0123456789";
    BOOST_TEST(file.contents() == expected);
}

BOOST_AUTO_TEST_CASE(the_64_twin_syncs, *posix("large file extension: aio_fsync64")) {
    ScratchFile file("x");
    aiocb64 block;
    memset(&block, 0xA5, sizeof block);
    block.aio_fildes = file.fd();
    block.aio_sigevent.sigev_notify = SIGEV_NONE;
    BOOST_TEST(aio_fsync64(O_DSYNC, &block) == 0);
    const aiocb64* list[] = {&block};
    BOOST_TEST(aio_suspend64(list, 1, nullptr) == 0);
    BOOST_TEST(aio_error64(&block) == 0);
    BOOST_TEST(aio_return64(&block) == 0);
}

BOOST_AUTO_TEST_SUITE_END()
