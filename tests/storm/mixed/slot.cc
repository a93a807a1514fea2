#include "tests/storm/mixed/slot.h"

#include <errno.h>
#include <inttypes.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include <utility>

#include "tests/storm/scale.h"
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

// ThreadSanitizer drops a signal that finds an earlier one of its number not yet handled. There the
// signals are blocked, and whoever waits for rings takes what is queued.
void Slot::handle_signals() {
    if (kThreadSanitizer) {
        block_realtime_signals();
        return;
    }
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

void Slot::take_signals() {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGRTMIN);
    siginfo_t info;
    constexpr timespec kNoTime = {};
    while (sigtimedwait(&set, &info, &kNoTime) > 0) {
        static_cast<Slot*>(info.si_value.sival_ptr)->rings_.fetch_add(1);
    }
}

void Slot::wait_for_rings() {
    while (rings_ < rings_wanted_) {
        if (kThreadSanitizer) {
            take_signals();
        }
        sched_yield();
    }
    check_equal("rings", static_cast<int64_t>(rings_wanted_), static_cast<int64_t>(rings_));
}

}  // namespace uaio::test
