// A piece of code in a process of its own: how it ends, and what it says on standard error.
#pragma once

#include <functional>
#include <string>

namespace uaio::test {

struct ChildEnd {
    int status;          // as waitpid(2) tells it: 0 if `body` returned
    std::string errors;  // all that was written to standard error
};

// Runs `body` in a forked child, which has the calling thread only, and waits for its end.
ChildEnd run_in_child(const std::function<void()>& body);

// The child was ended by abort(3).
bool aborted(const ChildEnd& end);

}  // namespace uaio::test
