#include "tools/bench/parked.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <random>
#include <vector>

#include "tools/bench/usage.h"
#include "tools/uaio/failure.h"
#include "tools/uaio/files.h"

namespace uaio::bench {
namespace {

using tools::kExitFailure;
using tools::system_failure;

constexpr size_t kProbes = 64;            // of each kind; few enough to change nothing at 100
constexpr size_t kClockEvery = 64;        // submissions between two looks at the clock
constexpr long kPatienceNs = 10'000'000;  // for a read that was given a byte
constexpr size_t kTouchBytes = 32;        // no cache has shorter lines
constexpr double kNsPerSecond = 1e9;
constexpr double kKibibyte = 1024;
constexpr unsigned long kTimerSlackNs =
    1;  // by default the kernel makes a wait of no time last 50 us

class Parking {
  public:
    Parking(const PosixFunctions& functions, size_t outstanding, unsigned descriptors)
        : functions_(functions), bytes_(outstanding + kProbes), blocks_(outstanding + kProbes) {
        int ends[2];
        if (pipe(ends) != 0) throw system_failure(kExitFailure, "cannot make a pipe", errno);
        readers_.emplace_back(ends[0]);
        writer_ = tools::OwnedFd(ends[1]);
        while (readers_.size() < descriptors) readers_.emplace_back(one_more(ends[0]));
        for (size_t i = 0; i < blocks_.size(); ++i) {
            blocks_[i].aio_fildes = readers_[i % readers_.size()].get();
            blocks_[i].aio_buf = &bytes_[i];
            blocks_[i].aio_nbytes = 1;
            blocks_[i].aio_sigevent.sigev_notify = SIGEV_NONE;
        }
    }

    // All but the last kProbes, while there is time.
    void park(double seconds_max) {
        uint64_t end = now_ns() + static_cast<uint64_t>(seconds_max * kNsPerSecond);
        size_t wanted = blocks_.size() - kProbes;
        while (submitted_ < wanted) {
            submit();
            if (submitted_ % kClockEvery == 0 && now_ns() > end) break;
        }
    }

    size_t submitted() const { return submitted_; }

    void submit() {
        if (functions_.read(&blocks_[submitted_]) != 0) {
            throw system_failure(kExitFailure, "submission refused", errno);
        }
        ++submitted_;
    }

    // Mean time in nanoseconds of `probe` on kProbes blocks chosen at random. They are touched
    // first: that memory of the program's own has left the processor's cache is no cost of the
    // library, whose own memory stays as it is.
    template <typename Probe>
    double time(Probe probe) {
        std::vector<aiocb*> chosen(kProbes);
        for (aiocb*& block : chosen) block = &blocks_[random_() % submitted_];
        for (aiocb* block : chosen) touch(block);
        uint64_t start = now_ns();
        for (aiocb* block : chosen) probe(block);
        return static_cast<double>(now_ns() - start) / kProbes;
    }

    // The time in nanoseconds that it takes to withdraw the last. A library may put off a part of
    // each submission until somebody wants to know; this one pays for all of them.
    double cancel_last() {
        uint64_t start = now_ns();
        aiocb& last = blocks_[submitted_ - 1];
        functions_.cancel(last.aio_fildes, &last);
        return static_cast<double>(now_ns() - start);
    }

    void suspend(const aiocb* block) {
        const timespec at_once{};
        functions_.suspend(&block, 1, &at_once);
    }

    // Withdraws everything, and collects it. What runs gets a byte, which another read that runs
    // may take instead: then it is asked again.
    void end() {
        for (const tools::OwnedFd& reader : readers_) functions_.cancel(reader.get(), nullptr);
        for (size_t i = 0; i < submitted_; ++i) {
            aiocb* block = &blocks_[i];
            while (functions_.error(block) == EINPROGRESS) {
                functions_.cancel(block->aio_fildes, block);
                if (functions_.error(block) != EINPROGRESS) break;
                if (write(writer_.get(), "", 1) != 1) {
                    throw system_failure(kExitFailure, "cannot write to a pipe", errno);
                }
                const timespec patience{0, kPatienceNs};
                functions_.suspend(&block, 1, &patience);
            }
            functions_.result(block);
        }
    }

  private:
    static int one_more(int fd) {
        int copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
        if (copy < 0) throw system_failure(kExitFailure, "cannot have more descriptors", errno);
        return copy;
    }

    static void touch(const aiocb* block) {
        const auto* bytes = reinterpret_cast<const volatile char*>(block);
        for (size_t i = 0; i < sizeof *block; i += kTouchBytes) static_cast<void>(bytes[i]);
    }

    const PosixFunctions functions_;
    std::vector<char> bytes_;
    std::vector<aiocb> blocks_;
    std::vector<tools::OwnedFd> readers_;
    tools::OwnedFd writer_;
    std::mt19937_64 random_;
    size_t submitted_ = 0;
};

// Memory that is given back counts as none.
double growth(size_t before, size_t now) {
    return static_cast<double>(now > before ? now - before : 0);
}

}  // namespace

Sample run_parked(const PosixFunctions& functions, size_t outstanding, unsigned descriptors,
                  double seconds_max) {
    prctl(PR_SET_TIMERSLACK, kTimerSlackNs);
    Parking parking(functions, outstanding, descriptors);
    size_t before = resident_bytes();
    parking.park(seconds_max);
    auto reached = static_cast<double>(parking.submitted());
    Sample sample{{kOutstandingReached, reached}};
    sample[kMemoryEach] = growth(before, resident_bytes()) / reached;
    sample[kFirstCancel] = parking.cancel_last();
    sample[kSubmit] = parking.time([&](aiocb*) { parking.submit(); });
    sample[kError] = parking.time([&](aiocb* block) { functions.error(block); });
    sample[kSuspend] = parking.time([&](aiocb* block) { parking.suspend(block); });
    sample[kCancel] =
        parking.time([&](aiocb* block) { functions.cancel(block->aio_fildes, block); });
    parking.end();
    sample[kMemoryAfter] = growth(before, resident_bytes()) / kKibibyte;
    return sample;
}

}  // namespace uaio::bench
