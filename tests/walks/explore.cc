// explore: random walks through the pure schedule until one is wrong or the time is over.
//
//     explore [--seconds N] [--walks N] [--seed S] [--state FILE] [--plant NAME]
//     explore --replay 'WALK' [--plant NAME]
//
// Progress goes to standard error, the result is one line on standard output. Exit status: 0; 1 if
// something is wrong with the schedule, or a file cannot be used; 2 for a command line that makes
// no sense.
#include <boost/program_options/value_semantic.hpp>

#include <chrono>
#include <iostream>

#include "tests/walks/plant.h"
#include "tests/walks/progress.h"
#include "tests/walks/random_walk.h"
#include "tests/walks/shrink.h"
#include "tools/uaio/arguments.h"
#include "tools/uaio/failure.h"

namespace uaio::test {
namespace {

using tools::OptionTable;
using tools::OptionValues;
using tools::UsageError;
using Clock = std::chrono::steady_clock;

constexpr uint64_t kSecondsUsual = 10;
constexpr uint64_t kSeedUsual = 1;
constexpr uint64_t kWalksBetweenLooks = 256;  // at the clock: less than a second
constexpr unsigned kLineColumns = 96;

OptionTable options_table() {
    namespace po = boost::program_options;
    OptionTable options("Options", kLineColumns);
    options.add_options()("seconds", po::value<uint64_t>(), "how long; 10 if nothing is said");
    options.add_options()("walks", po::value<uint64_t>(), "how many, instead of how long");
    options.add_options()("seed", po::value<uint64_t>(), "where chance begins; 1");
    options.add_options()(
        "state", po::value<std::string>(),
        "a file that keeps the seed and the number of the next walk: go on there");
    options.add_options()("plant", po::value<std::string>(), "put this error into the schedule");
    options.add_options()("replay", po::value<std::string>(), "play this walk, step by step");
    options.add_options()("help,h", "print this text");
    return options;
}

void print_help() {
    std::cout << "usage: explore [OPTIONS]\n\nRandom walks through the pure schedule; each step is "
                 "compared with a reference.\n\n"
              << options_table() << "\nErrors that can be planted:\n";
    for (const Plant& plant : kErrors) {
        std::cout << "  " << plant.name << ": " << plant.error << '\n';
    }
}

template <class T>
std::optional<T> value_of(const OptionValues& values, const char* name) {
    return values.count(name) != 0 ? std::optional(values[name].as<T>()) : std::nullopt;
}

const Plant& plant_of(const OptionValues& values) {
    std::optional<std::string> name = value_of<std::string>(values, "plant");
    const Plant* plant = name.has_value() ? find_plant(*name) : &kSound;
    if (plant == nullptr) {
        throw UsageError("there is no error '" + *name + "' to be planted");
    }
    return *plant;
}

Progress start_of(const OptionValues& values, const std::optional<std::string>& path) {
    std::optional<uint64_t> seed = value_of<uint64_t>(values, "seed");
    std::optional<Progress> kept = path.has_value() ? load_progress(*path) : std::nullopt;
    if (kept.has_value() && seed.value_or(kept->seed) != kept->seed) {
        throw UsageError(*path + " goes on with seed " + std::to_string(kept->seed));
    }
    return kept.value_or(Progress{seed.value_or(kSeedUsual), 0});
}

int report(const Finding& found, const Progress& at, const Plant& plant) {
    std::cerr << "seed " << at.seed << ", walk " << at.next << ": " << found.error << " after '"
              << name_of(found.walk) << "'\n";
    Finding least = shrink(found, plant);
    std::cout << "wrong: " << least.error << ": --replay '" << name_of(least.walk) << "'\n";
    return tools::kExitFailure;
}

// When a search is over, and what it says on the way.
class Watch {
  public:
    explicit Watch(const OptionValues& values)
        : walks_(value_of<uint64_t>(values, "walks")),
          end_(Clock::now() + std::chrono::seconds(
                                  value_of<uint64_t>(values, "seconds").value_or(kSecondsUsual))) {}

    bool over(const Tally& tally) const {
        return walks_.has_value() ? tally.walks >= *walks_
                                  : tally.walks % kWalksBetweenLooks == 0 && Clock::now() >= end_;
    }

    // Once a second.
    bool is_time_to_tell(const Tally& tally) {
        if (tally.walks % kWalksBetweenLooks != 0 || Clock::now() < next_) {
            return false;
        }
        next_ += std::chrono::seconds(1);
        return true;
    }

  private:
    const std::optional<uint64_t> walks_;
    const Clock::time_point end_;
    Clock::time_point next_ = Clock::now() + std::chrono::seconds(1);
};

// The state names a walk that is wrong as the next one, so that it is found again until it is
// right.
int search(const OptionValues& values) {
    const Plant& plant = plant_of(values);
    std::optional<std::string> path = value_of<std::string>(values, "state");
    Progress at = start_of(values, path);
    auto keep = [&] { path.has_value() ? save_progress(*path, at) : static_cast<void>(0); };
    Tally tally;
    Watch watch(values);
    for (; !watch.over(tally) || tally.walks == 0; ++at.next) {
        std::optional<Finding> found = random_walk(at.seed, at.next, plant, tally);
        if (found.has_value()) {
            keep();
            return report(*found, at, plant);
        }
        if (watch.is_time_to_tell(tally)) {
            std::cerr << tally.walks << " walks, " << tally.steps << " steps\n";
            keep();
        }
    }
    keep();
    std::cout << "right: seed " << at.seed << ", " << tally.walks << " walks up to number "
              << at.next - 1 << ", " << tally.steps << " steps\n";
    return 0;
}

int replay_named(const OptionValues& values) {
    try {
        Walk walk = walk_named(values["replay"].as<std::string>());
        return narrate(std::cout, walk, plant_of(values)).has_value() ? tools::kExitFailure : 0;
    } catch (const std::invalid_argument& error) {
        throw UsageError(error.what());
    }
}

int run(const tools::Words& words) {
    tools::CommandLine line = tools::parse(options_table(), words, false);
    if (!line.operands.empty()) {
        throw UsageError("'" + line.operands[0] + "' is no option");
    }
    if (line.options.count("help") != 0) {
        print_help();
        return 0;
    }
    return line.options.count("replay") != 0 ? replay_named(line.options) : search(line.options);
}

int run_or_complain(const tools::Words& words) {
    try {
        return run(words);
    } catch (const UsageError& error) {
        std::cerr << "explore: " << error.what() << "\nTry 'explore --help'.\n";
        return tools::kExitUsage;
    } catch (const std::exception& error) {
        std::cerr << "explore: " << error.what() << '\n';
        return tools::kExitFailure;
    }
}

}  // namespace
}  // namespace uaio::test

int main(int argc, char** argv) {
    return uaio::test::run_or_complain(uaio::tools::Words(argv + (argc > 0 ? 1 : 0), argv + argc));
}
