#include "tests/walks/random_walk.h"

#include <algorithm>
#include <array>
#include <random>

#include "aio/limits.h"

namespace uaio::test {
namespace {

class Dice {
  public:
    Dice(uint64_t seed, uint64_t number) {
        std::seed_seq mixed{seed, seed >> 32, number, number >> 32};
        random_.seed(mixed);
    }
    // Each of 0 to most - 1, as likely.
    size_t roll(size_t most) { return std::uniform_int_distribution<size_t>(0, most - 1)(random_); }
    bool one_in(size_t most) { return roll(most) == 0; }
    template <class T>
    const T& any(const std::vector<T>& things) {
        return things[roll(things.size())];
    }

  private:
    std::mt19937_64 random_;
};

// What one walk is about. Little room, so that everything gets into everybody's way.
struct Scene {
    Order order;
    std::vector<size_t> lanes;
    size_t outstanding;  // at most
    int admissions;
    size_t bytes;   // offsets begin below this
    size_t length;  // of a transfer, at most
    bool with_priority;
    bool with_flags;
    bool mostly_reads;
};

// More than the fan-out of a descriptor outstanding, most of them free to run.
Scene crowded(Dice& dice) {
    return {.order = Order::kConflict,
            .lanes = {dice.roll(3)},
            .outstanding = 3 * kLaneFanOut,
            .admissions = 5 * kLaneFanOut,
            .bytes = 4'000,
            .length = 6,
            .with_priority = dice.one_in(2),
            .with_flags = false,
            .mostly_reads = true};
}

constexpr size_t kCrowdedOneIn = 50;  // they take as long as all the others

Scene any_scene(Dice& dice) {
    if (dice.one_in(kCrowdedOneIn)) {
        return crowded(dice);
    }
    std::vector<size_t> lanes(1 + dice.roll(3));
    std::generate(lanes.begin(), lanes.end(), [&] { return dice.roll(kWalkLanes); });
    return {.order = static_cast<Order>(dice.roll(3)),
            .lanes = lanes,
            .outstanding = 2 + dice.roll(12),
            .admissions = 4 + static_cast<int>(dice.roll(30)),
            .bytes = 6 + dice.roll(20),
            .length = 2 + dice.roll(8),
            .with_priority = dice.one_in(2),
            .with_flags = dice.one_in(2),
            .mostly_reads = dice.one_in(4)};
}

Kind any_kind(Dice& dice, const Scene& scene) {
    size_t choice = dice.roll(10);
    if (choice == 0) {
        return dice.one_in(2) ? Kind::kDataSync : Kind::kFileSync;
    }
    return choice < (scene.mostly_reads ? 9 : 5) ? Kind::kRead : Kind::kWrite;
}

Step any_admission(Dice& dice, const Scene& scene) {
    static const std::vector<int> kPriorities = {kPriorityMin, -1, 0, kPriorityMax};
    Admission admission{.kind = any_kind(dice, scene), .lane = dice.any(scene.lanes)};
    if (!is_sync(admission.kind)) {
        admission.offset =
            is_stream(admission.lane) ? 0 : static_cast<int64_t>(dice.roll(scene.bytes));
        admission.bytes = dice.roll(scene.length + 1);
        admission.append = scene.with_flags && dice.one_in(5);
        admission.direct = !scene.with_flags || dice.one_in(2);
        admission.own_position = scene.with_flags && !is_stream(admission.lane) && dice.one_in(4);
    }
    admission.priority = scene.with_priority ? dice.any(kPriorities) : 0;
    return {Move::kAdmit, 0, admission};
}

class Stroll {
  public:
    Stroll(Dice& dice, const Scene& scene, const Plant& plant, Finding& finding)
        : dice_(dice), scene_(scene), play_(scene.order, plant), steps_(finding.walk.steps) {}

    void run() {
        while (play_.admitted() < scene_.admissions) {
            size_t choice = dice_.roll(10);
            if (choice < 4 && play_.requests().size() < scene_.outstanding) {
                make(any_admission(dice_, scene_));
            } else if (choice == 9) {
                stir();
            } else {
                go_on();
            }
        }
        while (go_on()) {
        }
        play_.end();
    }

  private:
    void make(const Step& step) {
        steps_.push_back(step);
        play_.make(step);
    }

    // What is possible without further requests, withdrawals and parks: leads to rest.
    bool go_on() {
        Bounds bounds{scene_.order, "", 0, 0, 0, true};
        std::vector<Step> next = choices(play_, bounds, {}, {});
        if (!next.empty()) {
            make(dice_.any(next));
        }
        return !next.empty();
    }

    void stir() {
        if (play_.requests().empty()) {
            return;
        }
        int number = dice_.any(play_.requests()).number;
        Move move = dice_.one_in(2) ? Move::kWithdraw : Move::kPark;
        if (play_.possible({move, number})) {
            make({move, number});
        }
    }

    Dice& dice_;
    const Scene& scene_;
    Play play_;
    std::vector<Step>& steps_;
};

}  // namespace

std::optional<Finding> random_walk(uint64_t seed, uint64_t number, const Plant& plant,
                                   Tally& tally) {
    Dice dice(seed, number);
    Scene scene = any_scene(dice);
    Finding finding{{scene.order, {}}, ""};
    try {
        Stroll(dice, scene, plant, finding).run();
    } catch (const Broken& broken) {
        finding.error = broken.what();
    }
    ++tally.walks;
    tally.steps += finding.walk.steps.size();
    return finding.error.empty() ? std::nullopt : std::optional(finding);
}

}  // namespace uaio::test
