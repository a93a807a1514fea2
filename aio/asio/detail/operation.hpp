// Operation: one asynchronous operation of a file, whatever its handler.
//
// Its life: made by the initiating function; outstanding in its channel, which hands it to the
// engine; ended, when the engine has called back; and then end(), once, which frees the memory and,
// unless the context is being destroyed, calls the handler.
#pragma once

#include <sys/types.h>
#include <uaio/engine.h>

#include <atomic>
#include <cstdint>

namespace uaio::asio::detail {

class Channel;

struct Operation {
    // Frees the operation; calls its handler first if `call` is set. On the channel's executor.
    using End = void (*)(Operation& self, bool call);

    explicit Operation(End how) : end(how) {}
    Operation(const Operation&) = delete;
    Operation& operator=(const Operation&) = delete;

    uaio_operation request = {};
    const End end;
    Channel* channel = nullptr;  // which lives while one of its operations is with the engine

    std::uint64_t key = 0;  // by which its cancellation slot knows it; 0 if it has none

    // The channel's: among those outstanding.
    Operation* before = nullptr;
    Operation* after = nullptr;

    std::atomic<bool> unwanted{false};  // somebody has cancelled it, or closed the file

    // Set by the engine's call.
    ssize_t result = 0;
    int error = 0;
    bool again = false;                 // was withdrawn for a fork alone
    Operation* ended_before = nullptr;  // the one that had ended just before this one did
};

}  // namespace uaio::asio::detail
