// Many requests of one descriptor, and those who cancel them. Method: reads of an empty pipe, of
// which the first waits for data and the others for the first; and writes of overlapping ranges of
// a file, of which each waits for others.
#include <aio.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <deque>
#include <numeric>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/storm/scale.h"
#include "tests/support/bell.h"
#include "tests/support/gate.h"
#include "tests/support/request.h"
#include "tests/support/scratch_file.h"
#include "tests/support/seed.h"

namespace uaio {
namespace {

using namespace test;

using Random = std::mt19937_64;

// Reads of one byte each, of a pipe that has none until it is fed.
class WaitingReads {
  public:
    explicit WaitingReads(size_t count) : blocks_(count), bytes_(count, '.') {
        for (size_t i = 0; i < count; ++i) {
            set_up(&blocks_[i], fd(), &bytes_[i], 1, 0);
        }
    }

    ~WaitingReads() {
        gate_.end();
        for (aiocb& block : blocks_) {
            finish(&block);
        }
    }

    WaitingReads(const WaitingReads&) = delete;
    WaitingReads& operator=(const WaitingReads&) = delete;

    // The number of requests that were refused.
    int submit() {
        int refused = 0;
        for (aiocb& block : blocks_) {
            refused += aio_read(&block) != 0;
        }
        return refused;
    }

    size_t size() const { return blocks_.size(); }
    aiocb& block(size_t place) { return blocks_[place]; }
    char byte(size_t place) const { return bytes_[place]; }
    int fd() const { return gate_.fd(); }
    void feed(const std::string& bytes) { gate_.release(bytes); }

    size_t with_status(int status) const {
        return static_cast<size_t>(std::ranges::count_if(
            blocks_, [&](const aiocb& block) { return aio_error(&block) == status; }));
    }

  private:
    ReadGate gate_;
    std::vector<aiocb> blocks_;
    std::string bytes_;
};

// The head of a pipe's queue is tried now and then, and runs for that moment.
int cancel_until_it_is(int fd, aiocb* block) {
    int answer;
    while ((answer = aio_cancel(fd, block)) == AIO_NOTCANCELED) {
        sched_yield();
    }
    return answer;
}

// One request after the other to a file, until told to stop.
class Bystander {
  public:
    explicit Bystander(WaitingReads& reads) : reads_(reads), thread_([this] { run(); }) {}
    ~Bystander() { stop(); }
    Bystander(const Bystander&) = delete;
    Bystander& operator=(const Bystander&) = delete;

    void stop() {
        stopping_ = true;
        if (thread_.joinable()) {
            thread_.join();
        }
    }

    bool failed() const { return failed_; }
    // Requests submitted when the first read had been cancelled and finished before the last was.
    size_t meanwhile() const { return meanwhile_; }
    void wait_until_at_work() { working_.wait(); }

  private:
    void run() {
        bool rung = false;
        while (!stopping_) {
            bool begun = aio_error(&reads_.block(0)) == ECANCELED;
            Request request(file_.fd(), "bystander");
            failed_ = failed_ || request.write() != 0 || request.finish() != transferred(9);
            bool going_on = aio_error(&reads_.block(reads_.size() - 1)) == EINPROGRESS;
            meanwhile_ += begun && going_on;
            if (!rung) {
                working_.ring();
                rung = true;
            }
        }
    }

