#include "tests/durability/writer.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <deque>
#include <memory>
#include <random>

#include "tests/storm/child.h"
#include "tests/support/request.h"

extern "C" int __real_fsync(int fd);
extern "C" int __real_fdatasync(int fd);

namespace uaio::test {
namespace {

// What the sync that is under way has to cover. There is one at a time.
Acknowledgement promised;
std::atomic<uint64_t> looks{0};  // syncs that have been performed, or are about to be

// SIGKILL takes no page from the page cache, so that the data is there afterwards does not say that
// the sync came after the writes. This does: they have been performed when it begins.
void look_before_sync(int fd) {
    ++looks;
    if (!std::all_of(promised.begin(), promised.end(),
                     [fd](const Stamp& stamp) { return holds(fd, stamp); })) {
        _exit(kSyncTooEarly);
    }
}

class Batch {
  public:
    Batch(int file, int synced, uint64_t& serial, std::mt19937_64& random) : sync_(synced, 0) {
        uint64_t first = random();
        for (size_t i = 0; i < kBatch; ++i) {
            stamps_[i] = {(first + i * 37) % kCells, ++serial};  // no cell twice: 37 is odd
            writes_.emplace_back(file, cell_full_of(stamps_[i]), offset_of(stamps_[i].cell));
        }
    }

    bool write() {
        return std::all_of(writes_.begin(), writes_.end(),
                           [](Request& request) { return request.write() == 0; });
    }

    // The writes may still be on their way.
    bool sync(std::mt19937_64& random) {
        promised = stamps_;
        return sync_.sync(random() % 2 == 0 ? O_SYNC : O_DSYNC) == 0;
    }

    bool acknowledge(int pipe) {
        static uint64_t acknowledged = 0;
        return sync_.finish() == transferred(0) && looks == ++acknowledged &&
               ::write(pipe, stamps_.data(), sizeof stamps_) == sizeof stamps_;
    }

  private:
    Acknowledgement stamps_;
    std::deque<Request> writes_;
    Request sync_;
};

}  // namespace

// The writes of the next batch are under way while the sync is. Half of the syncs come through
// another descriptor: they cover the file, not what has been written through their own.
int write_for_ever(int file, int acknowledged, uint64_t serial, uint64_t seed) {
    std::mt19937_64 random(seed);
    const int descriptors[] = {file, dup(file)};
    std::unique_ptr<Batch> older;
    for (;;) {
        auto batch = std::make_unique<Batch>(file, descriptors[random() % 2], serial, random);
        if (!batch->write() || (older != nullptr && !older->acknowledge(acknowledged)) ||
            !batch->sync(random)) {
            return kFailed;
        }
        alarm(kChildSeconds);  // anew
        older = std::move(batch);
    }
}

}  // namespace uaio::test

// Before the engine's calls to the system (--wrap).
extern "C" int __wrap_fsync(int fd) {
    uaio::test::look_before_sync(fd);
    return __real_fsync(fd);
}

extern "C" int __wrap_fdatasync(int fd) {
    uaio::test::look_before_sync(fd);
    return __real_fdatasync(fd);
}
