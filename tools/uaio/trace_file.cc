#include "tools/uaio/trace_file.h"

#include <errno.h>
#include <sys/stat.h>

#include <algorithm>
#include <map>

#include "tools/uaio/failure.h"
#include "tools/uaio/files.h"
#include "tools/uaio/trace_walks.h"

namespace uaio::tools {
namespace {

// Times beyond that are none; differences of those below do not overflow.
constexpr int64_t kTimeMax = int64_t{1} << 61;

Failure refusal(const std::string& name, const std::string& why) {
    return Failure(kExitFailure, name + ": " + why);
}

// The header at the beginning of `bytes`, which is one that this program can read.
const TraceHeader& checked_header(std::span<const uint8_t> bytes, const std::string& name) {
    if (bytes.empty()) throw refusal(name, "is empty");
    if (bytes.size() < sizeof kTraceMagic ||
        !std::equal(std::begin(kTraceMagic), std::end(kTraceMagic), bytes.begin())) {
        throw refusal(name, "is no trace of uaio");
    }
    if (bytes.size() < kTraceChunkBytes) throw refusal(name, "is cut short");
    const auto& header = *reinterpret_cast<const TraceHeader*>(bytes.data());
    if (header.byte_order != kTraceByteOrder) {
        throw refusal(name, "was recorded on a machine with another byte order, or is damaged");
    }
    if (header.version > kTraceVersion) {
        throw refusal(name, "was recorded by a newer uaio (its format is " +
                                std::to_string(header.version) + ", this uaio knows " +
                                std::to_string(kTraceVersion) + ")");
    }
    bool sound = header.version == kTraceVersion && header.chunk_bytes == kTraceChunkBytes &&
                 header.record_bytes == sizeof(TraceRecord) && header.start_ns >= 0 &&
                 header.start_ns < kTimeMax;
    if (!sound) throw refusal(name, "has a damaged header");
    return header;
}

// The chunks with records.
std::span<const TraceChunk> checked_chunks(const TraceHeader& header,
                                           std::span<const uint8_t> bytes,
                                           const std::string& name) {
    // Relaxed: a copy. Threads that found no chunk have counted themselves too.
    uint32_t used = std::min(header.chunks_used.load(std::memory_order_relaxed), header.chunks);
    if (bytes.size() / kTraceChunkBytes < used) {
        throw refusal(name, "is cut short: " + std::to_string(bytes.size()) + " bytes of " +
                                std::to_string(used * kTraceChunkBytes));
    }
    const auto* chunks = reinterpret_cast<const TraceChunk*>(bytes.data());
    return used == 0 ? std::span<const TraceChunk>() : std::span(chunks + 1, used - 1);
}

bool makes_sense(const TraceRecord& record, uint8_t step, int64_t start_ns) {
    return step < static_cast<uint8_t>(Step::kCount) && record.time_ns >= start_ns &&
           record.time_ns < kTimeMax && record.kind <= static_cast<uint8_t>(Kind::kFileSync) &&
           record.state <= static_cast<uint8_t>(State::kPublished) && record.value > -kTimeMax &&
           record.value < kTimeMax;
}

TraceStep step_of(const TraceRecord& record, uint8_t step, int64_t start_ns, size_t thread) {
    return {.time_ns = record.time_ns - start_ns,
            .step = static_cast<Step>(step),
            .kind = static_cast<Kind>(record.kind),
            .state = static_cast<State>(record.state),
            .priority = record.priority,
            .fd = record.fd,
            .number = record.number,
            .other = record.other,
            .offset = record.offset,
            .value = record.value,
            .thread = thread,
            .request = kNobody,
            .other_request = kNobody};
}

// Appends the records of a chunk.
void read_chunk(const TraceChunk& chunk, size_t thread, Trace& trace) {
    for (const TraceRecord& record : chunk.records) {
        uint8_t step = record.step.load(std::memory_order_relaxed);  // a copy
        if (step == static_cast<uint8_t>(Step::kNone)) continue;
        if (makes_sense(record, step, trace.start_ns)) {
            trace.steps.push_back(step_of(record, step, trace.start_ns, thread));
        } else {
            ++trace.damaged;
        }
    }
}

// A thread that the system numbers is known by its number; others by the place of their own that
// the recorder notes.
class ThreadNames {
  public:
    size_t index_of(const TraceChunk& chunk, Trace& trace) {
        auto key = std::pair(chunk.thread, chunk.thread != 0 ? 0 : chunk.place);
        auto [found, fresh] = indices_.try_emplace(key, trace.threads.size());
        if (fresh) trace.threads.push_back({chunk.thread, false, false, {}});
        return found->second;
    }

