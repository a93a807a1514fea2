// How a conformance case names what it checks: a decorator, so that
//
//     conformance_test --list_content
//
// prints every case with its clause.
#pragma once

#include <boost/test/unit_test.hpp>

namespace uaio::conformance {

// A clause of POSIX.1-2024 (IEEE Std 1003.1-2024), given by page, section and paragraph.
inline boost::unit_test::description posix(const char* clause) {
    return boost::unit_test::description(clause);
}

// A promise that POSIX leaves open and this library makes (docs/semantics.md).
inline boost::unit_test::description promise(const char* what) {
    return boost::unit_test::description(what);
}

// Which cases run where. `kParallel`: needs two requests of one descriptor to run at one time, so
// it is left out under UAIO_ORDER=strict. `kFresh`: must be the first thing in its process.
inline const char* const kParallel = "parallel";
inline const char* const kFresh = "fresh";

}  // namespace uaio::conformance
