// The engine in processes and threads that come to an end, and in those that get no more threads,
// no room for signals, no memory. Method: children with limits of their own.
#include <aio.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <deque>
#include <string>
#include <thread>

#include <boost/test/unit_test.hpp>

#include "tests/storm/child.h"
#include "tests/storm/scale.h"
#include "tests/storm/tasks.h"
#include "tests/storm/work.h"
#include "tests/support/bell.h"
#include "tests/support/gate.h"
#include "tests/support/request.h"
#include "tests/support/require.h"
#include "tests/support/scratch_file.h"
#include "tests/support/signals.h"

namespace uaio {
namespace {

using namespace test;

constexpr int kNobody = 65534;
constexpr int kSkipped = 77;
constexpr int kTooEarly = 78;

// --- exec and exit ----------------------------------------------------------------------------

std::string descriptors_of_an_executed_program(bool with_requests) {
    ScratchFile list;
    BOOST_TEST(run_child([&] {
                   ReadGate gate;
                   Request parked(gate.fd(), 1);
                   if (with_requests && (do_some_work() != 0 || parked.read() != 0)) {
                       return 1;
                   }
                   // The plain back end cannot make a pipe that exec closes in one step.
                   while (!others_asleep()) {
                   }
                   dup2(list.fd(), STDOUT_FILENO);
                   execl("/bin/sh", "sh", "-c", "ls /proc/self/fd", nullptr);
                   return 2;
               }) == 0);
    return list.contents();
}

BOOST_AUTO_TEST_CASE(an_executed_program_inherits_nothing) {
    std::string usual = descriptors_of_an_executed_program(false);
    for (size_t round = 0; round < scaled(10); ++round) {
        BOOST_TEST(descriptors_of_an_executed_program(true) == usual);
    }
}

BOOST_AUTO_TEST_CASE(exit_drains_if_told_to) {
    constexpr size_t kWrites = 300;
    for (size_t round = 0; round < scaled(10); ++round) {
        ScratchFile file;
        BOOST_TEST_REQUIRE(
            run_child([&] {
                setenv("UAIO_EXIT", "drain", 1);
                auto& requests = *new std::deque<Request>;  // the process ends before they do
                for (size_t i = 0; i < kWrites; ++i) {
                    if (requests.emplace_back(file.fd(), "d", static_cast<off_t>(i)).write() != 0) {
                        return 1;
                    }
                }
                static ReadGate gate;  // a stream that never has anything does not hold the exit up
                if (requests.emplace_back(gate.fd(), 1).read() != 0) {
                    return 2;
                }
                fclose(stdout);
                exit(0);
            }) == 0);
        BOOST_TEST_REQUIRE(file.contents() == std::string(kWrites, 'd'));
    }
}

// --- no thread to be had ----------------------------------------------------------------------

// False if that is not possible here.
bool refuse_threads() {
    rlimit none = {0, 0};
    return (geteuid() != 0 || setresuid(kNobody, kNobody, kNobody) == 0) &&
           setrlimit(RLIMIT_NPROC, &none) == 0;
}

bool writes_and_reads(int fd) {
    Request write(fd, "alone");
    Request sync(fd, 0);
    Request read(fd, 5);
    return write.write() == 0 && write.finish() == transferred(5) && sync.sync(O_SYNC) == 0 &&
           sync.finish() == transferred(0) && read.read() == 0 && read.finish() == transferred(5) &&
           read.text() == "alone";
}

void skip_or_check(int end, const char* what) {
    if (end == kSkipped) {
        printf("%s: left out, the system makes threads whatever the limit\n", what);
        return;
    }
    BOOST_TEST(end == 0, what << " ended with " << end);
}

BOOST_AUTO_TEST_CASE(without_a_thread_the_caller_works) {
    ScratchFile file;
    skip_or_check(run_child([&] {
                      if (!refuse_threads()) {
                          return kSkipped;
                      }
                      Request loud(file.fd(), 1);
                      loud.block().aio_sigevent.sigev_notify = SIGEV_THREAD;
                      loud.block().aio_sigevent.sigev_notify_function = [](sigval) {};
                      loud.block().aio_sigevent.sigev_notify_attributes = nullptr;
                      ReadGate gate;
                      gate.release("fed");
                      Request fed(gate.fd(), 3);
                      bool good = writes_and_reads(file.fd());
                      bool refused = loud.read() == EAGAIN && loud.status() == EAGAIN;
                      bool piped = fed.read() == 0 && fed.finish() == transferred(3);
                      return !good << 0 | !refused << 1 | !piped << 2 |
                             (threads_named("uaio") > 0) << 3;
                  }),
                  "no threads");
}

// Two reads wait, the worker has left and none is to be had any more. The poller, or whoever
// cancels the first, sees to the second. kTooEarly: the worker had only been made, without its
// name, and waits in the read itself for want of a poller.
int feed_without_workers(bool cancel_first) {
    return run_child([=] {
        aioinit settings;
        memset(&settings, 0, sizeof settings);
        settings.aio_threads = 1;
        settings.aio_num = 64;
        settings.aio_idle_time = -1;
        aio_init(&settings);
        ReadGate gate;
        std::deque<Request> reads;
        for (int i = 0; i < 2; ++i) {
            if (reads.emplace_back(gate.fd(), 1).read() != 0) {
                return 1;
            }
        }
        wait_until_no_thread_is_named("uaio-w");
        if (!refuse_threads()) {
            gate.release("xy");
            return kSkipped;
        }
        if (cancel_first) {
            int answer = aio_cancel(gate.fd(), &reads[0].block());
            gate.release(answer == AIO_NOTCANCELED ? "xy" : "y");
            if (answer == AIO_NOTCANCELED) {
                return kTooEarly;
            }
            return answer == AIO_CANCELED && reads[1].finish() == transferred(1) ? 0 : 2;
        }
        gate.release("x");
        bool first = reads[0].finish() == transferred(1);
        gate.release("y");
        return first && reads[1].finish() == transferred(1) ? 0 : 4;
    });
}

BOOST_AUTO_TEST_CASE(waiting_reads_go_on_when_no_thread_can_be_had) {
    for (size_t round = 0; round < scaled(10); ++round) {
        skip_or_check(feed_without_workers(false), "feed without workers");
        int end = kTooEarly;
        while (end == kTooEarly) end = feed_without_workers(true);
        skip_or_check(end, "cancel without workers");
    }
}

long address_space() {
    FILE* file = fopen("/proc/self/statm", "re");
    require(file != nullptr, "open statm");
    long pages = 0;
    require(fscanf(file, "%ld", &pages) == 1, "read statm");
    fclose(file);
    return pages * sysconf(_SC_PAGESIZE);
}

class Plain {
  public:
    boost::test_tools::assertion_result operator()(boost::unit_test::test_unit_id) const {
        boost::test_tools::assertion_result runs(!kSanitizer);
        runs.message() << "a sanitizer needs address space";
        return runs;
    }
};

// A request is refused with EAGAIN, or it is carried out.
BOOST_AUTO_TEST_CASE(without_address_space_nothing_breaks,
                     *boost::unit_test::precondition(Plain())) {
    ScratchFile file;
    for (rlim_t slack : {0, 1 << 16, 1 << 20, 9 << 20, 64 << 20}) {
        int end = run_child([&] {
            rlim_t most = static_cast<rlim_t>(address_space()) + slack;
            rlimit limit = {most, most};
            setrlimit(RLIMIT_AS, &limit);
            char byte = 'x';
            aiocb block;
            int wrong = 0;
            for (int i = 0; i < 100; ++i) {
                set_up(&block, file.fd(), &byte, 1, i);
                int answer = i % 3 == 2 ? aio_fsync(O_SYNC, &block) : aio_write(&block);
                int error = answer == 0 ? 0 : errno;
                wrong += error != 0 && error != EAGAIN;
                wrong += error == 0 && finish(&block).error != 0;
            }
            return wrong;
        });
        BOOST_TEST(end == 0, slack << " bytes to spare: " << end);
    }
}

BOOST_AUTO_TEST_CASE(attributes_that_cannot_be_met) {
    ScratchFile file("x");
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    BOOST_TEST_REQUIRE(pthread_attr_setstacksize(&attributes, size_t{1} << 46) == 0);
    Bell bell;
    for (size_t round = 0; round < scaled(100); ++round) {
        Request request(file.fd(), 1);
        sigevent& event = request.block().aio_sigevent;
        event.sigev_notify = SIGEV_THREAD;
        event.sigev_value.sival_ptr = &bell;
        event.sigev_notify_function = [](sigval value) {
            static_cast<Bell*>(value.sival_ptr)->ring();
        };
        event.sigev_notify_attributes = &attributes;
        BOOST_TEST_REQUIRE(request.read() == 0);
        bell.wait();
        BOOST_TEST_REQUIRE(request.finish() == transferred(1));
    }
    BOOST_TEST(bell.waiting() == 0);
    pthread_attr_destroy(&attributes);
}

// --- no room for signals ----------------------------------------------------------------------

// 0 if the signals came when there was room; 1 if the wait took so long that they were given up,
// which only a very slow machine can bring about; more if something was wrong.
int full_signal_queue(int fd) {
    constexpr int kSignals = 5;
    BlockedSignal blocked(SIGRTMIN);
    rlimit usual;
    getrlimit(RLIMIT_SIGPENDING, &usual);
    rlimit none = {0, usual.rlim_max};
    std::deque<Request> requests;
    setrlimit(RLIMIT_SIGPENDING, &none);
    int wrong = 0;
    for (int i = 0; i < kSignals; ++i) {
        Request& request = requests.emplace_back(fd, 1);
        request.block().aio_sigevent.sigev_notify = SIGEV_SIGNAL;
        request.block().aio_sigevent.sigev_signo = SIGRTMIN;
        request.block().aio_sigevent.sigev_value.sival_int = i;
        wrong |= request.read() != 0 ? 2 : 0;
        wrong |= request.finish() != transferred(1) ? 4 : 0;
    }
    wrong |= blocked.pending() ? 8 : 0;
    setrlimit(RLIMIT_SIGPENDING, &usual);
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGRTMIN);
    timespec patience = {10, 0};
    int seen = 0;
    for (int i = 0; i < kSignals; ++i) {
        siginfo_t info;
        if (sigtimedwait(&set, &info, &patience) != SIGRTMIN) {
            return wrong | 1;
        }
        seen |= 1 << info.si_value.sival_int;
    }
    return wrong | (seen != (1 << kSignals) - 1 ? 16 : 0);
}

BOOST_AUTO_TEST_CASE(signals_come_late_when_their_queue_was_full) {
    ScratchFile file("x");
    constexpr int kTries = 5;
    int end = 1;
    for (int i = 0; i < kTries && end == 1; ++i) {
        end = run_child([&] { return full_signal_queue(file.fd()); });
    }
    BOOST_TEST(end == 0);
}

// --- threads that end -------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(submitters_may_end_before_their_requests) {
    for (size_t round = 0; round < scaled(50); ++round) {
        ScratchFile file(std::string(100, 'f'));
        std::deque<Request> reads;
        std::deque<Request> waiting;
        ReadGate gate;
        int refused = 0;
        std::thread submitter([&] {
            int self = thread_number();
            for (off_t i = 0; i < 100; ++i) {
                Request& request = reads.emplace_back(file.fd(), 1, i);
                // To a thread that may be gone by then.
                set_thread_signal(&request.block().aio_sigevent, SIGURG, self);
                refused += request.read() != 0;
                refused += waiting.emplace_back(gate.fd(), 1).read() != 0;
            }
        });
        submitter.join();
        gate.release(std::string(100, 'p'));
        BOOST_TEST_REQUIRE(refused == 0);
        for (size_t i = 0; i < 100; ++i) {
            BOOST_TEST_REQUIRE(reads[i].finish() == transferred(1));
            BOOST_TEST_REQUIRE(waiting[i].finish() == transferred(1));
            BOOST_TEST_REQUIRE(waiting[i].text() == "p");
        }
    }
}

