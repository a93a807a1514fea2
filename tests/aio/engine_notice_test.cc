// Whoever delivers a notice has all signals blocked meanwhile: delivering takes locks that workers
// need, and a signal handler that interrupted it could wait for one of these. Method: the test's
// own queue_signal() in place of the system's looks at the mask of its caller; threads are refused
// where the submitter is to do the work.
#define BOOST_TEST_MODULE engine_notice
#include "aio/engine.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>

#include <atomic>

#include <boost/test/unit_test.hpp>

#include "aio/batch.h"
#include "signals/platform/queue_signal.h"
#include "tests/aio/held_queue.h"
#include "tests/aio/own_door.h"
#include "tests/support/bell.h"
#include "tests/support/gate.h"
#include "tests/support/scratch_file.h"

namespace {

std::atomic<bool> threads_refused{false};

}  // namespace

extern "C" int __real_pthread_create(pthread_t* thread, const pthread_attr_t* attributes,
                                     void* (*main)(void*), void* argument);

extern "C" int __wrap_pthread_create(pthread_t* thread, const pthread_attr_t* attributes,
                                     void* (*main)(void*), void* argument) {
    return threads_refused ? EAGAIN : __real_pthread_create(thread, attributes, main, argument);
}

namespace uaio {
namespace {

using namespace test;

// Whether the calling thread blocks what the system lets it block.
bool all_blocked() {
    sigset_t all;
    sigset_t mask;
    sigset_t most;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &mask);
    pthread_sigmask(SIG_SETMASK, &mask, &most);
    for (int number = 1; number <= SIGRTMAX; ++number) {
        if (sigismember(&mask, number) != sigismember(&most, number)) {
            return false;
        }
    }
    return true;
}

// The last delivery.
struct Delivery {
    pthread_t thread;
    bool all_blocked;
} delivery;

Bell delivered;

}  // namespace

int queue_signal(int /*number*/, sigval /*value*/) {
    delivery = {pthread_self(), all_blocked()};
    delivered.ring();
    return 0;
}

namespace {

enum class Deliverer { kThisThread, kWorker };

void expect_delivery(Deliverer deliverer) {
    delivered.wait();
    bool here = pthread_equal(delivery.thread, pthread_self()) != 0;
    BOOST_TEST(here == (deliverer == Deliverer::kThisThread));
    BOOST_TEST(delivery.all_blocked);
    BOOST_TEST(!all_blocked());
    BOOST_TEST(delivered.waiting() == 0);
}

sigevent signal_event() {
    sigevent event = {};
    event.sigev_notify = SIGEV_SIGNAL;
    event.sigev_signo = SIGRTMIN;
    return event;
}

const sigevent kSignal = signal_event();

Batch* open_list() {
    int error = 0;
    Batch* batch = open_batch(&kSignal, error);
    require(batch != nullptr, "open a list");
    return batch;
}

void submit(Owner& owner, const Operation& operation, Batch& batch) {
    join(batch);
    Request& request = owner.prepare(operation, nullptr, &batch);
    engine.post(request, request);
}

struct Started {
    Started() { engine.start(); }
};
BOOST_TEST_GLOBAL_FIXTURE(Started);

BOOST_AUTO_TEST_CASE(a_submitter_tells_of_an_empty_list) {
    Batch* batch = open_list();
    engine.submitted(*batch);
    release(*batch);
    expect_delivery(Deliverer::kThisThread);
}

BOOST_AUTO_TEST_CASE(a_submitter_that_does_the_work_tells_of_it) {
    threads_refused = true;
    ScratchFile file;
    Owner owner;
    owner.submit(write_at(file.fd(), 0, "x"), &kSignal);
    expect_delivery(Deliverer::kThisThread);
    BOOST_TEST(owner.finish() == (Status{1, 0}));
}

BOOST_AUTO_TEST_CASE(a_submitter_tells_of_a_list_that_was_faster) {
    threads_refused = true;
    ScratchFile file;
    Owner owner;
    Batch* batch = open_list();
    submit(owner, write_at(file.fd(), 0, "x"), *batch);
    BOOST_TEST(owner.finish() == (Status{1, 0}));
    BOOST_TEST(delivered.waiting() == 0);
    engine.submitted(*batch);
    release(*batch);
    expect_delivery(Deliverer::kThisThread);
}

// From here on there are threads.

BOOST_AUTO_TEST_CASE(a_worker_tells_of_its_request) {
    threads_refused = false;
    ScratchFile file;
    Owner owner;
    owner.submit(write_at(file.fd(), 0, "x"), &kSignal);
    expect_delivery(Deliverer::kWorker);
    let_go(file.fd());
}

BOOST_AUTO_TEST_CASE(a_worker_tells_of_a_list) {
    threads_refused = false;
    ScratchFile file;
    HeldIo held(file.fd());
    Owner owner;
    Batch* batch = open_list();
    submit(owner, write_at(file.fd(), 0, "x"), *batch);
    held.wait_until_running();
    engine.submitted(*batch);
    release(*batch);
    held.release();
    expect_delivery(Deliverer::kWorker);
    let_go(file.fd());
}

BOOST_AUTO_TEST_CASE(a_canceller_tells_of_what_it_withdrew) {
    threads_refused = false;
    HeldQueue queue(0);
    Owner one;
    Owner other;
    one.submit(write_at(queue.file.fd(), 0, "y"), &kSignal);
    BOOST_TEST(is(engine.cancel(one.number(), &one), 1, 0));
    expect_delivery(Deliverer::kThisThread);
    other.submit(write_at(queue.file.fd(), 0, "z"), &kSignal);
    BOOST_TEST(is(engine.cancel_all(queue.file.fd()), 1, 1));
    expect_delivery(Deliverer::kThisThread);
    queue.finish(1);
}

BOOST_AUTO_TEST_CASE(a_canceller_tells_of_a_list) {
    threads_refused = false;
    HeldQueue queue(0);
    Owner owner;
    Batch* batch = open_list();
    submit(owner, write_at(queue.file.fd(), 0, "y"), *batch);
    engine.submitted(*batch);
    release(*batch);
    BOOST_TEST(is(engine.cancel(owner.number(), &owner), 1, 0));
    expect_delivery(Deliverer::kThisThread);
    queue.finish(1);
}

BOOST_AUTO_TEST_CASE(a_closer_tells_of_what_it_withdrew) {
    threads_refused = false;
    char byte;
    Owner owner;
    ReadGate gate;
    owner.submit(read_at(gate.fd(), 0, &byte, 1), &kSignal);
    engine.clear_descriptor(gate.fd());
    expect_delivery(Deliverer::kThisThread);
    BOOST_TEST(owner.finish() == (Status{-1, ECANCELED}));
}

}  // namespace
}  // namespace uaio
