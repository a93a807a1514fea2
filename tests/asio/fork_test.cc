// Goal: a context that is told of a fork has its operations in the parent and in the child.
// Method: an empty pipe holds a read; the child lets its own go first, while the parent has not
// gone on yet.
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/asio/fixture.h"
#include "tests/storm/safe_fork.h"
#include "tests/support/gate.h"

namespace uaio::test {
namespace {

void expect_success(pid_t child) {
    int status = -1;
    BOOST_TEST(waitpid(child, &status, 0) == child);
    BOOST_TEST(status == 0);
}

BOOST_FIXTURE_TEST_SUITE(fork_suite, Fixture)

BOOST_AUTO_TEST_CASE(operations_are_there_in_parent_and_child) {
    ReadGate gate;
    StreamFile held(context, dup(gate.fd()));
    RandomFile file(context, folder.make("file", "bytes"), file_base::read_only);
    char data[2][8] = {"", ""};
    Heard stream;
    Heard regular;
    held.async_read_some(net::buffer(data[0], 1), stream.hear());
    file.async_read_some_at(0, net::buffer(data[1]), regular.hear());
    context.notify_fork(net::execution_context::fork_prepare);
    pid_t child = fork_safely();
    BOOST_REQUIRE(child >= 0);
    if (child == 0) {
        context.notify_fork(net::execution_context::fork_child);
        gate.release("c");
        context.run();
        Heard more;
        file.async_read_some_at(1, net::buffer(data[1], 4), more.hear());
        run();
        bool right = stream.calls == 1 && data[0][0] == 'c' && regular.calls == 1 &&
                     regular.bytes == 5 && more.calls == 1 && data[1][0] == 'y';
        _exit(right ? 0 : 1);
    }
    expect_success(child);
    context.notify_fork(net::execution_context::fork_parent);
    gate.release("p");
    context.run();
    BOOST_TEST(stream.calls == 1);
    BOOST_TEST(data[0][0] == 'p');
    BOOST_TEST(regular.calls == 1);
    BOOST_TEST(regular.bytes == 5u);
}

BOOST_AUTO_TEST_CASE(a_fork_without_operations_changes_nothing) {
    RandomFile file(context, folder.make("file", "bytes"), file_base::read_only);
    context.notify_fork(net::execution_context::fork_prepare);
    context.notify_fork(net::execution_context::fork_parent);
    char data[8];
    Heard heard;
    file.async_read_some_at(0, net::buffer(data), heard.hear());
    run();
    BOOST_TEST(heard.bytes == 5u);
}

// A write that waits for a read is withdrawn for the fork; a sync through another file waits for it
// all the same. Not for the thread sanitizer, because the read is seen by what it has written.
#ifndef __SANITIZE_THREAD__
BOOST_AUTO_TEST_CASE(a_sync_does_not_overtake_a_write_because_of_a_fork) {
    constexpr std::size_t kBytes = 64 << 20;
    std::string path = folder.make("file", "old");
    BOOST_TEST_REQUIRE(folder.contents("file") == "old");
    std::filesystem::resize_file(path, kBytes);
    RandomFile other(context, path, file_base::read_write);
    RandomFile file(context, path, file_base::read_write);
    std::vector<char> buffer(kBytes);
    Heard read;
    Heard written;
    int synced = 0;
    file.async_read_some_at(0, net::buffer(buffer), read.hear());
    const volatile char& first = buffer.front();
    while (first != 'o') std::this_thread::yield();
    file.async_write_some_at(0, net::buffer("new", 3), written.hear());
    other.async_sync_data([&](error_code) { ++synced; });
    context.notify_fork(net::execution_context::fork_prepare);
    context.poll();
    BOOST_TEST((synced == 0 || written.calls == 1));
    context.notify_fork(net::execution_context::fork_parent);
    run();
    BOOST_TEST(synced == 1);
    BOOST_TEST(written.bytes == 3u);
    BOOST_TEST(read.bytes == kBytes);
    BOOST_TEST(buffer.front() == 'o');
}
#endif

// What is done to a file between the two calls.
BOOST_AUTO_TEST_CASE(a_file_that_is_closed_during_a_fork_is_closed) {
    ReadGate gate;
    char byte = 0;
    for (int how = 0; how < 3; ++how) {
        StreamFile held(context, dup(gate.fd()));
        Heard heard;
        held.async_read_some(net::buffer(&byte, 1), heard.hear());
        context.notify_fork(net::execution_context::fork_prepare);
        int fd = held.native_handle();
        if (how == 0) held.close();
        if (how == 1) held.cancel();
        if (how == 2) held.release();
        int other = how == 0 ? dup(gate.fd()) : -1;  // gets the number
        context.notify_fork(net::execution_context::fork_parent);
        run();
        BOOST_TEST(heard.calls == 1);
        BOOST_TEST(heard.error == net::error::operation_aborted);
        BOOST_TEST(fcntl(fd, F_GETFD) >= 0);
        if (how == 0) BOOST_TEST(other == fd);
        if (how != 1) close(fd);
    }
}

// One that is opened between the two, or whose context hears of the end alone.
BOOST_AUTO_TEST_CASE(a_child_waits_for_its_own_operations) {
    constexpr std::size_t kBytes = 64 << 20;
    std::string path = folder.make("file", "old");
    std::filesystem::resize_file(path, kBytes);
    for (bool prepared : {false, true}) {
        auto own = std::make_unique<net::io_context>();
        auto early = std::make_unique<RandomFile>(*own, path, file_base::read_only);
        if (prepared) own->notify_fork(net::execution_context::fork_prepare);
        auto late = std::make_unique<RandomFile>(*own, path, file_base::read_only);
        pid_t child = fork_safely();
        BOOST_REQUIRE(child >= 0);
        if (child == 0) {
            own->notify_fork(net::execution_context::fork_child);
            std::vector<char> buffer(kBytes);
            Heard heard;
            late->async_read_some_at(0, net::buffer(buffer), heard.hear());
            early->async_read_some_at(0, net::buffer(buffer), heard.hear());
            own.reset();
            buffer.clear();
            buffer.shrink_to_fit();
            late.reset();
            early.reset();
            _exit(heard.calls);
        }
        expect_success(child);
        if (prepared) own->notify_fork(net::execution_context::fork_parent);
    }
}

// Nothing comes back from an engine that the child does not have.
BOOST_AUTO_TEST_CASE(a_child_whose_context_was_told_nothing_can_destroy_it) {
    constexpr unsigned kHangSeconds = 60;
    ReadGate gate;
    auto own = std::make_unique<net::io_context>();
    auto held = std::make_unique<StreamFile>(*own, dup(gate.fd()));
    char byte = 0;
    Heard heard;
    held->async_read_some(net::buffer(&byte, 1), heard.hear());
    pid_t child = fork_safely();
    BOOST_REQUIRE(child >= 0);
    if (child == 0) {
        signal(SIGALRM, SIG_DFL);
        alarm(kHangSeconds);
        own.reset();
        held.reset();
        _exit(heard.calls);
    }
    expect_success(child);
    gate.release("p");
    own->run();
    BOOST_TEST(heard.calls == 1);
    BOOST_TEST(byte == 'p');
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace uaio::test
