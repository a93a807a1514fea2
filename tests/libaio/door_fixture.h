// What the tests of the door share: a context, and blocks.
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <boost/test/unit_test.hpp>

#include "aio/libaio/context.h"
#include "aio/libaio/door.h"

namespace uaio::test {

inline constexpr timespec kAtOnce = {0, 0};
inline constexpr timespec kLong = {3'600, 0};

struct Opened {
    Opened() { BOOST_TEST_REQUIRE(setup_context(8, &context) == 0); }
    ~Opened() {
        if (context != 0) destroy_context(context);
    }

    long submit(IoBlock& block) {
        IoBlock* list[] = {&block};
        return submit_blocks(context, 1, list);
    }

    // The event that comes next; waits.
    IoEvent next() {
        IoEvent event = {};
        BOOST_TEST_REQUIRE(collect_events(context, 1, 1, &event, nullptr, nullptr) == 1);
        return event;
    }

    long destroy() {
        uintptr_t dying = context;
        context = 0;
        return destroy_context(dying);
    }

    uintptr_t context = 0;
    char data[64] = {};
};

inline IoBlock block_of(Opcode opcode, int fd, void* buffer, size_t bytes, int64_t offset = 0) {
    IoBlock block = {};
    block.opcode = opcode;
    block.fd = fd;
    block.buffer = reinterpret_cast<uintptr_t>(buffer);
    block.bytes = bytes;
    block.offset = offset;
    return block;
}

inline uint32_t sleepers_at(uintptr_t context) {
    return Visit(context).context()->sleepers;
}

}  // namespace uaio::test
