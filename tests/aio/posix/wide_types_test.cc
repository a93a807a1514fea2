// A program whose off_t and time_t have 64 bits on a processor of 32, where <aio.h> gives its calls
// other names. Method: the ordinary names, with a position and a time that need the width.
#define BOOST_TEST_MODULE wide_types
#include <aio.h>
#include <errno.h>
#include <stdint.h>
#include <time.h>
#include <unistd.h>

#include <iterator>
#include <string>

#include <boost/test/unit_test.hpp>

#include "tests/support/scratch_file.h"

namespace uaio::test {
namespace {

static_assert(sizeof(off_t) == 8);

aiocb block_of(int fd, std::string& buffer, off_t offset) {
    aiocb block = {};
    block.aio_fildes = fd;
    block.aio_buf = buffer.data();
    block.aio_nbytes = buffer.size();
    block.aio_offset = offset;
    block.aio_sigevent.sigev_notify = SIGEV_NONE;
    return block;
}

int suspend(const aiocb& block, const timespec* timeout) {
    const aiocb* list[] = {&block};
    return aio_suspend(list, 1, timeout);
}

BOOST_AUTO_TEST_CASE(a_transfer_beyond_4_gib) {
    ScratchFile file;
    const off_t far = off_t{5} << 30;
    std::string text = "far away";
    aiocb write = block_of(file.fd(), text, far);
    BOOST_TEST(aio_write(&write) == 0);
    BOOST_TEST(suspend(write, nullptr) == 0);
    BOOST_TEST(aio_return(&write) == std::ssize(text));
    BOOST_TEST(file.size() == far + std::ssize(text));

    std::string back(text.size(), '\0');
    aiocb read = block_of(file.fd(), back, far);
    aiocb* list[] = {&read};
    read.aio_lio_opcode = LIO_READ;
    BOOST_TEST(lio_listio(LIO_WAIT, list, 1, nullptr) == 0);
    BOOST_TEST(aio_return(&read) == std::ssize(text));
    BOOST_TEST(back == text);
}

BOOST_AUTO_TEST_CASE(a_timeout_passes_and_is_checked) {
    int ends[2];
    BOOST_TEST_REQUIRE(pipe(ends) == 0);
    std::string buffer(1, '\0');
    aiocb block = block_of(ends[0], buffer, 0);
    BOOST_TEST(aio_read(&block) == 0);
    timespec now = {0, 1};
    BOOST_TEST(suspend(block, &now) == -1);
    BOOST_TEST(errno == EAGAIN);
    for (timespec bad : {timespec{-1, 0}, timespec{0, 1'000'000'000}, timespec{0, -1}}) {
        BOOST_TEST(suspend(block, &bad) == -1);
        BOOST_TEST(errno == EINVAL);
    }
    BOOST_TEST(write(ends[1], "x", 1) == 1);
    timespec longest = {};
    longest.tv_sec = sizeof(time_t) > 4 ? static_cast<time_t>(INT64_MAX) : INT32_MAX;
    BOOST_TEST(suspend(block, &longest) == 0);
    BOOST_TEST(aio_return(&block) == 1);
    close(ends[0]);
    close(ends[1]);
}

}  // namespace
}  // namespace uaio::test
