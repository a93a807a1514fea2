// Writes a trace for the test of the viewer:
//
//     sample_trace FILE REQUESTS
//
// It is that of a program that never ran, and the same each time: requests on eight descriptors
// with six workers, where every third write has to wait for the write before it on its descriptor,
// every tenth request is made at once, and the last one is under way when the trace ends.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <map>
#include <random>
#include <vector>

#include "aio/trace.h"

namespace uaio {
namespace {

constexpr int64_t kStart = 1'000'000'000;
constexpr uint32_t kSubmitter = 100;  // thread numbers
constexpr uint32_t kFirstWorker = 101;
constexpr size_t kWorkers = 6;
constexpr int kDescriptors = 8;
constexpr int kFirstDescriptor = 3;
constexpr int64_t kBetweenNs = 5000;  // submissions, on average
constexpr int64_t kBytes = 4096;

// Without the atomic of a TraceRecord, so that it can be moved about.
struct Record {
    uint32_t thread;
    Step step;
    State state;
    int64_t time_ns;
    uint32_t other;
    int64_t value;
};

struct Planned {
    uint32_t number;
    Kind kind;
    int fd;
    int64_t offset;
};

class File {
  public:
    explicit File(const char* path) : out_(path, std::ios::binary), chunk_(), header_() {
        write(&header_, sizeof header_);  // its place
    }

    void add(const Record& record, const Planned& request) {
        std::vector<std::pair<Record, Planned>>& open = open_[record.thread];
        open.push_back({record, request});
        if (open.size() == kTraceRecords) write_chunk(record.thread);
    }

    bool finish() {
        for (auto& [thread, records] : open_) {
            if (!records.empty()) write_chunk(thread);
        }
        memcpy(header_.magic, kTraceMagic, sizeof kTraceMagic);
        header_.byte_order = kTraceByteOrder;
        header_.version = kTraceVersion;
        header_.chunk_bytes = kTraceChunkBytes;
        header_.record_bytes = sizeof(TraceRecord);
        header_.pid = 4711;
        strcpy(header_.program, "</script>sample");
        header_.start_ns = kStart;
        header_.chunks = chunks_;
        header_.chunks_used.store(chunks_, std::memory_order_relaxed);  // no other thread
        out_.seekp(0);
        out_.write(reinterpret_cast<const char*>(&header_), sizeof header_);
        out_.close();
        return !out_.fail();
    }

  private:
    void write_chunk(uint32_t thread) {
        std::vector<std::pair<Record, Planned>>& records = open_[thread];
        chunk_.thread = thread;
        for (size_t i = 0; i < kTraceRecords; ++i) {
            TraceRecord& place = chunk_.records[i];
            bool used = i < records.size();
            if (used) fill(place, records[i].first, records[i].second);
            Step step = used ? records[i].first.step : Step::kNone;
            place.step.store(static_cast<uint8_t>(step), std::memory_order_relaxed);  // likewise
        }
        write(&chunk_, sizeof chunk_);
        records.clear();
    }

    static void fill(TraceRecord& place, const Record& record, const Planned& request) {
        place.time_ns = kStart + record.time_ns;
        place.offset = request.offset;
        place.value = record.value;
        place.number = record.step == Step::kHit ? kNoNumber : request.number;
        place.other = record.other;
        place.fd = request.fd;
        place.kind = static_cast<uint8_t>(request.kind);
        place.priority = 0;
        place.state = static_cast<uint8_t>(record.state);
    }

    // As one chunk of the file.
    void write(const void* data, size_t bytes) {
        static constexpr char kRest[kTraceChunkBytes] = {};
        out_.write(static_cast<const char*>(data), static_cast<std::streamsize>(bytes));
        out_.write(kRest, static_cast<std::streamsize>(kTraceChunkBytes - bytes));
        ++chunks_;
    }

