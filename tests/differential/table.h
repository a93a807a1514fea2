// The table of cases: one row for each run of a program.
#pragma once

#include <span>

namespace differential {

struct Case {
    const char* id;           // G1…: a defect that was reproduced; P1…: a clause of POSIX
    const char* clause;       // what the program holds its implementation to
    const char* posix;        // what POSIX.1-2024 says about it, and where
    const char* program;      // its source is PROGRAM.cc
    const char* argument;     // "" for none
    const char* environment;  // a setting of uaio, NAME=VALUE; "" for none
    bool alone = false;       // it measures time, so nothing else may run beside it
};

std::span<const Case> cases();

}  // namespace differential
