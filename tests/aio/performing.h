// What the tests of perform.h share: operations as a door would describe them, and what comes of
// them.
#pragma once

#include <stdint.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "aio/perform.h"
#include "tests/support/require.h"

namespace uaio::test {

struct Pipe {
    Pipe() { require(pipe(ends) == 0, "make a pipe"); }
    ~Pipe() {
        close(ends[0]);
        close(ends[1]);
    }
    int reader() const { return ends[0]; }
    int writer() const { return ends[1]; }

    int ends[2];
};

inline Operation operation_on(Kind kind, int fd, std::string& buffer, int64_t offset = 0) {
    Operation operation = {.kind = kind,
                           .priority = 0,
                           .fd = fd,
                           .buffer = buffer.data(),
                           .bytes = buffer.size(),
                           .offset = offset,
                           .descriptor = {}};
    describe(fd, operation.descriptor);
    return operation;
}

// The same data in pieces; the array must live as long.
inline Operation in_pieces(Operation operation, std::vector<iovec>& pieces, std::string& first,
                           std::string& second) {
    pieces = {{first.data(), first.size()}, {nullptr, 0}, {second.data(), second.size()}};
    operation.buffer = pieces.data();
    operation.pieces = 3;
    operation.bytes = first.size() + second.size();
    return operation;
}

inline bool is(const Outcome& outcome, ssize_t result, int error = 0) {
    return outcome.result == result && outcome.error == error;
}

}  // namespace uaio::test
