// A real disk that fails: what read(2), write(2) and fsync(2) of a failing file system answer is
// what the requests end with, and what never answers holds nothing else up.
//
// Method: a FUSE file system (failing_disk.h) that shortens, fails and withholds by script. Two
// workers, so that a request that hangs takes half of them. Left out where nothing can be mounted.
#define BOOST_TEST_MODULE disk
#include <boost/test/unit_test.hpp>

#include <aio.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <deque>
#include <memory>
#include <string>

#include "aio/counters.h"
#include "tests/support/failing_disk.h"
#include "tests/support/request.h"
#include "tests/support/scratch_file.h"

namespace uaio {
namespace {

using namespace test;

// Made before the engine has threads; each case that needs a live one has one of its own.
struct Disks {
    std::deque<std::unique_ptr<FailingDisk>> unused;

    Disks() {
        for (int i = 0; i < 6; ++i) unused.push_back(std::make_unique<FailingDisk>());
    }

    std::unique_ptr<FailingDisk> take() {
        auto disk = std::move(unused.front());
        unused.pop_front();
        return disk;
    }

    static Disks* all;
};

Disks* Disks::all = nullptr;

struct Programme {
    Programme() { Disks::all = new Disks; }
    ~Programme() { delete Disks::all; }
};

BOOST_TEST_GLOBAL_FIXTURE(Programme);

uint64_t sum(Counter counter) {
    return counters().sum(counter);
}

// Everything submitted has been performed or withdrawn.
bool balanced() {
    return sum(Counter::kSubmittedReads) + sum(Counter::kSubmittedWrites) +
               sum(Counter::kSubmittedSyncs) ==
           sum(Counter::kPerformedReads) + sum(Counter::kPerformedWrites) +
               sum(Counter::kPerformedSyncs) + sum(Counter::kCancelled);
}

// A disk of its own and a descriptor on it.
struct Stage {
    std::unique_ptr<FailingDisk> disk = Disks::all->take();
    int fd = disk->mounted() ? disk->open(O_RDWR) : -1;

    ~Stage() {
        if (fd >= 0) close(fd);
    }

    // Says why a case is left out.
    bool missing() const {
        if (!disk->mounted()) printf("left out: %s\n", disk->why_not());
        return !disk->mounted();
    }

