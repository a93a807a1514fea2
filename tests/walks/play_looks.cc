// What a play compares after each step: see the head of play.h.
#include <algorithm>

#include "tests/aio/make_request.h"
#include "tests/aio/print_state.h"
#include "tests/walks/play.h"
#include "tests/walks/require.h"

namespace uaio::test {

// See the head of play.h: whom it overtakes must not notice.
void Play::look_at_order(const Outstanding& taken) const {
    std::vector<Turn> overtaken;
    for (const Outstanding& other : requests_) {
        if (!was_taken(other) && other.lane == taken.lane && comes_before(other, taken)) {
            overtaken.push_back(turn_of(other));
        }
    }
    if (overtaken.empty() || !serial(taken)) {
        return;
    }
    std::sort(overtaken.begin(), overtaken.end(), [&](const Turn& one, const Turn& other) {
        return comes_before(*find(one.number), *find(other.number));
    });
    std::vector<Turn> queue = turns_;
    std::vector<Turn> here = turns_;
    queue.insert(queue.end(), overtaken.begin(), overtaken.end());
    queue.push_back(turn_of(taken));
    here.push_back(turn_of(taken));
    here.insert(here.end(), overtaken.begin(), overtaken.end());
    Media queued = media_at_start();
    Media now = media_at_start();
    execute(queued, queue);
    execute(now, here);
    bool same = queued == now && queue.back().bytes == here[turns_.size()].bytes;
    for (size_t i = 0; i < overtaken.size(); ++i) {
        same = same && queue[turns_.size() + i].bytes == here[turns_.size() + 1 + i].bytes;
    }
    if (!same) {
        throw Broken(request_text(taken.number) + " overtakes, and somebody can tell");
    }
}

void Play::look() {
    if (looks_.states) {
        for (const Outstanding& request : requests_) {
            look_at_state(request);
        }
        look_at_counts();
    }
    if (requests_.empty()) {
        look_at_rest();
    }
}

void Play::look_at_state(const Outstanding& request) const {
    State state = state_of(*request.record);
    Verdict verdict = verdict_on(requests_, request, order_);
    bool right = state == verdict.state;
    if (verdict.either) {
        right = (right || state == State::kHeld) &&
                ready_at_gate_of(requests_, request, order_) == verdict.ready_of_gate;
    }
    if (!right) {
        throw Broken(request_text(request.number) + " is in " + name_of(state) + " and not in " +
                     name_of(verdict.state));
    }
}

void Play::look_at_counts() const {
    size_t ready = 0;
    size_t parked = 0;
    size_t owed = 0;
    for (const Outstanding& request : requests_) {
        ready += state_of(*request.record) == State::kReady;
        parked += request.stage == Stage::kParked;
        owed += request.operation.kind != Kind::kRead && request.operation.descriptor.file;
    }
    const Schedule& schedule = machine_->schedule();
    require(schedule.ready() == ready, "the number of ready requests is wrong");
    require(schedule.parked() == parked, "the number of parked requests is wrong");
    require(schedule.owed() == owed, "the number of requests that are owed is wrong");
    require(schedule.outstanding() == requests_.size(), "the number of requests is wrong");
    require(schedule.next_sequence() == static_cast<uint64_t>(admitted_) + 1,
            "the next sequence number is wrong");
}

// Nothing is outstanding.
void Play::look_at_rest() {
    for (const Lane& lane : lanes_) {
        require(lane.requests.empty() && lane.reads.empty() && lane.writes.empty(),
                "a lane is not empty at rest");
        for (const Gate& gate : lane.gates) {
            require(gate.inside == 0 && gate.outside.empty(), "a gate is not empty at rest");
        }
        for (const Request* parked : lane.parked) {
            require(parked == nullptr, "something is parked at rest");
        }
    }
    Media media = media_at_start();
    execute(media, turns_);
    for (size_t medium = 0; looks_.bytes && medium < kMedia; ++medium) {
        require(shared_[medium] || media[medium] == media_[medium],
                "a file or stream does not hold what serial execution leaves in it");
    }
}

}  // namespace uaio::test
