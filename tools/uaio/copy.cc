#include "tools/uaio/copy.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <new>
#include <vector>

#include "aio/libaio/libaio.h"
#include "tools/uaio/data_ranges.h"
#include "tools/uaio/failure.h"

namespace uaio::tools {
namespace {

enum class State { kIdle, kReading, kWriting };

struct Block {
    iocb request;
    State state = State::kIdle;
    char* buffer = nullptr;
    off_t offset = 0;  // of its part of the file
    size_t bytes = 0;
    size_t done = 0;  // of the transfer that the state is about
};

// Whether a part can be transferred directly is a matter of the tail alone then.
static_assert(kRangeAlignment % kDirectAlignment == 0);

size_t round_up(size_t bytes) {
    return (bytes + kDirectAlignment - 1) / kDirectAlignment * kDirectAlignment;
}

std::string at_offset(const CopyEnd& end, const char* action, off_t offset) {
    return end.path + ": " + action + " at offset " + std::to_string(offset);
}

// The memory of all blocks, and the context, which goes first: io_destroy waits for whatever still
// uses the memory.
class Resources {
  public:
    Resources(unsigned depth, size_t block_bytes)
        : memory_(static_cast<char*>(aligned_alloc(kDirectAlignment, depth * block_bytes)), free),
          blocks_(depth) {
        if (!memory_) throw std::bad_alloc();
        for (size_t i = 0; i < depth; ++i) blocks_[i].buffer = memory_.get() + i * block_bytes;
        int error = -io_setup(static_cast<int>(depth), &context_);
        if (error != 0) throw system_failure(kExitFailure, "io_setup", error);
    }
    ~Resources() { io_destroy(context_); }
    Resources(const Resources&) = delete;
    Resources& operator=(const Resources&) = delete;

    io_context_t context() const { return context_; }
    std::vector<Block>& blocks() { return blocks_; }

  private:
    std::unique_ptr<char, decltype(&free)> memory_;
    std::vector<Block> blocks_;
    io_context_t context_ = nullptr;
};

class Copy {
  public:
    Copy(const CopyEnd& source, const CopyEnd& destination, off_t size,
         const CopySettings& settings, const CopyMeter& meter)
        : source_(source),
          destination_(destination),
          size_(size),
          block_bytes_(settings.block_bytes),
          meter_(meter),
          ranges_(source.fd, size),
          resources_(depth_for(size, settings), round_up(settings.block_bytes)),
          events_(resources_.blocks().size()) {}

    void run() {
        for (Block& block : resources_.blocks()) start(block);
        submit();
        while (in_flight_ > 0) {
            size_t count = wait();
            for (size_t i = 0; i < count; ++i) advance(events_[i]);
            submit();
            meter_(skipped_ + written_);
        }
        require_whole_source();
        // What lies behind the last data is a hole: nothing has given the file its size yet.
        if (ftruncate(destination_.fd, size_) != 0) {
            int error = errno;
            throw system_failure(kExitFailure, at_offset(destination_, "truncate", size_), error);
        }
        meter_(size_);
    }

    void sync() {
        iocb request, *list = &request;
        io_prep_fsync(&request, destination_.fd);
        int submitted = io_submit(resources_.context(), 1, &list);
        if (submitted != 1) throw system_failure(kExitFailure, "io_submit", -submitted);
        wait();
        auto result = static_cast<long>(events_[0].res);
        if (result == 0) return;
        throw system_failure(kExitFailure, destination_.path + ": fsync",
                             static_cast<int>(-result));
    }

  private:
    // No more blocks than the file has.
    static unsigned depth_for(off_t size, const CopySettings& settings) {
        auto blocks = static_cast<size_t>(size) / settings.block_bytes + 2;  // rests of ranges
        return static_cast<unsigned>(std::min<size_t>(blocks, settings.depth));
    }

    // Idle to reading, if there is a part of the file left.
    void start(Block& block) {
        if (!next_part(block)) return;
        block.state = State::kReading;
        request(block, 0);
    }

    // Reading to reading, to writing.
    void end_read(Block& block, size_t moved) {
        if (moved == 0) became_shorter(block.offset + static_cast<off_t>(block.done));
        if (block.done + moved < block.bytes) return request(block, block.done + moved);
        block.state = State::kWriting;
        request(block, 0);
    }

    // Writing to writing, to idle.
    void end_write(Block& block, size_t moved) {
        if (moved == 0) fail(block, EIO);
        if (block.done + moved < block.bytes) return request(block, block.done + moved);
        written_ += static_cast<off_t>(block.bytes);
        block.state = State::kIdle;
        start(block);
    }

