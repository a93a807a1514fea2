// Goal: what <uaio/engine.h> says of wrong arguments, and what becomes of right ones.
// Method: operations are described, not made.
#define BOOST_TEST_MODULE arguments
#include "aio/embed/arguments.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>

#include "tests/support/gate.h"
#include "tests/support/scratch_file.h"

namespace uaio {
namespace {

struct Arguments {
    test::ScratchFile file{"contents"};
    char data[16];
    uaio_operation wanted{.opcode = UAIO_READ,
                          .fd = file.fd(),
                          .buffer = data,
                          .bytes = sizeof data,
                          .pieces = 0,
                          .priority = 0,
                          .offset = 0,
                          .done = nullptr,
                          .user = nullptr,
                          .number = 0};
    Operation operation;

    int describe() {
        int error = begin_wanted(wanted, operation);
        return error != 0 ? error : end_wanted(operation);
    }
};

BOOST_FIXTURE_TEST_SUITE(arguments, Arguments)

BOOST_AUTO_TEST_CASE(a_transfer_is_what_was_asked_for) {
    wanted.offset = 3;
    wanted.priority = UAIO_PRIORITY_MAX;
    BOOST_TEST(describe() == 0);
    BOOST_TEST((operation.kind == Kind::kRead));
    BOOST_TEST(operation.buffer == data);
    BOOST_TEST(operation.bytes == sizeof data);
    BOOST_TEST(operation.offset == 3);
    BOOST_TEST(operation.priority == UAIO_PRIORITY_MAX);
    BOOST_TEST(operation.descriptor.seekable);
}

BOOST_AUTO_TEST_CASE(pieces_are_added_up) {
    iovec pieces[] = {{data, 4}, {data + 4, 0}, {data + 8, 5}};
    wanted.buffer = pieces;
    wanted.pieces = 3;
    wanted.bytes = 1234;
    BOOST_TEST(describe() == 0);
    BOOST_TEST(operation.pieces == 3);
    BOOST_TEST(operation.bytes == 9u);
}

BOOST_AUTO_TEST_CASE(a_transfer_at_the_own_position_is_ordered_as_a_stream) {
    wanted.offset = UAIO_OWN_POSITION;
    BOOST_TEST(describe() == 0);
    BOOST_TEST(!operation.descriptor.seekable);
    BOOST_TEST(bool{operation.descriptor.file});
}

BOOST_AUTO_TEST_CASE(numbers_out_of_range_are_invalid) {
    wanted.offset = -2;
    BOOST_TEST(describe() == EINVAL);
    wanted.offset = 0;
    wanted.priority = UAIO_PRIORITY_MAX + 1;
    BOOST_TEST(describe() == EINVAL);
    wanted.priority = UAIO_PRIORITY_MIN - 1;
    BOOST_TEST(describe() == EINVAL);
    wanted.priority = 0;
    wanted.bytes = static_cast<size_t>(SSIZE_MAX) + 1;
    BOOST_TEST(describe() == EINVAL);
    iovec pieces[] = {{data, static_cast<size_t>(SSIZE_MAX)}, {data, 1}};
    wanted.buffer = pieces;
    wanted.pieces = 2;
    BOOST_TEST(describe() == EINVAL);
    wanted.pieces = UAIO_PIECES_MAX + 1;
    BOOST_TEST(describe() == EINVAL);
}

BOOST_AUTO_TEST_CASE(an_unknown_opcode_is_invalid) {
    int unknown = UAIO_SYNC_ALL + 1;
    memcpy(&wanted.opcode, &unknown, sizeof unknown);
    BOOST_TEST(describe() == EINVAL);
}

BOOST_AUTO_TEST_CASE(descriptors_are_asked_for_the_right_access) {
    int reader = file.open_again(O_RDONLY);
    int writer = file.open_again(O_WRONLY);
    wanted.fd = writer;
    BOOST_TEST(describe() == EBADF);
    wanted.opcode = UAIO_WRITE;
    BOOST_TEST(describe() == 0);
    wanted.fd = reader;
    BOOST_TEST(describe() == EBADF);
    wanted.opcode = UAIO_SYNC_ALL;
    BOOST_TEST(describe() == 0);
    wanted.fd = -1;
    BOOST_TEST(describe() == EBADF);
    close(reader);
    close(writer);
}

BOOST_AUTO_TEST_CASE(streams_ignore_offsets_and_have_no_sync) {
    test::ReadGate gate;
    wanted.fd = gate.fd();
    wanted.offset = -7;
    BOOST_TEST(describe() == 0);
    BOOST_TEST(!operation.descriptor.seekable);
    wanted.opcode = UAIO_SYNC_DATA;
    BOOST_TEST(describe() == EINVAL);
}

BOOST_AUTO_TEST_CASE(appends_ignore_offsets) {
    int appender = file.open_again(O_WRONLY | O_APPEND);
    wanted.opcode = UAIO_WRITE;
    wanted.fd = appender;
    wanted.offset = -7;
    BOOST_TEST(describe() == 0);
    close(appender);
}

BOOST_AUTO_TEST_SUITE_END()

// --- settings ---------------------------------------------------------------------------------

// A program that was built with a later header.
struct LaterOptions {
    uaio_options known = {.size = sizeof(LaterOptions)};
    uint64_t more = 0;
};

BOOST_AUTO_TEST_CASE(settings_that_are_0_are_the_defaults) {
    Options options;
    const uaio_options wanted = {.size = sizeof wanted};
    const uaio_options* none = nullptr;
    for (const uaio_options* each : {none, &wanted}) {
        BOOST_TEST(read_options(each, options) == 0);
        BOOST_TEST(options.threads == Options().threads);
        BOOST_TEST(options.idle_ms == Options().idle_ms);
        BOOST_TEST(options.express == Options().express);
        BOOST_TEST((options.order == Order::kConflict));
    }
}

BOOST_AUTO_TEST_CASE(settings_are_as_they_were_wanted) {
    Options options;
    uaio_options wanted = {.size = sizeof wanted,
                           .threads = UAIO_THREADS_MAX,
                           .idle_ms = UAIO_IDLE_MS_MAX,
                           .order = UAIO_ORDER_STRICT,
                           .express_bytes = 7};
    BOOST_TEST(read_options(&wanted, options) == 0);
    BOOST_TEST(options.threads == unsigned{UAIO_THREADS_MAX});
    BOOST_TEST(options.idle_ms == UAIO_IDLE_MS_MAX);
    BOOST_TEST(options.express == 7u);
    BOOST_TEST((options.order == Order::kStrict));
    wanted.idle_ms = -1;
    wanted.express_bytes = UAIO_EXPRESS_NONE;
    BOOST_TEST(read_options(&wanted, options) == 0);
    BOOST_TEST(options.idle_ms == 0);
    BOOST_TEST(options.express == 0u);
}

BOOST_AUTO_TEST_CASE(settings_out_of_range_are_invalid) {
    const uaio_options possible = {.size = sizeof possible};
    const int unknown = UAIO_ORDER_STRICT + 1;
    uaio_options wrong[6] = {possible, possible, possible, possible, possible, possible};
    wrong[0].size = sizeof wrong[0].size - 1;
    wrong[1].threads = UAIO_THREADS_MAX + 1;
    wrong[2].idle_ms = -2;
    wrong[3].idle_ms = UAIO_IDLE_MS_MAX + 1;
    memcpy(&wrong[4].order, &unknown, sizeof unknown);
    wrong[5].express_bytes = size_t{UAIO_EXPRESS_BYTES_MAX} + 1;
    for (const uaio_options& each : wrong) {
        Options options;
        BOOST_TEST(read_options(&each, options) == EINVAL);
    }
}

BOOST_AUTO_TEST_CASE(settings_of_another_header_are_known_by_their_size) {
    Options options;
    uaio_options earlier = {.size = offsetof(uaio_options, idle_ms), .threads = 3, .idle_ms = -7};
    BOOST_TEST(read_options(&earlier, options) == 0);
    BOOST_TEST(options.threads == 3u);
    LaterOptions later;
    BOOST_TEST(read_options(&later.known, options) == 0);
    later.more = 1;
    BOOST_TEST(read_options(&later.known, options) == EINVAL);
}

}  // namespace
}  // namespace uaio
