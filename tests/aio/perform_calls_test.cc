// Which system calls perform() makes, and what it makes of their answers. Method: system calls of
// the test's own, which follow a script of answers and keep a log.
#define BOOST_TEST_MODULE perform_calls
#include "aio/perform.h"

#include <errno.h>
#include <stddef.h>
#include <sys/uio.h>

#include <deque>
#include <sstream>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

namespace uaio {
namespace {

// A number of bytes, or an errno value below zero.
using Answers = std::deque<ssize_t>;

Answers script;
std::string calls;
std::vector<const void*> buffers;  // of the attempts to write

ssize_t answer(const std::string& call) {
    calls += calls.empty() ? call : " " + call;
    ssize_t next = script.front();
    script.pop_front();
    if (next >= 0) {
        return next;
    }
    errno = static_cast<int>(-next);
    return -1;
}

std::string at(const char* name, size_t bytes, int64_t offset) {
    std::ostringstream text;
    text << name << ":" << bytes << "@" << offset;
    return text.str();
}

std::string just(const char* name, size_t bytes) {
    return name + (":" + std::to_string(bytes));
}

std::string in_pieces(const char* name, const iovec* pieces, int count) {
    std::string text = name;
    for (int i = 0; i < count; ++i) {
        text += (i == 0 ? ":" : "+") + std::to_string(pieces[i].iov_len);
    }
    return text;
}

std::string with(int flags) {
    return flags == 0 ? "" : "!" + std::to_string(flags);
}

}  // namespace

// The contract of aio/platform/io_ops.h, in place of the system's.
ssize_t io_pread(int /*fd*/, void* /*buffer*/, size_t bytes, int64_t offset) {
    return answer(at("pread", bytes, offset));
}
ssize_t io_pwrite(int /*fd*/, const void* /*buffer*/, size_t bytes, int64_t offset) {
    return answer(at("pwrite", bytes, offset));
}
ssize_t io_read(int /*fd*/, void* /*buffer*/, size_t bytes) {
    return answer(just("read", bytes));
}
ssize_t io_write(int /*fd*/, const void* /*buffer*/, size_t bytes) {
    return answer(just("write", bytes));
}
ssize_t io_preadv(int /*fd*/, const iovec* pieces, int count, int64_t offset, int flags) {
    return answer(in_pieces("preadv", pieces, count) + "@" + std::to_string(offset) + with(flags));
}
ssize_t io_pwritev(int /*fd*/, const iovec* pieces, int count, int64_t offset, int flags) {
    return answer(in_pieces("pwritev", pieces, count) + "@" + std::to_string(offset) + with(flags));
}
ssize_t io_readv(int /*fd*/, const iovec* pieces, int count) {
    return answer(in_pieces("readv", pieces, count));
}
ssize_t io_writev(int /*fd*/, const iovec* pieces, int count) {
    return answer(in_pieces("writev", pieces, count));
}
ssize_t io_appendv(int /*fd*/, const iovec* pieces, int count, int flags) {
    return answer(in_pieces("appendv", pieces, count) + with(flags));
}
ssize_t io_try_readv(int /*fd*/, const iovec* pieces, int count) {
    return answer(in_pieces("try_readv", pieces, count));
}
ssize_t io_try_writev(int /*fd*/, const iovec* pieces, int count) {
    return answer(in_pieces("try_writev", pieces, count));
}
int io_fdatasync(int /*fd*/) {
    return static_cast<int>(answer("fdatasync"));
}
int io_fsync(int /*fd*/) {
    return static_cast<int>(answer("fsync"));
}
ssize_t io_append(int /*fd*/, const void* /*buffer*/, size_t bytes) {
    return answer(just("append", bytes));
}
ssize_t io_try_read(int /*fd*/, void* /*buffer*/, size_t bytes) {
    return answer(just("try_read", bytes));
}
ssize_t io_try_write(int /*fd*/, const void* buffer, size_t bytes) {
    buffers.push_back(buffer);
    return answer(just("try_write", bytes));
}

namespace {

struct Row {
    Kind kind;
    bool append;
    Answers answers;
    std::string calls;
    ssize_t result;
    int error;
};

const Row kRows[] = {
    // Which call serves which descriptor.
    {Kind::kRead, false, {9}, "pread:9@5", 9, 0},
    {Kind::kRead, true, {9}, "pread:9@5", 9, 0},
    {Kind::kWrite, false, {9}, "pwrite:9@5", 9, 0},
    {Kind::kWrite, true, {9}, "append:9", 9, 0},
    {Kind::kDataSync, false, {0}, "fdatasync", 0, 0},
    {Kind::kFileSync, false, {0}, "fsync", 0, 0},
    // A short transfer is a result, and so is nothing.
    {Kind::kRead, false, {4}, "pread:9@5", 4, 0},
    {Kind::kWrite, false, {1}, "pwrite:9@5", 1, 0},
    {Kind::kRead, false, {0}, "pread:9@5", 0, 0},
    // Interrupted calls are made again, in the same way.
    {Kind::kRead, false, {-EINTR, -EINTR, 9}, "pread:9@5 pread:9@5 pread:9@5", 9, 0},
    {Kind::kWrite, true, {-EINTR, 9}, "append:9 append:9", 9, 0},
    {Kind::kWrite, false, {-EINTR, -EIO}, "pwrite:9@5 pwrite:9@5", -1, EIO},
    {Kind::kFileSync, false, {-EINTR, 0}, "fsync fsync", 0, 0},
    {Kind::kDataSync, false, {-EINTR, -EIO}, "fdatasync fdatasync", -1, EIO},
    // Where a position turns out to be impossible, the call without one follows.
    {Kind::kRead, false, {-ESPIPE, 9}, "pread:9@5 read:9", 9, 0},
    {Kind::kWrite, false, {-ESPIPE, 9}, "pwrite:9@5 write:9", 9, 0},
    {Kind::kWrite, true, {-ESPIPE, 9}, "append:9 write:9", 9, 0},
    {Kind::kRead, false, {-ESPIPE, -EINTR, -ESPIPE, 9}, "pread:9@5 read:9 pread:9@5 read:9", 9, 0},
    // Other errors are final.
    {Kind::kRead, false, {-EIO}, "pread:9@5", -1, EIO},
    {Kind::kRead, false, {-EAGAIN}, "pread:9@5", -1, EAGAIN},
    {Kind::kWrite, false, {-ENOSPC}, "pwrite:9@5", -1, ENOSPC},
    {Kind::kWrite, true, {-EFBIG}, "append:9", -1, EFBIG},
    {Kind::kFileSync, false, {-EINVAL}, "fsync", -1, EINVAL},
};

char buffer[9];

Operation operation_of(Kind kind) {
    Operation operation = {.kind = kind,
                           .priority = 0,
                           .fd = 3,
                           .buffer = buffer,
                           .bytes = sizeof buffer,
                           .offset = 5,
                           .descriptor = {}};
    return operation;
}

void follow(const Answers& answers) {
    script = answers;
    calls.clear();
    buffers.clear();
    errno = E2BIG;
}

BOOST_AUTO_TEST_CASE(each_operation_makes_the_calls_that_serve_it) {
    for (const Row& row : kRows) {
        Operation operation = operation_of(row.kind);
        operation.descriptor.seekable = true;
        operation.descriptor.append = row.append;
        follow(row.answers);
        Outcome outcome = perform(operation);
        int after = errno;
        BOOST_TEST_CONTEXT("row " << &row - kRows) {
            BOOST_TEST(calls == row.calls);
            BOOST_TEST(script.empty());
            BOOST_TEST(outcome.result == row.result);
            BOOST_TEST(outcome.error == row.error);
            BOOST_TEST(after == E2BIG);
        }
    }
}

struct PieceRow {
    Kind kind;
    bool append;
    uint8_t flags;
    uint16_t pieces;  // 0: one buffer
    Answers answers;
    std::string calls;
    ssize_t result;
    int error;
};

const PieceRow kPieceRows[] = {
    {Kind::kRead, false, 0, 3, {9}, "preadv:4+0+5@5", 9, 0},
    {Kind::kWrite, false, 0, 3, {9}, "pwritev:4+0+5@5", 9, 0},
    {Kind::kWrite, true, 0, 3, {9}, "appendv:4+0+5", 9, 0},
    {Kind::kRead, false, 0, 3, {6}, "preadv:4+0+5@5", 6, 0},
    {Kind::kRead, false, 0, 3, {-EINTR, 9}, "preadv:4+0+5@5 preadv:4+0+5@5", 9, 0},
    {Kind::kRead, false, 0, 3, {-ESPIPE, 9}, "preadv:4+0+5@5 readv:4+0+5", 9, 0},
    {Kind::kWrite, false, 0, 3, {-ESPIPE, 9}, "pwritev:4+0+5@5 writev:4+0+5", 9, 0},
    {Kind::kWrite, true, 0, 3, {-ESPIPE, 9}, "appendv:4+0+5 writev:4+0+5", 9, 0},
    // Flags go with one buffer too.
    {Kind::kRead, false, 8, 0, {-EAGAIN}, "preadv:9@5!8", -1, EAGAIN},
    {Kind::kRead, false, 8, 3, {4}, "preadv:4+0+5@5!8", 4, 0},
    {Kind::kWrite, false, 2, 0, {9}, "pwritev:9@5!2", 9, 0},
    {Kind::kWrite, true, 16, 0, {9}, "appendv:9!16", 9, 0},
    {Kind::kWrite, false, 2, 0, {-ESPIPE, 9}, "pwritev:9@5!2 write:9", 9, 0},
    {Kind::kWrite, false, 2, 0, {-EOPNOTSUPP}, "pwritev:9@5!2", -1, EOPNOTSUPP},
};

iovec pieces_of_buffer[] = {{buffer, 4}, {nullptr, 0}, {buffer + 4, 5}};

Operation operation_in_pieces(Kind kind) {
    Operation operation = operation_of(kind);
    operation.buffer = pieces_of_buffer;
    operation.pieces = 3;
    return operation;
}

BOOST_AUTO_TEST_CASE(pieces_and_flags_have_calls_of_their_own) {
    for (const PieceRow& row : kPieceRows) {
        Operation operation =
            row.pieces != 0 ? operation_in_pieces(row.kind) : operation_of(row.kind);
        operation.descriptor.seekable = true;
        operation.descriptor.append = row.append;
        operation.descriptor.flags = row.flags;
        follow(row.answers);
        Outcome outcome = perform(operation);
        BOOST_TEST_CONTEXT("row " << &row - kPieceRows) {
            BOOST_TEST(calls == row.calls);
            BOOST_TEST(script.empty());
            BOOST_TEST(outcome.result == row.result);
            BOOST_TEST(outcome.error == row.error);
        }
    }
}

// All pieces at first; where that was not enough, the rest of one after the other.
BOOST_AUTO_TEST_CASE(a_stream_takes_pieces_in_order) {
    size_t progress = 0;
    follow({3, 1, 2, -EAGAIN});
    BOOST_TEST(attempt_stream(operation_in_pieces(Kind::kWrite), progress).would_wait);
    BOOST_TEST(calls == "try_writev:4+0+5 try_write:1 try_write:5 try_write:3");
    BOOST_TEST(progress == 6u);
    BOOST_TEST(buffers == (std::vector<const void*>{buffer + 3, buffer + 4, buffer + 6}),
               boost::test_tools::per_element());
    follow({3});
    BOOST_TEST(attempt_stream(operation_in_pieces(Kind::kWrite), progress).outcome.result == 9);
    progress = 0;
    follow({2});
    BOOST_TEST(attempt_stream(operation_in_pieces(Kind::kRead), progress).outcome.result == 2);
    BOOST_TEST(calls == "try_readv:4+0+5");
    follow({2});
    BOOST_TEST(perform_stream(operation_in_pieces(Kind::kRead), 0).result == 2);
    BOOST_TEST(calls == "readv:4+0+5");
    follow({5, 4});
    BOOST_TEST(perform_stream(operation_in_pieces(Kind::kWrite), 0).result == 9);
    BOOST_TEST(calls == "writev:4+0+5 write:4");
}

struct StreamRow {
    Kind kind;
    bool nonblocking;
    size_t progress;
    Answers answers;
    std::string calls;
    bool would_wait;
    size_t progress_after;
    ssize_t result;  // unless it would wait
    int error;
};

const StreamRow kStreamRows[] = {
    // A read ends with whatever there is.
    {Kind::kRead, false, 0, {9}, "try_read:9", false, 9, 9, 0},
    {Kind::kRead, false, 0, {2}, "try_read:9", false, 2, 2, 0},
    {Kind::kRead, false, 0, {0}, "try_read:9", false, 0, 0, 0},
    {Kind::kRead, false, 0, {-EAGAIN}, "try_read:9", true, 0, 0, 0},
    {Kind::kRead, true, 0, {-EAGAIN}, "try_read:9", false, 0, -1, EAGAIN},
    {Kind::kRead, false, 0, {-EINTR, 4}, "try_read:9 try_read:9", false, 4, 4, 0},
    {Kind::kRead, false, 0, {-ECONNRESET}, "try_read:9", false, 0, -1, ECONNRESET},
    // A write goes on until everything is written.
    {Kind::kWrite, false, 0, {9}, "try_write:9", false, 9, 9, 0},
    {Kind::kWrite, false, 0, {4, 3, 2}, "try_write:9 try_write:5 try_write:2", false, 9, 9, 0},
    {Kind::kWrite, false, 0, {4, -EINTR, 5}, "try_write:9 try_write:5 try_write:5", false, 9, 9, 0},
    {Kind::kWrite, false, 0, {-EAGAIN}, "try_write:9", true, 0, 0, 0},
    {Kind::kWrite, false, 0, {4, -EAGAIN}, "try_write:9 try_write:5", true, 4, 0, 0},
    {Kind::kWrite, false, 4, {-EAGAIN}, "try_write:5", true, 4, 0, 0},
    {Kind::kWrite, false, 4, {2, 3}, "try_write:5 try_write:3", false, 9, 9, 0},
    {Kind::kWrite, true, 0, {-EAGAIN}, "try_write:9", false, 0, -1, EAGAIN},
    {Kind::kWrite, true, 0, {4, -EAGAIN}, "try_write:9 try_write:5", false, 4, 4, 0},
    // An error after some bytes belongs to the next request.
    {Kind::kWrite, false, 0, {-EPIPE}, "try_write:9", false, 0, -1, EPIPE},
    {Kind::kWrite, false, 0, {4, -EPIPE}, "try_write:9 try_write:5", false, 4, 4, 0},
    {Kind::kWrite, false, 4, {-EPIPE}, "try_write:5", false, 4, 4, 0},
    // A stream that takes nothing, and does not say why, is not asked for ever.
    {Kind::kWrite, false, 4, {0}, "try_write:5", false, 4, 4, 0},
};

BOOST_AUTO_TEST_CASE(an_attempt_goes_as_far_as_it_can_without_waiting) {
    for (const StreamRow& row : kStreamRows) {
        Operation operation = operation_of(row.kind);
        operation.descriptor.nonblocking = row.nonblocking;
        size_t progress = row.progress;
        follow(row.answers);
        Attempt attempt = attempt_stream(operation, progress);
        int after = errno;
        BOOST_TEST_CONTEXT("row " << &row - kStreamRows) {
            BOOST_TEST(calls == row.calls);
            BOOST_TEST(script.empty());
            BOOST_TEST(attempt.would_wait == row.would_wait);
            BOOST_TEST(progress == row.progress_after);
            BOOST_TEST(after == E2BIG);
            if (!row.would_wait) {
                BOOST_TEST(attempt.outcome.result == row.result);
                BOOST_TEST(attempt.outcome.error == row.error);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(a_write_goes_on_with_the_bytes_that_are_left) {
    size_t progress = 2;
    follow({3, 1, -EAGAIN});
    attempt_stream(operation_of(Kind::kWrite), progress);
    BOOST_TEST(buffers == (std::vector<const void*>{buffer + 2, buffer + 5, buffer + 6}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_stream_that_cannot_be_polled_is_waited_for_in_the_call) {
    follow({2});
    BOOST_TEST(perform_stream(operation_of(Kind::kRead), 0).result == 2);
    BOOST_TEST(calls == "read:9");
    follow({-EINTR, 3, 2});
    BOOST_TEST(perform_stream(operation_of(Kind::kWrite), 4).result == 9);
    BOOST_TEST(calls == "write:5 write:5 write:2");
    follow({-EAGAIN});
    Outcome outcome = perform_stream(operation_of(Kind::kRead), 0);
    BOOST_TEST(outcome.result == -1);
    BOOST_TEST(outcome.error == EAGAIN);
}

// The time limit of a stream (SO_SNDTIMEO) ends a write that has been written in part.
BOOST_AUTO_TEST_CASE(a_write_that_gives_up_says_what_is_written) {
    follow({3, -EAGAIN});
    Outcome outcome = perform_stream(operation_of(Kind::kWrite), 2);
    BOOST_TEST(outcome.result == 5);
    BOOST_TEST(outcome.error == 0);
}

}  // namespace
}  // namespace uaio
