// The state machine of `uaio cp`. Goal: every size around a block, every place of a hole and every
// depth arrives intact; every failure names its file and offset. Method: copy scratch files and
// compare the bytes and what lseek says of holes; /dev/full, a limit, a write-only descriptor and
// a file that is shorter than was said give the failures.
#define BOOST_TEST_MODULE copy
#include "tools/uaio/copy.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>

#include <string>

#include "tests/support/scratch_file.h"
#include "tools/uaio/data_ranges.h"
#include "tools/uaio/failure.h"
#include "tools/uaio/files.h"

namespace uaio::tools {
namespace {

using test::ScratchFile;

constexpr size_t kBlock = 8192;
constexpr off_t kMib = 1 << 20;

// Never zero, and of a period that no block has.
std::string pattern(size_t bytes) {
    std::string text(bytes, '\0');
    for (size_t i = 0; i < bytes; ++i) text[i] = static_cast<char>(1 + i % 251);
    return text;
}

void ignore(off_t) {}

void copy(const ScratchFile& from, const ScratchFile& to, off_t size, CopySettings settings,
          const CopyMeter& meter = ignore) {
    copy_data({"from", from.fd()}, {"to", to.fd()}, size, settings, meter);
}

std::string failure_of(const CopyEnd& from, const CopyEnd& to, off_t size) {
    try {
        copy_data(from, to, size, {.depth = 4, .block_bytes = kBlock}, ignore);
    } catch (const Failure& failure) {
        BOOST_TEST(failure.status() == kExitFailure);
        return failure.what();
    }
    return "none";
}

BOOST_AUTO_TEST_CASE(every_size_arrives_at_every_depth) {
    const size_t sizes[] = {0, 1, kBlock - 1, kBlock, kBlock + 1, 100 * kBlock, 100 * kBlock + 17};
    for (size_t size : sizes) {
        std::string text = pattern(size);
        ScratchFile from(text);
        for (unsigned depth : {1u, 2u, 7u, 32u, 1024u}) {
            ScratchFile to;
            copy(from, to, from.size(), {.depth = depth, .block_bytes = kBlock});
            BOOST_TEST((to.contents() == text), "size " << size << ", depth " << depth);
        }
    }
}

BOOST_AUTO_TEST_CASE(blocks_need_not_be_aligned) {
    std::string text = pattern(100'000);
    ScratchFile from(text), to;
    copy(from, to, from.size(), {.depth = 8, .block_bytes = 777});
    BOOST_TEST((to.contents() == text));
}

BOOST_AUTO_TEST_CASE(the_meter_never_goes_back_and_ends_with_the_size) {
    ScratchFile from(pattern(50 * kBlock)), to;
    BOOST_TEST_REQUIRE(ftruncate(from.fd(), 100 * kBlock) == 0);
    off_t last = 0;
    copy(from, to, from.size(), {.depth = 4, .block_bytes = kBlock}, [&](off_t done) {
        BOOST_TEST(done >= last);
        last = done;
    });
    BOOST_TEST(last == from.size());
}

// Data at these offsets, in a file that is a hole otherwise.
void copy_with_holes(std::initializer_list<off_t> places, off_t size) {
    ScratchFile from, to;
    std::string text = pattern(10'000);
    for (off_t place : places) {
        BOOST_TEST_REQUIRE(pwrite(from.fd(), text.data(), text.size(), place) ==
                           static_cast<ssize_t>(text.size()));
    }
    BOOST_TEST_REQUIRE(ftruncate(from.fd(), size) == 0);
    for (unsigned depth : {1u, 3u, 32u}) {
        BOOST_TEST_REQUIRE(ftruncate(to.fd(), 0) == 0);
        copy(from, to, size, {.depth = depth, .block_bytes = kBlock});
        BOOST_TEST(to.size() == size);
        BOOST_TEST((to.contents() == from.contents()));
        struct stat before, after;
        BOOST_TEST_REQUIRE(fstat(from.fd(), &before) == 0);
        BOOST_TEST_REQUIRE(fstat(to.fd(), &after) == 0);
        // Where the file system has holes at all. Some more blocks may be for its own records.
        bool has_holes = before.st_blocks * 512 < size / 2;
        if (has_holes) BOOST_TEST(after.st_blocks <= before.st_blocks + 128);
    }
}

BOOST_AUTO_TEST_CASE(holes_stay_holes_wherever_they_are) {
    copy_with_holes({0}, 4 * kMib);                                 // at the end
    copy_with_holes({4 * kMib}, 4 * kMib + 10'000);                 // at the start
    copy_with_holes({0, 4 * kMib}, 4 * kMib + 10'000);              // in the middle
    copy_with_holes({kMib, 2 * kMib + 5, 3 * kMib}, 4 * kMib + 1);  // everywhere
    copy_with_holes({}, 4 * kMib);                                  // nothing else
}

BOOST_AUTO_TEST_CASE(ranges_are_in_order_and_end_for_good) {
    ScratchFile file(pattern(10'000));
    BOOST_TEST_REQUIRE(ftruncate(file.fd(), kMib) == 0);
    DataRanges ranges(file.fd(), kMib);
    Range range;
    off_t end = 0;
    while (ranges.next(range)) {
        BOOST_TEST(range.begin >= end);
        BOOST_TEST(range.end > range.begin);
        end = range.end;
    }
    BOOST_TEST(end >= 10'000);
    Range last = range;
    BOOST_TEST(!ranges.next(range));
    BOOST_TEST((range.begin == last.begin && range.end == last.end));
    BOOST_TEST(ranges.error() == 0);
}

BOOST_AUTO_TEST_CASE(ranges_of_what_cannot_be_sought_say_why) {
    DataRanges ranges(-1, kMib);
    Range range;
    BOOST_TEST(!ranges.next(range));
    BOOST_TEST(ranges.error() == EBADF);
}

BOOST_AUTO_TEST_CASE(a_full_device_is_named_with_the_offset) {
    ScratchFile from(pattern(1));
    OwnedFd full(open("/dev/full", O_WRONLY | O_CLOEXEC));
    BOOST_TEST_REQUIRE(full.valid());
    BOOST_TEST(failure_of({"from", from.fd()}, {"full", full.get()}, 1) ==
               "full: write at offset 0: No space left on device");
}

BOOST_AUTO_TEST_CASE(a_source_that_cannot_be_read_is_named_with_the_offset) {
    ScratchFile from(pattern(1)), to;
    OwnedFd blind(from.open_again(O_WRONLY | O_CLOEXEC));
    BOOST_TEST(failure_of({"from", blind.get()}, {"to", to.fd()}, 1) ==
               "from: read at offset 0: Bad file descriptor");
}

BOOST_AUTO_TEST_CASE(a_source_that_became_shorter_is_a_failure) {
    ScratchFile from(pattern(3 * kBlock)), to;
    CopyEnd source{"from", from.fd()}, destination{"to", to.fd()};
    BOOST_TEST(failure_of(source, destination, 3 * kBlock + 100) ==
               "from: read at offset 24576: the file has become shorter meanwhile");
    // Inside of a block, where a read says so.
    BOOST_TEST_REQUIRE(ftruncate(from.fd(), 3 * kBlock - 100) == 0);
    BOOST_TEST(failure_of(source, destination, 3 * kBlock) ==
               "from: read at offset 24476: the file has become shorter meanwhile");
}

BOOST_AUTO_TEST_CASE(a_write_that_is_short_goes_on_until_the_error) {
    rlimit before;
    BOOST_TEST_REQUIRE(getrlimit(RLIMIT_FSIZE, &before) == 0);
    auto old = signal(SIGXFSZ, SIG_IGN);
    ScratchFile from(pattern(3 * kBlock)), to;
    rlimit small = {kBlock + 1000, before.rlim_max};
    BOOST_TEST_REQUIRE(setrlimit(RLIMIT_FSIZE, &small) == 0);
    std::string message = "none";
    try {
        copy(from, to, from.size(), {.depth = 1, .block_bytes = kBlock});
    } catch (const Failure& failure) {
        message = failure.what();
    }
    setrlimit(RLIMIT_FSIZE, &before);
    signal(SIGXFSZ, old);
    BOOST_TEST(message == "to: write at offset 9192: File too large");
    BOOST_TEST(to.size() == static_cast<off_t>(kBlock + 1000));
}

#ifdef O_DIRECT
BOOST_AUTO_TEST_CASE(direct_transfers_leave_the_tail_to_others) {
    for (size_t size : {1ul, kBlock, kBlock + 4096, 10 * kBlock + 4097}) {
        std::string text = pattern(size);
        ScratchFile from(text), to;
        OwnedFd direct_from(from.open_again(O_RDONLY | O_DIRECT | O_CLOEXEC));
        OwnedFd direct_to(to.open_again(O_WRONLY | O_DIRECT | O_CLOEXEC));
        if (!direct_from.valid() || !direct_to.valid()) {
            BOOST_TEST_MESSAGE("skipped: no O_DIRECT on this file system");
            return;
        }
        copy_data({"from", from.fd(), direct_from.get()}, {"to", to.fd(), direct_to.get()},
                  from.size(), {.depth = 3, .block_bytes = kBlock}, ignore);
        BOOST_TEST((to.contents() == text), "size " << size);
    }
}
#endif

}  // namespace
}  // namespace uaio::tools
