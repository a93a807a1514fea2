#include "tools/bench/scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>

#include "tools/bench/block.h"
#include "tools/uaio/failure.h"

namespace uaio::bench {
namespace {

using tools::Failure;
using tools::kExitFailure;
using tools::OwnedFd;
using tools::system_failure;

constexpr size_t kBatchBlocks = 256;     // 1 MiB, to write and to read the whole file
constexpr size_t kWarmBlocks = 16384;    // 64 MiB: far more than a processor's cache, read quickly
constexpr size_t kColdPart = 2;          // of the blocks, chosen at random, one is read on average
constexpr rlim_t kDescriptorsOwn = 128;  // this program's, the peers', and some to spare

OwnedFd make_nameless(const std::string& directory) {
    std::string path = directory + "/uaio-bench-XXXXXX";
    OwnedFd fd(open(directory.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
    if (fd.valid()) return fd;
    // Not every file system has O_TMPFILE (EOPNOTSUPP; EISDIR and EINVAL on old ones).
    fd = OwnedFd(mkostemp(path.data(), O_CLOEXEC));
    if (!fd.valid()) {
        throw system_failure(kExitFailure, directory + ": cannot make a scratch file", errno);
    }
    unlink(path.c_str());
    return fd;
}

}  // namespace

Scratch::Scratch(const std::string& directory, size_t blocks)
    : blocks_(blocks), fd_(make_nameless(directory)) {
    fill();
}

size_t Scratch::blocks_for(Cache cache) const {
    return cache == Cache::kWarm ? std::min(blocks_, kWarmBlocks) : blocks_;
}

size_t Scratch::operations_max(Cache cache) const {
    return cache == Cache::kCold ? std::max<size_t>(blocks_ / kColdPart, 1) : SIZE_MAX;
}

bool Scratch::has_direct() const {
    OwnedFd fd(open_again(O_DIRECT));
    if (!fd.valid()) return false;
    Blocks memory(1);
    return pread(fd.get(), memory.block(0), kBlockBytes, 0) == static_cast<ssize_t>(kBlockBytes);
}

std::vector<OwnedFd> Scratch::open_for(Cache cache, unsigned count) const {
    if (fdatasync(fd_.get()) != 0) throw system_failure(kExitFailure, "fdatasync", errno);
    if (cache == Cache::kWarm) warm();
    if (cache == Cache::kCold) forget();
    std::vector<OwnedFd> fds(count);
    for (OwnedFd& fd : fds) {
        fd = OwnedFd(open_again(cache == Cache::kDirect ? O_DIRECT : 0));
        if (!fd.valid()) throw system_failure(kExitFailure, "cannot open the scratch file", errno);
    }
    return fds;
}

int Scratch::open_again(int flags) const {
    std::string path = "/proc/self/fd/" + std::to_string(fd_.get());
    return open(path.c_str(), O_RDWR | O_CLOEXEC | flags);
}

void Scratch::fill() const {
    Blocks memory(kBatchBlocks);
    for (size_t first = 0; first < blocks_; first += kBatchBlocks) {
        size_t count = std::min(kBatchBlocks, blocks_ - first);
        for (size_t i = 0; i < count; ++i) {
            label(memory.block(i), static_cast<off_t>((first + i) * kBlockBytes));
        }
        ssize_t written = pwrite(fd_.get(), memory.block(0), count * kBlockBytes,
                                 static_cast<off_t>(first * kBlockBytes));
        if (written == static_cast<ssize_t>(count * kBlockBytes)) continue;
        throw system_failure(kExitFailure, "cannot write the scratch file",
                             written < 0 ? errno : ENOSPC);
    }
    if (fsync(fd_.get()) != 0) throw system_failure(kExitFailure, "fsync", errno);
}

void Scratch::warm() const {
    Blocks memory(kBatchBlocks);
    size_t bytes = blocks_for(Cache::kWarm) * kBlockBytes;
    for (size_t done = 0; done < bytes; done += kBatchBlocks * kBlockBytes) {
        size_t count = std::min(bytes - done, kBatchBlocks * kBlockBytes);
        if (tools::read_exactly(fd_.get(), memory.block(0), count, static_cast<off_t>(done))) {
            continue;
        }
        throw Failure(kExitFailure, "cannot read the scratch file");
    }
}

void Scratch::forget() const {
    int error = posix_fadvise(fd_.get(), 0, 0, POSIX_FADV_DONTNEED);
    if (error != 0) throw system_failure(kExitFailure, "posix_fadvise", error);
}

void allow_descriptors(unsigned count) {
    rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    rlim_t wanted = count + kDescriptorsOwn;
    if (limit.rlim_cur >= wanted) return;
    limit.rlim_cur = wanted;
    limit.rlim_max = std::max(wanted, limit.rlim_max);  // which a privileged user may raise
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0) {
        throw Failure(kExitFailure, "needs " + std::to_string(wanted) +
                                        " descriptors, more than RLIMIT_NOFILE allows");
    }
}

}  // namespace uaio::bench
