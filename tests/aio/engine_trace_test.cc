// The walk of a request, as its trace tells it. Method: requests whose walk is known, because one
// worker serves them and system calls are held; then every step of them, in order.
#define BOOST_TEST_MODULE engine_trace
#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "aio/engine.h"
#include "tests/aio/held_io.h"
#include "tests/aio/own_door.h"
#include "tests/storm/safe_fork.h"
#include "tests/support/scratch_file.h"
#include "tools/uaio/trace_file.h"

namespace uaio {
namespace {

using namespace test;
using tools::name_of;
using tools::Trace;
using tools::TraceRequest;

const std::string& trace_path() {
    static const std::string path =
        scratch_folder() + "/uaio-engine-trace-" + std::to_string(getpid());
    return path;
}

struct Started {
    Started() {
        unlink(trace_path().c_str());
        setenv("UAIO_TRACE", trace_path().c_str(), 1);
        engine.configure(1, 0, 0);
        engine.start();
    }
    ~Started() { unlink(trace_path().c_str()); }
};
BOOST_TEST_GLOBAL_FIXTURE(Started);

// "submit admit:ready take …": what the request went through.
std::string walk_of(const Trace& trace, const TraceRequest& request) {
    std::string walk;
    for (size_t index : request.steps) {
        const tools::TraceStep& step = trace.steps[index];
        walk += std::string(walk.empty() ? "" : " ") + name_of(step.step);
        if (step.step == Step::kAdmit || step.step == Step::kWait) {
            walk += std::string(":") + name_of(step.state);
        }
    }
    return walk;
}

// The last requests that were submitted, the oldest first, when all of them are retired.
class Last {
  public:
    explicit Last(size_t count)
        : trace(tools::read_trace(trace_path())), first_(trace.requests.size() - count) {}

    size_t index(size_t i) const { return first_ + i; }
    const TraceRequest& operator[](size_t i) const { return trace.requests[first_ + i]; }
    std::string walk(size_t i) const { return walk_of(trace, (*this)[i]); }

    Trace trace;

