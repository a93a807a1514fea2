// Trace: every step of every request, with its time, for people who want to see the walk.
//
//     UAIO_STEP(kTake, take, request, kNoNumber, 0);
//
// marks a step. It is a USDT probe of that name (provider uaio; arguments: number of the request,
// descriptor, other, value), where <sys/sdt.h> is present: a nop until somebody attaches to it. And
// if UAIO_TRACE names a file, it writes a record of the step to that file, whose layout is below;
// tools/uaio/trace_file.h reads it.
//
// The file is mapped shared and has all of its space from the beginning, so that it holds what was
// written until then whenever it is looked at: after a kill, or while the process hangs. It
// consists of chunks; the first one holds the header. A thread takes a chunk for its own, with one
// addition to a counter in the header, and fills it from the front. When the last chunk has been
// taken nobody records any more; what is left out is counted.
//
// Recording takes no lock, and is async-signal-safe: a handler that interrupts a thread in the
// middle of it records to a chunk of its own. A record says last that it is valid, so who is killed
// in between leaves a place that says kNone.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <atomic>

#include "aio/operation.h"
#include "aio/request.h"

#if __has_include(<sys/sdt.h>)
#include <sys/sdt.h>
#define UAIO_PROBE(name, number, fd, other, value) \
    DTRACE_PROBE4(uaio, name, number, fd, other, value)
#else
#define UAIO_PROBE(name, number, fd, other, value)                              \
    static_cast<void>(number), static_cast<void>(fd), static_cast<void>(other), \
        static_cast<void>(value)
#endif

