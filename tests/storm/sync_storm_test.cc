// aio_fsync is a barrier: when it has ended, so have all writes of the file that were queued before
// it, whatever their priorities and through whatever descriptor. Method: writes of random priority
// and size through three descriptors with syncs between them, some of the writes cancelled; the
// moment a sync has ended, the status of every older write is looked at. Both policies (see BUILD).
#define BOOST_TEST_MODULE sync_storm
#include <aio.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <deque>
#include <random>
#include <string>
#include <thread>

#include <boost/test/unit_test.hpp>

#include "tests/storm/scale.h"
#include "tests/support/request.h"
#include "tests/support/scratch_file.h"
#include "tests/support/seed.h"

namespace uaio {
namespace {

using namespace test;

constexpr size_t kRequests = 120;
constexpr size_t kFile = 1 << 16;
constexpr size_t kWriteMax = 4096;

class Storm {
  public:
    explicit Storm(uint64_t seed) : random_(seed) {}
    ~Storm() {
        close(fds_[1]);
        close(fds_[2]);
    }
    Storm(const Storm&) = delete;
    Storm& operator=(const Storm&) = delete;

    void run_round() {
        requests_.clear();
        is_sync_.clear();
        for (size_t i = 0; i < kRequests; ++i) {
            submit(i);
        }
        // Nobody else submits to the file: those that are cancelled count as ended.
        for (size_t i = 0; i < 10; ++i) {
            Request& unwanted = requests_[random_() % kRequests];
            aio_cancel(unwanted.block().aio_fildes, &unwanted.block());
        }
        for (size_t i = 0; i < kRequests; ++i) {
            if (is_sync_[i]) {
                check_barrier(i);
            }
        }
        for (Request& request : requests_) {
            int error = request.finish().error;
            wrong_ += error != 0 && error != ECANCELED;
        }
    }

    size_t overtaken() const { return overtaken_; }
    size_t wrong() const { return wrong_; }
    size_t syncs() const { return syncs_; }

  private:
    void submit(size_t place) {
        int fd = fds_[random_() % 3];
        bool sync = place % 10 == 9 || random_() % 16 == 0;
        std::string text(sync ? 0 : 1 + random_() % kWriteMax, 's');
        Request& request = requests_.emplace_back(fd, text, static_cast<off_t>(random_() % kFile));
        request.block().aio_reqprio = static_cast<int>(random_() % 21);
        is_sync_.push_back(sync);
        int how = random_() % 2 == 0 ? O_SYNC : O_DSYNC;
        wrong_ += (sync ? request.sync(how) : request.write()) != 0;
    }

    void check_barrier(size_t place) {
        Request& sync = requests_[place];
        const aiocb* list[] = {&sync.block()};
        while (sync.in_progress()) {
            aio_suspend(list, 1, nullptr);
        }
        if (sync.status() != 0) {
            return;  // cancelled
        }
        ++syncs_;
        for (size_t i = 0; i < place; ++i) {
            overtaken_ += !is_sync_[i] && requests_[i].in_progress();
        }
    }

    std::mt19937_64 random_;
    ScratchFile file_{std::string(kFile, '-')};
    int fds_[3] = {file_.fd(), file_.open_again(O_RDWR), file_.open_again(O_WRONLY | O_APPEND)};
    std::deque<Request> requests_;
    std::deque<bool> is_sync_;
    std::atomic<size_t> overtaken_{0};
    std::atomic<size_t> wrong_{0};
    std::atomic<size_t> syncs_{0};
};

BOOST_AUTO_TEST_CASE(no_sync_overtakes_an_older_write) {
    uint64_t seed = announced_seed(20'260'310);
    std::deque<Storm> storms;
    for (uint64_t i = 0; i < 3; ++i) {
        storms.emplace_back(seed + i);
    }
    std::deque<std::thread> threads;
    for (Storm& storm : storms) {
        threads.emplace_back([&] {
            for (size_t round = 0; round < scaled(60); ++round) {
                storm.run_round();
            }
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    for (const Storm& storm : storms) {
        printf("%zu syncs\n", storm.syncs());
        BOOST_TEST(storm.syncs() > 0u);
        BOOST_TEST(storm.overtaken() == 0u);
        BOOST_TEST(storm.wrong() == 0u);
    }
}

}  // namespace
}  // namespace uaio
