#include "tests/support/signals.h"

#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tests/support/require.h"

// glibc declares the number of SIGEV_THREAD_ID but not the name of its member before 2.41.
#ifndef sigev_notify_thread_id
#define sigev_notify_thread_id _sigev_un._tid
#endif

namespace uaio::test {
namespace {

sigset_t only(int number) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, number);
    return set;
}

constexpr long kStormPeriodNs = 1'000'000;

}  // namespace

BlockedSignal::BlockedSignal(int number) : number_(number) {
    sigset_t set = only(number);
    require(pthread_sigmask(SIG_BLOCK, &set, &before_) == 0, "block a signal");
}

BlockedSignal::~BlockedSignal() {
    while (pending()) wait();
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

siginfo_t BlockedSignal::wait() {
    sigset_t set = only(number_);
    siginfo_t info;
    int number;
    do number = sigwaitinfo(&set, &info);
    while (number < 0 && errno == EINTR);
    require(number == number_, "wait for a signal");
    return info;
}

bool BlockedSignal::pending() const {
    sigset_t set;
    sigpending(&set);
    return sigismember(&set, number_) == 1;
}

SignalHandler::SignalHandler(int number, Function function, int flags) : number_(number) {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    sigemptyset(&action.sa_mask);
    action.sa_sigaction = function;
    action.sa_flags = SA_SIGINFO | flags;
    require(sigaction(number, &action, &before_) == 0, "set a signal handler");
    sigset_t set = only(number);
    require(pthread_sigmask(SIG_UNBLOCK, &set, &mask_before_) == 0, "let a signal through");
}

SignalHandler::~SignalHandler() {
    pthread_sigmask(SIG_SETMASK, &mask_before_, nullptr);
    sigaction(number_, &before_, nullptr);
}

SignalStorm::SignalStorm(int number) {
    sigevent event;
    memset(&event, 0, sizeof event);
    set_thread_signal(&event, number, thread_number());
    require(timer_create(CLOCK_MONOTONIC, &event, &timer_) == 0, "make a timer");
    itimerspec period = {{0, kStormPeriodNs}, {0, kStormPeriodNs}};
    require(timer_settime(timer_, 0, &period, nullptr) == 0, "start a timer");
}

SignalStorm::~SignalStorm() {
    timer_delete(timer_);
}

void block_realtime_signals() {
    sigset_t set;
    sigemptyset(&set);
    for (int number = SIGRTMIN; number <= SIGRTMAX; ++number) sigaddset(&set, number);
    require(pthread_sigmask(SIG_BLOCK, &set, nullptr) == 0, "block the real-time signals");
}

void set_thread_signal(sigevent* event, int number, pid_t thread) {
    event->sigev_notify = SIGEV_THREAD_ID;
    event->sigev_signo = number;
    event->sigev_notify_thread_id = thread;
}

pid_t thread_number() {
    return static_cast<pid_t>(syscall(SYS_gettid));
}

}  // namespace uaio::test
