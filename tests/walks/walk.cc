#include "tests/walks/walk.h"

#include <array>
#include <sstream>
#include <stdexcept>

#include "aio/limits.h"

namespace uaio::test {
namespace {

constexpr std::array kOrders = {"conflict", "strict", "narrow"};
constexpr std::array kKinds = {'R', 'W', 'D', 'S'};  // by Kind
constexpr std::array kMoves = {"",         "take", "take!",  "join",   "retire",
                               "withdraw", "park", "unpark", "unpark", "resume"};  // by Move

[[noreturn]] void refuse(const std::string& word) {
    throw std::invalid_argument("'" + word + "' is no word of a walk");
}

bool has_number(Move move) {
    return move != Move::kAdmit && move != Move::kTake && move != Move::kTakeAndTransfer &&
           move != Move::kUnparkAll;
}

// Reads one word from left to right.
class Reader {
  public:
    explicit Reader(const std::string& word) : word_(word) {}

    bool end() const { return at_ == word_.size(); }
    bool skip(char wanted) {
        bool found = !end() && word_[at_] == wanted;
        at_ += found;
        return found;
    }
    void need(bool right) const {
        if (!right) {
            refuse(word_);
        }
    }
    int number(int least, int most) {
        size_t begin = at_;
        skip('-');
        while (!end() && word_[at_] >= '0' && word_[at_] <= '9') {
            ++at_;
        }
        constexpr size_t kDigits = 7;  // with a sign; more would not fit any bound
        need(at_ - begin <= kDigits && at_ > begin && word_[at_ - 1] != '-');
        int value = std::stoi(word_.substr(begin, at_ - begin));
        need(least <= value && value <= most);
        return value;
    }

  private:
    const std::string& word_;
    size_t at_ = 0;
};

constexpr int kNumberMax = 1'000'000;
constexpr int kOffsetMax = 10'000;

Admission admission_named(const std::string& word, Kind kind) {
    Reader reader(word);
    reader.skip(word[0]);
    Admission admission{.kind = kind};
    admission.lane = static_cast<size_t>(reader.number(0, kWalkLanes - 1));
    if (!is_sync(kind)) {
        reader.need(reader.skip('@'));
        admission.offset = reader.number(0, kOffsetMax);
        reader.need(reader.skip('+'));
        admission.bytes = static_cast<size_t>(reader.number(0, kOffsetMax));
    }
    if (reader.skip('^')) {
        admission.priority = reader.number(kPriorityMin, kPriorityMax);
    }
    admission.append = reader.skip('a');
    admission.direct = reader.skip('d');
    admission.own_position = reader.skip('o');
    reader.need(reader.end());
    return admission;
}

Step step_named(const std::string& word) {
    for (size_t kind = 0; kind < kKinds.size(); ++kind) {
        if (word[0] == kKinds[kind]) {
            return {Move::kAdmit, 0, admission_named(word, static_cast<Kind>(kind))};
        }
    }
    std::string stem = word.substr(0, word.find_first_of("0123456789"));
    for (size_t i = 1; i < kMoves.size(); ++i) {
        auto move = static_cast<Move>(i);
        bool numbered = stem.size() < word.size();
        if (stem == kMoves[i] && has_number(move) == numbered) {
            std::string digits = word.substr(stem.size());
            Reader reader(digits);
            int number = numbered ? reader.number(1, kNumberMax) : 0;
            reader.need(reader.end());
            return {move, number, {}};
        }
    }
    refuse(word);
}

std::string word_of(const Admission& admission) {
    std::ostringstream word;
    word << kKinds[static_cast<size_t>(admission.kind)] << admission.lane;
    if (!is_sync(admission.kind)) {
        word << '@' << admission.offset << '+' << admission.bytes;
    }
    if (admission.priority != 0) {
        word << '^' << admission.priority;
    }
    word << (admission.append ? "a" : "") << (admission.direct ? "d" : "")
         << (admission.own_position ? "o" : "");
    return word.str();
}

std::string sentence_of(const Admission& admission) {
    static constexpr std::array kNouns = {"a read", "a write", "a data sync", "a sync"};
    std::ostringstream text;
    text << "admit " << kNouns[static_cast<size_t>(admission.kind)];
    if (!is_sync(admission.kind)) {
        text << " of " << admission.bytes << (admission.bytes == 1 ? " byte" : " bytes") << " at "
             << admission.offset;
    }
    text << (admission.append ? ", appending" : "") << (admission.direct ? ", direct" : "");
    text << (admission.own_position ? ", at its own position" : "");
    text << ", on descriptor " << admission.lane;
    if (admission.priority != 0) {
        text << ", with priority " << admission.priority;
    }
    return text.str();
}

}  // namespace

std::string word_of(const Step& step) {
    if (step.move == Move::kAdmit) {
        return word_of(step.admission);
    }
    std::string word = kMoves[static_cast<size_t>(step.move)];
    return has_number(step.move) ? word + std::to_string(step.number) : word;
}

std::string name_of(const Walk& walk) {
    std::string name = kOrders[static_cast<size_t>(walk.order)];
    for (const Step& step : walk.steps) {
        name += ' ' + word_of(step);
    }
    return name;
}

std::vector<Step> steps_named(const std::string& words) {
    std::istringstream in(words);
    std::vector<Step> steps;
    for (std::string word; in >> word;) {
        steps.push_back(step_named(word));
    }
    return steps;
}

Walk walk_named(const std::string& name) {
    size_t end = name.find(' ');
    std::string first = name.substr(0, end);
    for (size_t order = 0; order < kOrders.size(); ++order) {
        if (first == kOrders[order]) {
            return {static_cast<Order>(order),
                    end == std::string::npos ? std::vector<Step>() : steps_named(name.substr(end))};
        }
    }
    refuse(first);
}

std::string sentence_of(const Step& step) {
    switch (step.move) {
        case Move::kAdmit:
            return sentence_of(step.admission);
        case Move::kTake:
            return "take the next request; its bytes move when it retires";
        case Move::kTakeAndTransfer:
            return "take the next request; its bytes move now";
        case Move::kUnparkAll:
            return "unpark all that are parked";
        default:
            return std::string(kMoves[static_cast<size_t>(step.move)]) + " request " +
                   std::to_string(step.number);
    }
}

}  // namespace uaio::test
