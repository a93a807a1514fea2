#include "tests/walks/shrink.h"

#include <algorithm>
#include <iomanip>
#include <stdexcept>

#include "tests/aio/print_state.h"

namespace uaio::test {
namespace {

// A walk that stops in the middle is right so far; one that cannot go on must be at rest.
void end_if_stuck(Play& play, Order order) {
    if (choices(play, {order, "", 0, 0, 0, false}, {}, {}).empty()) {
        play.end();
    }
}

// `steps` without those from begin to end and all that is about requests admitted there. The later
// requests move up.
std::vector<Step> without(const std::vector<Step>& steps, size_t begin, size_t end) {
    std::vector<int> number_now = {0};  // by former number; 0: the request is gone
    std::vector<Step> rest;
    int admitted = 0;
    for (size_t i = 0; i < steps.size(); ++i) {
        Step step = steps[i];
        bool left_out = begin <= i && i < end;
        if (step.move == Move::kAdmit) {
            number_now.push_back(left_out ? 0 : ++admitted);
        } else if (step.number != 0) {
            step.number = number_now[static_cast<size_t>(step.number)];
            left_out = left_out || step.number == 0;
        }
        if (!left_out) {
            rest.push_back(step);
        }
    }
    return rest;
}

std::vector<Admission> plainer(const Admission& admission) {
    std::vector<Admission> results(6, admission);
    results[0].priority = 0;
    results[1].append = false;
    results[2].direct = false;
    results[3].offset = 0;
    results[4].bytes = std::min<size_t>(admission.bytes, 1);
    results[5].own_position = false;
    std::erase(results, admission);
    return results;
}

class Shrinker {
  public:
    Shrinker(const Finding& finding, const Plant& plant) : best_(finding), plant_(plant) {}

    Finding run() {
        while (leave_out() || simplify()) {
        }
        return best_;
    }

  private:
    bool accept(std::vector<Step> steps) {
        std::optional<Finding> finding = replay({best_.walk.order, std::move(steps)}, plant_);
        if (finding.has_value()) {
            best_ = *finding;
        }
        return finding.has_value();
    }

    // Large pieces first. True if anything could be left out.
    bool leave_out() {
        size_t before = best_.walk.steps.size();
        for (size_t piece = before; piece > 0; piece /= 2) {
            for (size_t at = 0; at + piece <= best_.walk.steps.size();) {
                at += accept(without(best_.walk.steps, at, at + piece)) ? 0 : 1;
            }
        }
        return best_.walk.steps.size() < before;
    }

    bool simplify() {
        bool changed = false;
        for (size_t at = 0; at < best_.walk.steps.size(); ++at) {
            for (const Admission& admission : plainer(best_.walk.steps[at].admission)) {
                std::vector<Step> steps = best_.walk.steps;
                steps[at].admission = admission;
                if (accept(std::move(steps))) {
                    changed = true;
                    break;
                }
            }
        }
        return changed;
    }

    Finding best_;
    const Plant& plant_;
};

void print_states(std::ostream& out, const Play& play) {
    for (const Outstanding& request : play.requests()) {
        State state = request.record->state.load(std::memory_order_relaxed);
        out << "      " << std::setw(3) << request.number << ' ' << name_of(state);
        if (state == State::kBlocked) {
            out << " behind request " << sequence_of(request.record->blocker->order);
        }
        out << '\n';
    }
}

}  // namespace

std::optional<Finding> replay(const Walk& walk, const Plant& plant) {
    Finding finding{{walk.order, {}}, ""};
    try {
        Play play(walk.order, plant);
        for (const Step& step : walk.steps) {
            if (play.possible(step)) {
                finding.walk.steps.push_back(step);
                play.make(step);
            }
        }
        end_if_stuck(play, walk.order);
    } catch (const Broken& broken) {
        finding.error = broken.what();
        return finding;
    }
    return std::nullopt;
}

Finding shrink(const Finding& finding, const Plant& plant) {
    return Shrinker(finding, plant).run();
}

std::optional<Finding> narrate(std::ostream& out, const Walk& walk, const Plant& plant) {
    Finding finding{{walk.order, {}}, ""};
    try {
        Play play(walk.order, plant);
        for (const Step& step : walk.steps) {
            if (!play.possible(step)) {
                throw std::invalid_argument("'" + word_of(step) + "' is not possible here");
            }
            finding.walk.steps.push_back(step);
            out << std::setw(4) << finding.walk.steps.size() << "  " << sentence_of(step) << '\n';
            play.make(step);
            print_states(out, play);
        }
        end_if_stuck(play, walk.order);
    } catch (const Broken& broken) {
        finding.error = broken.what();
        out << "wrong: " << finding.error << '\n';
        return finding;
    }
    out << "right\n";
    return std::nullopt;
}

}  // namespace uaio::test