    void advance(const io_event& event) {
        Block& block = *static_cast<Block*>(event.data);
        --in_flight_;
        auto result = static_cast<long>(event.res);
        if (result < 0) fail(block, static_cast<int>(-result));
        auto moved = static_cast<size_t>(result);
        block.state == State::kReading ? end_read(block, moved) : end_write(block, moved);
    }

    // With O_DIRECT the tail of the file that is not aligned becomes a part of its own.
    bool next_part(Block& block) {
        if (range_.begin == range_.end) {
            off_t before = range_.end;
            if (!ranges_.next(range_)) {
                if (ranges_.error() == 0) return false;
                throw system_failure(kExitFailure, at_offset(source_, "seek", before),
                                     ranges_.error());
            }
            skipped_ += range_.begin - before;
        }
        auto left = static_cast<size_t>(range_.end - range_.begin);
        size_t bytes = std::min(left, block_bytes_);
        if (is_direct() && bytes > kDirectAlignment) bytes -= bytes % kDirectAlignment;
        block.offset = range_.begin;
        block.bytes = bytes;
        range_.begin += static_cast<off_t>(bytes);
        return true;
    }

    bool is_direct() const { return source_.direct_fd >= 0 || destination_.direct_fd >= 0; }

    static int fd_for(const CopyEnd& end, const Block& block) {
        bool aligned = (block.bytes - block.done) % kDirectAlignment == 0 &&
                       block.done % kDirectAlignment == 0 &&
                       static_cast<size_t>(block.offset) % kDirectAlignment == 0;
        return aligned && end.direct_fd >= 0 ? end.direct_fd : end.fd;
    }

    // Asks for the transfer of the block's state, without the first `done` bytes.
    void request(Block& block, size_t done) {
        block.done = done;
        char* from = block.buffer + done;
        off_t offset = block.offset + static_cast<off_t>(done);
        if (block.state == State::kReading) {
            io_prep_pread(&block.request, fd_for(source_, block), from, block.bytes - done, offset);
        } else {
            io_prep_pwrite(&block.request, fd_for(destination_, block), from, block.bytes - done,
                           offset);
        }
        block.request.data = &block;
        batch_.push_back(&block.request);
    }

    // All requests that were asked for, by as few calls as possible. What the context has no room
    // for now is submitted when something else has ended.
    void submit() {
        size_t taken = 0;
        while (taken < batch_.size()) {
            auto count = static_cast<long>(batch_.size() - taken);
            int result = io_submit(resources_.context(), count, batch_.data() + taken);
            if (result == -EAGAIN && in_flight_ > 0) break;
            if (result == -EINTR) continue;
            if (result <= 0) {
                fail(*static_cast<Block*>(batch_[taken]->data), result < 0 ? -result : EAGAIN);
            }
            taken += static_cast<size_t>(result);
            in_flight_ += static_cast<size_t>(result);
        }
        batch_.erase(batch_.begin(), batch_.begin() + static_cast<ptrdiff_t>(taken));
    }

    // For at least one event; returns how many there are.
    size_t wait() {
        for (;;) {
            int count = io_getevents(resources_.context(), 1, static_cast<long>(events_.size()),
                                     events_.data(), nullptr);
            if (count > 0) return static_cast<size_t>(count);
            if (count != -EINTR) throw system_failure(kExitFailure, "io_getevents", -count);
        }
    }

    // A source that ends early looks as if a hole were there, unless a read met its end.
    void require_whole_source() {
        struct stat now;
        if (fstat(source_.fd, &now) == 0 && now.st_size < size_) became_shorter(now.st_size);
    }

    [[noreturn]] void became_shorter(off_t end) {
        throw Failure(kExitFailure,
                      at_offset(source_, "read", end) + ": the file has become shorter meanwhile");
    }

    [[noreturn]] void fail(const Block& block, int error) {
        bool reading = block.state == State::kReading;
        const CopyEnd& end = reading ? source_ : destination_;
        off_t offset = block.offset + static_cast<off_t>(block.done);
        throw system_failure(kExitFailure, at_offset(end, reading ? "read" : "write", offset),
                             error);
    }

    const CopyEnd& source_;
    const CopyEnd& destination_;
    const off_t size_;
    const size_t block_bytes_;
    const CopyMeter& meter_;
    DataRanges ranges_;
    Range range_;  // what is left of the present one
    Resources resources_;
    std::vector<iocb*> batch_;  // asked for, but not submitted
    std::vector<io_event> events_;
    size_t in_flight_ = 0;
    off_t skipped_ = 0;
    off_t written_ = 0;
};

}  // namespace

void copy_data(const CopyEnd& source, const CopyEnd& destination, off_t size,
               const CopySettings& settings, const CopyMeter& meter) {
    Copy copy(source, destination, size, settings, meter);
    copy.run();
    copy.sync();
}

}  // namespace uaio::tools
