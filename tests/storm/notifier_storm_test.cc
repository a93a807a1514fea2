// SIGEV_THREAD: what callbacks may do to their threads, and what that must not do to others.
#define BOOST_TEST_MODULE notifier_storm
#include <aio.h>
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>

#include <algorithm>
#include <atomic>
#include <deque>
#include <mutex>
#include <random>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>

#include <boost/test/unit_test.hpp>

#include "tests/storm/child.h"
#include "tests/storm/scale.h"
#include "tests/storm/tasks.h"
#include "tests/support/bell.h"
#include "tests/support/request.h"
#include "tests/support/require.h"
#include "tests/support/scratch_file.h"
#include "tests/support/seed.h"
#include "tests/support/signals.h"

namespace uaio {
namespace {

using namespace test;

void call(aiocb* block, void (*function)(sigval), void* value) {
    block->aio_sigevent.sigev_notify = SIGEV_THREAD;
    block->aio_sigevent.sigev_notify_function = function;
    block->aio_sigevent.sigev_notify_attributes = nullptr;
    block->aio_sigevent.sigev_value.sival_ptr = value;
}

struct File : ScratchFile {
    File() : ScratchFile("x") {}
};

struct Threads {
    std::mutex mutex;
    std::set<int> seen;
    Bell bell;
};

BOOST_AUTO_TEST_CASE(threads_are_used_again) {
    constexpr size_t kCalls = 200;
    File file;
    Threads threads;
    for (size_t i = 0; i < kCalls; ++i) {
        Request request(file.fd(), 1);
        call(
            &request.block(),
            [](sigval value) {
                auto& self = *static_cast<Threads*>(value.sival_ptr);
                {
                    std::lock_guard hold(self.mutex);
                    self.seen.insert(thread_number());
                }
                self.bell.ring();
            },
            &threads);
        BOOST_TEST_REQUIRE(request.read() == 0);
        threads.bell.wait();
        BOOST_TEST_REQUIRE(request.finish() == transferred(1));
    }
    printf("%zu threads made %zu calls\n", threads.seen.size(), kCalls);
    BOOST_TEST(threads.seen.size() < kCalls / 2);
}

BOOST_AUTO_TEST_CASE(idle_threads_leave) {
    BOOST_TEST(run_child([] {
                   File file;
                   Bell bell;
                   std::deque<Request> requests;
                   for (int i = 0; i < 20; ++i) {
                       Request& request = requests.emplace_back(file.fd(), 1);
                       call(
                           &request.block(),
                           [](sigval value) { static_cast<Bell*>(value.sival_ptr)->ring(); },
                           &bell);
                       if (request.read() != 0) {
                           return 1;
                       }
                   }
                   bell.wait(20);
                   wait_until_no_thread_is_named("uaio-n");
                   return 0;
               }) == 0);
}

BOOST_AUTO_TEST_CASE(a_callback_may_end_its_thread) {
    File file;
    Bell bell;
    for (size_t round = 0; round < scaled(500); ++round) {
        std::deque<Request> requests;
        for (int i = 0; i < 4; ++i) {
            Request& request = requests.emplace_back(file.fd(), 1);
            call(
                &request.block(),
                [](sigval value) {
                    static_cast<Bell*>(value.sival_ptr)->ring();
                    pthread_exit(nullptr);
                },
                &bell);
            BOOST_TEST_REQUIRE(request.read() == 0);
        }
        bell.wait(4);
    }
    BOOST_TEST(bell.waiting() == 0);
}

BOOST_AUTO_TEST_CASE(an_exception_out_of_a_callback_ends_the_process) {
    File file;
    for (size_t round = 0; round < scaled(20); ++round) {
        BOOST_TEST_REQUIRE(run_child([&] {
                               fclose(stderr);  // where the runtime would say so
                               Request request(file.fd(), 1);
                               call(
                                   &request.block(),
                                   [](sigval) { throw std::runtime_error("out"); }, nullptr);
                               if (request.read() != 0) {
                                   return 1;
                               }
                               Bell never;
                               never.wait();
                               return 2;
                           }) == kKilled + SIGABRT);
    }
}

struct Blockade {
    Bell reached;
    Bell opened;
    Bell left;
    Bell others;
};

BOOST_AUTO_TEST_CASE(blocked_callbacks_stop_nobody) {
    constexpr int kBlocked = 60;
    constexpr int kOthers = 200;
    File file;
    Blockade blockade;
    std::deque<Request> requests;
    for (int i = 0; i < kBlocked; ++i) {
        Request& request = requests.emplace_back(file.fd(), 1);
        call(
            &request.block(),
            [](sigval value) {
                auto& self = *static_cast<Blockade*>(value.sival_ptr);
                self.reached.ring();
                self.opened.wait();
                self.left.ring();
            },
            &blockade);
        BOOST_TEST_REQUIRE(request.read() == 0);
    }
    blockade.reached.wait(kBlocked);
    for (int i = 0; i < kOthers; ++i) {
        Request& request = requests.emplace_back(file.fd(), 1);
        call(
            &request.block(),
            [](sigval value) { static_cast<Blockade*>(value.sival_ptr)->others.ring(); },
            &blockade);
        BOOST_TEST_REQUIRE(request.read() == 0);
    }
    blockade.others.wait(kOthers);
    for (int i = 0; i < kBlocked; ++i) {
        blockade.opened.ring();
    }
    blockade.left.wait(kBlocked);
}

// A chain of requests, each submitted by the callback of the one before, which frees its block.
struct Chain {
    int fd;
    size_t left;
    int wrong = 0;
    Bell bell;
};

struct Part {
    explicit Part(Chain& its_chain) : chain(its_chain) {
        set_up(&block, chain.fd, &byte, 1, 0);
        call(&block, Part::ended, this);
    }

