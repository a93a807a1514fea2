// After a burst of requests the memory of their records goes back to the system. Method: many reads
// of an empty pipe, withdrawn; when a worker has left after that, records are numbered from the
// start again (slab_test.cc shows that their memory has gone).
#define BOOST_TEST_MODULE engine_memory
#include "aio/engine.h"

#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <deque>

#include <boost/test/unit_test.hpp>

#include "aio/counters.h"
#include "tests/aio/own_door.h"
#include "tests/support/require.h"

namespace uaio {
namespace {

using namespace test;

// The highest number among so many requests that are on their way at the same time.
uint32_t burst(int fd, size_t requests) {
    std::deque<Owner> owners(requests);
    char byte;
    uint32_t highest = 0;
    for (Owner& owner : owners) {
        owner.submit(read_at(fd, 0, &byte, 1));
        highest = std::max(highest, owner.number());
    }
    // One that a worker tries just then is withdrawn once it waits for its stream.
    size_t withdrawn = 0;
    while (withdrawn < requests) {
        withdrawn += engine.cancel_all(fd).withdrawn;
    }
    BOOST_TEST(withdrawn == requests);
    for (Owner& owner : owners) {
        owner.finish();
    }
    let_go(fd);
    return highest;
}

void wait_until_workers_have_left() {
    while (counters().sum(Counter::kWorkersStarted) != counters().sum(Counter::kWorkersLeft)) {
        sched_yield();
    }
}

BOOST_AUTO_TEST_CASE(memory_goes_back_when_the_workers_have_left) {
    constexpr size_t kBurst = 20'000;
    constexpr size_t kFew = 100;
    engine.configure(0, 0, -1);  // idle workers leave at once
    engine.start();
    int pipes[2];
    require(pipe(pipes) == 0, "make a pipe");
    BOOST_TEST(burst(pipes[0], kBurst) >= kBurst - 1);
    wait_until_workers_have_left();
    // One worker at least comes when all of these are gone.
    char byte;
    Owner last;
    require(write(pipes[1], "x", 1) == 1, "write to a pipe");
    last.submit(read_at(pipes[0], 0, &byte, 1));
    BOOST_TEST(last.finish() == (Status{1, 0}));
    wait_until_workers_have_left();
    BOOST_TEST(burst(pipes[0], kFew) < 2 * kFew);
    close(pipes[0]);
    close(pipes[1]);
}

}  // namespace
}  // namespace uaio
