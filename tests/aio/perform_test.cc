// What perform() does to files. Method: scratch files, and descriptors described as a door would,
// or wrongly on purpose. Streams: perform_streams_test.cc.
#define BOOST_TEST_MODULE perform
#include "aio/perform.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/uio.h>
#include <unistd.h>

#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/aio/performing.h"
#include "tests/support/scratch_file.h"

namespace uaio {
namespace {

using namespace test;

// As Linux numbers them, for a C library that does not.
#ifndef RWF_APPEND
#define RWF_DSYNC 2
#define RWF_APPEND 16
#endif

off_t position(int fd) {
    return lseek(fd, 0, SEEK_CUR);
}

BOOST_AUTO_TEST_CASE(reads_at_the_offset) {
    ScratchFile file("0123456789");
    std::string buffer(4, '.');
    BOOST_TEST(is(perform(operation_on(Kind::kRead, file.fd(), buffer, 3)), 4));
    BOOST_TEST(buffer == "3456");
    BOOST_TEST(position(file.fd()) == 0);
}

BOOST_AUTO_TEST_CASE(a_short_read_is_a_result) {
    ScratchFile file("0123456789");
    std::string buffer(4, '.');
    BOOST_TEST(is(perform(operation_on(Kind::kRead, file.fd(), buffer, 8)), 2));
    BOOST_TEST(buffer == "89..");
    BOOST_TEST(is(perform(operation_on(Kind::kRead, file.fd(), buffer, 10)), 0));
}

BOOST_AUTO_TEST_CASE(writes_at_the_offset) {
    ScratchFile file("0123456789");
    std::string buffer("abc");
    BOOST_TEST(is(perform(operation_on(Kind::kWrite, file.fd(), buffer, 9)), 3));
    BOOST_TEST(file.contents() == "012345678abc");
    BOOST_TEST(position(file.fd()) == 0);
}

BOOST_AUTO_TEST_CASE(an_append_goes_to_the_end_whatever_its_offset) {
    ScratchFile file("0123", O_APPEND);
    std::string buffer("ab");
    for (int64_t offset : {0, 1, -5}) {
        BOOST_TEST(is(perform(operation_on(Kind::kWrite, file.fd(), buffer, offset)), 2));
    }
    BOOST_TEST(file.contents() == "0123ababab");
}

BOOST_AUTO_TEST_CASE(what_cannot_be_used_at_a_position_is_used_without) {
    Pipe pipe;
    std::string out("stream");
    std::string in(6, '.');
    Operation write = operation_on(Kind::kWrite, pipe.writer(), out, 5);
    Operation read = operation_on(Kind::kRead, pipe.reader(), in, 5);
    write.descriptor.seekable = read.descriptor.seekable = true;
    BOOST_TEST(is(perform(write), 6));
    BOOST_TEST(is(perform(read), 6));
    BOOST_TEST(in == out);
    write.descriptor.append = true;
    BOOST_TEST(is(perform(write), 6));
}

BOOST_AUTO_TEST_CASE(pieces_are_used_in_order) {
    ScratchFile file("0123456789");
    std::string first(3, '.');
    std::string second(4, '.');
    std::vector<iovec> pieces;
    Operation read =
        in_pieces(operation_on(Kind::kRead, file.fd(), first, 2), pieces, first, second);
    BOOST_TEST(is(perform(read), 7));
    BOOST_TEST(first == "234");
    BOOST_TEST(second == "5678");
    read.offset = 5;
    BOOST_TEST(is(perform(read), 5));
    read.offset = 10;
    BOOST_TEST(is(perform(read), 0));
    first = "abc";
    second = "defg";
    BOOST_TEST(is(
        perform(in_pieces(operation_on(Kind::kWrite, file.fd(), first, 1), pieces, first, second)),
        7));
    BOOST_TEST(file.contents() == "0abcdefg89");
}

BOOST_AUTO_TEST_CASE(pieces_are_appended_in_order) {
    ScratchFile file("0123", O_APPEND);
    std::string first("ab");
    std::string second("cd");
    std::vector<iovec> pieces;
    BOOST_TEST(is(
        perform(in_pieces(operation_on(Kind::kWrite, file.fd(), first, 1), pieces, first, second)),
        4));
    BOOST_TEST(file.contents() == "0123abcd");
}

// A system without flags for one transfer says EOPNOTSUPP to all of them.
BOOST_AUTO_TEST_CASE(flags_hold_for_one_transfer) {
    ScratchFile file("0123456789");
    std::string buffer("ab");
    Operation write = operation_on(Kind::kWrite, file.fd(), buffer, 0);
    write.descriptor.append = true;
    write.descriptor.flags = RWF_APPEND;
    Outcome outcome = perform(write);
    if (!is(outcome, -1, EOPNOTSUPP)) {
        BOOST_TEST(is(outcome, 2));
        BOOST_TEST(file.contents() == "0123456789ab");
    }
    write.descriptor.append = false;
    write.descriptor.flags = RWF_DSYNC;
    outcome = perform(write);
    BOOST_TEST((is(outcome, 2) || is(outcome, -1, EOPNOTSUPP)));
}

BOOST_AUTO_TEST_CASE(a_sync_has_no_result_but_success) {
    ScratchFile file("0123456789");
    std::string nothing;
    for (Kind kind : {Kind::kDataSync, Kind::kFileSync}) {
        BOOST_TEST(is(perform(operation_on(kind, file.fd(), nothing)), 0));
    }
}

BOOST_AUTO_TEST_CASE(an_error_comes_with_minus_one) {
    Pipe pipe;
    std::string buffer(4, '.');
    Operation operation = operation_on(Kind::kRead, pipe.reader(), buffer);
    for (Kind kind : {Kind::kDataSync, Kind::kFileSync}) {
        operation.kind = kind;
        BOOST_TEST(is(perform(operation), -1, EINVAL));
    }
    operation.fd = -1;
    for (Kind kind : {Kind::kRead, Kind::kWrite, Kind::kDataSync, Kind::kFileSync}) {
        operation.kind = kind;
        BOOST_TEST(is(perform(operation), -1, EBADF));
    }
}

BOOST_AUTO_TEST_CASE(errno_is_kept) {
    ScratchFile file("0123456789");
    std::string buffer(4, '.');
    Operation operation = operation_on(Kind::kRead, file.fd(), buffer);
    for (int fd : {file.fd(), -1}) {
        operation.fd = fd;
        errno = E2BIG;
        perform(operation);
        int after = errno;
        BOOST_TEST(after == E2BIG);
    }
}

}  // namespace
}  // namespace uaio
