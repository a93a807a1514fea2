// A forked child starts with an empty engine that works, whatever the parent's was doing; and the
// parent's goes on as if nothing had happened. Method: the child reports what it finds as bits of
// its exit status.
#define BOOST_TEST_MODULE engine_fork
#include "aio/engine.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <deque>
#include <string>
#include <thread>

#include <boost/test/unit_test.hpp>

#include "aio/counters.h"
#include "tests/aio/held_io.h"
#include "tests/aio/own_door.h"
#include "tests/storm/safe_fork.h"
#include "tests/support/gate.h"
#include "tests/support/scratch_file.h"

namespace uaio {
namespace {

using namespace test;

constexpr unsigned kHangSeconds = 60;

// Runs `child` in a child, which must end with 0: each bit is something that went wrong there.
template <class Child>
int status_of(const Child& child) {
    pid_t pid = fork_safely();
    if (pid == 0) {
        signal(SIGALRM, SIG_DFL);
        alarm(kHangSeconds);
        _exit(child());
    }
    require(pid > 0, "fork");
    int status = 0;
    require(waitpid(pid, &status, 0) == pid, "wait for a child");
    return WIFEXITED(status) ? WEXITSTATUS(status) : 0x1000 | status;
}

uint64_t counted(Counter counter) {
    return counters().sum(counter);
}

bool works(const ScratchFile& file) {
    engine.start();
    Owner write;
    Owner read;
    Owner sync;
    char buffer[5] = {};
    write.submit(write_at(file.fd(), 0, "child"));
    bool good = write.finish() == Status{5, 0};
    read.submit(read_at(file.fd(), 0, buffer, sizeof buffer));
    good = read.finish() == Status{5, 0} && good;
    sync.submit(sync_of(file.fd()));
    good = sync.finish() == Status{0, 0} && good;
    return good && std::string(buffer, 5) == "child";
}

BOOST_AUTO_TEST_CASE(an_engine_that_was_not_used_yet_works_in_the_child) {
    ScratchFile file("parent");
    BOOST_TEST(status_of([&] { return works(file) ? 0 : 1; }) == 0);
    BOOST_TEST(file.contents() == "childt");
}

// A handler that pthread_atfork registers while a fork is under way is not called in its child
// (glibc), so the engine's must be there before its first use.
std::atomic<bool> use_while_forking{false};

void use_the_engine_while_forking() {
    if (use_while_forking.exchange(false)) {
        std::thread([] {
            ScratchFile file("parent");
            require(works(file), "use the engine");
        }).join();
        wait_until_forks_are_safe();
    }
}

BOOST_AUTO_TEST_CASE(the_first_use_may_come_while_another_thread_forks) {
    ScratchFile file("parent");
    require(pthread_atfork(use_the_engine_while_forking, nullptr, nullptr) == 0, "watch forks");
    use_while_forking.store(true);
    BOOST_TEST(status_of([&] { return works(file) ? 0 : 1; }) == 0);
}

BOOST_AUTO_TEST_CASE(the_child_of_an_idle_engine_works) {
    ScratchFile file("parent");
    BOOST_TEST(works(file));
    BOOST_TEST(status_of([&] { return works(file) ? 0 : 1; }) == 0);
}

BOOST_AUTO_TEST_CASE(the_child_of_a_busy_engine_starts_from_nothing) {
    engine.start();
    ScratchFile file("parent");
    ScratchFile other("other");
    char byte = '.';
    Owner running;
    std::deque<Owner> queued(3);
    Owner parked;
    ReadGate gate;
    HeldIo held(file.fd());
    running.submit(write_at(file.fd(), 0, "P"));
    held.wait_until_running();
    for (Owner& owner : queued) {
        owner.submit(write_at(file.fd(), 0, "Q"));
    }
    parked.submit(read_at(gate.fd(), 0, &byte, 1));
    int status = status_of([&] {
        Engine::Cancelled none = engine.cancel_all(file.fd());
        bool counts = counted(Counter::kSubmittedWrites) == 0;
        bool served = engine.serves(queued[0].number(), &queued[0]);
        bool has = engine.has_requests(file.fd()) || engine.has_requests(gate.fd());
        bool good = works(other);
        bool published = running.published() + queued[0].published() + parked.published() > 0;
        return (none.withdrawn + none.running != 0) << 0 | !counts << 1 | served << 2 | has << 3 |
               !good << 4 | published << 5 | (counted(Counter::kSubmittedWrites) != 1) << 6;
    });
    BOOST_TEST(status == 0);
    held.release(4);
    BOOST_TEST(running.finish() == (Status{1, 0}));
    for (Owner& owner : queued) {
        BOOST_TEST(owner.finish() == (Status{1, 0}));
    }
    gate.release("!");
    BOOST_TEST(parked.finish() == (Status{1, 0}));
    BOOST_TEST(byte == '!');
    let_go(file.fd());
}

// The child's streams are the child's: the parent's poller must not hear of them.
BOOST_AUTO_TEST_CASE(streams_wait_in_the_child_too) {
    engine.start();
    char parents = '.';
    Owner owner;
    ReadGate gate;
    owner.submit(read_at(gate.fd(), 0, &parents, 1));
    int status = status_of([] {
        engine.start();
        char byte = '.';
        Owner read;
        ReadGate own;
        read.submit(read_at(own.fd(), 0, &byte, 1));
        bool early = read.published() != 0;
        own.release("?");
        bool good = read.finish() == Status{1, 0} && byte == '?';
        return early << 0 | !good << 1;
    });
    BOOST_TEST(status == 0);
    gate.release("!");
    BOOST_TEST(owner.finish() == (Status{1, 0}));
    BOOST_TEST(parents == '!');
}

BOOST_AUTO_TEST_CASE(a_child_may_fork_again) {
    ScratchFile file("parent");
    BOOST_TEST(works(file));
    int status = status_of([&] {
        bool good = works(file);
        return status_of([&] { return works(file) ? 0 : 1; }) << 1 | !good;
    });
    BOOST_TEST(status == 0);
}

}  // namespace
}  // namespace uaio
