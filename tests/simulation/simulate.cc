// Runs schedules by hand.
//
//     bazel run //tests/simulation:simulate -- --seed 4711              # one, and its walk
//     bazel run //tests/simulation:simulate -- --seed 1 --count 1000000 # many, until one fails
#include <iostream>

#include <boost/program_options.hpp>

#include "tests/simulation/hunt.h"

namespace {

namespace options = boost::program_options;

int report(const uaio::sim::Hunt& result) {
    std::cout << result.walk << result.schedules << " schedules, " << result.requests
              << " requests, " << result.steps << " steps\n";
    if (result.found) {
        std::cout << "seed " << result.seed << ": " << result.failure << '\n';
    }
    return result.found ? 1 : 0;
}

int simulate(int count, char** arguments) {
    uint64_t seed = 1;
    uint64_t schedules = 1;
    options::options_description known("Options");
    known.add_options()("help", "say this")("seed", options::value(&seed)->value_name("N"),
                                            "the first schedule (1)")(
        "count", options::value(&schedules)->value_name("N"), "how many (1, with its walk)")(
        "steps", "a walk with every atomic operation");
    options::variables_map given;
    options::store(options::parse_command_line(count, arguments, known), given);
    options::notify(given);
    if (given.count("help") != 0) {
        std::cout << known;
        return 0;
    }
    using uaio::sim::Walk;
    Walk walk = given.count("steps") != 0 ? Walk::kInSteps
                : schedules == 1          ? Walk::kAlways
                                          : Walk::kOfFailure;
    return report(uaio::sim::hunt(seed, schedules, walk));
}

}  // namespace

int main(int count, char** arguments) {
    try {
        return simulate(count, arguments);
    } catch (const options::error& error) {
        std::cerr << "simulate: " << error.what() << '\n';
        return 2;
    }
}
