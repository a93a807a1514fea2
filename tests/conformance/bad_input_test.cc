// Bad arguments get the errno that POSIX names, at the door or through aio_error, and do no harm:
// every case also has a good request under way, which must end well.

#include <aio.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <limits>
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

// <aio.h> may declare that a pointer is never null, and compilers and sanitizers act on it. These
// copies have lost the declaration, and are volatile so that no compiler finds it again.
int (*volatile read_door)(aiocb*) = aio_read;
int (*volatile read64_door)(aiocb64*) = aio_read64;
int (*volatile write_door)(aiocb*) = aio_write;
int (*volatile write64_door)(aiocb64*) = aio_write64;
int (*volatile sync_door)(int, aiocb*) = aio_fsync;
int (*volatile sync64_door)(int, aiocb64*) = aio_fsync64;
int (*volatile error_door)(const aiocb*) = aio_error;
ssize_t (*volatile return_door)(aiocb*) = aio_return;
int (*volatile suspend_door)(const aiocb* const*, int, const timespec*) = aio_suspend;
using ListDoor = int (*)(int, aiocb* const*, int, sigevent*);
volatile ListDoor list_door = reinterpret_cast<ListDoor>(lio_listio);  // musl's is restrict

// Something accepted before the bad calls, and still to be served after them.
class Bystander {
  public:
    Bystander() : request_(gate_.fd(), 1) { BOOST_TEST_REQUIRE(request_.read() == 0); }
    ~Bystander() {
        BOOST_TEST(request_.in_progress());
        gate_.release("x");
        BOOST_TEST(request_.finish() == transferred(1));
        ScratchFile file("0123456789");
        Request after(file.fd(), 10);
        BOOST_TEST(after.read() == 0);
        BOOST_TEST(after.finish() == transferred(10));
    }

  private:
    ReadGate gate_;
    Request request_;
};

// The errno of a call that must answer -1; 0 when it does not.
template <typename Answer>
int refusal(Answer answer) {
    return answer == -1 ? errno : 0;
}

int read_status(int fd, size_t bytes, off_t offset) {
    char buffer[16];
    aiocb block;
    set_up(&block, fd, buffer, bytes, offset);
    return submit_or_status(aio_read, &block);
}

