// Exactly one status per submission, whoever submits, cancels and waits at the same time. Method:
// threads that submit to a few files and a pipe, alone and in lists, reuse their owners as soon as
// those are published, and cancel their own requests, each other's and all of a descriptor. Then
// everything must have been published once, and the counters must agree. The program runs under
// several settings of the engine (see BUILD).
#define BOOST_TEST_MODULE engine_storm
#include "aio/engine.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <deque>
#include <random>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "aio/counters.h"
#include "tests/aio/own_door.h"
#include "tests/support/scratch_file.h"
#include "tests/support/seed.h"

namespace uaio {
namespace {

using namespace test;

constexpr size_t kThreads = 8;
constexpr size_t kSlots = 12;  // owners of each thread
constexpr int kSteps = 1500;   // of each thread
constexpr size_t kBytes = 64;  // of a transfer: a pipe takes them in one piece

std::atomic<int> callbacks{0};
std::atomic<int> events{0};  // callbacks that were asked for

void call_back(sigval /*value*/) {
    callbacks.fetch_add(1, std::memory_order_relaxed);
}

// An owner that is used again and again, by one thread; others may try to cancel what it has.
struct Slot {
    static void publish(void* owner, ssize_t result, int error) {
        auto& self = *static_cast<Slot*>(owner);
        self.result = result;
        self.error = error;
        self.published.fetch_add(1, std::memory_order_seq_cst);
    }

    bool in_flight() const { return published.load(std::memory_order_acquire) != submitted; }

    int submitted = 0;
    std::atomic<int> published{0};
    std::atomic<uint32_t> number{UINT32_MAX};
    ssize_t result = 0;
    int error = 0;
    char buffer[kBytes] = {};
};

class Storm {
  public:
    explicit Storm(uint64_t seed) : seed_(seed) {
        require(pipe2(pipe_, O_CLOEXEC) == 0, "make a pipe");
        fds_ = {file_.fd(), again_, log_of_file_, log_.fd(), pipe_[0], pipe_[1]};
    }

    ~Storm() {
        for (int fd : {again_, log_of_file_, pipe_[0], pipe_[1]}) {
            close(fd);
        }
    }

    void run() {
        std::deque<std::thread> threads;
        for (size_t i = 0; i < kThreads; ++i) {
            threads.emplace_back([this, i] { weather(i); });
        }
        for (std::thread& thread : threads) {
            thread.join();
        }
        settle();
    }

    // Wrong things that happened in the threads.
    int wrong() const { return wrong_; }
    uint64_t withdrawn() const { return withdrawn_; }
    uint64_t submissions() const { return submissions_; }
    const std::array<std::array<Slot, kSlots>, kThreads>& slots() const { return slots_; }

  private:
    using Random = std::mt19937_64;

    static size_t pick(Random& random, size_t most) {
        return std::uniform_int_distribution<size_t>(0, most)(random);
    }

    void weather(size_t thread) {
        Random random(seed_ + thread);
        auto& own = slots_[thread];
        for (int step = 0; step < kSteps; ++step) {
            size_t choice = pick(random, 99);
            if (choice < 70) {
                submit(own[pick(random, kSlots - 1)], random);
            } else if (choice < 82) {
                cancel_own(own[pick(random, kSlots - 1)]);
            } else if (choice < 90) {
                cancel_others(slots_[pick(random, kThreads - 1)][pick(random, kSlots - 1)]);
            } else if (choice < 93) {
                withdrawn_ += engine.cancel_all(fds_[pick(random, fds_.size() - 1)]).withdrawn;
            } else {
                run_list(random);
            }
        }
    }

    Operation any_operation(char* buffer, Random& random, size_t fds) {
        size_t place = pick(random, fds - 1);
        int fd = fds_[place];
        auto offset = static_cast<int64_t>(pick(random, 500));
        auto priority = static_cast<int>(pick(random, 2)) - 1;
        size_t kind = pick(random, 9);
        if (fd == pipe_[0]) {
            return read_at(fd, 0, buffer, kBytes, priority);
        }
        if (fd == pipe_[1] || kind < 5) {
            return write_at(fd, offset, {buffer, kBytes}, priority);
        }
        return kind < 9 ? read_at(fd, offset, buffer, kBytes, priority) : sync_of(fd);
    }

    void submit(Slot& slot, Random& random) {
        if (slot.in_flight()) {
            return;
        }
        sigevent event = {};
        event.sigev_notify = SIGEV_THREAD;
        event.sigev_notify_function = call_back;
        bool loud = pick(random, 9) == 0;
        events += loud;
        int error = 0;
        Operation operation = any_operation(slot.buffer, random, fds_.size());
        Request* request = engine.prepare(
            {operation, &slot, Slot::publish, loud ? &event : nullptr, nullptr}, error);
        require(request != nullptr, "prepare a request");
        ++slot.submitted;
        ++submissions_;
        uint32_t number = request->number;
        engine.post(*request, *request);
        slot.number.store(number, std::memory_order_release);  // pairs with cancel_others()
    }

