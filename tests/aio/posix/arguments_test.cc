// The rules for arguments: from a control block to an operation or an errno value. Method: tables
// of plain numbers for the rules underneath, then blocks for descriptors of several kinds.
#define BOOST_TEST_MODULE arguments
#include "aio/posix/arguments.h"

#include <aio.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <unistd.h>

#include <thread>

#include <boost/test/unit_test.hpp>

#include "aio/limits.h"
#include "tests/support/request.h"
#include "tests/support/require.h"
#include "tests/support/scratch_file.h"
#include "tests/support/twins.h"

namespace uaio {
namespace {

using test::require;
using test::ScratchFile;

constexpr int64_t kAnyOffset = 7;

struct TransferRow {
    Kind kind;
    bool readable;
    bool writable;
    bool append;
    bool seekable;
    size_t bytes;
    int64_t offset;
    int error;
};

const TransferRow kTransfers[] = {
    // kind, readable, writable, append, seekable, bytes, offset
    {Kind::kRead, true, true, false, true, 10, 0, 0},
    {Kind::kRead, true, false, false, true, 10, INT64_MAX, 0},
    {Kind::kRead, false, true, false, true, 10, 0, EBADF},
    {Kind::kWrite, true, false, false, true, 10, 0, EBADF},
    {Kind::kWrite, false, true, false, true, 10, 0, 0},
    {Kind::kRead, true, true, false, true, 10, -1, EINVAL},
    {Kind::kWrite, true, true, false, true, 10, -1, EINVAL},
    {Kind::kRead, true, true, false, true, 10, INT64_MIN, EINVAL},
    // Where no position is used, none is looked at.
    {Kind::kWrite, true, true, true, true, 10, -1, 0},
    {Kind::kRead, true, true, true, true, 10, -1, EINVAL},
    {Kind::kRead, true, true, false, false, 10, -1, 0},
    {Kind::kWrite, true, true, false, false, 10, -1, 0},
    // A length that the result cannot express.
    {Kind::kRead, true, true, false, true, 0, 0, 0},
    {Kind::kRead, true, true, false, true, SSIZE_MAX, 0, 0},
    {Kind::kRead, true, true, false, true, size_t{SSIZE_MAX} + 1, 0, EINVAL},
    {Kind::kWrite, true, true, true, false, SIZE_MAX, 0, EINVAL},
};

BOOST_AUTO_TEST_CASE(transfers_are_checked) {
    for (const TransferRow& row : kTransfers) {
        Operation operation = {};
        operation.kind = row.kind;
        operation.bytes = row.bytes;
        operation.offset = row.offset;
        operation.descriptor.readable = row.readable;
        operation.descriptor.writable = row.writable;
        operation.descriptor.append = row.append;
        operation.descriptor.seekable = row.seekable;
        BOOST_TEST_CONTEXT("row " << &row - kTransfers) {
            int access = check_access(operation);
            BOOST_TEST((access != 0 ? access : check_offset(operation)) == row.error);
        }
    }
}

BOOST_AUTO_TEST_CASE(priorities_are_checked) {
    for (int priority : {0, 1, kPriorityDeltaMax}) {
        BOOST_TEST(check_priority(priority) == 0);
    }
    for (int priority : {-1, kPriorityDeltaMax + 1, INT_MAX, INT_MIN}) {
        BOOST_TEST(check_priority(priority) == EINVAL);
    }
}

struct EventRow {
    int notify;
    int signal;
    int error;
};

const EventRow kEvents[] = {
    {SIGEV_NONE, -5, 0},           {SIGEV_THREAD, -5, 0},
    {SIGEV_SIGNAL, 0, 0},          {SIGEV_SIGNAL, SIGUSR1, 0},
    {SIGEV_SIGNAL, -1, EINVAL},    {SIGEV_SIGNAL, 10'000, EINVAL},
#ifdef SIGEV_THREAD_ID
    {SIGEV_THREAD_ID, SIGUSR1, 0}, {SIGEV_THREAD_ID, -1, EINVAL},
#endif
    {12'345, 0, EINVAL},           {-1, 0, EINVAL},
};

BOOST_AUTO_TEST_CASE(events_are_checked) {
    for (const EventRow& row : kEvents) {
        sigevent event = {};
        event.sigev_notify = row.notify;
        event.sigev_signo = row.signal;
        BOOST_TEST_CONTEXT("row " << &row - kEvents) {
            BOOST_TEST(check_event(event) == row.error);
        }
    }
    sigevent last = {};
    last.sigev_notify = SIGEV_SIGNAL;
    last.sigev_signo = SIGRTMAX;
    BOOST_TEST(check_event(last) == 0);
    ++last.sigev_signo;
    BOOST_TEST(check_event(last) == EINVAL);
}

BOOST_AUTO_TEST_CASE(an_ordinary_thread_has_no_priority) {
    BOOST_TEST(thread_priority() == 0);
}

// Whether the thread could be given real-time scheduling with that priority; then its priority as
// the door sees it.
bool priority_under(int policy, int priority, int& seen) {
    bool allowed = false;
    std::thread([&] {
        sched_param parameters = {};
        parameters.sched_priority = priority;
        allowed = pthread_setschedparam(pthread_self(), policy, &parameters) == 0;
        seen = thread_priority();
    }).join();
    return allowed;
}

boost::test_tools::assertion_result real_time_is_allowed(boost::unit_test::test_unit_id /*unit*/) {
    int seen = 0;
    boost::test_tools::assertion_result result(priority_under(SCHED_FIFO, 1, seen));
    result.message() << "real-time scheduling is not allowed here";
    return result;
}

BOOST_AUTO_TEST_CASE(a_real_time_thread_has_its_priority,
                     *boost::unit_test::precondition(real_time_is_allowed)) {
    for (int policy : {SCHED_FIFO, SCHED_RR}) {
        for (int priority : {1, 50, sched_get_priority_max(policy)}) {
            int seen = -1;
            BOOST_TEST(priority_under(policy, priority, seen));
            BOOST_TEST(seen == priority);
        }
    }
}

aiocb block_for(int fd, void* buffer) {
    aiocb block;
    test::set_up(&block, fd, buffer, 5, kAnyOffset);
    return block;
}

template <class Aiocb>
int transfer_of(const Aiocb& block, Kind kind, Operation& operation) {
    int error = begin_transfer(block, kind, operation);
    return error != 0 ? error : describe_transfer(operation, block.aio_reqprio);
}

BOOST_AUTO_TEST_CASE(the_file_is_asked_about_last) {
    ScratchFile file("0123456789");
    char buffer[5];
    aiocb block = block_for(file.fd(), buffer);
    block.aio_offset = -1;
    Operation operation;
    BOOST_TEST(begin_transfer(block, Kind::kRead, operation) == 0);
    BOOST_TEST(!operation.descriptor.file_known);
    BOOST_TEST(describe_transfer(operation, 0) == EINVAL);
    BOOST_TEST(+operation.descriptor.file_known);
    operation.offset = 0;
    operation.fd = -1;  // known already
    BOOST_TEST(describe_transfer(operation, 0) == 0);
    operation.descriptor.file_known = false;
    BOOST_TEST(describe_transfer(operation, 0) == EBADF);
}

BOOST_AUTO_TEST_CASE(a_descriptor_that_is_known_is_not_asked_about) {
    ScratchFile file("0123456789");
    Descriptor known = {};
    BOOST_TEST_REQUIRE(describe(file.fd(), known) == 0);
    known.writable = false;
    char buffer[5];
    aiocb block = block_for(-1, buffer);
    Operation operation;
    BOOST_TEST(begin_transfer(block, Kind::kRead, operation, &known) == 0);
    BOOST_TEST(operation.descriptor.identity.inode == known.identity.inode);
    BOOST_TEST(describe_transfer(operation, 0) == 0);
    BOOST_TEST(begin_transfer(block, Kind::kWrite, operation, &known) == EBADF);
    block.aio_reqprio = -1;
    BOOST_TEST(begin_transfer(block, Kind::kRead, operation, &known) == EINVAL);
}

BOOST_AUTO_TEST_CASE(a_transfer_takes_what_the_block_says) {
    ScratchFile file("0123456789");
    char buffer[5];
    aiocb block = block_for(file.fd(), buffer);
    block.aio_reqprio = 3;
    for (Kind kind : {Kind::kRead, Kind::kWrite}) {
        Operation operation;
        BOOST_TEST(transfer_of(block, kind, operation) == 0);
        BOOST_TEST((operation.kind == kind));
        BOOST_TEST(operation.fd == file.fd());
        BOOST_TEST(operation.buffer == buffer);
        BOOST_TEST(operation.bytes == 5u);
        BOOST_TEST(operation.offset == kAnyOffset);
        BOOST_TEST(operation.priority == -3);
        BOOST_TEST(operation.descriptor.seekable);
        BOOST_TEST(operation.descriptor.size == 10);
    }
}

BOOST_AUTO_TEST_CASE(the_64_twin_takes_long_offsets) {
    ScratchFile file("0123456789");
    aiocb64 block = {};
    block.aio_fildes = file.fd();
    block.aio_offset = int64_t{1} << 40;
    Operation operation;
    BOOST_TEST(transfer_of(block, Kind::kRead, operation) == 0);
    BOOST_TEST(operation.offset == int64_t{1} << 40);
}

BOOST_AUTO_TEST_CASE(a_transfer_of_a_bad_block_is_refused) {
    ScratchFile file("0123456789");
    int reader = file.open_again(O_RDONLY);
    char buffer[5];
    Operation operation;
    aiocb block = block_for(-1, buffer);
    BOOST_TEST(transfer_of(block, Kind::kRead, operation) == EBADF);
    block = block_for(reader, buffer);
    BOOST_TEST(transfer_of(block, Kind::kWrite, operation) == EBADF);
    BOOST_TEST(transfer_of(block, Kind::kRead, operation) == 0);
    block.aio_nbytes = SIZE_MAX;
    BOOST_TEST(transfer_of(block, Kind::kRead, operation) == EINVAL);
    block = block_for(reader, buffer);
    block.aio_offset = -1;
    BOOST_TEST(transfer_of(block, Kind::kRead, operation) == EINVAL);
    for (int priority : {-1, kPriorityDeltaMax + 1, INT_MAX, INT_MIN}) {
        block = block_for(reader, buffer);
        block.aio_reqprio = priority;
        BOOST_TEST(transfer_of(block, Kind::kRead, operation) == EINVAL);
    }
    close(reader);
}

BOOST_AUTO_TEST_CASE(a_sync_takes_the_descriptor_alone) {
    ScratchFile file("0123456789");
    aiocb block = block_for(file.fd(), nullptr);
    block.aio_offset = -1;
    block.aio_nbytes = SIZE_MAX;
    block.aio_reqprio = 99;
    Operation operation;
    BOOST_TEST(sync_of(O_SYNC, block, operation) == 0);
    BOOST_TEST((operation.kind == Kind::kFileSync));
    BOOST_TEST(operation.fd == file.fd());
    BOOST_TEST(operation.priority == 0);
    BOOST_TEST(operation.bytes == 0u);
    BOOST_TEST(sync_of(O_DSYNC, block, operation) == 0);
    BOOST_TEST((operation.kind == Kind::kDataSync));
}

BOOST_AUTO_TEST_CASE(a_sync_of_a_bad_block_is_refused) {
    ScratchFile file("0123456789");
    Operation operation;
    aiocb block = block_for(file.fd(), nullptr);
    for (int how : {0, O_SYNC | O_DSYNC | O_APPEND, -1, O_RDWR}) {
        BOOST_TEST(sync_of(how, block, operation) == EINVAL);
    }
    block.aio_fildes = -1;
    BOOST_TEST(sync_of(O_SYNC, block, operation) == EBADF);
    BOOST_TEST(sync_of(0, block, operation) == EINVAL);
}

BOOST_AUTO_TEST_CASE(errno_is_kept) {
    ScratchFile file("0123456789");
    Operation operation;
    for (int fd : {file.fd(), -1}) {
        aiocb block = block_for(fd, nullptr);
        errno = E2BIG;
        transfer_of(block, Kind::kRead, operation);
        sync_of(O_SYNC, block, operation);
        int after = errno;
        BOOST_TEST(after == E2BIG);
    }
}

}  // namespace
}  // namespace uaio