  private:
    size_t first_;
};

// The only worker is held; whoever cancels admits what has come in.
void admit() {
    engine.cancel(UINT32_MAX, nullptr);
}

constexpr const char* kPlain = "submit admit:ready take begin end publish retire";

BOOST_AUTO_TEST_CASE(a_read_goes_straight_through) {
    ScratchFile file("0123456789");
    Owner owner;
    char buffer[4];
    owner.submit(read_at(file.fd(), 2, buffer, sizeof buffer, 3));
    owner.finish();
    let_go(file.fd());
    Last last(1);
    BOOST_TEST(last.walk(0) == kPlain);
    BOOST_TEST((last[0].kind == Kind::kRead));
    BOOST_TEST(last[0].fd == file.fd());
    BOOST_TEST(last[0].offset == 2);
    BOOST_TEST(last[0].bytes == 4);
    BOOST_TEST(last[0].priority == 3);
    BOOST_TEST(last[0].value == 4);
    BOOST_TEST(last[0].submitted <= last[0].admitted);
    BOOST_TEST(last[0].admitted <= last[0].taken);
    BOOST_TEST(last[0].taken <= last[0].begun);
    BOOST_TEST(last[0].begun <= last[0].ended);
    BOOST_TEST(last[0].ended <= last[0].published);
    BOOST_TEST(last[0].submitter != last[0].performer);
    BOOST_TEST(last.trace.damaged == 0u);
    BOOST_TEST(last.trace.unplaced == 0u);
}

BOOST_AUTO_TEST_CASE(a_write_waits_for_the_one_whose_bytes_it_shares) {
    ScratchFile file;
    HeldIo held(file.fd());
    Owner first;
    Owner second;
    first.submit(write_at(file.fd(), 0, "abc"));
    held.wait_until_running();
    second.submit(write_at(file.fd(), 2, "cde"));
    admit();
    held.release(2);
    first.finish();
    second.finish();
    let_go(file.fd());
    Last last(2);
    BOOST_TEST(last.walk(0) == kPlain);
    BOOST_TEST(last.walk(1) == "submit admit:blocked ready take begin end publish retire");
    BOOST_TEST_REQUIRE(last[1].waits.size() == 1u);
    BOOST_TEST(last[1].waits[0].blocker == last.index(0));
    BOOST_TEST(last[1].waits[0].end_ns == last[1].ready);
    BOOST_TEST(last[1].begun >= last[0].ended);
}

BOOST_AUTO_TEST_CASE(a_sync_is_barred_and_writes_take_turns_at_their_gate) {
    ScratchFile file;
    HeldIo held(file.fd());
    std::array<Owner, 3> owners;
    owners[0].submit(write_at(file.fd(), 0, "a"));
    held.wait_until_running();
    owners[1].submit(write_at(file.fd(), 2, "c"));
    owners[2].submit(sync_of(file.fd()));
    admit();
    held.release(3);
    for (Owner& owner : owners) owner.finish();
    let_go(file.fd());
    Last last(3);
    BOOST_TEST(last.walk(1) == "submit admit:held ready take begin end publish retire");
    BOOST_TEST(last[1].waits[0].gate_limit == 1);
    BOOST_TEST(last.walk(2) == "submit admit:barred ready take begin end publish retire");
}

BOOST_AUTO_TEST_CASE(who_is_performed_by_the_call_of_another_says_so) {
    ScratchFile file("0123456789abcdef");
    ScratchFile other;
    HeldIo held(other.fd());
    Owner busy;
    busy.submit(sync_of(other.fd()));
    held.wait_until_running();
    std::array<Owner, 3> owners;
    char data[3][4];
    for (size_t i = 0; i < 3; ++i) {
        owners[i].submit(read_at(file.fd(), static_cast<int64_t>(4 * i), data[i], 4));
    }
    held.release();
    busy.finish();
    for (Owner& owner : owners) owner.finish();
    let_go(file.fd());
    Last last(3);
    BOOST_TEST(last.walk(0) == kPlain);
    BOOST_TEST(last[0].joined == 2u);
    for (size_t i : {1, 2}) {
        BOOST_TEST(last.walk(i) == "submit admit:ready take join end publish retire");
        BOOST_TEST(last[i].leader == last.index(0));
        BOOST_TEST(last[i].begun == last[0].begun);
    }
}

BOOST_AUTO_TEST_CASE(who_is_cancelled_is_withdrawn) {
    ScratchFile file;
    HeldIo held(file.fd());
    Owner first;
    Owner second;
    first.submit(write_at(file.fd(), 0, "abc"));
    held.wait_until_running();
    second.submit(write_at(file.fd(), 0, "abc"));
    BOOST_TEST(engine.cancel(second.number(), &second).withdrawn == 1u);
    second.finish();
    held.release();
    first.finish();
    let_go(file.fd());
    Last last(2);
    BOOST_TEST(last.walk(1) == "submit admit:blocked withdraw publish retire");
    BOOST_TEST(last[1].withdrawn);
    BOOST_TEST(last[1].value == -ECANCELED);
}

BOOST_AUTO_TEST_CASE(a_stream_that_has_nothing_parks_its_reader) {
    int ends[2];
    require(pipe(ends) == 0, "make a pipe");
    Owner owner;
    char buffer[4];
    owner.submit(read_at(ends[0], 0, buffer, sizeof buffer));
    auto parked = [] {
        Last last(1);
        return !last[0].waits.empty();
    };
    while (!parked()) sched_yield();
    require(write(ends[1], "data", 4) == 4, "write to a pipe");
    owner.finish();
    let_go(ends[0]);
    close(ends[0]);
    close(ends[1]);
    Last last(1);
    BOOST_TEST(last.walk(0) ==
               "submit admit:ready take begin park ready take begin end publish retire");
    BOOST_TEST((last[0].waits[0].state == State::kParked));
}

BOOST_AUTO_TEST_CASE(what_is_made_at_once_is_one_step) {
    ScratchFile file("0123456789");
    Owner owner;
    char buffer[4];
    size_t before = tools::read_trace(trace_path()).steps.size();
    bool hit = owner.run_at_once(read_at(file.fd(), 0, buffer, sizeof buffer));
    Trace trace = tools::read_trace(trace_path());
    BOOST_TEST_REQUIRE(trace.steps.size() > before);
    // A worker or a poller that has been idle for long may leave meanwhile.
    auto is_wanted = [hit](const tools::TraceStep& step) {
        return step.step == (hit ? Step::kHit : Step::kMiss);  // not every file system can
    };
    BOOST_TEST(std::count_if(trace.steps.begin() + before, trace.steps.end(), is_wanted) == 1);
    BOOST_TEST(trace.requests.back().express == hit);
    if (hit) {
        owner.finish();
        BOOST_TEST(trace.requests.back().bytes == 4);
    }
}

// A child that works has a trace of its own, and leaves that of its parent alone.
BOOST_AUTO_TEST_CASE(a_forked_child_has_a_trace_of_its_own) {
    ScratchFile file;
    size_t before = tools::read_trace(trace_path()).requests.size();
    pid_t pid = fork_safely();
    if (pid == 0) {
        engine.start();
        Owner owner;
        owner.submit(write_at(file.fd(), 0, "child"));
        _exit(owner.finish() == Status{5, 0} ? 0 : 1);
    }
    int status = 0;
    require(waitpid(pid, &status, 0) == pid, "wait for a child");
    BOOST_TEST(status == 0);
    BOOST_TEST(tools::read_trace(trace_path()).requests.size() == before);
    std::string own = trace_path() + "." + std::to_string(pid);
    Trace trace = tools::read_trace(own);
    BOOST_TEST(trace.pid == pid);
    BOOST_TEST(trace.requests.size() == 1u);
    unlink(own.c_str());
}

}  // namespace
}  // namespace uaio
