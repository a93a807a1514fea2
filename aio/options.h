// Options: every setting of the engine, its environment variable and its default, in one table.
//
// A setting comes from aio_init, which the program calls, and from the environment, which whoever
// runs the program sets; where both speak, the environment wins. It is read once, at first use, and
// is ignored in a program with more rights than its caller (setuid, setgid, file capabilities).
#pragma once

#include <stddef.h>

#include "aio/limits.h"

namespace uaio {

enum class Order : unsigned char { kConflict, kStrict };

struct Options {
    unsigned threads = kWorkersDefault;
    int idle_ms = kIdleMsDefault;
    Order order = Order::kConflict;
    size_t express = kExpressBytesDefault;  // largest read that a submitter makes itself; 0: none
    const char* stats = nullptr;  // path of the statistics file, null for none
    const char* trace = nullptr;  // path of the trace to make, null for none
    bool strict = false;          // report every misuse that POSIX lets an implementation detect
    bool drain = false;           // finish writes and syncs at exit
    bool threads_fixed = false;   // by the environment: aio_init does not change them
    bool idle_fixed = false;
};

struct OptionRow {
    const char* name;      // environment variable
    const char* values;    // what it may be, for people
    const char* fallback;  // what holds without it
    const char* meaning;
    // Sets it; returns false, and changes nothing, if `text` is not one of `values`.
    bool (*set)(Options& options, const char* text);
    // Writes the value in force to `text`, zero-terminated.
    void (*show)(const Options& options, char* text, size_t bytes);
};

inline constexpr size_t kOptionRows = 8;
extern const OptionRow kOptionTable[kOptionRows];

// Applies the environment to `options`. A variable with a value that makes no sense is reported in
// one line on standard error and ignored.
void read_environment(Options& options);

}  // namespace uaio
