// Cancel against publish: exactly one outcome, and everybody is told the same. Method: one thread
// submits writes and reads of one byte, each with a byte of the file of its own, while another
// cancels them in the same order, so the two and the workers meet at the same request again and
// again. Each request ends with its data moved and 0, or with nothing moved, ECANCELED and -1; it
// is notified once; and what aio_cancel answered agrees with what aio_error said right after. The
// program runs under several settings (see BUILD); together they make a million rounds.
#define BOOST_TEST_MODULE cancel_storm
#include <aio.h>
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include <atomic>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/storm/scale.h"
#include "tests/support/bell.h"
#include "tests/support/request.h"
#include "tests/support/require.h"
#include "tests/support/scratch_file.h"
#include "tests/support/seed.h"
#include "tests/support/signals.h"

namespace uaio {
namespace {

using namespace test;

using Random = std::mt19937_64;

struct RealTimeSignalsBlocked {
    RealTimeSignalsBlocked() { block_realtime_signals(); }
};

BOOST_TEST_GLOBAL_FIXTURE(RealTimeSignalsBlocked);

constexpr size_t kBatch = 250;
constexpr size_t kBatches = scaled(1000);  // a quarter of a million rounds
constexpr int kJitterMax = 400;            // turns of an empty loop, about as long as a read

struct Slot {
    aiocb block;
    char byte;
    bool writes;
    int notices_wanted;
    int answer;        // the canceller's
    int status_after;  // what aio_error said to the canceller right after
    std::atomic<int> notices{0};
};

Bell notified;

void note(sigval value) {
    static_cast<Slot*>(value.sival_ptr)->notices.fetch_add(1, std::memory_order_relaxed);
    notified.ring();
}

// Takes the signals of the requests until one comes with a null pointer.
void collect_signals() {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGRTMIN);
    for (;;) {
        siginfo_t info;
        if (sigwaitinfo(&set, &info) != SIGRTMIN) {
            continue;
        }
        if (info.si_value.sival_ptr == nullptr) {
            return;
        }
        note(info.si_value);
    }
}

class Race {
  public:
    explicit Race(uint64_t seed) : random_(seed), canceller_random_(seed + 1) {}

    void run() {
        std::thread collector(collect_signals);
        std::thread canceller([this] { cancel_batches(); });
        for (batch_ = 0; batch_ < kBatches; ++batch_) {
            set_up_batch();
            submitted_.store(0, std::memory_order_relaxed);
            start_.ring();
            submit_batch();
            done_.wait();
            check_batch();
        }
        canceller.join();
        sigqueue(getpid(), SIGRTMIN, {.sival_ptr = nullptr});
        collector.join();
        printf("%zu rounds: %zu performed, %zu cancelled, %zu said to be running\n",
               kBatch * kBatches, performed_, cancelled_, running_);
        BOOST_TEST(performed_ > 0u);
        BOOST_TEST(cancelled_ > 0u);
        BOOST_TEST(notified.waiting() == 0);
    }

  private:
    char fresh() const { return static_cast<char>('A' + batch_ % 26); }

    // Half of the requests ask for a notification, of either kind.
    void set_up_slot(Slot& slot, off_t place) {
        slot.writes = random_() % 2 == 0;
        slot.byte = slot.writes ? fresh() : '.';
        slot.notices = 0;
        set_up(&slot.block, file_.fd(), &slot.byte, 1, place);
        slot.block.aio_lio_opcode = slot.writes ? LIO_WRITE : LIO_READ;
        sigevent& event = slot.block.aio_sigevent;
        size_t kind = random_() % 4;
        slot.notices_wanted = kind < 2 ? 1 : 0;
        event.sigev_notify = kind == 0 ? SIGEV_THREAD : kind == 1 ? SIGEV_SIGNAL : SIGEV_NONE;
        event.sigev_signo = SIGRTMIN;
        event.sigev_value.sival_ptr = &slot;
        if (kind == 0) {
            event.sigev_notify_function = note;
            event.sigev_notify_attributes = nullptr;
        }
    }

    void set_up_batch() {
        before_ = file_.contents();
        for (size_t i = 0; i < kBatch; ++i) {
            set_up_slot(slots_[i], static_cast<off_t>(i));
        }
    }

