// The rules for blocks. Method: tables. What needs a kernel to compare with is in cases.c.
#define BOOST_TEST_MODULE arguments
#include "aio/libaio/arguments.h"

#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>

#include "aio/engine.h"
#include "tests/support/scratch_file.h"

namespace uaio {
namespace {

BOOST_AUTO_TEST_CASE(reserved_fields_and_lengths_are_looked_at_first) {
    IoBlock block = {};
    BOOST_TEST(check_block(block) == 0);
    block.bytes = UINT64_MAX;
    BOOST_TEST(check_block(block) == EINVAL);
    block.bytes = 0;
    block.reserved = 1;
    BOOST_TEST(check_block(block) == EINVAL);
}

BOOST_AUTO_TEST_CASE(io_priorities_become_places_in_the_queue) {
    auto place = [](unsigned io_class, unsigned level) {
        int8_t priority = 99;
        BOOST_TEST(priority_of(static_cast<uint16_t>(io_class << 13 | level), priority) == 0);
        return int{priority};
    };
    BOOST_TEST(place(0, 0) == 0);
    BOOST_TEST(place(2, 4) == 0);
    BOOST_TEST(place(2, 0) == 4);
    BOOST_TEST(place(2, 7) == -3);
    BOOST_TEST(place(3, 0) < place(2, 7));
    if (geteuid() == 0) {
        BOOST_TEST(place(1, 7) > place(2, 0));
        BOOST_TEST(place(1, 0) > place(1, 7));
    }
    int8_t priority;
    BOOST_TEST(priority_of(1, priority) == EINVAL);
    BOOST_TEST(priority_of(5 << 13, priority) == EINVAL);
}

struct Given {
    Given() : file("0123456789") {
        engine.start();  // as the door does
        slot.context = nullptr;
        slot.bell = -1;
    }

    int begin() {
        operation = {};
        int error = begin_descriptor(block, slot, last, operation);
        return error == 0 ? begin_operation(block, slot, operation) : error;
    }

    test::ScratchFile file;
    IoBlock block = {};
    Slot slot = {};
    LastSeen last;
    Operation operation = {};
};

BOOST_FIXTURE_TEST_CASE(flags_of_one_transfer_are_its_descriptors, Given) {
    block.fd = file.fd();
    block.opcode = kPwrite;
    block.rw_flags = 0x10;
    BOOST_TEST(begin() == 0);
    BOOST_TEST(operation.descriptor.append);
    BOOST_TEST(operation.descriptor.flags == 0x10);
    BOOST_TEST(end_operation(operation) == 0);
    BOOST_TEST(operation.descriptor.append);
    block.rw_flags = 1;  // how to wait is not the submitter's business
    BOOST_TEST(begin() == 0);
    BOOST_TEST(operation.descriptor.flags == 0);
    BOOST_TEST(!operation.descriptor.append);
    block.rw_flags = 0x20000000;
    BOOST_TEST(begin() == EOPNOTSUPP);
}

BOOST_FIXTURE_TEST_CASE(pieces_are_copied_and_cut_to_what_one_call_moves, Given) {
    char data[8];
    iovec pieces[] = {{data, 3}, {data, SSIZE_MAX}, {data, 7}};
    block.fd = file.fd();
    block.opcode = kPreadv;
    block.buffer = reinterpret_cast<uintptr_t>(pieces);
    block.bytes = 3;
    BOOST_TEST(begin() == 0);
    BOOST_TEST(operation.pieces == 3);
    BOOST_TEST(operation.bytes == 0x7ffff000u);
    auto* copy = static_cast<iovec*>(operation.buffer);
    BOOST_TEST(copy != pieces);
    BOOST_TEST(copy[0].iov_len == 3u);
    BOOST_TEST(copy[1].iov_len == 0x7ffff000u - 3);
    BOOST_TEST(copy[2].iov_len == 0u);
    block.opcode = kPread;
    block.bytes = uint64_t{1} << 40;
    BOOST_TEST(begin() == 0);
    BOOST_TEST(operation.bytes == 0x7ffff000u);
    BOOST_TEST(operation.pieces == 0);
}

}  // namespace
}  // namespace uaio
