#include "tests/fuzz/posix_world.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <iterator>
#include <string>

#include "aio/counters.h"
#include "aio/engine.h"
#include "tests/support/require.h"
#include "threadpool/base/check.h"

namespace uaio::fuzz {
namespace {

using test::require;

constexpr size_t kBufferBytes = 8'192;
char buffer[kBufferBytes];

constexpr int kNoDescriptors[] = {-1, INT_MIN, INT_MAX, 1'000'000};

int memory_file() {
    int fd = memfd_create("fuzz", MFD_CLOEXEC);
    require(fd >= 0, "make a file");
    return fd;
}

int opened(const char* path, int flags) {
    int fd = open(path, flags | O_CLOEXEC);
    require(fd >= 0, path);
    return fd;
}

int opened_again(int fd, int flags) {
    return opened(("/proc/self/fd/" + std::to_string(fd)).c_str(), flags);
}

void not_waiting(int fd) {
    require(fcntl(fd, F_SETFL, O_NONBLOCK) == 0, "make a descriptor non-blocking");
}

uint64_t in_flight() {
    const CounterRecord& record = counters();
    uint64_t submitted = record.sum(Counter::kSubmittedReads) +
                         record.sum(Counter::kSubmittedWrites) +
                         record.sum(Counter::kSubmittedSyncs);
    uint64_t done = record.sum(Counter::kPerformedReads) + record.sum(Counter::kPerformedWrites) +
                    record.sum(Counter::kPerformedSyncs) + record.sum(Counter::kCancelled);
    return submitted - done;
}

void called_back(sigval /*value*/) {}

void* hole() {
    static void* pages = mmap(nullptr, kBufferBytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return pages;
}

}  // namespace

World::World() {
    memset(blocks_.data(), 0xA5, sizeof blocks_);
    int file = memory_file();
    files_ = {file,
              opened_again(file, O_RDWR),
              opened_again(file, O_WRONLY | O_APPEND),
              opened_again(file, O_RDONLY),
              opened("/dev/null", O_RDWR),
              opened("/dev/zero", O_RDWR),
              opened("/", O_RDONLY | O_DIRECTORY)};
    int ends[2];
    require(pipe2(ends, O_CLOEXEC) == 0, "make a pipe");
    streams_[0] = {ends[0], ends[1]};
    require(pipe2(ends, O_CLOEXEC) == 0, "make a pipe");
    streams_[1] = {ends[1], ends[0]};
    require(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0, "make a socket");
    streams_[2] = {ends[0], ends[1]};
    for (const Stream& stream : streams_) not_waiting(stream.peer);
}

World::~World() {
    for (int fd : files_) end_requests(fd);
    for (const Stream& stream : streams_) end_requests(stream.ours);
    for (size_t i = 0; i < kBlocks; ++i) {
        UAIO_CHECK(!owed_[i] || aio_error(&blocks_[i]) != EINPROGRESS);
    }
    UAIO_CHECK(in_flight() == 0);
    for (int fd : files_) close(fd);
    for (const Stream& stream : streams_) {
        close(stream.ours);
        close(stream.peer);
    }
}

// A request that runs is waited for; one that waits for a stream is cancelled, unless a part of it
// has been written, and then its reader makes room.
void World::end_requests(int fd) {
    while (engine.has_requests(fd)) {
        aio_cancel(fd, nullptr);
        drain();
        sched_yield();
    }
}

aiocb* World::any_block(Bytes& bytes) {
    size_t i = bytes.below(kBlocks * 4 + 1);
    return i == kBlocks * 4 ? nullptr : &blocks_[i % kBlocks];
}

int World::any_fd(Bytes& bytes) {
    size_t i = bytes.below(kFiles + streams_.size() + std::size(kNoDescriptors));
    if (i < kFiles) return files_[i];
    i -= kFiles;
    return i < streams_.size() ? streams_[i].ours : kNoDescriptors[i - streams_.size()];
}

void World::aim(aiocb& block, Bytes& bytes) {
    block.aio_fildes = any_fd(bytes);
    block.aio_lio_opcode = bytes.take<int8_t>();
    block.aio_reqprio = bytes.take<int8_t>();
    block.aio_offset = bytes.below(4) == 0 ? bytes.take<int64_t>() : bytes.take<uint16_t>();
    size_t first = bytes.take<uint16_t>() % kBufferBytes;
    block.aio_buf = buffer + first;
    block.aio_nbytes = bytes.take<uint16_t>() % (kBufferBytes - first + 1);
    // The null device takes bytes from anywhere, and says so; sanitizers then look at them.
    bool looks = block.aio_fildes != files_[kNull];
    switch (bytes.below(8)) {
        case 0:
            block.aio_buf = looks ? nullptr : block.aio_buf;
            break;
        case 1:
            block.aio_buf = looks ? hole() : block.aio_buf;
            break;
        case 2:
            block.aio_nbytes = size_t{SSIZE_MAX} + 1 + bytes.take<uint32_t>();
            break;
        default:
            break;
    }
    set_event(block.aio_sigevent, bytes);
}

void World::set_event(sigevent& event, Bytes& bytes) {
    const int signals[] = {0, SIGRTMIN + 1, SIGRTMAX + 1, -1, INT_MAX};  // the second is ignored
    const int kinds[] = {SIGEV_NONE, SIGEV_SIGNAL, SIGEV_THREAD, SIGEV_THREAD_ID, 12'345, -1};
    event.sigev_signo = signals[bytes.below(std::size(signals))];
    event.sigev_value.sival_ptr = bytes.take<void*>();
    event.sigev_notify = kinds[bytes.below(std::size(kinds))];
    if (event.sigev_notify == SIGEV_THREAD_ID) {
        event._sigev_un._tid = bytes.below(2) == 0 ? gettid() : bytes.take<int>();
    } else {
        event.sigev_notify_function = bytes.below(2) == 0 ? nullptr : called_back;
        event.sigev_notify_attributes = nullptr;
    }
}

void World::accepted(const aiocb* block) {
    owed_[static_cast<size_t>(block - blocks_.data())] = true;
}

void World::garbled(const aiocb* block) {
    owed_[static_cast<size_t>(block - blocks_.data())] = false;
}

bool World::may_wait(const aiocb& block) const {
    return std::any_of(streams_.begin(), streams_.end(), [&](const Stream& stream) {
        return stream.ours == block.aio_fildes;
    });
}

// What has no room is lost.
void World::feed(Bytes& bytes) {
    size_t length = bytes.take<uint16_t>() % kBufferBytes;
    static const char text[kBufferBytes] = {};
    for (const Stream& stream : streams_) {
        [[maybe_unused]] ssize_t written = write(stream.peer, text, length);
    }
}

void World::drain() {
    char taken[kBufferBytes];
    for (const Stream& stream : streams_) {
        while (read(stream.peer, taken, sizeof taken) > 0) {
        }
    }
}

void World::replace_file() {
    int other = memory_file();
    require(dup3(other, files_[kFile], O_CLOEXEC) >= 0, "replace a file");
    close(other);
}

void World::truncate_file(Bytes& bytes) {
    require(ftruncate(files_[kFile], bytes.take<uint16_t>()) == 0, "truncate a file");
}

}  // namespace uaio::fuzz
