#include "tests/storm/mixed/slot.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include <utility>

#include "tests/support/require.h"
#include "tests/support/signals.h"

namespace uaio::test {

void fail(const char* what, int64_t wanted, int64_t seen) {
    fprintf(stderr, "%s: wanted %" PRId64 ", seen %" PRId64 "\n", what, wanted, seen);
    _exit(1);
}

void check_equal(const char* what, int64_t wanted, int64_t seen) {
    if (wanted != seen) {
        fail(what, wanted, seen);
    }
}

void Slot::handle_signals() {
    struct sigaction action = {};
    action.sa_flags = SA_SIGINFO;
    action.sa_sigaction = [](int, siginfo_t* info, void*) {
        static_cast<Slot*>(info->si_value.sival_ptr)->rings_.fetch_add(1);
    };
    require(sigaction(SIGRTMIN, &action, nullptr) == 0, "handle a signal");
}

Slot::~Slot() {
    check_equal("rings in the end", static_cast<int64_t>(rings_wanted_),
                static_cast<int64_t>(rings_));
}

void Slot::set(int fd, std::string bytes, off_t offset, Random& random) {
    check_equal("rings before a new use", static_cast<int64_t>(rings_wanted_),
                static_cast<int64_t>(rings_));
    bytes_ = std::move(bytes);
    set_up(&block_, fd, bytes_.data(), bytes_.size(), offset);
    choose_notification(&block_.aio_sigevent, random);
}

void Slot::choose_notification(sigevent* event, Random& random) {
    *event = {};
    event->sigev_value.sival_ptr = this;
    switch (random() % 6) {
        case 0:
            event->sigev_notify = SIGEV_SIGNAL;
            event->sigev_signo = SIGRTMIN;
            break;
        case 1:
            set_thread_signal(event, SIGRTMIN, thread_number());
            break;
        case 2:
            event->sigev_notify = SIGEV_THREAD;
            event->sigev_notify_function = [](sigval value) {
                static_cast<Slot*>(value.sival_ptr)->rings_.fetch_add(1);
            };
            break;
        default:
            event->sigev_notify = SIGEV_NONE;
            return;
    }
    ++rings_wanted_;
    notifications_.fetch_add(1);
}

void Slot::expect_ring(sigevent* event, Random& random) {
    choose_notification(event, random);
}

void Slot::read() {
    require(aio_read(&block_) == 0, "aio_read");
    submitted();
}

void Slot::write() {
    require(aio_write(&block_) == 0, "aio_write");
    submitted();
}

void Slot::sync(int how) {
    require(aio_fsync(how, &block_) == 0, "aio_fsync");
    submitted();
}

void Slot::submitted() {
    submissions_.fetch_add(1);
}

Outcome Slot::finish() {
    Outcome outcome = test::finish(&block_);
    wait_for_rings();
    cancelled_.fetch_add(outcome.error == ECANCELED);
    return outcome;
}

// poll() gives the processor away, and a sanitizer the occasion to run a handler.
void Slot::wait_for_rings() {
    while (rings_ < rings_wanted_) {
        poll(nullptr, 0, 0);
    }
    check_equal("rings", static_cast<int64_t>(rings_wanted_), static_cast<int64_t>(rings_));
}

}  // namespace uaio::test
