// The schedule never lets a request run that has to wait, and never lets one wait that may run.
// Method: thousands of short random series of admit, take, park, retire and withdraw, over a few
// descriptors, files and bytes so that everything gets into everybody's way; after every step the
// state of every request is compared with what an obviously right model (schedule_model.h) says.
#define BOOST_TEST_MODULE schedule_model
#include "tests/aio/schedule_model.h"

#include <algorithm>
#include <array>
#include <deque>
#include <map>
#include <memory>
#include <random>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "aio/lane.h"
#include "aio/schedule.h"
#include "tests/aio/make_request.h"
#include "tests/aio/print_state.h"
#include "tests/support/seed.h"

namespace uaio {
namespace {

using namespace test;

// The world of a series.
struct World {
    size_t lanes;
    size_t files;
    size_t outstanding;  // at most
    int64_t bytes;       // offsets begin below this
    size_t length;       // of a transfer, at most
    bool with_streams;   // the last descriptor is a stream
    bool with_priority;
    bool mostly_reads;
    bool strict;
};

class Series {
  public:
    Series(const World& world, uint64_t seed)
        : world_(world), random_(seed), model_(world.strict), records_(world.outstanding) {
        schedule_->set_policy(world.strict ? place_strictly : place_by_conflict);
        for (Request& record : records_) {
            free_.push_back(&record);
        }
    }

    void run(int steps) {
        for (int step = 0; step < steps; ++step) {
            now_ = step;
            size_t choice = pick(9);
            if (choice < 4 && !free_.empty()) {
                admit();
            } else if (choice < 7) {
                take();
            } else if (choice < 9) {
                end_run();
            } else {
                withdraw();
            }
            if (pick(3) == 0) {
                try_again();
            }
            compare();
        }
        drain();
    }

  private:
    size_t pick(size_t most) { return std::uniform_int_distribution<size_t>(0, most)(random_); }