int write_status(int fd, size_t bytes, off_t offset) {
    char buffer[16] = "xxxxxxxxxxxxxxx";
    aiocb block;
    set_up(&block, fd, buffer, bytes, offset);
    return submit_or_status(aio_write, &block);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(bad_input)

// glibc does not look (crashes).
BOOST_AUTO_TEST_CASE(a_null_block_is_refused, *promise("EINVAL for a null control block")) {
    Bystander bystander;
    BOOST_TEST(refusal(read_door(nullptr)) == EINVAL);
    BOOST_TEST(refusal(read64_door(nullptr)) == EINVAL);
    BOOST_TEST(refusal(write_door(nullptr)) == EINVAL);
    BOOST_TEST(refusal(write64_door(nullptr)) == EINVAL);
    BOOST_TEST(refusal(sync_door(O_SYNC, nullptr)) == EINVAL);
    BOOST_TEST(refusal(sync64_door(O_SYNC, nullptr)) == EINVAL);
    BOOST_TEST(refusal(return_door(nullptr)) == EINVAL);
    errno = 0;
    int status = error_door(nullptr);
    BOOST_TEST((status == EINVAL || (status == -1 && errno == EINVAL)));
}

// glibc does not look (crashes).
BOOST_AUTO_TEST_CASE(a_null_list_is_refused, *promise("EINVAL for a null list with entries")) {
    Bystander bystander;
    const timespec at_once = {0, 0};
    BOOST_TEST(refusal(suspend_door(nullptr, 1, nullptr)) == EINVAL);
    BOOST_TEST(refusal(suspend_door(nullptr, 1, &at_once)) == EINVAL);
    BOOST_TEST(refusal(list_door(LIO_WAIT, nullptr, 1, nullptr)) == EINVAL);
    BOOST_TEST(refusal(list_door(LIO_NOWAIT, nullptr, 1, nullptr)) == EINVAL);
}

// glibc does not look (crashes).
// glibc hands the count to the kernel, which may look at the buffer first (EFAULT).
BOOST_AUTO_TEST_CASE(more_bytes_than_a_result_can_say, *posix("aio_read: ERRORS EINVAL (nbytes)")) {
    Bystander bystander;
    ScratchFile file("0123456789");
    for (size_t bytes : {size_t{SSIZE_MAX} + 1, SIZE_MAX}) {
        BOOST_TEST(read_status(file.fd(), bytes, 0) == EINVAL);
        BOOST_TEST(write_status(file.fd(), bytes, 0) == EINVAL);
    }
    BOOST_TEST(file.contents() == "0123456789");
}

BOOST_AUTO_TEST_CASE(a_priority_out_of_range, *posix("aio_read: ERRORS EINVAL (aio_reqprio)")) {
    Bystander bystander;
    ScratchFile file("0123456789");
    for (int value : {-1, static_cast<int>(sysconf(_SC_AIO_PRIO_DELTA_MAX)) + 1}) {
        Request read(file.fd(), 10);
        read.block().aio_reqprio = value;
        BOOST_TEST(submit_or_status(aio_read, &read.block()) == EINVAL);
    }
}

BOOST_AUTO_TEST_CASE(a_descriptor_that_is_not_open, *posix("aio_read, aio_write: ERRORS EBADF")) {
    Bystander bystander;
    int closed = ScratchFile().open_again(O_RDWR);
    close(closed);
    for (int fd : {-1, closed, 1'000'000, INT_MAX, INT_MIN}) {
        BOOST_TEST(read_status(fd, 10, 0) == EBADF);
        BOOST_TEST(write_status(fd, 10, 0) == EBADF);
    }
}

BOOST_AUTO_TEST_CASE(a_descriptor_open_the_other_way, *posix("aio_read, aio_write: ERRORS EBADF")) {
    Bystander bystander;
    ScratchFile file("0123456789");
    int reader = file.open_again(O_RDONLY);
    int writer = file.open_again(O_WRONLY);
    BOOST_TEST(write_status(reader, 10, 0) == EBADF);
    BOOST_TEST(read_status(writer, 10, 0) == EBADF);
    BOOST_TEST(read_status(reader, 10, 0) == 0);
    BOOST_TEST(write_status(writer, 2, 8) == 0);
    close(reader);
    close(writer);
    BOOST_TEST(file.contents() == "01234567xx");
    ReadGate pipe_to_read;
    WriteGate pipe_to_write;
    BOOST_TEST(write_status(pipe_to_read.fd(), 1, 0) == EBADF);
    BOOST_TEST(read_status(pipe_to_write.fd(), 1, 0) == EBADF);
}

BOOST_AUTO_TEST_CASE(an_offset_before_the_file,
                     *posix("aio_read, aio_write: ERRORS EINVAL (offset)")) {
    Bystander bystander;
    ScratchFile file("0123456789");
    for (off_t offset : {off_t{-1}, off_t{-4096}, std::numeric_limits<off_t>::min()}) {
        BOOST_TEST(read_status(file.fd(), 10, offset) == EINVAL);
        BOOST_TEST(write_status(file.fd(), 10, offset) == EINVAL);
    }
    BOOST_TEST(file.contents() == "0123456789");
}

BOOST_AUTO_TEST_CASE(a_buffer_that_is_not_there, *posix("read, write: EFAULT (optional)")) {
    Bystander bystander;
    ScratchFile file("0123456789");
    void* hole = mmap(nullptr, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    BOOST_TEST_REQUIRE(hole != MAP_FAILED);
    for (void* buffer : {hole, static_cast<void*>(nullptr), reinterpret_cast<void*>(16)}) {
        for (auto* door : {aio_read, aio_write}) {
            aiocb block;
            set_up(&block, file.fd(), buffer, 10, 0);
            BOOST_TEST(submit_or_status(door, &block) == EFAULT);
        }
    }
    munmap(hole, 4096);
    BOOST_TEST(file.contents() == "0123456789");
}

BOOST_AUTO_TEST_CASE(bad_requests_do_not_disturb_good_ones, *posix("aio_read: DESCRIPTION p3")) {
    Bystander bystander;
    ScratchFile file;
    for (int i = 0; i < 500; ++i) {
        Request good(file.fd(), "x", i);
        BOOST_TEST_REQUIRE(good.write() == 0);
        BOOST_TEST(read_status(-1, 1, 0) == EBADF);
        BOOST_TEST(write_status(file.fd(), 1, -1) == EINVAL);
        BOOST_TEST(good.finish() == transferred(1));
    }
    BOOST_TEST(file.contents() == std::string(500, 'x'));
}

BOOST_AUTO_TEST_CASE(a_block_that_was_never_submitted, *posix("aio_error: ERRORS EINVAL (may)")) {
    Bystander bystander;
    aiocb block;
    memset(&block, 0, sizeof block);
    errno = 0;
    int status = aio_error(&block);
    BOOST_TEST((status == 0 || status == EINVAL || (status == -1 && errno == EINVAL)));
    errno = 0;
    ssize_t result = aio_return(&block);
    BOOST_TEST((result == 0 || (result == -1 && errno == EINVAL)));
    const aiocb* list[] = {&block};
    BOOST_TEST(aio_suspend(list, 1, nullptr) == 0);  // it is not in progress
}

// glibc gives up the program over such a timeout (aborts).
BOOST_AUTO_TEST_CASE(a_timeout_that_is_no_time, *promise("EINVAL, or EAGAIN at once")) {
    Bystander bystander;
    Request held(-1, 1);
    ReadGate gate;
    held.block().aio_fildes = gate.fd();
    BOOST_TEST(held.read() == 0);
    const aiocb* list[] = {&held.block()};
    for (timespec timeout : {timespec{0, -1}, timespec{-1, 0}, timespec{0, 1'000'000'000}}) {
        int error = refusal(aio_suspend(list, 1, &timeout));
        BOOST_TEST((error == EINVAL || error == EAGAIN));
    }
    gate.release("x");
    BOOST_TEST(held.finish() == transferred(1));
}

BOOST_AUTO_TEST_SUITE_END()
