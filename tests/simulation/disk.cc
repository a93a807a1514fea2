#include "tests/simulation/disk.h"

#include <errno.h>
#include <string.h>

#include <algorithm>
#include <iterator>
#include <memory>

#include "tests/simulation/faults.h"
#include "tests/simulation/scenario.h"
#include "tests/simulation/world.h"

namespace uaio::sim {

Disk disk;

namespace {

constexpr int kFirstDescriptor = 3;
constexpr int64_t kSlowestNs = 2'000'000;

// Some calls take no time, some let others run, some take long.
void take_time() {
    switch (world.choose(4)) {
        case 0:
            return;
        case 1:
            world.be_busy(1 + static_cast<int64_t>(world.choose(kSlowestNs)));
            return;
        default:
            for (uint64_t points = world.choose(8); points > 0; --points) {
                world.point("in the system call", nullptr);
            }
    }
}

bool is_interrupted() {
    if (!world.one_in(faults.interrupted_one_in)) {
        return false;
    }
    world.trace("interrupted");
    errno = EINTR;
    return true;
}

const char* name_of(Kind kind) {
    return kind == Kind::kRead ? "reads" : kind == Kind::kWrite ? "writes" : "syncs";
}

}  // namespace

File& Disk::make_file(size_t bytes) {
    File& file = files_.emplace_back();
    file.number = files_.size();
    file.bytes.resize(bytes, '.');
    return file;
}

File& Disk::make_stream() {
    File& file = files_.emplace_back();
    file.number = files_.size();
    file.stream = true;
    file.room = 2;
    return file;
}

int Disk::open(File& file, bool append, bool direct) {
    int fd = kFirstDescriptor + static_cast<int>(open_.size());
    open_[fd] = {&file, append, direct};
    return fd;
}

void Disk::replace(int fd, File& file) {
    world.trace("descriptor %d now means file %d", fd, static_cast<int>(file.number));
    open_[fd] = {&file, false, false};
    std::erase_if(armed, [fd](const auto& entry) { return entry.first == fd; });
}

Disk::Open* Disk::find(int fd) {
    auto found = open_.find(fd);
    return found != open_.end() ? &found->second : nullptr;
}

// --- runs -------------------------------------------------------------------------------------

Run& Disk::begin(Kind kind, int fd, const File& file, const void* buffer) {
    Fiber& thread = *world.current();
    if (thread.run != nullptr) {
        note_unclaimed();
    }
    world.trace("%s descriptor %d, file %d", name_of(kind), fd, static_cast<int>(file.number));
    auto* run = new Run{fd, kind, &file, buffer, world.steps(), 0, 0, 0, nullptr};
    thread.run = run;
    return *run;
}

ssize_t Disk::end(Run& run, ssize_t result, int error) {
    run.ended = world.steps();
    run.result = result;
    run.error = error;
    world.trace("%s descriptor %d: done, %d %s", name_of(run.kind), run.fd,
                static_cast<int>(result), error != 0 ? strerror(error) : "");
    if (error != 0) {
        errno = error;
    }
    return result;
}

Run* take_run() {
    auto* run = static_cast<Run*>(world.current()->run);
    if (run != nullptr) {
        world.current()->run = run->next;
        world.current()->last_run = run;
    }
    return run;
}

Run* last_run() {
    return static_cast<Run*>(world.current()->last_run);
}

// --- files ------------------------------------------------------------------------------------

ssize_t Disk::transfer(Kind kind, int fd, void* buffer, size_t bytes, int64_t offset) {
    world.point("pread or pwrite", buffer);
    if (is_interrupted()) {
        return -1;
    }
    Open* open = find(fd);
    if (open == nullptr) {
        errno = EBADF;
        return -1;
    }
    Open as_opened = *open;
    Run& run = begin(kind, fd, *as_opened.file, buffer);
    take_time();
    if (world.one_in(faults.io_error_one_in)) {
        return end(run, -1, kind == Kind::kWrite && world.one_in(2) ? ENOSPC : EIO);
    }
    ssize_t moved = move(run, as_opened, buffer, bytes, offset);
    take_time();
    return end(run, moved, 0);
}

// Each piece belongs to a request of its own. One that is not moved in full is nobody's: it leaves
// nothing but bytes, here or there.
ssize_t Disk::transfer_pieces(Kind kind, int fd, const iovec* pieces, int count, int64_t offset) {
    world.point("preadv or pwritev", pieces);
    Open* open = find(fd);
    if (open == nullptr || is_interrupted() || world.one_in(faults.io_error_one_in)) {
        errno = open == nullptr ? EBADF : EIO;
        return -1;
    }
    Open as_opened = *open;
    Run first = begin(kind, fd, *as_opened.file, pieces[0].iov_base);
    delete take_run();
    take_time();
    ssize_t sum = 0;
    Run** last = reinterpret_cast<Run**>(&world.current()->run);
    for (int i = 0; i < count; ++i) {
        ssize_t moved = move(first, as_opened, pieces[i].iov_base, pieces[i].iov_len, offset + sum);
        sum += moved;
        if (moved != static_cast<ssize_t>(pieces[i].iov_len)) {
            size_t& glimpse = glimpses[pieces[i].iov_base];
            glimpse = std::max(glimpse, static_cast<size_t>(moved));
            break;
        }
        *last = new Run(first);
        (*last)->buffer = pieces[i].iov_base;
        end(**last, moved, 0);
        last = &(*last)->next;
    }
    take_time();
    for (Run* run = static_cast<Run*>(world.current()->run); run != nullptr; run = run->next) {
        run->ended = world.steps();
    }
    return sum;
}

// What cannot be done at once, or not all of it, leaves nothing but bytes in the buffer or the
// file.
ssize_t Disk::transfer_now(Kind kind, int fd, void* buffer, size_t bytes, int64_t offset) {
    world.point("preadv2 or pwritev2", buffer);
    Open* open = find(fd);
    if (open == nullptr || open->direct || open->file->stream || world.one_in(3)) {
        constexpr int kMisses[] = {EAGAIN, EAGAIN, EOPNOTSUPP, EINTR, EIO, ENOSYS, EPERM};
        errno = open == nullptr ? EBADF : kMisses[world.choose(std::size(kMisses))];
        return -1;
    }
    Open as_opened = *open;
    Run& run = begin(kind, fd, *as_opened.file, buffer);
    ssize_t moved = end(run, move(run, as_opened, buffer, bytes, offset), 0);
    if (moved != static_cast<ssize_t>(bytes)) {
        delete take_run();
        glimpses[buffer] = static_cast<size_t>(moved);
    }
    return moved;
}

ssize_t Disk::move(Run& run, const Open& open, void* buffer, size_t bytes, int64_t offset) {
    std::vector<char>& file = open.file->bytes;
    size_t from =
        run.kind == Kind::kWrite && open.append ? file.size() : static_cast<size_t>(offset);
    if (world.one_in(faults.short_one_in) && bytes > 1) {
        bytes = 1 + world.choose(bytes - 1);
    }
    if (run.kind == Kind::kRead) {
        bytes = from < file.size() ? std::min(bytes, file.size() - from) : 0;
        memcpy(buffer, file.data() + from, bytes);
    } else {
        file.resize(std::max(file.size(), from + bytes), '\0');
        memcpy(file.data() + from, buffer, bytes);
    }
    return static_cast<ssize_t>(bytes);
}

int Disk::sync(Kind kind, int fd) {
    world.point("fsync or fdatasync", nullptr);
    if (is_interrupted()) {
        return -1;
    }
    Open* open = find(fd);
    if (open == nullptr) {
        errno = EBADF;
        return -1;
    }
    Run& run = begin(kind, fd, *open->file, nullptr);
    take_time();
    bool fails = world.one_in(faults.io_error_one_in);
    return static_cast<int>(end(run, fails ? -1 : 0, fails ? EIO : 0));
}

// --- streams ----------------------------------------------------------------------------------

ssize_t Disk::transfer_stream(Kind kind, int fd, void* buffer, size_t bytes, bool may_wait) {
    world.point("read or write of a stream", buffer);
    Open* open = find(fd);
    if (open == nullptr) {
        errno = EBADF;
        return -1;
    }
    File& stream =
        *open->file;  // for as long as the call takes, whatever becomes of the descriptor
    for (;;) {
        if (is_interrupted()) {
            return -1;
        }
        if (is_ready(stream, kind == Kind::kRead)) {
            return move_stream(kind, fd, stream, buffer, bytes);
        }
        if (!may_wait) {
            delete take_run();  // what was written before belongs to a request that goes on later
            errno = EAGAIN;
            return -1;
        }
        world.be_busy(kSlowestNs);
    }
}

ssize_t Disk::move_stream(Kind kind, int fd, File& stream, void* buffer, size_t bytes) {
    if (world.current()->run != nullptr) {  // a write in several pieces
        delete take_run();
    }
    Run& run = begin(kind, fd, stream, buffer);
    if (kind == Kind::kRead) {
        auto count = static_cast<ptrdiff_t>(std::min(bytes, stream.input.size()));
        std::copy_n(stream.input.begin(), count, static_cast<char*>(buffer));
        stream.input.erase(stream.input.begin(), stream.input.begin() + count);
        return end(run, count, 0);
    }
    if (stream.hung_up) {
        return end(run, -1, EPIPE);
    }
    size_t count = std::min(bytes, stream.room);
    stream.room -= count;
    return end(run, static_cast<ssize_t>(count), 0);
}

bool Disk::is_ready(const File& stream, bool input) {
    // A file that took the place of a stream never makes anybody wait.
    return !stream.stream || stream.hung_up || (input ? !stream.input.empty() : stream.room > 0);
}

void Disk::feed(File& stream, size_t bytes) {
    world.trace("file %d: %d bytes more", static_cast<int>(stream.number), static_cast<int>(bytes));
    stream.input.insert(stream.input.end(), bytes, 's');
    stream.room += bytes;
    changed();
}

void Disk::hang_up(File& stream) {
    world.trace("file %d: hung up", static_cast<int>(stream.number));
    stream.hung_up = true;
    changed();
}

void Disk::feed_streams() {
    for (int round = 0; round < 5; ++round) {
        world.be_busy(1 + static_cast<int64_t>(world.choose(1'000'000)));
        for (size_t i = 0; i < files_.size(); ++i) {
            if (files_[i].stream && (round == 4 || world.one_in(2))) {
                round == 4 ? hang_up(files_[i]) : feed(files_[i], 1 + world.choose(4));
            }
        }
    }
}

// Whoever polls looks again.
void Disk::changed() {
    world.wake(&armed, UINT32_MAX, SIZE_MAX);
}

}  // namespace uaio::sim