    void submit_batch() {
        if (batch_ % 4 == 0) {
            std::vector<aiocb*> list;
            for (Slot& slot : slots_) {
                list.push_back(&slot.block);
            }
            sigevent none = {};
            none.sigev_notify = SIGEV_NONE;
            int answer = lio_listio(LIO_NOWAIT, list.data(), static_cast<int>(kBatch), &none);
            submitted_.store(kBatch, std::memory_order_release);
            BOOST_TEST_REQUIRE(answer == 0);
            return;
        }
        int refused = 0;
        for (size_t i = 0; i < kBatch; ++i) {
            Slot& slot = slots_[i];
            refused += slot.writes ? aio_write(&slot.block) != 0 : aio_read(&slot.block) != 0;
            submitted_.store(i + 1, std::memory_order_release);  // pairs with cancel_batch()
        }
        BOOST_TEST_REQUIRE(refused == 0);
    }

    void cancel_batches() {
        for (size_t batch = 0; batch < kBatches; ++batch) {
            start_.wait();
            for (size_t i = 0; i < kBatch; ++i) {
                cancel(i);
            }
            done_.ring();
        }
    }

    void cancel(size_t place) {
        while (submitted_.load(std::memory_order_acquire) <= place) {
            sched_yield();
        }
        auto turns = static_cast<int>(canceller_random_() % kJitterMax);
        for (std::atomic<int> turn{0}; turn.load(std::memory_order_relaxed) < turns;) {
            turn.fetch_add(1, std::memory_order_relaxed);
        }
        Slot& slot = slots_[place];
        slot.answer = aio_cancel(file_.fd(), &slot.block);
        slot.status_after = aio_error(&slot.block);
    }

    void check_batch() {
        int rings = 0;
        for (Slot& slot : slots_) {
            rings += slot.notices_wanted;
        }
        notified.wait(rings);
        std::vector<Outcome> outcomes;
        for (Slot& slot : slots_) {
            outcomes.push_back(finish(&slot.block));
        }
        std::string after = file_.contents();
        for (size_t i = 0; i < kBatch; ++i) {
            check(slots_[i], outcomes[i], before_[i], after[i]);
        }
    }

    void check(const Slot& slot, const Outcome& outcome, char before, char after) {
        bool performed = outcome == transferred(1);
        performed_ += performed;
        cancelled_ += !performed;
        running_ += slot.answer == AIO_NOTCANCELED;
        BOOST_TEST_REQUIRE((performed || outcome == failed(ECANCELED)), outcome);
        if (slot.writes) {
            BOOST_TEST_REQUIRE(after == (performed ? slot.byte : before));
        } else {
            BOOST_TEST_REQUIRE(slot.byte == (performed ? before : '.'));
        }
        BOOST_TEST_REQUIRE(slot.notices == slot.notices_wanted);
        BOOST_TEST_CONTEXT("aio_cancel said " << slot.answer << ", aio_error "
                                              << slot.status_after) {
            switch (slot.answer) {
                case AIO_CANCELED:
                    BOOST_TEST_REQUIRE(!performed);
                    BOOST_TEST_REQUIRE(slot.status_after == ECANCELED);
                    break;
                case AIO_ALLDONE:
                    BOOST_TEST_REQUIRE(performed);
                    BOOST_TEST_REQUIRE(slot.status_after == 0);
                    break;
                default:
                    BOOST_TEST_REQUIRE(slot.answer == AIO_NOTCANCELED);
                    BOOST_TEST_REQUIRE(performed);
            }
        }
    }

    Random random_;
    Random canceller_random_;
    ScratchFile file_{std::string(kBatch, '-')};
    std::string before_;
    std::vector<Slot> slots_{kBatch};
    size_t batch_ = 0;
    Bell start_;
    Bell done_;
    std::atomic<size_t> submitted_{0};
    size_t performed_ = 0;
    size_t cancelled_ = 0;
    size_t running_ = 0;
};

BOOST_AUTO_TEST_CASE(cancel_against_publish_has_one_outcome) {
    uint64_t seed = announced_seed(20'260'301);
    auto race = std::make_unique<Race>(seed);
    race->run();
}

}  // namespace
}  // namespace uaio
