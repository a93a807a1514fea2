// Goal: whatever is on its way in how many engines when they end: each operation has ended once.
// Method: three threads, each with engines of its own, one after the other, with random settings
// and operations on descriptors that all have in common; the seed is printed.
#define BOOST_TEST_MODULE instances_storm
#include <uaio/engine.h>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <memory>
#include <random>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/embed/own_engine.h"
#include "tests/support/scratch_file.h"
#include "tests/support/seed.h"

namespace uaio::test {
namespace {

constexpr int kThreads = 3;
constexpr int kEngines = 15;     // of each thread
constexpr int kOperations = 80;  // of each engine

struct Slot {
    uaio_operation operation{};
    char bytes[64];
    std::atomic<int> ends{0};
};

class Driver {
  public:
    Driver(std::vector<int> fds, uint64_t seed)
        : fds_(std::move(fds)), random_(static_cast<uint32_t>(seed)) {}

    void run() {
        for (int i = 0; i < kEngines; ++i) run_one();
    }

    int wrong() const { return wrong_; }

  private:
    unsigned pick(unsigned count) { return static_cast<unsigned>(random_() >> 8) % count; }

    void run_one() {
        std::vector<Slot> slots(kOperations);
        {
            uaio_options options = {.threads = pick(4), .idle_ms = pick(2) == 0 ? -1 : 0};
            options.order = pick(3) == 0 ? UAIO_ORDER_STRICT : UAIO_ORDER_CONFLICT;
            options.express_bytes = pick(2) == 0 ? UAIO_EXPRESS_NONE : 0;
            OwnEngine engine(options);
            if (pick(2) == 0) wrong_ += uaio_engine_descriptor(engine, nullptr) < 0;
            for (Slot& slot : slots) {
                submit(engine, slot);
                meddle(engine, slots[pick(kOperations)]);
            }
        }
        for (Slot& slot : slots) {
            bool untold = slot.operation.done == nullptr && slot.ends == 0;
            bool left = untold && (slot.operation.result >= 0 || slot.operation.error != 0);
            wrong_ += slot.ends != 1 && !left;
        }
    }

    void submit(uaio_engine* engine, Slot& slot) {
        uaio_operation& operation = slot.operation;
        int fd = fds_[pick(static_cast<unsigned>(fds_.size()))];
        operation.opcode = static_cast<uaio_opcode>(pick(fd == fds_[0] ? 4 : 2));
        operation.fd = fd;
        operation.buffer = slot.bytes;
        operation.bytes = 1 + pick(sizeof slot.bytes);
        operation.priority = static_cast<int>(pick(3));
        operation.offset = static_cast<int64_t>(pick(1'000)) - 1;
        operation.user = &slot;
        operation.result = -1;
        if (pick(2) == 0) {
            operation.done = [](void* user, ssize_t, int) { ++static_cast<Slot*>(user)->ends; };
        }
        uaio_operation* all[] = {&operation};
        wrong_ += uaio_submit(engine, all, 1, nullptr) != 1;
    }

    void meddle(uaio_engine* engine, Slot& slot) {
        uaio_operation* all[] = {&slot.operation};
        uaio_operation* taken[4];
        switch (pick(6)) {
            case 0:
                if (slot.operation.user != nullptr) uaio_cancel(engine, all, 1);
                return;
            case 1:
                uaio_cancel_descriptor(engine, fds_[pick(static_cast<unsigned>(fds_.size()))]);
                return;
            case 2:
                for (size_t left = uaio_waitn(engine, taken, 0, 4, 0, nullptr); left > 0; --left) {
                    ++static_cast<Slot*>(taken[left - 1]->user)->ends;
                }
                return;
        }
    }

    std::vector<int> fds_;
    std::minstd_rand random_;
    int wrong_ = 0;
};

BOOST_AUTO_TEST_CASE(each_operation_ends_once) {
    uint64_t seed = announced_seed(59);
    ScratchFile file("bytes");
    int ends[2];
    BOOST_REQUIRE(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
    std::vector<Driver> drivers;
    for (uint64_t i = 0; i < kThreads; ++i) {
        drivers.emplace_back(std::vector<int>{file.fd(), ends[0], ends[1]}, seed + i);
    }
    std::vector<std::thread> threads;
    for (Driver& driver : drivers) threads.emplace_back(&Driver::run, &driver);
    for (std::thread& thread : threads) thread.join();
    for (Driver& driver : drivers) BOOST_TEST(driver.wrong() == 0);
    close(ends[0]);
    close(ends[1]);
}

}  // namespace
}  // namespace uaio::test