    std::ofstream out_;
    TraceChunk chunk_;
    TraceHeader header_;
    uint32_t chunks_ = 0;
    std::map<uint32_t, std::vector<std::pair<Record, Planned>>> open_;
};

struct Write {
    uint32_t number = kNoNumber;
    int64_t end_ns = 0;
};

class Sample {
  public:
    Sample(File& file, uint32_t count) : file_(file), count_(count) {}

    void write() {
        for (uint32_t i = 0; i < count_; ++i) {
            now_ns_ += 1 + static_cast<int64_t>(random_() % (2 * kBetweenNs));
            Planned request{i, kind_of(i), kFirstDescriptor + static_cast<int>(i % kDescriptors),
                            static_cast<int64_t>(random_() % 1000) * kBytes};
            if (i % 10 == 4) {
                file_.add({kSubmitter, Step::kHit, {}, now_ns_, kNoNumber, kBytes}, request);
            } else {
                walk(request, i + 1 == count_);
            }
        }
    }

  private:
    static Kind kind_of(uint32_t i) {
        if (i % 50 == 30) return Kind::kDataSync;
        return i % 10 == 4 || i / kDescriptors % 4 == 0 ? Kind::kRead : Kind::kWrite;
    }

    void walk(const Planned& request, bool is_last) {
        int64_t admitted = now_ns_ + 300;
        file_.add({kSubmitter, Step::kSubmit, State::kFilled, now_ns_, kNoNumber, kBytes}, request);
        int64_t ready = admitted;
        Write& before = writes_[static_cast<size_t>(request.fd - kFirstDescriptor)];
        bool waits =
            request.number % 3 == 0 && request.kind == Kind::kWrite && before.end_ns > admitted;
        State state = waits ? State::kBlocked : State::kReady;
        uint32_t other = waits ? before.number : kNoNumber;
        file_.add({kSubmitter, Step::kAdmit, state, admitted, other, 0}, request);
        auto worker = std::min_element(free_ns_.begin(), free_ns_.end());
        auto thread = kFirstWorker + static_cast<uint32_t>(worker - free_ns_.begin());
        if (waits) {
            ready = before.end_ns + 200;
            file_.add({thread, Step::kReady, State::kReady, ready, kNoNumber, 0}, request);
        }
        int64_t taken = std::max(ready, *worker) + 500;
        *worker = perform(request, thread, taken, is_last);
        if (request.kind == Kind::kWrite) before = {request.number, *worker - 400};
    }

    // Returns the time at which the worker is free again.
    int64_t perform(const Planned& request, uint32_t thread, int64_t time, bool is_last) {
        auto add = [&](Step step, State state, int64_t value) {
            file_.add({thread, step, state, time, kNoNumber, value}, request);
        };
        add(Step::kTake, State::kRunning, 0);
        time += 100;
        add(Step::kBegin, State::kRunning, 0);
        if (is_last) return time;
        int64_t most = request.kind == Kind::kDataSync ? 200'000 : 40'000;
        time += 2000 + static_cast<int64_t>(random_()) % most;
        int64_t value = request.kind == Kind::kDataSync ? 0 : kBytes;
        add(Step::kEnd, State::kRunning, value);
        time += 100;
        add(Step::kPublish, State::kPublishing, value);
        time += 600;
        add(Step::kDeliver, State::kPublished, 0);
        add(Step::kRetire, State::kPublished, 0);
        return time;
    }

    File& file_;
    uint32_t count_;
    std::minstd_rand random_{1};
    int64_t now_ns_ = 0;
    std::array<int64_t, kWorkers> free_ns_{};
    std::array<Write, kDescriptors> writes_;
};

}  // namespace
}  // namespace uaio

int main(int argc, char** argv) {
    if (argc != 3) return fprintf(stderr, "usage: sample_trace FILE REQUESTS\n"), 2;
    uaio::File file(argv[1]);
    uaio::Sample(file, static_cast<uint32_t>(strtoul(argv[2], nullptr, 10))).write();
    if (!file.finish()) return perror(argv[1]), 1;
    return 0;
}