  private:
    std::map<std::pair<uint32_t, uint64_t>, size_t> indices_;
};

void name_threads(Trace& trace) {
    for (const TraceStep& step : trace.steps) {
        TraceThread& thread = trace.threads[step.thread];
        thread.performs |= step.step == Step::kTake;
        thread.submits |= step.step == Step::kSubmit || step.step == Step::kHit;
    }
    int workers = 0;
    int others = 0;
    for (TraceThread& thread : trace.threads) {
        bool worker = thread.performs && !thread.submits;
        thread.name =
            worker ? "worker " + std::to_string(++workers) : "thread " + std::to_string(++others);
    }
}

}  // namespace

Trace parse_trace(std::span<const uint8_t> bytes, const std::string& name) {
    const TraceHeader& header = checked_header(bytes, name);
    Trace trace{};
    trace.program = printable({header.program, sizeof header.program});
    trace.pid = header.pid;
    trace.parent = header.parent;
    trace.start_ns = header.start_ns;
    trace.start_wall_ns = header.start_wall_ns;
    trace.dropped = header.dropped.load(std::memory_order_relaxed);  // a copy
    ThreadNames threads;
    for (const TraceChunk& chunk : checked_chunks(header, bytes, name)) {
        read_chunk(chunk, threads.index_of(chunk, trace), trace);
    }
    // Stable: the records of one thread that share a time keep their order.
    std::stable_sort(
        trace.steps.begin(), trace.steps.end(),
        [](const TraceStep& one, const TraceStep& other) { return one.time_ns < other.time_ns; });
    trace.end_ns = trace.steps.empty() ? 0 : trace.steps.back().time_ns;
    name_threads(trace);
    follow_walks(trace);
    return trace;
}

Trace read_trace(const std::string& path) {
    OwnedFd fd = open_for_reading(path);
    struct stat status;
    if (!fd.valid() || fstat(fd.get(), &status) != 0) {
        throw system_failure(kExitFailure, path, errno);
    }
    if (!S_ISREG(status.st_mode)) throw refusal(path, "is no regular file");
    auto size = static_cast<size_t>(status.st_size);
    std::vector<uint64_t> words;  // so that it is aligned
    size_t done = 0;
    // Reads on, up to that byte.
    auto read_to = [&](size_t end) {
        words.resize((end + 7) / 8);
        auto* bytes = reinterpret_cast<uint8_t*>(words.data());
        auto place = static_cast<off_t>(done);
        if (!read_exactly(fd.get(), bytes + done, end - done, place)) {
            throw refusal(path, "cannot be read to its end");
        }
        done = end;
        return std::span<const uint8_t>(bytes, end);
    };
    // The header first, because most of a file may be unused; and once: its program may go on.
    if (size > kTraceChunkBytes) {
        const TraceHeader& header = checked_header(read_to(kTraceChunkBytes), path);
        uint32_t used = header.chunks_used.load(std::memory_order_relaxed);
        size = std::min(size, std::min(used, header.chunks) * kTraceChunkBytes);
        size = std::max(size, kTraceChunkBytes);
    }
    return parse_trace(read_to(size), path);
}

const char* name_of(Step step) {
    static constexpr const char* kNames[] = {
        "none",  "submit",  "admit",        "wait",     "ready",   "take",    "join",
        "begin", "end",     "park",         "withdraw", "publish", "deliver", "retire",
        "ring",  "express", "express miss", "spawn",    "refuse",  "wake",    "exit"};
    static_assert(std::size(kNames) == static_cast<size_t>(Step::kCount));
    return kNames[static_cast<size_t>(step)];
}

const char* name_of(Kind kind) {
    static constexpr const char* kNames[] = {"read", "write", "datasync", "sync"};
    return kNames[static_cast<size_t>(kind)];
}

const char* name_of(State state) {
    static constexpr const char* kNames[] = {"filled",    "posted",     "barred",   "blocked",
                                             "held",      "parked",     "ready",    "running",
                                             "withdrawn", "publishing", "published"};
    static_assert(std::size(kNames) == static_cast<size_t>(State::kPublished) + 1);
    return kNames[static_cast<size_t>(state)];
}

std::string describe(const Trace& trace, size_t request) {
    const TraceRequest& it = trace.requests[request];
    std::string text = "#" + std::to_string(request + 1) + " " + name_of(it.kind);
    if (!is_sync(it.kind)) {
        text += " of " + std::to_string(it.bytes) + " bytes at " + std::to_string(it.offset);
    }
    return text + ", descriptor " + std::to_string(it.fd);
}

}  // namespace uaio::tools
