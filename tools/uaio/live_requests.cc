#include "tools/uaio/live_requests.h"

#include <errno.h>
#include <fcntl.h>

#include <algorithm>
#include <memory>

#include "aio/window.h"
#include "threadpool/base/clock.h"
#include "tools/uaio/failure.h"

namespace uaio::tools {
namespace {

// Records that are read at a time: the second reading comes some microseconds after the first, so
// that few requests end in between.
constexpr uint32_t kBatch = 64;

// Records that are looked at in all: 1 GiB of the process's memory. There are as many as requests
// were outstanding at one time.
constexpr uint32_t kRecordsMax = uint32_t{1} << 22;

// The byte of a copied bool may hold any number.
bool truth(const bool& flag) {
    return *reinterpret_cast<const unsigned char*>(&flag) != 0;
}

class Memory {
  public:
    explicit Memory(const Process& process) : file_(process.open("mem", O_RDONLY)) {
        if (file_.valid()) return;
        int error = errno;
        std::string scope = first_line("/proc/sys/kernel/yama/ptrace_scope");
        bool restricted = !scope.empty() && scope != "0";
        throw system_failure(
            kExitFailure,
            restricted ? "its memory (kernel.yama.ptrace_scope is " + scope + ")" : "its memory",
            error);
    }

    // The bytes of `count` objects at `address`. False if there are none.
    template <class T>
    bool copy(uint64_t address, T* objects, size_t count) const {
        bool possible = address != 0 && address <= INT64_MAX - count * sizeof(T);
        return possible && read_exactly(file_.get(), static_cast<void*>(objects), count * sizeof(T),
                                        static_cast<off_t>(address));
    }

  private:
    OwnedFd file_;
};

// All that does not change from submission to publication. A record that is filled in while it is
// copied may be half of a former request; then it has changed when it is copied again. A stream's
// offset is its progress.
bool is_same(const Request& one, const Request& other, uint32_t number) {
    const Operation& first = one.operation;
    const Operation& second = other.operation;
    void* owner = one.owner.load(std::memory_order_relaxed);
    return one.number == number && other.number == number && owner != nullptr &&
           owner == other.owner.load(std::memory_order_relaxed) && first.fd == second.fd &&
           first.kind == second.kind && first.priority == second.priority &&
           first.buffer == second.buffer && first.bytes == second.bytes &&
           (!truth(first.descriptor.seekable) || first.offset == second.offset);
}

bool is_outstanding(const Request& request) {
    return request.state.load(std::memory_order_relaxed) < State::kPublished &&
           request.operation.kind <= Kind::kFileSync;
}

class Reader {
  public:
    Reader(const Process& process, const WindowAddresses& window)
        : memory_(process), desk_(std::make_unique<Desk>()) {
        if (window.layout == 0) throw Failure(kExitFailure, "its engine has not begun");
        if (window.layout != kWindowLayout) {
            throw Failure(kExitFailure, "its engine is that of another version of uaio");
        }
        auto workers = std::make_unique<Pool>();
        if (!memory_.copy(window.desk, desk_.get(), 1) ||
            !memory_.copy(window.workers, workers.get(), 1)) {
            throw nothing_there();
        }
        found_.workers = workers->threads();
        found_.busy = std::min(workers->busy(), found_.workers);
    }

    LiveRequests read() {
        uint32_t fresh = desk_->requests().fresh();
        found_.partial = fresh > kRecordsMax;
        uint32_t end = std::min(fresh, kRecordsMax);
        uint32_t begin = 0;  // of the chunk
        for (uint32_t chunk = 0; begin < end; ++chunk) {
            uint32_t records = std::min(Slab<Request>::records_of(chunk), end - begin);
            for (uint32_t i = 0; i < records; i += kBatch) {
                look(chunk, begin, i, std::min(kBatch, records - i));
            }
            begin += records;
        }
        auto older = [](const LiveRequest& one, const LiveRequest& other) {
            return one.age_ns.value_or(-1) > other.age_ns.value_or(-1);
        };
        std::stable_sort(found_.list.begin(), found_.list.end(), older);
        return std::move(found_);
    }

  private:
    static Failure nothing_there() {
        return Failure(kExitFailure, "there is no engine where its statistics say");
    }

    template <class T>
    static uint64_t address_in(const Slab<T>& slab, uint32_t chunk, uint32_t index) {
        auto begin = reinterpret_cast<uintptr_t>(slab.chunk(chunk));
        return begin != 0 ? begin + uint64_t{index} * sizeof(T) : 0;
    }

    // Without memory for them there are no moments.
    void look(uint32_t chunk, uint32_t begin, uint32_t index, uint32_t count) {
        int64_t now = now_ns();
        uint64_t place = address_in(desk_->requests(), chunk, index);
        bool there = memory_.copy(place, first_.get(), count);
        bool timed = memory_.copy(address_in(desk_->moments(), chunk, index), times_.get(), count);
        if (!there || !memory_.copy(place, second_.get(), count)) throw nothing_there();
        for (uint32_t i = 0; i < count; ++i) {
            const Request& request = second_[i];
            if (!is_same(first_[i], request, begin + index + i) || !is_outstanding(request)) {
                continue;
            }
            // Relaxed: a copy. 0: there was no memory for this one.
            int64_t submitted =
                timed ? times_[i].submitted_ns.load(std::memory_order_relaxed) : int64_t{0};
            add(request, submitted > 0 ? std::optional(std::max(now - submitted, int64_t{0}))
                                       : std::nullopt);
        }
    }

    void add(const Request& request, std::optional<int64_t> age_ns) {
        const Operation& operation = request.operation;
        bool positioned = truth(operation.descriptor.seekable) && !is_sync(operation.kind);
        State state = request.state.load(std::memory_order_relaxed);
        found_.list.push_back(
            {.number = request.number,
             .fd = operation.fd,
             .kind = operation.kind,
             .priority = operation.priority,
             .offset = positioned ? std::optional(operation.offset) : std::nullopt,
             .bytes = operation.bytes,
             .state = state,
             .blocker = state == State::kBlocked ? number_at(request.blocker) : std::nullopt,
             .age_ns = age_ns});
    }

    // Of the record with that address in the process.
    std::optional<uint32_t> number_at(const Request* place) const {
        auto address = reinterpret_cast<uintptr_t>(place);
        uint32_t begin = 0;
        for (uint32_t chunk = 0; chunk < Slab<Request>::kChunks; ++chunk) {
            auto first = reinterpret_cast<uintptr_t>(desk_->requests().chunk(chunk));
            uint32_t records = Slab<Request>::records_of(chunk);
            if (first != 0 && address >= first && (address - first) / sizeof(Request) < records) {
                return begin + static_cast<uint32_t>((address - first) / sizeof(Request));
            }
            begin += records;
        }
        return std::nullopt;
    }

    Memory memory_;
    std::unique_ptr<Desk> desk_;
    std::unique_ptr<Request[]> first_ = std::make_unique<Request[]>(kBatch);
    std::unique_ptr<Request[]> second_ = std::make_unique<Request[]>(kBatch);
    std::unique_ptr<Moment[]> times_ = std::make_unique<Moment[]>(kBatch);
    LiveRequests found_;
};

}  // namespace

LiveRequests read_requests(const Process& process, const WindowAddresses& window) {
    return Reader(process, window).read();
}

}  // namespace uaio::tools
