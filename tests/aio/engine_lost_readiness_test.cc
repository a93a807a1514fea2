// The poller's set is lost and cannot be made again (a program has closed its descriptors, and uses
// up all that there are): requests that waited for their streams are tried by workers, who wait in
// the system call. Method: the test's own readiness in place of the system's, with a poller that is
// kept from looking by itself.
#define BOOST_TEST_MODULE engine_lost_readiness
#include "aio/engine.h"

#include <errno.h>
#include <sched.h>

#include <atomic>

#include <boost/test/unit_test.hpp>

#include "aio/counters.h"
#include "aio/readiness.h"
#include "tests/aio/own_door.h"
#include "tests/support/bell.h"
#include "tests/support/gate.h"

namespace {

std::atomic<bool> lost{false};
std::atomic<bool> closed{false};
uaio::test::Bell armed, poller_may_go;

}  // namespace

namespace uaio {

int Readiness::open() {
    return closed ? EMFILE : 0;
}

void Readiness::close() {
    closed = true;
}

void Readiness::abandon() {}

void Readiness::release() {}

void Readiness::interrupt() {}

// Good for one stream.
int Readiness::arm(int, Direction) {
    if (lost.exchange(true)) {
        return ESTALE;
    }
    armed.ring();
    return 0;
}

int Readiness::wait(ReadinessEvent*, int, int) {
    poller_may_go.wait();
    return 0;
}

namespace {

using namespace test;

// Workers leave as soon as they have nothing to do.
struct Started {
    Started() {
        engine.configure(0, 0, -1);
        engine.start();
    }
};
BOOST_TEST_GLOBAL_FIXTURE(Started);

BOOST_AUTO_TEST_CASE(what_waited_is_tried_by_workers) {
    ReadGate first, second;
    char byte;
    char other_byte;
    Owner waiting;
    Owner losing;
    waiting.submit(read_at(first.fd(), 0, &byte, 1));
    armed.wait();
    while (counters().sum(Counter::kWorkersLeft) == 0) {
        sched_yield();
    }
    losing.submit(read_at(second.fd(), 0, &other_byte, 1));
    first.release("a");
    BOOST_TEST(waiting.finish() == (Status{1, 0}));
    BOOST_TEST(byte == 'a');
    second.release("b");
    BOOST_TEST(losing.finish() == (Status{1, 0}));
    BOOST_TEST(other_byte == 'b');
    poller_may_go.ring();
}

}  // namespace
}  // namespace uaio
