// Substitutes: what stands in front of an imported function. They run on any thread, with any
// signal mask, inside the library under test: atomics alone.
#pragma once

#include <errno.h>
#include <sys/mman.h>

#include <algorithm>
#include <cstddef>
#include <type_traits>
#include <utility>

#include "tests/faults/faults.h"

namespace uaio::test {

// How a function reports a failure.
enum class Report { kErrno, kReturned, kMapFailed, kMadeAnyway };

// A function's name as a template argument.
template <size_t kLength>
struct Name {
    char text[kLength];
    consteval Name(const char (&name)[kLength]) { std::copy_n(name, kLength, text); }
};

// The error that this call has to end with by the plan, 0 to let it go on. Keeps errno.
int planned_error(const char* function, long selector);

template <class T>
long as_selector(T value) {
    if constexpr (std::is_integral_v<T>) return static_cast<long>(value);
    return kAnyCall;
}

template <Name kName, Report kReport, size_t kSelector, class Result, class... Arguments>
struct Substitute {
    static inline Result (*real)(Arguments...) = nullptr;

    static void stand_for(void* function) {
        real = reinterpret_cast<Result (*)(Arguments...)>(function);
    }

    static Result call(Arguments... arguments) {
        const long values[] = {as_selector(arguments)..., kAnyCall};
        int error = planned_error(kName.text, values[kSelector]);
        return error == 0 ? real(arguments...) : fail(error, arguments...);
    }

    static Result fail(int error, Arguments... arguments) {
        if constexpr (kReport == Report::kReturned) return error;
        if constexpr (kReport == Report::kMadeAnyway) real(arguments...);
        errno = error;
        if constexpr (kReport == Report::kMapFailed) {
            return MAP_FAILED;
        } else {
            return static_cast<Result>(-1);
        }
    }
};

// A row whose calls can fail. The argument before the faults gives the type; of a function with a
// variable number of arguments, the widest call of it. (The 64-bit calling conventions of Linux
// pass those like any others.) kSelector is the index of the argument that Fault::selector is
// about.
template <Name kName, Report kReport = Report::kErrno, size_t kSelector = 0, class Result,
          class... Arguments>
Row fails(Result (*)(Arguments...), std::vector<Fault> faults) {
    using Type = Substitute<kName, kReport, kSelector, Result, Arguments...>;
    static_assert(kSelector <= sizeof...(Arguments));
    static constexpr auto kStored = kName;
    return {kStored.text, std::move(faults), nullptr, reinterpret_cast<void*>(Type::call),
            Type::stand_for};
}

// A row whose calls are left alone.
inline Row spared(const char* name, const char* reason) {
    return {name, {}, reason, nullptr, nullptr};
}

}  // namespace uaio::test
