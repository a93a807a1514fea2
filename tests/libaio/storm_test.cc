// Everything at once: threads with contexts of their own, which they make and destroy; writes and
// reads of marked blocks, syncs, polls, cancelled requests. Each request's event comes exactly
// once, what is read is what was written, and nothing is left. Method: seeded; every block of a
// thread's file says which write was the last.
#define BOOST_TEST_MODULE libaio_storm
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include <atomic>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "aio/libaio/abi.h"
#include "aio/libaio/door.h"
#include "tests/support/scratch_file.h"

namespace uaio {
namespace {

constexpr int kThreads = 4;
constexpr int kRounds = 40;
constexpr int kSteps = 300;
constexpr size_t kBlocks = 16;
constexpr size_t kBytes = 512;

std::atomic<int> wrong = 0;

void expect(bool right) {
    if (!right) ++wrong;
}

// One thread's requests: a block, its data, and whether it is under way.
class Storm {
  public:
    Storm(uintptr_t context, unsigned seed) : context_(context), random_(seed) {
        expect(pipe(ends_) == 0);
        for (size_t i = 0; i < kBlocks; ++i) marks_[i] = 0;
    }

    ~Storm() {
        close(ends_[0]);
        close(ends_[1]);
    }

    void run() {
        for (int step = 0; step < kSteps; ++step) {
            size_t index = random_() % kBlocks;
            if (busy_[index]) {
                random_() % 4 == 0 ? cancel(index) : reap(false);
            } else {
                submit(index);
            }
        }
        while (under_way_ > 0) reap(true);
    }

  private:
    // The requests of one block of the file never overlap: its index is busy meanwhile.
    void submit(size_t index) {
        IoBlock& block = blocks_[index];
        block = {};
        block.fd = file_.fd();
        block.data = index;
        block.offset = static_cast<int64_t>(index * kBytes);
        block.buffer = reinterpret_cast<uintptr_t>(data_[index]);
        block.bytes = kBytes;
        unsigned dice = random_() % 10;
        if (dice < 4) {
            block.opcode = kPwrite;
            memset(data_[index], static_cast<int>(++marks_[index] & 0x7f), kBytes);
        } else if (dice < 8) {
            block.opcode = kPread;
            block.rw_flags = dice == 7 ? 4 : 0;  // RWF_SYNC says nothing to reads; not at once
        } else if (dice == 8) {
            block = {.data = index, .opcode = kFdsync, .fd = file_.fd()};
        } else {
            block = {.data = index, .opcode = kPoll, .fd = ends_[random_() % 2]};
            block.buffer = block.fd == ends_[1] ? POLLOUT : POLLIN;
        }
        IoBlock* list[] = {&block};
        long taken = submit_blocks(context_, 1, list);
        expect(taken == 1 || taken == -EAGAIN);
        if (taken == 1) {
            busy_[index] = true;
            ++under_way_;
        } else if (block.opcode == kPwrite) {
            --marks_[index];
        }
    }

    // A poll that nothing will ever end, or whatever has not begun.
    void cancel(size_t index) {
        long answer = cancel_block(context_, &blocks_[index]);
        expect(answer == -EINPROGRESS || answer == -EINVAL);
    }

    void reap(bool all) {
        if (all) {
            for (size_t i = 0; i < kBlocks; ++i) {
                if (busy_[i] && blocks_[i].opcode == kPoll) cancel(i);
            }
        }
        IoEvent events[8];
        timespec soon = {0, 1'000'000};
        long count = collect_events(context_, 1, 8, events, &soon, nullptr);
        expect(count >= 0);
        for (long i = 0; i < count; ++i) note(events[i]);
    }

    void note(const IoEvent& event) {
        size_t index = event.data;
        expect(index < kBlocks && busy_[index]);
        expect(event.block == reinterpret_cast<uintptr_t>(&blocks_[index]));
        busy_[index] = false;
        --under_way_;
        const IoBlock& block = blocks_[index];
        bool cancelled = event.result == -ECANCELED;
        if (block.opcode == kPwrite) {
            expect(event.result == kBytes || cancelled);
            if (cancelled) {
                written_[index] = -1;  // any earlier mark
            } else {
                written_[index] = static_cast<int>(marks_[index] & 0x7f);
            }
        } else if (block.rw_flags != 0 && event.result == -EOPNOTSUPP) {
            return;  // the portable back ends have no flags
        } else if (block.opcode == kPread && !cancelled) {
            expect(event.result == kBytes || (event.result >= 0 && written_[index] <= 0));
            if (event.result == kBytes && written_[index] > 0) {
                expect(data_[index][0] == written_[index]);
                expect(data_[index][kBytes - 1] == written_[index]);
            }
        }
    }

    uintptr_t context_;
    std::minstd_rand random_;
    test::ScratchFile file_;
    int ends_[2];
    IoBlock blocks_[kBlocks] = {};
    char data_[kBlocks][kBytes] = {};
    unsigned marks_[kBlocks] = {};
    int written_[kBlocks] = {};
    bool busy_[kBlocks] = {};
    int under_way_ = 0;
};

BOOST_AUTO_TEST_CASE(each_event_comes_once_and_with_the_right_data) {
    std::vector<std::thread> threads;
    for (int i = 0; i < kThreads; ++i) {
        threads.emplace_back([i] {
            for (int round = 0; round < kRounds; ++round) {
                uintptr_t context = 0;
                expect(setup_context(static_cast<uint32_t>(1 + 10 * round), &context) == 0);
                Storm(context, static_cast<unsigned>(i * 1'000 + round + 1)).run();
                IoEvent event;
                expect(collect_events(context, 0, 1, &event, nullptr, nullptr) == 0);
                expect(destroy_context(context) == 0);
            }
        });
    }
    for (auto& thread : threads) thread.join();
    BOOST_TEST(wrong == 0);
}

}  // namespace
}  // namespace uaio
