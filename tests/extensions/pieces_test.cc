// uaio_aio_readv, uaio_aio_writev. Goal: the bytes go to and come from the pieces in turn, wherever
// the request runs; what cannot be is refused. Nothing is collected here.

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <sys/uio.h>
#include <unistd.h>

#include <uaio/aio.h>

#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/extensions/collected.h"
#include "tests/support/gate.h"
#include "tests/support/request.h"
#include "tests/support/scratch_file.h"

using namespace uaio::test;

namespace {

// Two pieces of memory and the block of a transfer to or from them.
struct Vectored {
    explicit Vectored(int fd, off_t offset = 0) {
        set_up(&block, fd, nullptr, 0, offset);
        block.uaio_aio_iov = pieces;
        block.uaio_aio_iovcnt = 2;
    }

    int read() { return uaio_aio_readv(&block) == 0 ? 0 : errno; }
    int write() { return uaio_aio_writev(&block) == 0 ? 0 : errno; }
    std::string text() const { return first + "|" + second; }

    std::string first = "one ";
    std::string second = "and two";
    iovec pieces[2] = {{first.data(), first.size()}, {second.data(), second.size()}};
    aiocb block;
};

constexpr size_t kBytes = 11;

int refusal_of(int count) {
    ScratchFile file("0123456789");
    char byte;
    std::vector<iovec> pieces(2000, iovec{&byte, 1});
    aiocb block;
    set_up(&block, file.fd(), pieces.data(), static_cast<size_t>(count), 0);
    int error = uaio_aio_readv(&block) == 0 ? 0 : errno;
    Outcome outcome = finish(&block);
    BOOST_TEST((error == 0) == (outcome.error == 0));
    return outcome.error;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(pieces)

BOOST_AUTO_TEST_CASE(what_is_written_from_pieces_is_read_into_pieces) {
    ScratchFile file("....");
    Vectored write(file.fd(), 2);
    BOOST_TEST(write.write() == 0);
    BOOST_TEST(finish(&write.block) == transferred(kBytes));
    BOOST_TEST(file.contents() == "..one and two");

    Vectored read(file.fd(), 0);
    BOOST_TEST(read.read() == 0);
    BOOST_TEST(finish(&read.block) == transferred(kBytes));
    BOOST_TEST(read.text() == "..on|e and t");

    Vectored end(file.fd(), 7);
    BOOST_TEST(end.read() == 0);
    BOOST_TEST(finish(&end.block) == transferred(6));
    BOOST_TEST(end.text() == "nd t|wod two");
}

BOOST_AUTO_TEST_CASE(appends_go_to_the_end_in_order) {
    ScratchFile file(">", O_APPEND);
    Vectored first(file.fd());
    Vectored second(file.fd());
    second.second = "or more";
    BOOST_TEST(first.write() == 0);
    BOOST_TEST(second.write() == 0);
    BOOST_TEST(finish(&first.block) == transferred(kBytes));
    BOOST_TEST(finish(&second.block) == transferred(kBytes));
    BOOST_TEST(file.contents() == ">one and twoone or more");
}

BOOST_AUTO_TEST_CASE(a_read_waits_for_its_pipe) {
    ReadGate gate;
    Vectored read(gate.fd());
    BOOST_TEST(read.read() == 0);
    BOOST_TEST(aio_error(&read.block) == EINPROGRESS);
    gate.release("abcdefgh");
    BOOST_TEST(finish(&read.block) == transferred(8));
    BOOST_TEST(read.text() == "abcd|efghtwo");
}

BOOST_AUTO_TEST_CASE(a_write_waits_for_its_pipe) {
    WriteGate gate;
    Vectored write(gate.fd());
    BOOST_TEST(write.write() == 0);
    BOOST_TEST(aio_error(&write.block) == EINPROGRESS);
    gate.release();
    BOOST_TEST(finish(&write.block) == transferred(kBytes));
    BOOST_TEST(gate.receive(kBytes) == "one and two");
}

BOOST_AUTO_TEST_CASE(the_number_of_pieces_has_limits) {
    BOOST_TEST(refusal_of(0) == EINVAL);
    BOOST_TEST(refusal_of(1) == 0);
    BOOST_TEST(refusal_of(1024) == 0);
    BOOST_TEST(refusal_of(1025) == EINVAL);
    BOOST_TEST(refusal_of(-1) == EINVAL);
}

BOOST_AUTO_TEST_CASE(the_sum_of_the_lengths_has_a_limit) {
    ScratchFile file("0123456789");
    Vectored read(file.fd());
    read.pieces[0].iov_len = SSIZE_MAX;
    BOOST_TEST(read.read() == EINVAL);
    BOOST_TEST(finish(&read.block) == failed(EINVAL));
    read.pieces[0].iov_len = SIZE_MAX;
    BOOST_TEST(read.read() == EINVAL);
}

BOOST_AUTO_TEST_CASE(other_faults_are_those_of_plain_transfers) {
    ScratchFile file("0123456789");
    int fd = file.open_again(O_RDONLY);
    Vectored write(fd);
    BOOST_TEST(write.write() == EBADF);
    BOOST_TEST(finish(&write.block) == failed(EBADF));
    close(fd);
    Vectored early(file.fd(), -1);
    BOOST_TEST(early.read() == EINVAL);
    Vectored urgent(file.fd());
    urgent.block.aio_reqprio = -1;
    BOOST_TEST(urgent.read() == EINVAL);
    errno = 0;
    BOOST_TEST(uaio_aio_readv(nullptr) == -1);
    BOOST_TEST(errno == EINVAL);
}

BOOST_AUTO_TEST_CASE(what_has_ended_is_not_collected_without_being_asked_for) {
    ScratchFile file("0123456789");
    Plain read(file.fd(), 10);
    BOOST_TEST(aio_read(&read.block) == 0);
    read.wait_for_end();
    BOOST_TEST(next() == (Answer{nullptr, -1, EINVAL}));
    BOOST_TEST(aio_return(&read.block) == 10);
}

BOOST_AUTO_TEST_SUITE_END()
