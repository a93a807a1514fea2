#include "tests/walks/enumerate.h"

#include <algorithm>

namespace uaio::test {
namespace {

// One level of the search: the steps that are possible there, and which of them is being followed.
struct Fork {
    std::vector<Step> steps;
    size_t chosen;
};

int count(const std::vector<Step>& steps, Move move) {
    return static_cast<int>(std::count_if(steps.begin(), steps.end(),
                                          [&](const Step& step) { return step.move == move; }));
}

std::vector<Step> chosen_of(const std::vector<Fork>& forks) {
    std::vector<Step> steps;
    for (const Fork& fork : forks) {
        steps.push_back(fork.steps[fork.chosen]);
    }
    return steps;
}

// On to the next walk: the last choice that has an alternative takes it.
bool turn_over(std::vector<Fork>& forks) {
    while (!forks.empty() && ++forks.back().chosen == forks.back().steps.size()) {
        forks.pop_back();
    }
    return !forks.empty();
}

class Search {
  public:
    Search(const Bounds& bounds, const Plant& plant, Tally& tally, Looks looks)
        : bounds_(bounds),
          admissions_(steps_named(bounds.admissions)),
          plant_(plant),
          tally_(tally),
          looks_(looks) {}

    // The walk to which the forks lead, and on by first choices to its end.
    void follow(std::vector<Fork>& forks) {
        Play play(bounds_.order, plant_, looks_);
        std::vector<Step> done = chosen_of(forks);
        for (size_t i = 0; i < done.size(); ++i) {
            bool fresh = i + 1 == done.size();
            tally_.steps += fresh;
            play.make(done[i], fresh);
        }
        for (;;) {
            std::vector<Step> next = choices(play, bounds_, admissions_, done);
            if (next.empty()) {
                break;
            }
            done.push_back(next[0]);
            forks.push_back({std::move(next), 0});
            ++tally_.steps;
            play.make(done.back());
        }
        play.end();
        ++tally_.walks;
    }

  private:
    const Bounds& bounds_;
    const std::vector<Step> admissions_;
    const Plant& plant_;
    Tally& tally_;
    const Looks looks_;
};

}  // namespace

std::vector<Step> choices(const Play& play, const Bounds& bounds,
                          const std::vector<Step>& admissions, const std::vector<Step>& done) {
    std::vector<Step> steps;
    auto add = [&](bool allowed, const Step& step) {
        if (allowed && play.possible(step)) {
            steps.push_back(step);
        }
    };
    for (const Step& admission : admissions) {
        add(play.admitted() < bounds.requests, admission);
    }
    add(true, {Move::kTake});
    add(bounds.both_times, {Move::kTakeAndTransfer});
    bool withdraw = count(done, Move::kWithdraw) < bounds.withdrawals;
    bool park = count(done, Move::kPark) < bounds.parks;
    for (const Outstanding& request : play.requests()) {
        add(true, {Move::kJoin, request.number});
        add(true, {Move::kRetire, request.number});
        add(withdraw, {Move::kWithdraw, request.number});
        add(park, {Move::kPark, request.number});
        add(true, {Move::kUnpark, request.number});
        add(true, {Move::kResume, request.number});
    }
    add(true, {Move::kUnparkAll});
    return steps;
}

std::optional<Finding> enumerate(const Bounds& bounds, const Plant& plant, Tally& tally,
                                 Looks looks) {
    Search search(bounds, plant, tally, looks);
    std::vector<Fork> forks;
    do {
        try {
            search.follow(forks);
        } catch (const Broken& broken) {
            return Finding{{bounds.order, chosen_of(forks)}, broken.what()};
        }
    } while (turn_over(forks));
    return std::nullopt;
}

}  // namespace uaio::test