    Outcome written(const char* text, off_t offset = 0) {
        Request write(fd, text, offset);
        BOOST_TEST_REQUIRE(write.write() == 0);
        return write.finish();
    }
};

BOOST_AUTO_TEST_CASE(short_transfers_are_results) {
    Stage stage;
    if (stage.missing()) return;
    stage.disk->say("write short 3");
    BOOST_TEST(stage.written("abcdefgh") == transferred(3));
    stage.disk->say("write pass");
    BOOST_TEST(stage.written("DEFGH", 3) == transferred(5));
    stage.disk->say("read short 2");
    Request part(stage.fd, 8);
    BOOST_TEST_REQUIRE(part.read() == 0);
    BOOST_TEST(part.finish() == transferred(2));
    BOOST_TEST(part.text() == "ab");
    stage.disk->say("read pass");
    Request all(stage.fd, 20);
    BOOST_TEST_REQUIRE(all.read() == 0);
    BOOST_TEST(all.finish() == transferred(8));
    BOOST_TEST(all.text() == "abcDEFGH");
    BOOST_TEST(balanced());
}

BOOST_AUTO_TEST_CASE(errors_of_the_disk_are_the_status) {
    Stage stage;
    if (stage.missing()) return;
    BOOST_TEST(stage.written("before") == transferred(6));
    for (int error : {EIO, ENOSPC, EDQUOT, ESTALE, ETIMEDOUT, EROFS}) {
        std::string number = std::to_string(error);
        for (const char* operation : {"read", "write", "fsync"}) {
            stage.disk->say(operation + (" fail " + number));
        }
        Request read(stage.fd, 6);
        Request write(stage.fd, "after!", 0);
        Request sync(stage.fd, 0);
        BOOST_TEST_REQUIRE(read.read() == 0);
        BOOST_TEST_REQUIRE(write.write() == 0);
        BOOST_TEST_REQUIRE(sync.sync(O_SYNC) == 0);
        BOOST_TEST(read.finish() == failed(error));
        BOOST_TEST(write.finish() == failed(error));
        BOOST_TEST(sync.finish() == failed(error));
    }
    stage.disk->say("read pass");
    Request read(stage.fd, 6);
    BOOST_TEST_REQUIRE(read.read() == 0);
    BOOST_TEST(read.finish() == transferred(6));
    BOOST_TEST(read.text() == "before");
    BOOST_TEST(balanced());
}

BOOST_AUTO_TEST_CASE(a_slow_write_holds_back_what_overlaps_it) {
    Stage stage;
    if (stage.missing()) return;
    BOOST_TEST(stage.written("old old ") == transferred(8));
    stage.disk->say("write hold");
    Request write(stage.fd, "new", 0);
    Request over(stage.fd, 3, 0);
    Request beside(stage.fd, 3, 4);
    BOOST_TEST_REQUIRE(write.write() == 0);
    stage.disk->say("await 1");
    BOOST_TEST_REQUIRE(over.read() == 0);
    BOOST_TEST_REQUIRE(beside.read() == 0);
    BOOST_TEST(beside.finish() == transferred(3));
    BOOST_TEST(beside.text() == "old");
    BOOST_TEST(over.in_progress());
    stage.disk->say("release");
    BOOST_TEST(write.finish() == transferred(3));
    BOOST_TEST(over.finish() == transferred(3));
    BOOST_TEST(over.text() == "new");
    BOOST_TEST(balanced());
}

BOOST_AUTO_TEST_CASE(a_hung_sync_stops_nobody_else) {
    Stage stage;
    if (stage.missing()) return;
    ScratchFile other(std::string(100, 'o'));
    BOOST_TEST(stage.written("data") == transferred(4));
    stage.disk->say("fsync hold");
    Request sync(stage.fd, 0);
    BOOST_TEST_REQUIRE(sync.sync(O_SYNC) == 0);
    stage.disk->say("await 1");
    for (off_t i = 0; i < 100; ++i) {
        Request elsewhere(other.fd(), 1, i);
        BOOST_TEST_REQUIRE(elsewhere.read() == 0);
        BOOST_TEST_REQUIRE(elsewhere.finish() == transferred(1));
        Request same_disk(stage.fd, 4);
        BOOST_TEST_REQUIRE(same_disk.read() == 0);
        BOOST_TEST_REQUIRE(same_disk.finish() == transferred(4));
    }
    BOOST_TEST(aio_cancel(stage.fd, &sync.block()) == AIO_NOTCANCELED);
    BOOST_TEST(aio_cancel(stage.fd, nullptr) == AIO_NOTCANCELED);
    BOOST_TEST(sync.in_progress());
    stage.disk->say("release");
    BOOST_TEST(sync.finish() == transferred(0));
    BOOST_TEST(balanced());
}

BOOST_AUTO_TEST_CASE(what_waits_behind_a_hung_write_can_be_cancelled) {
    Stage stage;
    if (stage.missing()) return;
    stage.disk->say("write hold");
    Request hung(stage.fd, "hung", 0);
    Request behind(stage.fd, "behind", 0);
    BOOST_TEST_REQUIRE(hung.write() == 0);
    stage.disk->say("await 1");
    BOOST_TEST_REQUIRE(behind.write() == 0);
    BOOST_TEST(aio_cancel(stage.fd, &hung.block()) == AIO_NOTCANCELED);
    BOOST_TEST(aio_cancel(stage.fd, &behind.block()) == AIO_CANCELED);
    BOOST_TEST(behind.finish() == failed(ECANCELED));
    stage.disk->say("release");
    BOOST_TEST(hung.finish() == transferred(4));
    BOOST_TEST(balanced());
}

BOOST_AUTO_TEST_CASE(a_disk_that_is_torn_out_ends_what_hangs) {
    Stage stage;
    if (stage.missing()) return;
    stage.disk->say("write hold");
    Request hung(stage.fd, "hung", 0);
    Request behind(stage.fd, 4, 0);
    Request sync(stage.fd, 0);
    BOOST_TEST_REQUIRE(hung.write() == 0);
    stage.disk->say("await 1");
    BOOST_TEST_REQUIRE(behind.read() == 0);
    BOOST_TEST_REQUIRE(sync.sync(O_SYNC) == 0);
    stage.disk->abort();
    for (Request* request : {&hung, &behind, &sync}) {
        Outcome outcome = request->finish();
        BOOST_TEST(outcome.result == -1);
        BOOST_TEST(outcome.error != 0);
        BOOST_TEST(outcome.error != ECANCELED);
        printf("torn out: %s\n", strerror(outcome.error));
    }
    ScratchFile other("other");
    Request read(other.fd(), 5);
    BOOST_TEST_REQUIRE(read.read() == 0);
    BOOST_TEST(read.finish() == transferred(5));
    BOOST_TEST(balanced());
}

}  // namespace
}  // namespace uaio
