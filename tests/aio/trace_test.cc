// The recorder: what it writes, where, and that nothing is lost without being counted. Method:
// record, and look at the bytes of the file by the layout in trace.h.
#define BOOST_TEST_MODULE trace
#include "aio/trace.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/support/require.h"
#include "tests/support/scratch_file.h"

namespace uaio {
namespace {

using test::require;

constexpr size_t kSmall = 64 * kTraceChunkBytes;

void record(int64_t value) {
    trace(Step::kWake, subject_of(TracePool::kWorkers), kNoNumber, value);
}

// A name in the tests' folder; the trace is closed and gone afterwards.
struct Place {
    Place() { unlink(path.c_str()); }
    ~Place() {
        close_trace();
        unlink(path.c_str());
        unlink(own_path.c_str());
    }

    std::string path = test::scratch_folder() + "/uaio-trace-" + std::to_string(getpid());
    std::string own_path = path + "." + std::to_string(getpid());
};

// A trace as it lies on the disk now.
class File {
  public:
    explicit File(const std::string& path) {
        int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
        require(fd >= 0, "open a trace");
        struct stat status;
        require(fstat(fd, &status) == 0, "look at a trace");
        mode = status.st_mode;
        bytes = static_cast<size_t>(status.st_size);
        pages_ = mmap(nullptr, bytes, PROT_READ, MAP_SHARED, fd, 0);
        close(fd);
        require(pages_ != MAP_FAILED, "map a trace");
    }
    ~File() { munmap(pages_, bytes); }
    File(const File&) = delete;
    File& operator=(const File&) = delete;

    const TraceHeader& header() const { return *static_cast<TraceHeader*>(pages_); }

    std::vector<const TraceChunk*> chunks() const {
        std::vector<const TraceChunk*> result;
        for (uint32_t i = 1; i < std::min(header().chunks_used.load(), header().chunks); ++i) {
            result.push_back(static_cast<TraceChunk*>(pages_) + i);
        }
        return result;
    }

    // All that say that they are valid.
    std::vector<const TraceRecord*> records() const {
        std::vector<const TraceRecord*> result;
        for (const TraceChunk* chunk : chunks()) {
            for (const TraceRecord& each : chunk->records) {
                if (each.step.load() != 0) result.push_back(&each);
            }
        }
        return result;
    }

    mode_t mode;
    size_t bytes;

