// Walk: a sequence of steps through the pure schedule, and its name, one line of words.
//
//     conflict W0@0+4 R0@2+4^5 take! take retire1 withdraw2
//
// The first word is the order: `conflict`, `strict`, or `narrow`, which is conflict with a fan-out
// of two, so that three requests fill a wide gate. Then one word for each step:
//
//     R0@4+2     admit a read of descriptor 0, of 2 bytes from byte 4 on
//     W0@4+2^5d  admit a write; ^5 is its priority, d means O_DIRECT, a means O_APPEND
//     R0@0+2o    admit a read at the file's own position: o; its offset has no meaning
//     S0 D0      admit a sync of the file, or of its data
//     take       take the next request; its bytes move when it retires
//     take!      take it; its bytes move at once
//     join1      take what the system call of request 1, which was taken, may serve as well
//     retire1    and so on: requests are numbered from 1 in order of admission
//     park1 unpark1 unpark resume1 withdraw1
//
// Descriptors 0 and 1 are one file, 2 is another file, 3 and 4 are streams.
#pragma once

#include <stdint.h>

#include <string>
#include <vector>

#include "aio/operation.h"

namespace uaio::test {

inline constexpr size_t kWalkLanes = 5;

enum class Order : uint8_t { kConflict, kStrict, kNarrow };

enum class Move : uint8_t {
    kAdmit,
    kTake,
    kTakeAndTransfer,
    kJoin,
    kRetire,
    kWithdraw,
    kPark,
    kUnpark,
    kUnparkAll,
    kResume
};

// What is asked for; what its descriptor is besides is asked for at the time of admission.
struct Admission {
    Kind kind = Kind::kRead;
    size_t lane = 0;
    int64_t offset = 0;
    size_t bytes = 0;
    int priority = 0;
    bool append = false;
    bool direct = false;
    bool own_position = false;

    bool operator==(const Admission&) const = default;
};

struct Step {
    Move move;
    int number = 0;            // of the request, where the word has one
    Admission admission = {};  // kAdmit

    bool operator==(const Step&) const = default;
};

struct Walk {
    Order order = Order::kConflict;
    std::vector<Step> steps;
};

std::string word_of(const Step& step);
std::string name_of(const Walk& walk);

// What the words mean. Throws std::invalid_argument that names the first one without a meaning.
Walk walk_named(const std::string& name);
std::vector<Step> steps_named(const std::string& words);

// The step in a sentence, without a full stop.
std::string sentence_of(const Step& step);

}  // namespace uaio::test