    // Nobody else submits for the slot meanwhile, so what it says is about this request.
    void cancel_own(Slot& slot) {
        Engine::Cancelled cancelled = engine.cancel(slot.number, &slot);
        withdrawn_ += cancelled.withdrawn;
        wrong_ += cancelled.withdrawn + cancelled.running > 1;
        if (cancelled.running == 0) {
            wrong_ += slot.in_flight();
        }
        if (cancelled.withdrawn == 1) {
            wrong_ += slot.error != ECANCELED || slot.result != -1;
        }
    }

    void cancel_others(Slot& slot) {
        uint32_t number = slot.number.load(std::memory_order_acquire);  // pairs with submit()
        withdrawn_ += engine.cancel(number, &slot).withdrawn;
    }

    // On files alone, so that the list comes to its end. Its owners are gone right after.
    void run_list(Random& random) {
        std::array<Slot, 3> owners;
        int error = 0;
        Batch* batch = open_batch(nullptr, error);
        require(batch != nullptr, "open a list");
        Request* newest = nullptr;
        Request* oldest = nullptr;
        for (Slot& owner : owners) {
            Operation operation = any_operation(owner.buffer, random, fds_.size() - 2);
            Request* request =
                engine.prepare({operation, &owner, Slot::publish, nullptr, batch}, error);
            require(request != nullptr, "prepare a request");
            ++submissions_;
            join(*batch);
            request->inbox_next = newest;
            newest = request;
            oldest = oldest != nullptr ? oldest : request;
        }
        engine.post(*newest, *oldest);
        engine.submitted(*batch);
        wrong_ += wait_for(*batch) != WaitEnd::kWoken;
        release(*batch);
        for (const Slot& owner : owners) {
            wrong_ += owner.published != 1;
        }
    }

    // The pipe's requests may wait for ever for each other; they are withdrawn until none is left.
    void settle() {
        for (auto& own : slots_) {
            for (Slot& slot : own) {
                while (slot.in_flight()) {
                    withdrawn_ += engine.cancel_all(pipe_[0]).withdrawn;
                    withdrawn_ += engine.cancel_all(pipe_[1]).withdrawn;
                    sched_yield();
                }
            }
        }
        for (int fd : fds_) {
            let_go(fd);
        }
    }

    uint64_t seed_;
    ScratchFile file_{std::string(300, '-')};
    ScratchFile log_{{}, O_APPEND};
    int again_ = file_.open_again(O_RDWR);
    int log_of_file_ = file_.open_again(O_RDWR | O_APPEND);
    int pipe_[2];
    std::array<int, 6> fds_;
    std::array<std::array<Slot, kSlots>, kThreads> slots_;
    std::atomic<int> wrong_{0};
    std::atomic<uint64_t> withdrawn_{0};
    std::atomic<uint64_t> submissions_{0};
};

uint64_t counted(std::initializer_list<Counter> some) {
    uint64_t sum = 0;
    for (Counter counter : some) {
        sum += counters().sum(counter);
    }
    return sum;
}

BOOST_AUTO_TEST_CASE(every_submission_is_published_once) {
    uint64_t seed = announced_seed(20'260'112);
    engine.start();
    Storm storm(seed);
    storm.run();
    BOOST_TEST(storm.wrong() == 0);
    int transfers = 0;
    for (const auto& own : storm.slots()) {
        for (const Slot& slot : own) {
            BOOST_TEST_REQUIRE(slot.published == slot.submitted);
            transfers += slot.submitted;
        }
    }
    BOOST_TEST(transfers > 0);
    uint64_t submitted =
        counted({Counter::kSubmittedReads, Counter::kSubmittedWrites, Counter::kSubmittedSyncs});
    uint64_t performed =
        counted({Counter::kPerformedReads, Counter::kPerformedWrites, Counter::kPerformedSyncs});
    BOOST_TEST(submitted == storm.submissions());
    BOOST_TEST(counted({Counter::kCancelled}) == storm.withdrawn());
    BOOST_TEST(submitted == performed + storm.withdrawn());
    BOOST_TEST(counted({Counter::kFailed}) == 0u);
    while (callbacks != events) {
        sched_yield();  // one too many is found below, one too few here
    }
    BOOST_TEST(counted({Counter::kNoticesDelivered}) == static_cast<uint64_t>(events));
    BOOST_TEST(counted({Counter::kNoticesFailed}) == 0u);
}

}  // namespace
}  // namespace uaio
