// The bounds of the normal suite: a table for each rule, with just the requests that rule is about.
#pragma once

#include "tests/storm/scale.h"
#include "tests/walks/enumerate.h"

namespace uaio::test {

struct Table {
    const char* about;
    Bounds bounds;
};

// Order, admissions, how many requests, withdrawals and parks, whether bytes move at both times.
// The small tables come first, so that a planted error is found soon.
inline constexpr Table kTables[] = {
    {"strict order", {Order::kStrict, "R0@0+4 W0@4+4 S0 R0@0+4^1", 3, 2, 0, true}},
    {"syncs", {Order::kConflict, "W0@0+4d W1@0+2^1d S0 D1^2 R0@2+2", 3, 2, 0, false}},
    {"syncs of files", {Order::kConflict, "W0@0+4 W1@4+1 W2@0+2 S0 S2", 3, 2, 0, false}},
    {"the end of the file",
     {Order::kConflict, "R0@7+4 W0@9+2d W0@12+2d W0@0+1a R0@0+9^1", 3, 1, 0, true}},
    {"reads and writes, withdrawn",
     {Order::kConflict, "R0@0+4 R0@2+4 W0@0+4d W0@2+4d W0@3+3", 3, 2, 0, true}},
    {"the own position", {Order::kConflict, "R0@0+2o W0@0+2o R0@0+2 W0@1+2", 3, 1, 0, true}},
    {"joined transfers", {Order::kConflict, "W0@0+2 W0@2+2 W0@4+2 W0@3+2^1 R0@2+2", 3, 1, 0, true}},
    {"streams in strict order", {Order::kStrict, "R3@0+2 W3@0+2^1 S3", 3, 1, 1, true}},
    {"parked side by side", {Order::kConflict, "R3@0+2 R4@0+1 W3@0+2", 2, 1, 2, true}},
    {"a stream, both times", {Order::kConflict, "R3@0+2 R3@0+1^1 W3@0+2", 3, 0, 1, true}},
    {"reads and writes",
     {Order::kConflict, "R0@0+4 R0@2+4 W0@0+4d W0@2+4d W0@3+3", 4, 0, 0, false}},
    {"priorities", {Order::kConflict, "R0@0+4 W0@0+4^1d W0@2+4 W0@2+4^2d", 4, 1, 0, false}},
    {"the end of the file, in parallel",
     {Order::kConflict, "R0@7+4 W0@9+2d W0@0+1a", 4, 0, 0, true}},
    {"a full gate", {Order::kNarrow, "R0@0+4 R0@0+4^1 W0@6+2d", 4, 1, 0, false}},
    {"a stream", {Order::kConflict, "R3@0+2 W3@0+2 R3@0+1^1 W3@0+1^1", 3, 1, 1, false}},
    {"the own position beside a full gate",
     {Order::kNarrow, "R0@0+1 R0@0+1^1o R0@0+1o W0@4+1d", 4, 0, 0, false}},
    {"two streams", {Order::kConflict, "R3@0+2 R4@0+1 S3 W3@0+1", 3, 1, 1, false}},
    {"joined at a full gate",
     {Order::kNarrow, "R0@0+2 R0@2+2 W0@4+2d W0@6+2d R0@4+2^1", 4, 1, 0, false}},
};

// A sanitizer's build takes ten times as long for each step.
constexpr Bounds affordable(const Table& table) {
    Bounds bounds = table.bounds;
    bounds.requests -= kSanitizer ? 1 : 0;
    return bounds;
}

// Less would say that the search ends before it has begun.
inline constexpr uint64_t kWalksMin = kSanitizer ? 40 : 10'000;
inline constexpr uint64_t kWalksMinInAll = kSanitizer ? 10'000 : 1'000'000;

}  // namespace uaio::test