namespace uaio {

// `other` and `value` are 0 respectively kNoNumber where nothing is said about them.
enum class Step : uint8_t {
    kNone,      // no record
    kSubmit,    // by the door; value: bytes; other: the list it belongs to
    kAdmit,     // it is in the schedule, in `state`; other: as kWait
    kWait,      // it waits (again), in `state`; other: the request that it is kBlocked on; value:
                // how many its gate lets in, if it is kHeld
    kReady,     // nothing holds it back any more
    kTake,      // the recording thread has it
    kJoin,      // it is performed by the system call of the request `other`
    kBegin,     // a system call for it begins
    kEnd,       // it is performed; value: result, or minus an errno value
    kPark,      // its stream had nothing for it
    kWithdraw,  // it will not be performed
    kPublish,   // its status becomes visible; value: as kEnd
    kDeliver,   // its owner has been notified; value: 0 or minus an errno value
    kRetire,    // its record is free: the number may be another's from here on
    kRing,      // all of the list `other` are published, and its owner has been notified
    kHit,       // a transfer that its submitter made at once; value: bytes
    kMiss,      // one that could not be made at once; value: bytes
    kSpawn,     // a thread has been started; value: how many the pool `state` has; likewise below
    kRefuse,    // a thread could not be started
    kWake,      // a sleeping thread has been woken
    kExit,      // the recording thread ends
    kCount
};

inline constexpr uint32_t kNoNumber = UINT32_MAX;

// What `state` says of the steps of threads.
enum class TracePool : uint8_t { kWorkers, kNotifiers, kPollers };

// --- the file, in the byte order of its maker ---------------------------------------------------

inline constexpr char kTraceMagic[8] = {'u', 'a', 'i', 'o', 't', 'r', 'c', '\n'};
inline constexpr uint32_t kTraceVersion = 1;
inline constexpr uint32_t kTraceByteOrder = 0x01020304;
inline constexpr size_t kTraceChunkBytes = 4096;

struct TraceRecord {
    int64_t time_ns;  // CLOCK_MONOTONIC
    int64_t offset;   // of the operation; nothing for streams and syncs
    int64_t value;
    uint32_t number;  // of the request; kNoNumber for steps of nobody's
    uint32_t other;
    int32_t fd;                 // -1 if there is none
    uint8_t kind;               // of the operation, as enum Kind
    int8_t priority;            // of the operation
    uint8_t state;              // of the request, as enum State
    std::atomic<uint8_t> step;  // stored last, with release
};
static_assert(sizeof(TraceRecord) == 40);

inline constexpr size_t kTraceRecords = kTraceChunkBytes / sizeof(TraceRecord) - 1;

struct TraceChunk {
    uint32_t thread;  // whose records they are, as gettid(2) counts; 0 where that is not to be had
    uint32_t unused;
    uint64_t place;  // another one for each thread that lives at the same time
    uint64_t unused_too[3];
    TraceRecord records[kTraceRecords];
    uint8_t rest[kTraceChunkBytes - (kTraceRecords + 1) * sizeof(TraceRecord)];
};
static_assert(sizeof(TraceChunk) == kTraceChunkBytes);

struct TraceHeader {
    char magic[8];  // stored last
    uint32_t byte_order;
    uint32_t version;
    uint32_t chunk_bytes;
    uint32_t record_bytes;
    int32_t pid;
    int32_t parent;
    char program[16];
    int64_t start_ns;       // CLOCK_MONOTONIC
    int64_t start_wall_ns;  // the same moment by CLOCK_REALTIME
    uint32_t chunks;        // in the file, this one included
    uint8_t unused[60];
    // Apart from what never changes.
    std::atomic<uint32_t> chunks_used;  // this one included
    std::atomic<uint64_t> dropped;      // records that found no place
};
static_assert(sizeof(TraceHeader) <= kTraceChunkBytes);

// --- recording ----------------------------------------------------------------------------------

// Creates the trace at `path`, of `bytes` bytes, for this user alone, and records to it from now
// on. A file that is there already is left alone: the name then gets a full stop and the process's
// number added, so that several processes may have the same settings. Null: no trace. If there can
// be none, that is said in one line on standard error. Called once, at first use of the engine.
void open_trace(const char* path, size_t bytes);

// Records no more. Only for a forked child (whose engine opens a trace of its own), and tests.
void close_trace();

struct TraceSubject {
    uint32_t number;
    uint8_t state;
    const Operation* operation;  // null: none
};

inline TraceSubject subject_of(const Request& request) {
    // Relaxed: whoever changed the state last records it.
    auto state = static_cast<uint8_t>(request.state.load(std::memory_order_relaxed));
    return {request.number, state, &request.operation};
}

inline TraceSubject subject_of(const Operation& operation) {
    return {kNoNumber, 0, &operation};
}

inline TraceSubject subject_of(TracePool pool) {
    return {kNoNumber, static_cast<uint8_t>(pool), nullptr};
}

// Writes a record. Any thread; never blocks; async-signal-safe.
void trace(Step step, const TraceSubject& subject, uint32_t other, int64_t value);

// kAdmit and kTake have the time of the last note_moment() in their thread, or of a step after it;
// kPublish and kRetire that of the step before them. Reading the clock is most of what a record
// costs.
void note_moment();

// Null while nothing is recorded.
extern constinit std::atomic<TraceHeader*> trace_file;

// Relaxed: trace() looks again.
inline bool is_tracing() {
    return __builtin_expect(trace_file.load(std::memory_order_relaxed) != nullptr, 0);
}

#define UAIO_STEP(step, probe, subject, other, value)                                        \
    do {                                                                                     \
        const ::uaio::TraceSubject subject_ = ::uaio::subject_of(subject);                   \
        UAIO_PROBE(probe, subject_.number, subject_.operation ? subject_.operation->fd : -1, \
                   other, static_cast<int64_t>(value));                                      \
        if (::uaio::is_tracing()) {                                                          \
            ::uaio::trace(::uaio::Step::step, subject_, other, value);                       \
        }                                                                                    \
    } while (false)

// The steps that the schedule makes with a request, for Schedule::set_observer().
void trace_change(const Request& request, State before);

}  // namespace uaio