    // A descriptor number may have other flags at every request (fcntl), but stays what it is.
    Descriptor descriptor_of(size_t lane) {
        if (world_.with_streams && lane + 1 == world_.lanes) {
            return stream(1'000 + lane);
        }
        Descriptor descriptor = file(lane % world_.files, world_.bytes / 2);
        descriptor.size += static_cast<int64_t>(pick(static_cast<size_t>(world_.bytes / 4)));
        descriptor.direct = pick(1) == 0;
        descriptor.append = pick(5) == 0;
        return descriptor;
    }

    Operation any_operation(size_t lane) {
        Descriptor descriptor = descriptor_of(lane);
        auto offset = static_cast<int64_t>(pick(static_cast<size_t>(world_.bytes - 1)));
        size_t bytes = pick(world_.length);
        constexpr std::array kPriorities = {kPriorityMin, -1, 0, kPriorityMax};
        int priority = world_.with_priority ? kPriorities[pick(kPriorities.size() - 1)] : 0;
        size_t kind = pick(9);
        if (kind < (world_.mostly_reads ? 8u : 4u)) {
            return reading(descriptor, offset, bytes, priority);
        }
        if (kind < 9) {
            return writing(descriptor, offset, bytes, priority);
        }
        return syncing(descriptor, priority);
    }

    void admit() {
        Request& record = *free_.front();
        free_.pop_front();
        size_t lane = pick(world_.lanes - 1);
        make_request(record, lanes_[lane], any_operation(lane));
        record.progress = 0;
        waiting_.push_back(&record);
        model_.admitted(record);
        schedule_->admit(record);
    }

    // One of the most urgent that are ready, and of these one that has been ready longest.
    void take() {
        const Request* best = nullptr;
        for (const auto* requests : {&waiting_, &again_}) {
            for (const Request* request : *requests) {
                if (state_of(*request) == State::kReady &&
                    (best == nullptr || goes_first(*request, *best))) {
                    best = request;
                }
            }
        }
        Request* request = schedule_->take();
        BOOST_TEST_REQUIRE((request != nullptr) == (best != nullptr));
        if (request == nullptr) {
            return;
        }
        BOOST_TEST_REQUIRE((is_in(waiting_, request) || is_in(again_, request)));
        BOOST_TEST_REQUIRE(!goes_first(*best, *request));
        BOOST_TEST_REQUIRE(state_of(*request) == State::kRunning);
        std::erase(waiting_, request);
        std::erase(again_, request);
        running_.push_back(request);
        model_.taken(*request);
        ready_since_.erase(request);
    }

    static bool is_in(const std::vector<Request*>& requests, const Request* request) {
        return std::count(requests.begin(), requests.end(), request) == 1;
    }

    bool goes_first(const Request& one, const Request& other) {
        int urgency = one.operation.priority;
        int other_urgency = other.operation.priority;
        return urgency != other_urgency ? urgency > other_urgency
                                        : ready_since_[&one] < ready_since_[&other];
    }

    void end_run() {
        if (running_.empty()) {
            return;
        }
        Request* request = running_[pick(running_.size() - 1)];
        std::erase(running_, request);
        const Operation& operation = request->operation;
        if (!operation.descriptor.seekable && !is_sync(operation.kind) && pick(2) != 0) {
            park(*request);
            return;
        }
        request->state = State::kPublished;
        model_.gone(*request);
        schedule_->retire(*request);
        free_.push_back(request);
    }

    // Where priorities differ, a read that is to be tried again may be overtaken, which the model
    // does not know; a write that the stream has taken in part may not.
    void park(Request& request) {
        if (world_.with_priority && request.operation.kind == Kind::kRead) {
            running_.push_back(&request);
            return;
        }
        request.progress += world_.with_priority ? 1 : 0;
        schedule_->park(request);
        parked_.push_back(&request);
    }

    void try_again() {
        if (parked_.empty()) {
            return;
        }
        size_t choice = pick(9);
        if (choice == 0) {
            schedule_->unpark_all();
            again_.insert(again_.end(), parked_.begin(), parked_.end());
            parked_.clear();
            return;
        }
        Request* request = parked_[pick(parked_.size() - 1)];
        std::erase(parked_, request);
        if (choice < 3) {
            schedule_->resume(*request);
            running_.push_back(request);
        } else {
            schedule_->unpark(*request);
            again_.push_back(request);
        }
    }

    void withdraw() {
        std::vector<Request*> all;
        for (const auto* requests : {&waiting_, &running_, &parked_, &again_}) {
            all.insert(all.end(), requests->begin(), requests->end());
        }
        if (all.empty()) {
            return;
        }
        Request* request = all[pick(all.size() - 1)];
        if (is_in(running_, request)) {
            BOOST_TEST_REQUIRE(!schedule_->withdraw(*request));
            return;
        }
        for (auto* requests : {&waiting_, &parked_, &again_}) {
            std::erase(*requests, request);
        }
        model_.gone(*request);
        ready_since_.erase(request);
        BOOST_TEST_REQUIRE(schedule_->withdraw(*request));
        BOOST_TEST_REQUIRE(state_of(*request) == State::kWithdrawn);
        free_.push_back(request);
    }

    void compare() {
        size_t ready = 0;
        for (const Request* request : waiting_) {
            State state = state_of(*request);
            Verdict verdict = model_.verdict_on(*request);
            if (verdict.either) {
                BOOST_TEST_REQUIRE((state == State::kReady || state == State::kHeld));
                BOOST_TEST_REQUIRE(ready_at_gate_of(*request) == verdict.ready_of_gate);
            } else {
                BOOST_TEST_REQUIRE(state == verdict.state);
            }
            ready += state == State::kReady;
            note_ready(*request, state == State::kReady);
        }
        for (const Request* request : running_) {
            BOOST_TEST_REQUIRE(state_of(*request) == State::kRunning);
        }
        for (const Request* request : parked_) {
            BOOST_TEST_REQUIRE(state_of(*request) == State::kParked);
        }
        for (const Request* request : again_) {
            BOOST_TEST_REQUIRE(state_of(*request) == State::kReady);
            note_ready(*request, true);
        }
        BOOST_TEST_REQUIRE(schedule_->ready() == ready + again_.size());
        BOOST_TEST_REQUIRE(schedule_->parked() == parked_.size());
        BOOST_TEST_REQUIRE(schedule_->outstanding() == model_.outstanding());
    }

    size_t ready_at_gate_of(const Request& request) const {
        auto requests = model_.waiting_at_gate(request);
        return static_cast<size_t>(
            std::count_if(requests.begin(), requests.end(),
                          [](const Request* other) { return state_of(*other) == State::kReady; }));
    }

    void note_ready(const Request& request, bool ready) {
        if (!ready) {
            ready_since_.erase(&request);
        } else {
            ready_since_.try_emplace(&request, now_);
        }
    }

    // Nothing is stuck: while something is outstanding, something runs or can be taken. At the end
    // nothing is left anywhere, which a sync of every file shows by finding no older write.
    void drain() {
        while (model_.outstanding() != 0) {
            ++now_;
            if (running_.empty() || pick(1) == 0) {
                size_t before = running_.size();
                take();
                BOOST_TEST_REQUIRE((running_.size() > before || before > 0 || !parked_.empty()));
            } else {
                end_run();
            }
            try_again();
            compare();
        }
        for (size_t lane = 0; lane < world_.lanes; ++lane) {
            BOOST_TEST_REQUIRE(lanes_[lane].requests.empty());
            BOOST_TEST_REQUIRE(lanes_[lane].reads.empty());
            BOOST_TEST_REQUIRE(lanes_[lane].writes.empty());
            for (const Gate& gate : lanes_[lane].gates) {
                BOOST_TEST_REQUIRE(gate.inside == 0u);
                BOOST_TEST_REQUIRE(gate.outside.empty());
            }
            Request& record = *free_.front();
            make_request(record, lanes_[lane], syncing(descriptor_of(lane)));
            schedule_->admit(record);
            BOOST_TEST_REQUIRE(state_of(record) == State::kReady);
            BOOST_TEST_REQUIRE(schedule_->withdraw(record));
        }
        BOOST_TEST_REQUIRE(schedule_->outstanding() == 0u);
        BOOST_TEST_REQUIRE(schedule_->ready() == 0u);
    }

    const World world_;
    std::mt19937_64 random_;
    ScheduleModel model_;
    std::deque<Request> records_;  // used again and again
    std::array<Lane, 3> lanes_ = {};
    std::unique_ptr<Schedule> schedule_ = std::make_unique<Schedule>();
    std::deque<Request*> free_;
    std::vector<Request*> waiting_;  // admitted and not taken
    std::vector<Request*> running_;
    std::vector<Request*> parked_;
    std::vector<Request*> again_;  // were parked and are to be tried again
    std::map<const Request*, int> ready_since_;
    int now_ = 0;
};

void run_worlds(const std::vector<World>& worlds, uint64_t usual_seed, int series, int steps) {
    uint64_t seed = announced_seed(usual_seed);
    for (const World& world : worlds) {
        for (int i = 0; i < series; ++i) {
            BOOST_TEST_CONTEXT("world " << &world - worlds.data() << ", series " << i) {
                Series(world, seed + static_cast<uint64_t>(i)).run(steps);
            }
        }
    }
}

// lanes, files, outstanding, bytes, length, streams, priority, mostly reads, strict

BOOST_AUTO_TEST_CASE(as_if_serial_is_kept_and_nothing_waits_in_vain) {
    run_worlds({{1, 1, 8, 24, 8, false, false, false, false},
                {1, 1, 8, 24, 8, false, true, false, false},
                {3, 2, 12, 40, 12, false, true, false, false},
                {3, 1, 12, 24, 8, false, false, true, false},
                {2, 1, 10, 24, 8, true, true, false, false},
                {3, 2, 14, 200, 100, true, true, false, false}},
               20'260'106, 300, 60);
}

BOOST_AUTO_TEST_CASE(strict_order_is_kept_and_nothing_waits_in_vain) {
    run_worlds({{1, 1, 8, 24, 8, false, true, false, true},
                {3, 2, 12, 24, 8, true, true, false, true},
                {3, 1, 12, 24, 8, false, false, true, true}},
               20'260'107, 250, 60);
}

// More than the fan-out of a descriptor outstanding, most of them free to run.
BOOST_AUTO_TEST_CASE(a_full_gate_is_kept_full) {
    run_worlds({{1, 1, 3 * kLaneFanOut, 4'000, 6, false, true, true, false},
                {2, 1, 4 * kLaneFanOut, 2'000, 20, false, false, true, false}},
               20'260'108, 12, 500);
}

}  // namespace
}  // namespace uaio
