// A caller that does the work itself, because no thread can be had, is none the worse for it.
// Method: children whose pthread_create fails; they report what went wrong as bits of their status.
#define BOOST_TEST_MODULE alone
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>

#include "tests/storm/child.h"
#include "tests/support/request.h"
#include "tests/support/require.h"
#include "tests/support/scratch_file.h"
#include "tests/support/signals.h"
#include "tests/threadpool/refused_threads.h"

namespace uaio {
namespace {

using namespace test;

// 0 if a write to a pipe that nobody reads ends as it should, done by the caller.
int write_to_nobody() {
    int ends[2];
    require(pipe(ends) == 0, "make a pipe");
    close(ends[0]);
    RefusedThreads refused;
    Request write(ends[1], "to nobody");
    bool good = write.write() == 0 && write.finish() == failed(EPIPE);
    return !good << 0 | (refused.calls() == 0) << 1;
}

BOOST_AUTO_TEST_CASE(a_broken_pipe_does_not_end_the_process) {
    BOOST_TEST(run_child([] {
                   signal(SIGPIPE, SIG_DFL);
                   return write_to_nobody();
               }) == 0);
}

BOOST_AUTO_TEST_CASE(a_signal_that_was_pending_stays) {
    BOOST_TEST(run_child([] {
                   BlockedSignal blocked(SIGPIPE);
                   raise(SIGPIPE);
                   return write_to_nobody() | !blocked.pending() << 2;
               }) == 0);
}

BOOST_AUTO_TEST_CASE(a_signal_that_is_blocked_does_not_come) {
    BOOST_TEST(run_child([] {
                   BlockedSignal blocked(SIGPIPE);
                   return write_to_nobody() | blocked.pending() << 2;
               }) == 0);
}

// What a thread that is about to be cancelled does before it is.
struct Doomed {
    int fd;
    bool wrote = false;
    bool read = false;
};

// pthread_testcancel is the first point where it may end, though the requests' system calls are
// such points, too.
void* submit_and_end(void* argument) {
    auto& doomed = *static_cast<Doomed*>(argument);
    RefusedThreads refused;
    pthread_cancel(pthread_self());
    Request write(doomed.fd, "last words");
    doomed.wrote = write.write() == 0 && write.status() == 0 && refused.calls() > 0;
    Request read(doomed.fd, 10);
    doomed.read = read.read() == 0 && read.status() == 0;
    pthread_testcancel();
    return nullptr;
}

BOOST_AUTO_TEST_CASE(a_thread_that_is_cancelled_publishes_what_it_took) {
    ScratchFile file;
    BOOST_TEST(run_child([&] {
                   Doomed doomed{file.fd()};
                   pthread_t thread;
                   require(pthread_create(&thread, nullptr, submit_and_end, &doomed) == 0,
                           "make a thread");
                   void* end = nullptr;
                   pthread_join(thread, &end);
                   return !doomed.wrote << 0 | !doomed.read << 1 | (end != PTHREAD_CANCELED) << 2;
               }) == 0);
    BOOST_TEST(file.contents() == "last words");
}

}  // namespace
}  // namespace uaio