    static void ended(sigval value) {
        auto* part = static_cast<Part*>(value.sival_ptr);
        Chain& chain = part->chain;
        chain.wrong += aio_error(&part->block) != 0 || aio_return(&part->block) != 1;
        delete part;
        if (--chain.left == 0 || aio_read(&(new Part(chain))->block) != 0) {
            chain.bell.ring();
        }
    }

    Chain& chain;
    aiocb block;
    char byte = '.';
};

BOOST_AUTO_TEST_CASE(a_callback_submits_the_next_and_frees_its_block) {
    File file;
    std::deque<Chain> chains;
    for (int i = 0; i < 4; ++i) {
        Chain& chain = chains.emplace_back();
        chain.fd = file.fd();
        chain.left = scaled(5000);
        BOOST_TEST_REQUIRE(aio_read(&(new Part(chain))->block) == 0);
    }
    for (Chain& chain : chains) {
        chain.bell.wait();
        BOOST_TEST(chain.left == 0u);
        BOOST_TEST(chain.wrong == 0);
    }
}

struct MaskSeen {
    sigset_t mask;
    Bell bell;
};

BOOST_AUTO_TEST_CASE(a_callback_has_the_mask_of_the_submitter) {
    File file;
    std::mt19937_64 random(announced_seed(20'260'307));
    const int numbers[] = {SIGUSR1, SIGUSR2, SIGWINCH, SIGRTMIN + 3};
    sigset_t usual;
    pthread_sigmask(SIG_SETMASK, nullptr, &usual);
    for (size_t round = 0; round < scaled(500); ++round) {
        MaskSeen seen;
        Request request(file.fd(), 1);
        call(
            &request.block(),
            [](sigval value) {
                auto& self = *static_cast<MaskSeen*>(value.sival_ptr);
                pthread_sigmask(SIG_SETMASK, nullptr, &self.mask);
                self.bell.ring();
            },
            &seen);
        sigset_t own = usual;
        for (int number : numbers) {
            if (random() % 2 == 0) {
                sigaddset(&own, number);
            }
        }
        pthread_sigmask(SIG_SETMASK, &own, nullptr);
        int answer = request.read();
        pthread_sigmask(SIG_SETMASK, &usual, nullptr);
        BOOST_TEST_REQUIRE(answer == 0);
        seen.bell.wait();
        BOOST_TEST_REQUIRE(std::ranges::all_of(numbers, [&](int number) {
            return sigismember(&own, number) == sigismember(&seen.mask, number);
        }));
    }
}

}  // namespace
}  // namespace uaio
