#include "aio/trace.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "aio/platform/program_name.h"
#include "aio/platform/reserve.h"
#include "threadpool/base/clock.h"
#include "threadpool/base/message.h"
#include "threadpool/base/own_signals.h"
#include "threadpool/base/thread.h"

namespace uaio {

constinit std::atomic<TraceHeader*> trace_file{nullptr};

namespace {

// Where a next record goes: a chunk, and how many of its places are reserved. One word, so that a
// handler that interrupts the thread finds both or neither changed.
constexpr int kChunkShift = 32;
constexpr uint64_t kNoPlace = kTraceRecords;  // all of no chunk's are

// A thread's. Atomic because of its handlers, and relaxed, because nobody else looks. `outer` is
// for a recording that has interrupted no other one of the thread, so it is changed without an
// atomic addition, which would wait for the records before to reach the memory; `inner` for all
// others. Whoever records counts himself in `depth` meanwhile; a handler leaves it as it was,
// unless it jumps out: then the thread uses `inner` from there on.
struct Pen {
    std::atomic<uint64_t> outer{kNoPlace};
    std::atomic<uint64_t> inner{kNoPlace};
    std::atomic<uint32_t> depth{0};
    int64_t last_ns = 0;
};

// Initial-exec: reached without a call, which may allocate, also where the library is loaded late.
// Only ELF knows such models.
#ifdef __ELF__
[[gnu::tls_model("initial-exec")]]
#endif
constinit thread_local Pen pen;

// Records ahead of the present one whose memory is asked for already.
constexpr int kPrefetch = 4;

constinit size_t mapped_bytes = 0;

TraceChunk& chunk_at(TraceHeader& file, uint64_t number) {
    return reinterpret_cast<TraceChunk*>(&file)[number];
}

// A chunk that belongs to the calling thread from now on; 0 if there is none left. Relaxed: the
// number is all that is taken.
uint64_t take_chunk(TraceHeader& file) {
    if (file.chunks_used.load(std::memory_order_relaxed) >= file.chunks) {
        return 0;
    }
    uint32_t number = file.chunks_used.fetch_add(1, std::memory_order_relaxed);
    if (number >= file.chunks) {
        return 0;
    }
    TraceChunk& chunk = chunk_at(file, number);
    chunk.thread = static_cast<uint32_t>(thread_number());
    chunk.place = reinterpret_cast<uintptr_t>(&pen);
    return number;
}

uint64_t advance(uint32_t depth) {
    if (depth > 0) {
        return pen.inner.fetch_add(1, std::memory_order_relaxed);
    }
    uint64_t mine = pen.outer.load(std::memory_order_relaxed);
    pen.outer.store(mine + 1, std::memory_order_relaxed);
    return mine;
}

// A place that is nobody else's; null if there is none left. A handler between the two changes of
// `inner` may have taken a chunk too, the rest of which is lost then.
TraceRecord* reserve(TraceHeader& file, uint32_t depth) {
    uint64_t mine = advance(depth);
    uint64_t chunk = mine >> kChunkShift;
    uint64_t index = mine & UINT32_MAX;
    if (index >= kTraceRecords) {
        chunk = take_chunk(file);
        if (chunk == 0) {
            return nullptr;
        }
        index = 0;
        std::atomic<uint64_t>& place = depth > 0 ? pen.inner : pen.outer;
        place.store(chunk << kChunkShift | 1, std::memory_order_relaxed);
    }
    return &chunk_at(file, chunk).records[index];
}

bool follows_at_once(Step step) {
    return step == Step::kAdmit || step == Step::kTake || step == Step::kPublish ||
           step == Step::kRetire;
}

int64_t time_of(Step step) {
    if (!follows_at_once(step)) {
        pen.last_ns = now_ns();
    }
    return pen.last_ns;
}

void fill(TraceRecord& record, Step step, const TraceSubject& subject, uint32_t other,
          int64_t value) {
    const Operation* operation = subject.operation;
    __builtin_prefetch(&record + kPrefetch, 1);
    record.time_ns = time_of(step);
    record.offset = operation != nullptr ? operation->offset : 0;
    record.value = value;
    record.number = subject.number;
    record.other = other;
    record.fd = operation != nullptr ? operation->fd : -1;
    record.kind = operation != nullptr ? static_cast<uint8_t>(operation->kind) : 0;
    record.priority = operation != nullptr ? operation->priority : 0;
    record.state = subject.state;
    record.step.store(static_cast<uint8_t>(step), std::memory_order_release);  // for the reader
}

}  // namespace

// Once one record has been dropped all are, so that a trace ends everywhere at the same time.
void trace(Step step, const TraceSubject& subject, uint32_t other, int64_t value) {
    // Acquire pairs with open_trace(): the header is set up.
    TraceHeader* file = trace_file.load(std::memory_order_acquire);
    if (file == nullptr) {
        return;
    }
    // Relaxed: the number is all that is said.
    bool full = file->dropped.load(std::memory_order_relaxed) != 0;
    uint32_t depth = pen.depth.load(std::memory_order_relaxed);
    pen.depth.store(depth + 1, std::memory_order_relaxed);
    std::atomic_signal_fence(std::memory_order_seq_cst);  // pairs with itself, in a handler
    TraceRecord* record = full ? nullptr : reserve(*file, depth);
    if (record != nullptr) {
        fill(*record, step, subject, other, value);
    } else {
        file->dropped.fetch_add(1, std::memory_order_relaxed);
    }
    std::atomic_signal_fence(std::memory_order_seq_cst);
    pen.depth.store(depth, std::memory_order_relaxed);
}

namespace {

uint32_t blocker_of(const Request& request, State state) {
    return state == State::kBlocked ? request.blocker->number : kNoNumber;
}

int gate_limit_of(const Request& request, State state) {
    return state == State::kHeld ? request.gate_limit : 0;
}

}  // namespace

void note_moment() {
    pen.last_ns = now_ns();
}

void trace_change(const Request& request, State before) {
    State state = request.state.load(std::memory_order_relaxed);  // under the engine's lock
    if (before == State::kPosted) {
        UAIO_STEP(kAdmit, admit, request, blocker_of(request, state),
                  gate_limit_of(request, state));
    } else if (state == State::kReady) {
        UAIO_STEP(kReady, ready, request, kNoNumber, 0);
    } else if (state == State::kRunning) {
        UAIO_STEP(kTake, take, request, kNoNumber, 0);
    } else if (state == State::kParked) {
        UAIO_STEP(kPark, park, request, kNoNumber, 0);
    } else if (state == State::kWithdrawn) {
        UAIO_STEP(kWithdraw, withdraw, request, kNoNumber, 0);
    } else {
        UAIO_STEP(kWait, wait, request, blocker_of(request, state), gate_limit_of(request, state));
    }
}

// --- the file ------------------------------------------------------------------------------------

namespace {

int create(const char* path) {
    return open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
}

// PATH.PID; false if that is too long.
bool name_for_this_process(const char* path, char (&name)[PATH_MAX]) {
    constexpr size_t kSuffixMax = 12;  // a full stop, digits, zero
    size_t length = strlen(path);
    if (length + kSuffixMax > sizeof name) {
        return false;
    }
    memcpy(name, path, length);
    name[length++] = '.';
    int pid = getpid();
    int scale = 1;
    while (pid / scale >= 10) {
        scale *= 10;
    }
    for (; scale > 0; scale /= 10) {
        name[length++] = static_cast<char>('0' + pid / scale % 10);
    }
    name[length] = '\0';
    return true;
}

// Its space is taken at once: a full disk must be an error here, not a SIGBUS in the program.
void* map(int fd, size_t bytes) {
    {
        OwnSignals swallowed;  // the limit of a file's size, which is an error like others here
        if (reserve_file(fd, bytes) != 0) {
            return MAP_FAILED;
        }
    }
    void* pages = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
#ifdef MADV_POPULATE_WRITE
    if (pages != MAP_FAILED) {
        madvise(pages, bytes, MADV_POPULATE_WRITE);  // if it cannot, each chunk is a page fault
    }
#endif
    return pages;
}

// Null if there can be none; then none is left behind.
TraceHeader* create_and_map(const char* path, size_t bytes) {
    char own_name[PATH_MAX];
    int fd = create(path);
    if (fd < 0 && errno == EEXIST && name_for_this_process(path, own_name)) {
        path = own_name;
        fd = create(path);
    }
    if (fd < 0) {
        return nullptr;
    }
    void* pages = map(fd, bytes);
    close(fd);
    if (pages == MAP_FAILED) {
        unlink(path);
        return nullptr;
    }
    return static_cast<TraceHeader*>(pages);
}

void set_up(TraceHeader& file, size_t bytes) {
    timespec wall;
    clock_gettime(CLOCK_REALTIME, &wall);
    file.start_wall_ns = static_cast<int64_t>(wall.tv_sec) * kNsPerSecond + wall.tv_nsec;
    file.start_ns = now_ns();
    file.byte_order = kTraceByteOrder;
    file.version = kTraceVersion;
    file.chunk_bytes = kTraceChunkBytes;
    file.record_bytes = sizeof(TraceRecord);
    file.pid = getpid();
    file.parent = getppid();
    program_name(file.program, sizeof file.program);
    file.chunks = static_cast<uint32_t>(bytes / kTraceChunkBytes);
    file.chunks_used.store(1, std::memory_order_relaxed);
    memcpy(file.magic, kTraceMagic, sizeof file.magic);
}

}  // namespace

void open_trace(const char* path, size_t bytes) {
    if (path == nullptr) {
        return;
    }
    int saved = errno;
    TraceHeader* file = create_and_map(path, bytes);
    errno = saved;
    if (file == nullptr) {
        Message().text("UAIO_TRACE=").text(path).text(": cannot be created, no trace").send();
        return;
    }
    mapped_bytes = bytes;
    set_up(*file, bytes);
    trace_file.store(file, std::memory_order_release);  // pairs with trace()
}

// Relaxed: no other thread exists.
void close_trace() {
    TraceHeader* file = trace_file.load(std::memory_order_relaxed);
    if (file == nullptr) {
        return;
    }
    trace_file.store(nullptr, std::memory_order_relaxed);
    pen.outer.store(kNoPlace, std::memory_order_relaxed);
    pen.inner.store(kNoPlace, std::memory_order_relaxed);
    munmap(file, mapped_bytes);
}

}  // namespace uaio