  private:
    void* pages_;
};

BOOST_FIXTURE_TEST_CASE(the_header_says_whose_trace_it_is, Place) {
    open_trace(path.c_str(), kSmall);
    File file(path);
    BOOST_TEST(file.bytes == kSmall);
    BOOST_TEST((file.mode & 0777) == 0600u);
    BOOST_TEST(std::equal(std::begin(kTraceMagic), std::end(kTraceMagic), file.header().magic));
    BOOST_TEST(file.header().byte_order == kTraceByteOrder);
    BOOST_TEST(file.header().version == kTraceVersion);
    BOOST_TEST(file.header().record_bytes == sizeof(TraceRecord));
    BOOST_TEST(file.header().pid == getpid());
    BOOST_TEST(file.header().parent == getppid());
    BOOST_TEST(file.header().chunks == 64u);
    BOOST_TEST(file.header().dropped == 0u);
    BOOST_TEST(file.records().empty());
}

BOOST_FIXTURE_TEST_CASE(a_record_says_all_there_is, Place) {
    open_trace(path.c_str(), kSmall);
    Operation operation = {};
    operation.kind = Kind::kWrite;
    operation.priority = -3;
    operation.fd = 7;
    operation.offset = 4096;
    trace(Step::kMiss, subject_of(operation), 11, 512);
    File file(path);
    BOOST_TEST_REQUIRE(file.records().size() == 1u);
    const TraceRecord& found = *file.records()[0];
    BOOST_TEST(found.step == static_cast<uint8_t>(Step::kMiss));
    BOOST_TEST(found.time_ns >= file.header().start_ns);
    BOOST_TEST(found.kind == static_cast<uint8_t>(Kind::kWrite));
    BOOST_TEST(found.priority == -3);
    BOOST_TEST(found.fd == 7);
    BOOST_TEST(found.offset == 4096);
    BOOST_TEST(found.other == 11u);
    BOOST_TEST(found.value == 512);
    BOOST_TEST(found.number == kNoNumber);
}

BOOST_AUTO_TEST_CASE(without_a_name_nothing_is_recorded) {
    open_trace(nullptr, kSmall);
    BOOST_TEST(!is_tracing());
    record(1);
}

BOOST_FIXTURE_TEST_CASE(what_finds_no_place_is_counted, Place) {
    open_trace(path.c_str(), 3 * kTraceChunkBytes);
    constexpr auto kPlaces = static_cast<int64_t>(2 * kTraceRecords);
    for (int64_t i = 0; i < kPlaces + 10; ++i) record(i);
    File file(path);
    auto records = file.records();
    BOOST_TEST_REQUIRE(records.size() == static_cast<size_t>(kPlaces));
    for (int64_t i = 0; i < kPlaces; ++i) BOOST_TEST(records[static_cast<size_t>(i)]->value == i);
    BOOST_TEST(file.header().dropped == 10u);
}

// The threads that have places left do not use them: the trace ends for all at the same time.
BOOST_FIXTURE_TEST_CASE(a_full_trace_is_full_for_everybody, Place) {
    open_trace(path.c_str(), 3 * kTraceChunkBytes);
    record(0);
    std::thread([] {
        for (size_t i = 0; i < kTraceRecords + 1; ++i) record(1);
    }).join();
    record(2);
    File file(path);
    BOOST_TEST(file.records().size() == 1 + kTraceRecords);
    BOOST_TEST(file.header().dropped == 2u);
}

BOOST_FIXTURE_TEST_CASE(threads_lose_nothing, Place) {
    constexpr int kThreads = 4;
    constexpr int64_t kEach = 1000;
    open_trace(path.c_str(), kSmall);
    std::vector<std::thread> threads;
    for (int64_t thread = 0; thread < kThreads; ++thread) {
        threads.emplace_back([thread] {
            for (int64_t i = 0; i < kEach; ++i) record(thread * kEach + i);
        });
    }
    for (std::thread& thread : threads) thread.join();
    File file(path);
    BOOST_TEST(file.header().dropped == 0u);
    std::map<uint64_t, std::vector<int64_t>> by_place;
    for (const TraceChunk* chunk : file.chunks()) {
        for (const TraceRecord& each : chunk->records) {
            if (each.step.load() != 0) by_place[chunk->place].push_back(each.value);
        }
    }
    std::vector<int64_t> all;
    for (auto& [place, values] : by_place) {
        BOOST_TEST(std::is_sorted(values.begin(), values.end()));
        all.insert(all.end(), values.begin(), values.end());
    }
    std::sort(all.begin(), all.end());
    BOOST_TEST_REQUIRE(all.size() == static_cast<size_t>(kThreads * kEach));
    for (size_t i = 0; i < all.size(); ++i) BOOST_TEST(all[i] == static_cast<int64_t>(i));
}

std::atomic<int64_t> handled{0};

// Signals come at any instant of recording, and their handlers record too, until there have been
// many: each record of either is there once.
BOOST_FIXTURE_TEST_CASE(a_handler_may_interrupt_recording_anywhere, Place) {
    constexpr int64_t kSignals = 1000;
    constexpr int64_t kAhead = 1000;
    constexpr int64_t kHandlersOwn = int64_t{1} << 32;
    struct sigaction action = {};
    action.sa_handler = [](int) { record(kHandlersOwn + handled.fetch_add(1)); };
    action.sa_flags = SA_RESTART;
    require(sigaction(SIGUSR1, &action, nullptr) == 0, "handle a signal");
    open_trace(path.c_str(), size_t{64} << 20);
    std::atomic<bool> over{false};
    std::thread sender([self = pthread_self(), &over] {
        while (!over) {
            pthread_kill(self, SIGUSR1);
            sched_yield();
        }
    });
    int64_t recorded = 0;
    for (; handled < kSignals; ++recorded) {
        record(recorded);
        while (recorded > kAhead * (handled + 1)) sched_yield();  // there is room for so many
    }
    over = true;
    sender.join();
    signal(SIGUSR1, SIG_IGN);
    File file(path);
    BOOST_TEST_REQUIRE(file.header().dropped == 0u);
    std::vector<int64_t> values;
    for (const TraceRecord* each : file.records()) values.push_back(each->value);
    std::sort(values.begin(), values.end());
    BOOST_TEST_REQUIRE(values.size() == static_cast<size_t>(recorded + handled));
    for (int64_t i = 0; i < recorded + handled; ++i) {
        int64_t wanted = i < recorded ? i : kHandlersOwn + i - recorded;
        BOOST_TEST_REQUIRE(values[static_cast<size_t>(i)] == wanted);
    }
}

BOOST_FIXTURE_TEST_CASE(a_file_that_is_there_stays_as_it_is, Place) {
    int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    require(write(fd, "precious", 8) == 8, "write a file");
    close(fd);
    open_trace(path.c_str(), kSmall);
    BOOST_TEST(is_tracing());
    BOOST_TEST(File(path).bytes == 8u);
    BOOST_TEST(File(own_path).header().pid == getpid());
}

// Standard error while it lives.
class Said {
  public:
    Said() : before_(dup(2)) { dup2(file_.fd(), 2); }
    ~Said() {
        dup2(before_, 2);
        close(before_);
    }

