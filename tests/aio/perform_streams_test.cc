// What attempt_stream() and perform_stream() do. Method: pipes that are filled and drained by hand,
// sockets and terminals.
#define BOOST_TEST_MODULE perform_streams
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <unistd.h>

#include <string>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "aio/perform.h"
#include "tests/aio/performing.h"
#include "tests/support/require.h"
#include "tests/support/scratch_file.h"

namespace uaio {
namespace {

using namespace test;

// A process that writes to a pipe without readers gets a signal; workers block it.
struct WithoutSignal {
    WithoutSignal() { signal(SIGPIPE, SIG_IGN); }
    ~WithoutSignal() { signal(SIGPIPE, SIG_DFL); }
};

// More than any pipe holds at first.
std::string long_text() {
    std::string text(300'000, '\0');
    for (size_t i = 0; i < text.size(); ++i) {
        text[i] = static_cast<char>('a' + i / 7 % 26);
    }
    return text;
}

std::string taken_out(int fd, size_t bytes) {
    std::string text(bytes, '\0');
    ssize_t taken = read(fd, text.data(), text.size());
    require(taken > 0, "read from a stream");
    text.resize(static_cast<size_t>(taken));
    return text;
}

BOOST_AUTO_TEST_CASE(a_read_takes_what_is_there) {
    Pipe pipe;
    require(write(pipe.writer(), "stream", 6) == 6, "write to a pipe");
    std::string in(10, '.');
    size_t progress = 0;
    Attempt attempt = attempt_stream(operation_on(Kind::kRead, pipe.reader(), in, -7), progress);
    BOOST_TEST(!attempt.would_wait);
    BOOST_TEST(is(attempt.outcome, 6));
    BOOST_TEST(in == "stream....");
}

BOOST_AUTO_TEST_CASE(a_read_of_nothing_yet_would_wait) {
    Pipe pipe;
    std::string in(10, '.');
    size_t progress = 0;
    BOOST_TEST(attempt_stream(operation_on(Kind::kRead, pipe.reader(), in), progress).would_wait);
    BOOST_TEST(progress == 0u);
    BOOST_TEST(in == "..........");
}

BOOST_AUTO_TEST_CASE(a_stream_without_writers_is_at_its_end) {
    Pipe pipe;
    close(pipe.ends[1]);
    pipe.ends[1] = -1;
    std::string in(10, '.');
    size_t progress = 0;
    Attempt attempt = attempt_stream(operation_on(Kind::kRead, pipe.reader(), in), progress);
    BOOST_TEST(!attempt.would_wait);
    BOOST_TEST(is(attempt.outcome, 0));
}

BOOST_AUTO_TEST_CASE(a_long_write_goes_on_where_it_stopped) {
    Pipe pipe;
    std::string out = long_text();
    std::string received;
    Operation operation = operation_on(Kind::kWrite, pipe.writer(), out);
    size_t progress = 0;
    Attempt attempt = attempt_stream(operation, progress);
    BOOST_TEST_REQUIRE(attempt.would_wait);
    BOOST_TEST(progress > 0u);
    while (attempt.would_wait) {
        BOOST_TEST_REQUIRE(progress < out.size());
        received += taken_out(pipe.reader(), 50'000);
        attempt = attempt_stream(operation, progress);
    }
    BOOST_TEST(is(attempt.outcome, static_cast<ssize_t>(out.size())));
    while (received.size() < out.size()) {
        received += taken_out(pipe.reader(), 50'000);
    }
    BOOST_TEST((received == out));
}

BOOST_AUTO_TEST_CASE(a_write_into_a_full_pipe_would_wait) {
    Pipe pipe;
    std::string out = long_text();
    size_t progress = 0;
    attempt_stream(operation_on(Kind::kWrite, pipe.writer(), out), progress);
    size_t nothing = 0;
    BOOST_TEST(attempt_stream(operation_on(Kind::kWrite, pipe.writer(), out), nothing).would_wait);
    BOOST_TEST(nothing == 0u);
}

BOOST_AUTO_TEST_CASE(nonblocking_streams_do_not_wait) {
    Pipe pipe;
    for (int end : pipe.ends) {
        require(fcntl(end, F_SETFL, fcntl(end, F_GETFL) | O_NONBLOCK) == 0, "set O_NONBLOCK");
    }
    std::string in(10, '.');
    size_t progress = 0;
    Attempt read = attempt_stream(operation_on(Kind::kRead, pipe.reader(), in), progress);
    BOOST_TEST(!read.would_wait);
    BOOST_TEST(is(read.outcome, -1, EAGAIN));
    std::string out = long_text();
    Attempt write = attempt_stream(operation_on(Kind::kWrite, pipe.writer(), out), progress);
    BOOST_TEST(!write.would_wait);
    BOOST_TEST(write.outcome.error == 0);
    BOOST_TEST(write.outcome.result > 0);
    BOOST_TEST(write.outcome.result < static_cast<ssize_t>(out.size()));
    progress = 0;
    write = attempt_stream(operation_on(Kind::kWrite, pipe.writer(), out), progress);
    BOOST_TEST(is(write.outcome, -1, EAGAIN));
}

BOOST_FIXTURE_TEST_CASE(an_error_after_some_bytes_shows_only_in_the_next_request, WithoutSignal) {
    Pipe pipe;
    std::string out = long_text();
    Operation operation = operation_on(Kind::kWrite, pipe.writer(), out);
    size_t progress = 0;
    BOOST_TEST_REQUIRE(attempt_stream(operation, progress).would_wait);
    auto written = static_cast<ssize_t>(progress);
    close(pipe.ends[0]);
    pipe.ends[0] = -1;
    BOOST_TEST(is(attempt_stream(operation, progress).outcome, written));
    progress = 0;
    BOOST_TEST(is(attempt_stream(operation, progress).outcome, -1, EPIPE));
}

// Kinds of stream for which the systems have different calls: sockets, and those for which there is
// no call that does not wait.
struct Ends {
    Ends(int one, int other) : fd{one, other} {
        require(one >= 0 && other >= 0, "open two ends of a stream");
    }
    ~Ends() {
        close(fd[0]);
        close(fd[1]);
    }
    int fd[2];
};

Ends pair_of_sockets() {
    int fd[2];
    require(socketpair(AF_UNIX, SOCK_STREAM, 0, fd) == 0, "make a pair of sockets");
    return {fd[0], fd[1]};
}

Ends named_pipe() {
    std::string path = test::scratch_folder() + "/uaio-fifo-" + std::to_string(getpid());
    require(mkfifo(path.c_str(), 0600) == 0, "make a named pipe");
    int reader = open(path.c_str(), O_RDONLY | O_NONBLOCK);
    int writer = open(path.c_str(), O_WRONLY);
    fcntl(reader, F_SETFL, 0);
    unlink(path.c_str());
    return {reader, writer};
}

Ends terminal() {
    int keyboard = posix_openpt(O_RDWR | O_NOCTTY);
    require(grantpt(keyboard) == 0 && unlockpt(keyboard) == 0, "unlock a terminal");
    return {open(ptsname(keyboard), O_RDWR | O_NOCTTY), keyboard};
}

void check_both_ends(const Ends& ends) {
    std::string in(3, '.');
    std::string out("hi\n");
    size_t progress = 0;
    Operation read = operation_on(Kind::kRead, ends.fd[0], in);
    BOOST_TEST(attempt_stream(read, progress).would_wait);
    Attempt write = attempt_stream(operation_on(Kind::kWrite, ends.fd[1], out), progress);
    BOOST_TEST(is(write.outcome, 3));
    progress = 0;
    BOOST_TEST(is(attempt_stream(read, progress).outcome, 3));
    BOOST_TEST(in == out);
}

void check_pieces(const Ends& ends) {
    std::string text("hi\n");
    std::string first(1, '.');
    std::string second(2, '.');
    std::vector<iovec> in;
    std::vector<iovec> out;
    size_t progress = 0;
    Operation read = in_pieces(operation_on(Kind::kRead, ends.fd[0], text), in, first, second);
    BOOST_TEST(attempt_stream(read, progress).would_wait);
    std::string head = text.substr(0, 1);
    std::string tail = text.substr(1);
    Operation write = in_pieces(operation_on(Kind::kWrite, ends.fd[1], text), out, head, tail);
    BOOST_TEST(is(attempt_stream(write, progress).outcome, 3));
    progress = 0;
    BOOST_TEST(is(attempt_stream(read, progress).outcome, 3));
    BOOST_TEST(first + second == text);
}

BOOST_AUTO_TEST_CASE(pieces_pass_through_streams_of_every_kind) {
    check_pieces(pair_of_sockets());
    check_pieces(named_pipe());
    check_pieces(terminal());
}

BOOST_AUTO_TEST_CASE(a_long_write_in_pieces_goes_on_where_it_stopped) {
    Ends ends = named_pipe();
    std::string head = long_text();
    std::string tail(100'000, 't');
    std::vector<iovec> pieces;
    Operation write = in_pieces(operation_on(Kind::kWrite, ends.fd[1], head), pieces, head, tail);
    std::string received;
    size_t progress = 0;
    Attempt attempt = attempt_stream(write, progress);
    BOOST_TEST_REQUIRE(attempt.would_wait);
    while (attempt.would_wait) {
        BOOST_TEST(progress > 0u);
        received += taken_out(ends.fd[0], 50'000);
        attempt = attempt_stream(write, progress);
    }
    BOOST_TEST(is(attempt.outcome, static_cast<ssize_t>(head.size() + tail.size())));
    while (received.size() < head.size() + tail.size()) {
        received += taken_out(ends.fd[0], 50'000);
    }
    BOOST_TEST((received == head + tail));
}

BOOST_AUTO_TEST_CASE(sockets_named_pipes_and_terminals_do_not_wait_either) {
    BOOST_TEST_CONTEXT("sockets") {
        check_both_ends(pair_of_sockets());
    }
    BOOST_TEST_CONTEXT("named pipe") {
        check_both_ends(named_pipe());
    }
    BOOST_TEST_CONTEXT("terminal") {
        check_both_ends(terminal());
    }
}

BOOST_AUTO_TEST_CASE(waiting_in_the_system_call_ends_with_everything_written) {
    Pipe pipe;
    std::string out = long_text();
    size_t progress = 0;
    Operation operation = operation_on(Kind::kWrite, pipe.writer(), out);
    BOOST_TEST_REQUIRE(attempt_stream(operation, progress).would_wait);
    std::string received;
    std::thread reader([&] {
        while (received.size() < out.size()) {
            received += taken_out(pipe.reader(), 10'000);
        }
    });
    Outcome outcome = perform_stream(operation, progress);
    reader.join();
    BOOST_TEST(is(outcome, static_cast<ssize_t>(out.size())));
    BOOST_TEST((received == out));
}

BOOST_AUTO_TEST_CASE(waiting_in_the_system_call_ends_with_what_there_is) {
    Pipe pipe;
    std::string in(10, '.');
    std::thread writer([&] { require(write(pipe.writer(), "late", 4) == 4, "write to a pipe"); });
    Outcome outcome = perform_stream(operation_on(Kind::kRead, pipe.reader(), in), 0);
    writer.join();
    BOOST_TEST(is(outcome, 4));
}

// A stream's own time limit.
BOOST_AUTO_TEST_CASE(a_stream_that_gives_up_waiting_says_so) {
    Ends ends = pair_of_sockets();
    timeval limit = {0, 1};
    require(setsockopt(ends.fd[0], SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) == 0,
            "set a time limit");
    std::string in(10, '.');
    BOOST_TEST(is(perform_stream(operation_on(Kind::kRead, ends.fd[0], in), 0), -1, EAGAIN));
}

BOOST_AUTO_TEST_CASE(errno_is_kept) {
    Pipe pipe;
    std::string in(10, '.');
    size_t progress = 0;
    Operation operation = operation_on(Kind::kRead, pipe.reader(), in);
    for (int fd : {pipe.reader(), -1}) {
        operation.fd = fd;
        errno = E2BIG;
        attempt_stream(operation, progress);
        int after = errno;
        BOOST_TEST(after == E2BIG);
    }
    perform_stream(operation, 0);
    int after = errno;
    BOOST_TEST(after == E2BIG);
}

}  // namespace
}  // namespace uaio
