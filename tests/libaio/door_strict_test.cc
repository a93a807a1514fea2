// Under the strict order nothing goes before what stands before it in the same call. Method: a read
// that cannot be made at once in front of one that could.
#define BOOST_TEST_MODULE door_strict
#include <boost/test/unit_test.hpp>

#include "aio/libaio/abi.h"
#include "aio/libaio/door.h"
#include "tests/support/scratch_file.h"

namespace uaio {
namespace {

constexpr uint32_t kDataSyncFlag = 2;  // RWF_DSYNC; without meaning for a read, which goes alone

IoBlock read_of(int fd, char* byte, uint32_t flags) {
    IoBlock block = {};
    block.opcode = kPread;
    block.fd = fd;
    block.buffer = reinterpret_cast<uintptr_t>(byte);
    block.bytes = 1;
    block.rw_flags = flags;
    return block;
}

BOOST_AUTO_TEST_CASE(the_second_of_a_call_comes_second) {
    test::ScratchFile file("x");
    uintptr_t context = 0;
    BOOST_TEST_REQUIRE(setup_context(8, &context) == 0);
    for (int round = 0; round < 100; ++round) {
        char bytes[2];
        IoBlock first = read_of(file.fd(), &bytes[0], kDataSyncFlag);
        IoBlock second = read_of(file.fd(), &bytes[1], 0);
        IoBlock* list[] = {&first, &second};
        BOOST_TEST_REQUIRE(submit_blocks(context, 2, list) == 2);
        IoEvent events[2];
        BOOST_TEST_REQUIRE(collect_events(context, 2, 2, events, nullptr, nullptr) == 2);
        BOOST_TEST_REQUIRE(events[0].block == reinterpret_cast<uintptr_t>(&first));
    }
    BOOST_TEST(destroy_context(context) == 0);
}

}  // namespace
}  // namespace uaio
