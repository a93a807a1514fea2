// What aio_fsync has acknowledged is in the file, whatever happens to the process afterwards.
//
// Method. A child writes, syncs and acknowledges as fast as it can; its parent kills it (SIGKILL)
// after a number of acknowledgements and some more turns of a loop, both from the seed, and looks
// at the file: every acknowledged write is there, or a later one of the same place. Then the next
// child goes on with the same file. The parent also looks at the file whenever an acknowledgement
// arrives, and the child whenever a sync is about to be performed (writer.cc).
#define BOOST_TEST_MODULE acknowledged_writes
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include <atomic>
#include <random>

#include <boost/test/unit_test.hpp>

#include "tests/durability/writer.h"
#include "tests/storm/child.h"
#include "tests/storm/scale.h"
#include "tests/support/require.h"
#include "tests/support/scratch_file.h"
#include "tests/support/seed.h"

namespace uaio {
namespace {

using namespace test;

constexpr size_t kKills = 100;
constexpr size_t kAcknowledgementsMax = 20;
constexpr uint64_t kTurnsMax = 1'000'000;
constexpr uint64_t kSerialsPerChild = 1'000'000'000;

// What the file has to hold.
class Ledger {
  public:
    explicit Ledger(const ScratchFile& file) : file_(file) {}

    void note(const Acknowledgement& acknowledgement) {
        for (const Stamp& stamp : acknowledgement) {
            BOOST_TEST_REQUIRE(holds(file_.fd(), stamp), "cell " << stamp.cell << " as soon as "
                                                                 << stamp.serial << " is synced");
            serials_[stamp.cell] = stamp.serial;
        }
        ++notes_;
    }

    void check() const {
        int fd = file_.open_again(O_RDONLY);
        for (uint64_t cell = 0; cell < kCells; ++cell) {
            bool kept = serials_[cell] == 0 || holds(fd, {cell, serials_[cell]});
            BOOST_TEST_REQUIRE(kept, "cell " << cell << " has lost write " << serials_[cell]);
        }
        close(fd);
    }

    size_t notes() const { return notes_; }

  private:
    const ScratchFile& file_;
    std::array<uint64_t, kCells> serials_ = {};
    size_t notes_ = 0;
};

// False if there are no more, because the child has come to its end.
bool receive(int pipe, Acknowledgement& acknowledgement) {
    ssize_t bytes = read(pipe, acknowledgement.data(), sizeof acknowledgement);
    require(bytes == 0 || bytes == sizeof acknowledgement, "receive an acknowledgement");
    return bytes != 0;
}

void turn(uint64_t turns) {
    std::atomic<uint64_t> left{turns};
    while (left.load(std::memory_order_relaxed) > 0) {
        left.fetch_sub(1, std::memory_order_relaxed);
    }
}

// One life of the writer. Returns how it ended.
int live_and_die(const ScratchFile& file, Ledger& ledger, uint64_t serial,
                 std::mt19937_64& random) {
    int ends[2];
    require(pipe2(ends, O_CLOEXEC) == 0, "make a pipe");
    uint64_t seed = random();
    int child = start_child([&] { return write_for_ever(file.fd(), ends[1], serial, seed); });
    close(ends[1]);
    Acknowledgement acknowledgement;
    bool alive = true;
    for (size_t left = random() % kAcknowledgementsMax; alive && left > 0; --left) {
        alive = receive(ends[0], acknowledgement);
        if (alive) {
            ledger.note(acknowledgement);
        }
    }
    turn(random() % kTurnsMax);
    kill(child, SIGKILL);
    int end = wait_for_child(child);
    while (receive(ends[0], acknowledgement)) {
        ledger.note(acknowledgement);
    }
    close(ends[0]);
    return end;
}

BOOST_AUTO_TEST_CASE(what_a_sync_has_acknowledged_survives_a_kill) {
    std::mt19937_64 random(announced_seed(20'261'121));
    ScratchFile file(std::string(kCells * kCellBytes, '\0'));
    Ledger ledger(file);
    for (size_t life = 0; life < scaled(kKills); ++life) {
        int end = live_and_die(file, ledger, life * kSerialsPerChild, random);
        BOOST_TEST_REQUIRE(end == kKilled + SIGKILL);
        ledger.check();
    }
    printf("%zu acknowledgements\n", ledger.notes());
    BOOST_TEST(ledger.notes() > 0u);
}

}  // namespace
}  // namespace uaio