    WaitingReads& reads_;
    ScratchFile file_;
    Bell working_;
    std::atomic<bool> stopping_{false};
    std::atomic<bool> failed_{false};
    std::atomic<size_t> meanwhile_{0};
    std::thread thread_;
};

struct CrowdEnd {
    double seconds;
    size_t meanwhile;
};

CrowdEnd cancel_crowd(size_t count) {
    WaitingReads reads(count);
    BOOST_TEST_REQUIRE(reads.submit() == 0);
    Bystander bystander(reads);
    bystander.wait_until_at_work();
    auto start = std::chrono::steady_clock::now();
    int answer = aio_cancel(reads.fd(), nullptr);
    std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
    // Only the head may have run at that moment; it waits again afterwards.
    if (answer == AIO_NOTCANCELED) {
        BOOST_TEST(cancel_until_it_is(reads.fd(), nullptr) == AIO_CANCELED);
    } else {
        BOOST_TEST(answer == AIO_CANCELED);
    }
    bystander.stop();
    BOOST_TEST(!bystander.failed());
    BOOST_TEST(reads.with_status(ECANCELED) == count);
    return {taken.count(), bystander.meanwhile()};
}

// Who gets a processor in these few milliseconds is the system's choice, so there are some tries.
BOOST_AUTO_TEST_CASE(a_hundred_thousand_are_cancelled_while_others_go_on) {
    size_t many = scaled(100'000);
    constexpr int kTries = 20;
    CrowdEnd few = cancel_crowd(many / 10);
    CrowdEnd end = {};
    for (int i = 0; i < kTries && end.meanwhile == 0; ++i) {
        end = cancel_crowd(many);
    }
    printf("aio_cancel of %zu: %.1f ms, of %zu: %.1f ms, others finished %zu meanwhile\n",
           many / 10, few.seconds * 1e3, many, end.seconds * 1e3, end.meanwhile);
    BOOST_TEST(end.meanwhile > 0u);
}

// Both ask for the same request at the same time: one withdraws it, and the other may say that all
// is done only when it is.
BOOST_AUTO_TEST_CASE(of_two_cancellers_one_withdraws) {
    constexpr size_t kReads = 200;
    size_t rounds = scaled(500);
    WaitingReads reads(kReads);
    Request head(reads.fd(), 1);
    BOOST_TEST_REQUIRE(head.read() == 0);
    Bell start[2];
    Bell done;
    std::atomic<size_t> meet[2] = {0, 0};
    std::atomic<size_t> withdrawn{0};
    std::atomic<size_t> too_early{0};
    std::atomic<size_t> others{0};
    auto cancel_all = [&](size_t self) {
        for (size_t i = 0; i < kReads; ++i) {
            meet[self].store(i + 1, std::memory_order_release);
            while (meet[1 - self].load(std::memory_order_acquire) <= i) {
                sched_yield();
            }
            int answer = aio_cancel(reads.fd(), &reads.block(i));
            withdrawn += answer == AIO_CANCELED;
            others += answer != AIO_CANCELED && answer != AIO_ALLDONE;
            too_early += aio_error(&reads.block(i)) == EINPROGRESS;
        }
    };
    auto body = [&](size_t self) {
        for (size_t round = 0; round < rounds; ++round) {
            start[self].wait();
            cancel_all(self);
            done.ring();
        }
    };
    std::thread first(body, 0);
    std::thread second(body, 1);
    int refused = 0;
    size_t survivors = 0;
    for (size_t round = 0; round < rounds; ++round) {
        refused += reads.submit();
        meet[0] = meet[1] = 0;
        start[0].ring();
        start[1].ring();
        done.wait(2);
        survivors += kReads - reads.with_status(ECANCELED);
    }
    first.join();
    second.join();
    BOOST_TEST(refused == 0);
    BOOST_TEST(survivors == 0u);
    BOOST_TEST(too_early == 0u);
    BOOST_TEST(others == 0u);
    BOOST_TEST(withdrawn == rounds * kReads);
    BOOST_TEST(head.in_progress());
    BOOST_TEST(cancel_until_it_is(reads.fd(), &head.block()) == AIO_CANCELED);
}

// One cancels request by request, two cancel all of the descriptor: nobody is told that all is done
// while something is in progress.
BOOST_AUTO_TEST_CASE(cancelling_all_and_one_at_the_same_time) {
    constexpr size_t kReads = 300;
    size_t rounds = scaled(300);
    WaitingReads reads(kReads);
    Bell start;
    Bell done;
    std::atomic<size_t> too_early{0};
    auto cancel_whole = [&] {
        for (size_t round = 0; round < rounds; ++round) {
            start.wait();
            int answer = aio_cancel(reads.fd(), nullptr);
            too_early += answer != AIO_NOTCANCELED && reads.with_status(EINPROGRESS) != 0;
            done.ring();
        }
    };
    std::thread first(cancel_whole);
    std::thread second(cancel_whole);
    int refused = 0;
    for (size_t round = 0; round < rounds; ++round) {
        refused += reads.submit();
        start.ring();
        start.ring();
        for (size_t i = kReads; i > 0; --i) {
            int answer = aio_cancel(reads.fd(), &reads.block(i - 1));
            too_early += answer != AIO_NOTCANCELED && aio_error(&reads.block(i - 1)) == EINPROGRESS;
        }
        done.wait(2);
        cancel_until_it_is(reads.fd(), nullptr);
        BOOST_TEST_REQUIRE(reads.with_status(ECANCELED) == kReads);
    }
    first.join();
    second.join();
    BOOST_TEST(refused == 0);
    BOOST_TEST(too_early == 0u);
}

// A random part of `count` requests, in random order.
std::vector<size_t> any_subset(Random& random, size_t count) {
    std::vector<size_t> places(count);
    std::iota(places.begin(), places.end(), size_t{0});
    std::ranges::shuffle(places, random);
    places.resize(random() % (count + 1));
    return places;
}

BOOST_AUTO_TEST_CASE(what_is_not_cancelled_of_a_pipe_gets_the_data_in_order) {
    constexpr size_t kReads = 120;
    Random random(announced_seed(20'260'302));
    for (size_t round = 0; round < scaled(200); ++round) {
        WaitingReads reads(kReads);
        BOOST_TEST_REQUIRE(reads.submit() == 0);
        std::vector<size_t> unwanted = any_subset(random, kReads);
        std::thread helper([&] {
            for (size_t i = 1; i < unwanted.size(); i += 2) {
                cancel_until_it_is(reads.fd(), &reads.block(unwanted[i]));
            }
        });
        for (size_t i = 0; i < unwanted.size(); i += 2) {
            cancel_until_it_is(reads.fd(), &reads.block(unwanted[i]));
        }
        helper.join();
        size_t left = kReads - unwanted.size();
        std::string data(left, ' ');
        std::ranges::generate(data, [&] { return static_cast<char>('a' + random() % 26); });
        if (left > 0) {
            reads.feed(data);
        }
        std::string got;
        for (size_t i = 0; i < kReads; ++i) {
            bool cancelled = std::ranges::find(unwanted, i) != unwanted.end();
            Outcome outcome = finish(&reads.block(i));
            BOOST_TEST_REQUIRE(outcome == (cancelled ? failed(ECANCELED) : transferred(1)));
            if (!cancelled) {
                got += reads.byte(i);
            }
        }
        BOOST_TEST_REQUIRE(got == data);
    }
}

BOOST_AUTO_TEST_CASE(what_is_not_cancelled_of_a_file_is_written) {
    constexpr size_t kWrites = 150;
    Random random(announced_seed(20'260'303));
    ScratchFile file(std::string(kWrites + 40, '-'));
    for (size_t round = 0; round < scaled(200); ++round) {
        std::deque<Request> requests;
        int refused = 0;
        for (size_t i = 0; i < kWrites; ++i) {
            std::string text(1 + random() % 40, static_cast<char>('a' + i % 26));
            Request& request =
                requests.emplace_back(file.fd(), text, static_cast<off_t>(random() % kWrites));
            request.block().aio_reqprio = static_cast<int>(random() % 4);
            refused += (i % 16 == 15 ? request.sync(O_SYNC) : request.write()) != 0;
        }
        BOOST_TEST_REQUIRE(refused == 0);
        std::vector<int> answers(kWrites, -2);
        for (size_t place : any_subset(random, kWrites)) {
            answers[place] = aio_cancel(file.fd(), &requests[place].block());
        }
        for (size_t i = 0; i < kWrites; ++i) {
            Outcome outcome = requests[i].finish();
            BOOST_TEST_REQUIRE((outcome.error == ECANCELED) == (answers[i] == AIO_CANCELED));
            BOOST_TEST_REQUIRE((outcome.error == 0 || outcome == failed(ECANCELED)), outcome);
        }
    }
}

}  // namespace
}  // namespace uaio
