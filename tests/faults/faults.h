// Faults: calls of the library under test that fail by plan.
//
//     Plan plan = {"mmap", kAnyCall, ENOMEM, 3, true};
//     install(plan);                 // before the first use of the library
//     ...                            // its third mmap fails, and every later one
//     lift();                        // from here on nothing fails
//
// Concept. Every function that the library imports has a row in `table()`: either a substitute that
// counts and fails calls, with the errors that the real one can give, or the reason why no call of
// it is made to fail. A failing call does nothing but report (close alone is made first: on Linux
// the descriptor is gone whatever close says). Calls of the program itself, and of the C library,
// are not concerned.
#pragma once

#include <string>
#include <vector>

namespace uaio::test {

inline constexpr long kAnyCall = -1;

// One way in which a function can fail.
struct Fault {
    std::vector<int> lasting;     // errors that may come again and again
    std::vector<int> passing;     // errors that come now and then: after some, a call succeeds
    long selector = kAnyCall;     // count and fail calls with this command alone
    const char* below = nullptr;  // a function that has to fail with ENOSYS for this one to be used
};

struct Row {
    const char* name;
    std::vector<Fault> faults;  // none: never made to fail, because of `reason`
    const char* reason;
    void* substitute;
    void (*stand_for)(void* real);  // tells the substitute what to call
};

struct Part {
    const char* name;
    std::vector<Row> rows;
};

const std::vector<Part>& table();

struct Plan {
    std::string function;  // empty: nothing fails
    long selector = kAnyCall;
    int error = 0;
    long first = 0;  // this call fails, counted from 1; 0: calls are counted only
    bool for_ever = false;
    std::string below;
};

// Puts the substitutes in front of what `library` (a file name) imports. Once in a process.
void install(const std::string& library, const Plan& plan);

// The plan is over: no call fails any more, and none is counted.
void lift();

// Calls counted, and calls that have failed.
long calls_counted();
long calls_failed();

}  // namespace uaio::test
