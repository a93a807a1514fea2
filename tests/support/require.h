// require: a step of a test's own scaffolding that must work for the test to mean anything.
//
// Throws std::system_error with the present errno, which Boost.Test reports as a failure of the
// running case. For what a test examines, use its assertions instead.
#pragma once

namespace uaio::test {

void require(bool done, const char* step);

}  // namespace uaio::test