// What a thread waits for that is going to be cancelled.
struct Waiter {
    aiocb* block;
    bool in_list;
    std::atomic<int> thread{0};
};

void* wait_for_ever(void* argument) {
    auto& waiter = *static_cast<Waiter*>(argument);
    waiter.thread = thread_number();
    if (waiter.in_list) {
        aiocb* list[] = {waiter.block};
        lio_listio(LIO_WAIT, list, 1, nullptr);
    } else {
        const aiocb* list[] = {waiter.block};
        aio_suspend(list, 1, nullptr);
    }
    return nullptr;
}

// A canceled thread in lio_listio may have been struck before it submitted anything: at the door
// of a list there is no cancellation point, so it has not.
void cancel_waiter(bool in_list, bool asleep) {
    ReadGate gate;
    char byte = '.';
    aiocb block;
    set_up(&block, gate.fd(), &byte, 1, 0);
    block.aio_lio_opcode = LIO_READ;
    Waiter waiter{&block, in_list};
    if (!in_list) {
        BOOST_TEST_REQUIRE(aio_read(&block) == 0);
    }
    pthread_t thread;
    BOOST_TEST_REQUIRE(pthread_create(&thread, nullptr, wait_for_ever, &waiter) == 0);
    while (waiter.thread == 0) {
        sched_yield();
    }
    if (asleep) {
        wait_until_asleep(waiter.thread);
    }
    BOOST_TEST_REQUIRE(pthread_cancel(thread) == 0);
    void* end = nullptr;
    BOOST_TEST_REQUIRE(pthread_join(thread, &end) == 0);
    BOOST_TEST_REQUIRE(end == PTHREAD_CANCELED);
    gate.release("c");
    BOOST_TEST_REQUIRE(finish(&block) == transferred(1));
    BOOST_TEST_REQUIRE(byte == 'c');
}

BOOST_AUTO_TEST_CASE(threads_cancelled_while_they_wait) {
    for (size_t round = 0; round < scaled(200); ++round) {
        for (bool in_list : {false, true}) {
            for (bool asleep : {false, true}) {
                cancel_waiter(in_list, asleep);
            }
        }
    }
    BOOST_TEST(do_some_work() == 0);
}

}  // namespace
}  // namespace uaio
