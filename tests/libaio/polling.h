// What the tests of polls share: a context, and blocks.
#pragma once

#include <poll.h>
#include <stdint.h>

#include <boost/test/unit_test.hpp>

#include "aio/libaio/door.h"

namespace uaio::test {

struct Polling {
    Polling() { BOOST_TEST_REQUIRE(setup_context(8, &context) == 0); }
    ~Polling() { destroy_context(context); }

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

    uintptr_t context = 0;
};

inline IoBlock poll_of(int fd, uint16_t events = POLLIN) {
    IoBlock block = {};
    block.opcode = kPoll;
    block.fd = fd;
    block.buffer = events;
    return block;
}

}  // namespace uaio::test
