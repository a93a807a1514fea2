// Express: which transfers are made at once, what a miss costs later ones, and what switches it
// off. Method: the test's own io_read_now and io_write_now in place of the system's say what the
// cache has.
#define BOOST_TEST_MODULE express
#include "aio/express.h"

#include <errno.h>
#include <string.h>

#include <boost/test/unit_test.hpp>

#include "aio/counters.h"
#include "aio/platform/io_ops.h"

namespace uaio {
namespace {

// What the system says, and how often it was asked.
struct System {
    ssize_t result = 0;
    int error = 0;
    int asked = 0;
    int pieces = 0;
    size_t written = 0;
} the_system;

ssize_t answer_for(int count) {
    ++the_system.asked;
    the_system.pieces = count;
    errno = the_system.error;
    return the_system.error != 0 ? -1 : the_system.result;
}

}  // namespace

ssize_t io_read_now(int /*fd*/, const iovec* pieces, int count, int64_t offset) {
    ssize_t result = answer_for(count);
    for (ssize_t i = 0; i < result && i < static_cast<ssize_t>(pieces[0].iov_len); ++i) {
        static_cast<char*>(pieces[0].iov_base)[i] = static_cast<char>(offset);
    }
    return result;
}

ssize_t io_write_now(int /*fd*/, const iovec* /*pieces*/, int count, int64_t /*offset*/,
                     size_t bytes) {
    the_system.written = bytes;
    return answer_for(count);
}

namespace {

constexpr size_t kBytes = 100;

struct Counts {
    uint64_t hits = counters().sum(Counter::kExpressHits);
    uint64_t misses = counters().sum(Counter::kExpressMisses);
};

struct Surroundings {
    Surroundings() { configure(Order::kConflict, 4'096); }

    void configure(Order order, size_t bytes_max) {
        Options options;
        options.order = order;
        options.express = bytes_max;
        express.configure(options);
    }

    // As a submitter does.
    bool read(const Operation& what) {
        return express.takes(what) && express.may_try(lane, what.kind) &&
               express.transfer(what, lane) == what.bytes;
    }
    bool read() { return read(operation); }

    // Reads until the system is asked again. Returns how often it was not.
    int left_alone() {
        int before = the_system.asked;
        int reads = 0;
        while (read(), the_system.asked == before) {
            ++reads;
        }
        return reads;
    }

    void answer(ssize_t result, int error = 0) { the_system = {result, error, 0}; }

    char buffer[kBytes] = {};
    Operation operation = {.kind = Kind::kRead,
                           .priority = 0,
                           .fd = 3,
                           .buffer = buffer,
                           .bytes = kBytes,
                           .offset = 'x',
                           .descriptor = {.readable = true,
                                          .writable = true,
                                          .append = false,
                                          .nonblocking = false,
                                          .direct = false,
                                          .seekable = true,
                                          .file = true,
                                          .file_known = true,
                                          .size = 4'096,
                                          .identity = {}}};
    Lane lane = {};
    Express express;
};

BOOST_FIXTURE_TEST_CASE(what_is_cached_is_read_at_once, Surroundings) {
    answer(kBytes);
    Counts before;
    errno = EDOM;
    BOOST_TEST(read());
    BOOST_TEST(errno == EDOM);
    BOOST_TEST(buffer[0] == 'x');
    BOOST_TEST(buffer[kBytes - 1] == 'x');
    Counts after;
    BOOST_TEST(after.hits == before.hits + 1);
    BOOST_TEST(after.misses == before.misses);
}

BOOST_FIXTURE_TEST_CASE(anything_but_the_whole_is_a_miss, Surroundings) {
    for (ssize_t result : {ssize_t{kBytes - 1}, ssize_t{1}, ssize_t{0}}) {
        lane.express[0].pause = 0;
        answer(result);
        Counts before;
        BOOST_TEST(express.transfer(operation, lane) == static_cast<size_t>(result));
        BOOST_TEST(the_system.asked == 1);
        BOOST_TEST(Counts().misses == before.misses + 1);
        BOOST_TEST(Counts().hits == before.hits);
    }
    for (int error : {EAGAIN, EINTR, EIO, EFAULT, EINVAL, ESPIPE, EBADF, EOPNOTSUPP}) {
        lane.express[0].pause = 0;
        answer(0, error);
        errno = EDOM;
        BOOST_TEST(!read());
        BOOST_TEST(errno == EDOM);
        BOOST_TEST(the_system.asked == 1);
    }
}

BOOST_FIXTURE_TEST_CASE(some_operations_never_try, Surroundings) {
    answer(kBytes);
    auto tries = [this](auto change) {
        Operation changed = operation;
        change(changed);
        return read(changed) || the_system.asked != 0;
    };
    BOOST_TEST(!tries([](Operation& it) { it.kind = Kind::kFileSync; }));
    BOOST_TEST(!tries([](Operation& it) { it.kind = Kind::kDataSync; }));
    BOOST_TEST(!tries([](Operation& it) { it.descriptor.direct = true; }));
    BOOST_TEST(!tries([](Operation& it) { it.descriptor.file = false; }));
    BOOST_TEST(!tries([](Operation& it) { it.descriptor.flags = 1; }));
    BOOST_TEST(!tries([](Operation& it) { it.offset = -1; }));
    BOOST_TEST(!tries([](Operation& it) { it.bytes = 0; }));
    BOOST_TEST(!tries([](Operation& it) { it.bytes = 4'097; }));
    BOOST_TEST(!tries([](Operation& it) { it.bytes = SIZE_MAX; }));
}

BOOST_FIXTURE_TEST_CASE(some_writes_never_try, Surroundings) {
    answer(kBytes);
    operation.kind = Kind::kWrite;
    Operation append = operation;
    append.descriptor.append = true;
    Operation durable = operation;
    durable.descriptor.durable = true;
    for (const Operation& write : {append, durable}) {
        BOOST_TEST(!read(write));
        Operation as_a_read = write;
        as_a_read.kind = Kind::kRead;
        BOOST_TEST(read(as_a_read));
    }
    BOOST_TEST(the_system.asked == 2);
}

BOOST_FIXTURE_TEST_CASE(what_the_cache_takes_is_written_at_once, Surroundings) {
    operation.kind = Kind::kWrite;
    answer(kBytes);
    Counts before;
    BOOST_TEST(read());
    BOOST_TEST(the_system.written == kBytes);
    BOOST_TEST(Counts().hits == before.hits + 1);
    answer(kBytes - 1);
    BOOST_TEST(!read());
    BOOST_TEST(Counts().misses == before.misses + 1);
}

// A read waits for writes alone, a write for reads as well: they must not see its bytes.
BOOST_FIXTURE_TEST_CASE(a_write_overtakes_nothing_at_all, Surroundings) {
    answer(kBytes);
    lane.posted = 1;
    BOOST_TEST(read());
    operation.kind = Kind::kWrite;
    BOOST_TEST(!read());
    lane.posted = 0;
    BOOST_TEST(read());
}

BOOST_FIXTURE_TEST_CASE(reads_and_writes_miss_on_their_own_account, Surroundings) {
    operation.kind = Kind::kWrite;
    answer(0, EOPNOTSUPP);
    BOOST_TEST(!read());
    operation.kind = Kind::kRead;
    answer(kBytes);
    BOOST_TEST(read());
    operation.kind = Kind::kWrite;
    BOOST_TEST(!read());
    BOOST_TEST(the_system.asked == 1);
}

// Who asks sees to it that it is a file.
BOOST_FIXTURE_TEST_CASE(what_is_not_known_yet_may_be_read, Surroundings) {
    answer(kBytes);
    operation.descriptor.file_known = operation.descriptor.file = false;
    BOOST_TEST(read());
    operation.descriptor.file_known = true;
    BOOST_TEST(!read());
}

BOOST_FIXTURE_TEST_CASE(pieces_may_be_read_at_once, Surroundings) {
    answer(kBytes);
    iovec pieces[] = {{buffer, kBytes / 2}, {buffer + kBytes / 2, kBytes / 2}};
    operation.buffer = pieces;
    operation.pieces = 2;
    BOOST_TEST(read());
    BOOST_TEST(the_system.pieces == 2);
    answer(kBytes - 1);
    BOOST_TEST(!read());
    BOOST_TEST(the_system.asked == 1);
}

BOOST_FIXTURE_TEST_CASE(the_largest_read_is_a_setting, Surroundings) {
    answer(kBytes);
    configure(Order::kConflict, kBytes);
    BOOST_TEST(read());
    configure(Order::kConflict, kBytes - 1);
    BOOST_TEST(!read());
    configure(Order::kConflict, 0);
    BOOST_TEST(!read());
}

BOOST_FIXTURE_TEST_CASE(nothing_is_overtaken, Surroundings) {
    answer(kBytes);
    lane.posted = 1;  // a read that is on its way
    BOOST_TEST(read());
    configure(Order::kStrict, kBytes);
    BOOST_TEST(!read());
    lane.posted = 2;
    lane.writes_posted = 1;
    configure(Order::kConflict, kBytes);
    BOOST_TEST(!read());
    lane.posted = lane.writes_posted = 0;
    BOOST_TEST(read());
    configure(Order::kStrict, kBytes);
    BOOST_TEST(read());
}

BOOST_FIXTURE_TEST_CASE(a_lane_that_misses_is_left_alone_longer_each_time, Surroundings) {
    answer(0, EAGAIN);
    BOOST_TEST(!read());
    for (int pause : {0, 1, 3, 7, 15, 31, 63, 127, 127, 127}) {
        BOOST_TEST(left_alone() == pause);
    }
    answer(kBytes);
    BOOST_TEST(left_alone() == 127);
    BOOST_TEST(left_alone() == 0);
    answer(0, EAGAIN);
    BOOST_TEST(left_alone() == 0);
    BOOST_TEST(left_alone() == 0);
    BOOST_TEST(left_alone() == 1);
}

BOOST_FIXTURE_TEST_CASE(a_file_that_does_not_know_it_is_left_alone_for_long, Surroundings) {
    for (int error : {EOPNOTSUPP, EPERM}) {
        answer(0, error);
        BOOST_TEST(!read());
        answer(kBytes);
        BOOST_TEST(left_alone() == 65'536);
        BOOST_TEST(read());
    }
}

BOOST_FIXTURE_TEST_CASE(other_descriptors_are_not_concerned, Surroundings) {
    answer(0, EOPNOTSUPP);
    BOOST_TEST(!read());
    answer(kBytes);
    Lane other = {};
    BOOST_TEST(express.may_try(other, Kind::kRead));
    BOOST_TEST(express.transfer(operation, other) == kBytes);
}

BOOST_AUTO_TEST_CASE(a_system_that_does_not_know_it_is_not_asked_again) {
    Surroundings process;
    process.answer(0, ENOSYS);
    BOOST_TEST(!process.read());
    process.answer(kBytes);
    Lane other = {};
    BOOST_TEST(!process.read());
    BOOST_TEST(!process.express.may_try(other, Kind::kRead));
    BOOST_TEST(the_system.asked == 0);
}

}  // namespace
}  // namespace uaio