    std::string text() const { return file_.contents(); }

  private:
    test::ScratchFile file_;
    int before_;
};

void cannot_be_opened(const std::string& path, size_t bytes) {
    std::string text;
    errno = EDOM;
    {
        Said said;
        open_trace(path.c_str(), bytes);
        text = said.text();
    }
    BOOST_TEST(errno == EDOM);
    BOOST_TEST(!is_tracing());
    BOOST_TEST(text.find("UAIO_TRACE=" + path) != std::string::npos, text);
    BOOST_TEST(std::count(text.begin(), text.end(), '\n') == 1);
    record(1);
}

BOOST_FIXTURE_TEST_CASE(a_trace_that_cannot_be_made_is_said_and_done_without, Place) {
    cannot_be_opened("/nonexistent/trace", kSmall);
    // No disk has room for a quarter of all addresses, if these have 64 bits.
    if constexpr (sizeof(size_t) > sizeof(int32_t)) cannot_be_opened(path, SIZE_MAX / 4 + 1);
    BOOST_TEST(access(path.c_str(), F_OK) != 0);
    require(symlink("/nonexistent", path.c_str()) == 0, "make a link");
    require(symlink("/nonexistent", own_path.c_str()) == 0, "make a link");
    cannot_be_opened(path, kSmall);
    Said said;
    open_trace(std::string(5000, 'x').c_str(), kSmall);
    BOOST_TEST(!is_tracing());
}

BOOST_FIXTURE_TEST_CASE(what_was_recorded_before_a_kill_is_there, Place) {
    pid_t pid = fork();
    if (pid == 0) {
        open_trace(path.c_str(), kSmall);
        for (int64_t i = 0; i < 5; ++i) record(i);
        raise(SIGKILL);
    }
    int status = 0;
    require(waitpid(pid, &status, 0) == pid, "wait for a child");
    BOOST_TEST(WIFSIGNALED(status));
    File file(path);
    BOOST_TEST(file.header().pid == pid);
    BOOST_TEST(file.records().size() == 5u);
}

}  // namespace
}  // namespace uaio
