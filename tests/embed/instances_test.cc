// Goal: engines of a program's own work side by side, and leave nothing when they end, whatever
// they had to do. Method: pipes and `done`s that wait hold operations; threads, descriptors and
// mapped memory are counted.
#define BOOST_TEST_MODULE instances
#include <uaio/engine.h>

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <deque>
#include <filesystem>
#include <set>
#include <string>
#include <thread>

#include <boost/test/unit_test.hpp>

#include "tests/embed/own_engine.h"
#include "tests/embed/task.h"
#include "tests/storm/safe_fork.h"
#include "tests/support/bell.h"
#include "tests/support/gate.h"
#include "tests/support/scratch_file.h"
#include "threadpool/base/pages.h"

namespace {

std::atomic<size_t> mapped_bytes{0};

}  // namespace

namespace uaio {

// In the place of the library's.
void* map_pages(size_t bytes) {
    void* pages = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (pages == MAP_FAILED) return nullptr;
    mapped_bytes += bytes;
    return pages;
}

void discard_pages(void*, size_t) {}

void unmap_pages(void* pages, size_t bytes) {
    mapped_bytes -= bytes;
    munmap(pages, bytes);
}

namespace test {
namespace {

std::set<int> open_descriptors() {
    std::set<int> numbers;
    for (int fd = 0; fd < 1'024; ++fd) {
        if (fcntl(fd, F_GETFD) >= 0) numbers.insert(fd);
    }
    return numbers;
}

// Of the process, where the system tells.
long threads() {
    long count = 0;
    std::error_code none;
    for ([[maybe_unused]] auto& thread :
         std::filesystem::directory_iterator("/proc/self/task", none))
        ++count;
    return count;
}

// What can only be made by a thread of the engine.
Task position_read(int fd, char& byte) {
    return {UAIO_READ, fd, &byte, 1, UAIO_OWN_POSITION};
}

// --- life -------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(an_engine_leaves_no_thread_descriptor_or_memory) {
    ScratchFile file("bytes");
    size_t memory = mapped_bytes;
    std::thread([] {}).join();  // a sanitizer gets a thread of its own then
    long before = threads();
    std::set<int> descriptors = open_descriptors();
    for (int round = 0; round < 50; ++round) {
        char bytes[3];
        ReadGate gate;
        Task waiting(UAIO_READ, gate.fd(), &bytes[0], 1);
        Task read = position_read(file.fd(), bytes[1]);
        Task left = position_read(file.fd(), bytes[2]);
        left.operation.done = nullptr;
        uaio_engine* engine = uaio_engine_create(nullptr, nullptr);
        BOOST_TEST_REQUIRE(engine != nullptr);
        BOOST_TEST(uaio_engine_descriptor(engine, nullptr) >= 0);
        BOOST_TEST(waiting.submit(engine) == 0);
        BOOST_TEST(read.submit(engine) == 0);
        BOOST_TEST(left.submit(engine) == 0);
        read.wait();
        if (round % 2 == 0) {  // else it may be before, in or after its first try
            uaio_operation* taken = nullptr;
            BOOST_TEST(uaio_waitn(engine, &taken, 1, 1, -1, nullptr) == 1u);
        }
        uaio_engine_destroy(engine);
        BOOST_TEST(waiting.wait() == -ECANCELED);
        BOOST_TEST((left.outcome() >= 0 || left.outcome() == -ECANCELED));
    }
    BOOST_TEST((open_descriptors() == descriptors));
    BOOST_TEST(mapped_bytes.load() == memory);
    while (threads() > before) {  // they have only their own ends left
        std::this_thread::yield();
    }
}

BOOST_AUTO_TEST_CASE(an_engine_that_was_never_used_ends) {
    size_t memory = mapped_bytes;
    uaio_engine_destroy(uaio_engine_create(nullptr, nullptr));
    BOOST_TEST(mapped_bytes.load() == memory);
}

BOOST_AUTO_TEST_CASE(nothing_and_the_shared_engine_are_not_destroyed) {
    uaio_engine_destroy(nullptr);
    uaio_engine_destroy(uaio_engine_shared());
    ScratchFile file("bytes");
    char byte;
    Task read = position_read(file.fd(), byte);
    BOOST_TEST(read.submit() == 0);
    BOOST_TEST(read.wait() == 1);
}

BOOST_AUTO_TEST_CASE(destroying_withdraws_what_has_not_begun_and_waits_for_the_rest) {
    ScratchFile file("bytes");
    ReadGate gate;
    char bytes[7];
    Bell entered;
    Bell go_on;
    uaio_engine* engine = uaio_engine_create(nullptr, nullptr);
    Task running = position_read(file.fd(), bytes[0]);
    Task refused = position_read(file.fd(), bytes[1]);
    int refusal = 0;
    running.at_end = [&] {
        entered.ring();
        go_on.wait();
        refusal = refused.submit(engine);
    };
    BOOST_TEST(running.submit(engine) == 0);
    entered.wait();
    Task queued = position_read(file.fd(), bytes[2]);  // behind the one whose `done` runs
    Task untold = position_read(file.fd(), bytes[3]);
    untold.operation.done = nullptr;
    Task parked(UAIO_READ, gate.fd(), &bytes[4], 1);
    Task behind(UAIO_READ, gate.fd(), &bytes[5], 1);
    for (Task* each : {&queued, &untold, &parked, &behind}) {
        BOOST_TEST(each->submit(engine) == 0);
    }
    std::atomic<bool> destroyed{false};
    std::thread destroyer([&] {
        uaio_engine_destroy(engine);
        destroyed = true;
    });
    BOOST_TEST(queued.wait() == -ECANCELED);
    BOOST_TEST(behind.wait() == -ECANCELED);
    BOOST_TEST(parked.wait() == -ECANCELED);
    BOOST_TEST(!destroyed.load());
    go_on.ring();
    destroyer.join();
    BOOST_TEST(running.wait() == 1);
    BOOST_TEST(refusal == ECANCELED);
    BOOST_TEST(refused.ends() == 0);
    BOOST_TEST(untold.outcome() == -ECANCELED);
    for (Task* each : {&running, &queued, &parked, &behind}) {
        BOOST_TEST(each->ends() == 1);
    }
}

BOOST_AUTO_TEST_CASE(a_write_that_a_stream_has_taken_in_part_ends_with_that) {
    std::string large(1 << 20, 'x');
    int ends[2];
    BOOST_REQUIRE(pipe(ends) == 0);
    uaio_engine* engine = uaio_engine_create(nullptr, nullptr);
    Task write(UAIO_WRITE, ends[1], large.data(), large.size());
    BOOST_TEST(write.submit(engine) == 0);
    char byte;
    BOOST_TEST(read(ends[0], &byte, 1) == 1);  // so it has begun
    uaio_engine_destroy(engine);
    BOOST_TEST(write.wait() > 0);
    BOOST_TEST(write.wait() < static_cast<ssize_t>(large.size()));
    close(ends[0]);
    close(ends[1]);
}

// Each submits itself again from its `done`, and would never come to an end.
BOOST_AUTO_TEST_CASE(chains_without_end_are_ended) {
    ScratchFile file("bytes");
    OwnEngine* engine = new OwnEngine;
    struct Chain {
        uaio_operation operation{};
        char byte;
        uaio_engine* engine;
        std::atomic<long> rounds{0};
        std::atomic<int> refusal{0};

        static void done(void* user, ssize_t, int error) {
            auto& self = *static_cast<Chain*>(user);
            uaio_operation* all[] = {&self.operation};
            int refused = error;
            ++self.rounds;
            if (error == 0 && uaio_submit(self.engine, all, 1, &refused) == 1) return;
            self.refusal = refused;
        }
    };
    std::deque<Chain> chains(5);
    for (Chain& chain : chains) {
        chain.operation.opcode = UAIO_READ;
        chain.operation.fd = file.fd();
        chain.operation.buffer = &chain.byte;
        chain.operation.bytes = 1;
        chain.operation.done = Chain::done;
        chain.operation.user = &chain;
        chain.engine = *engine;
        uaio_operation* all[] = {&chain.operation};
        BOOST_TEST(uaio_submit(*engine, all, 1, nullptr) == 1u);
    }
    for (Chain& chain : chains) {
        while (chain.rounds < 20) std::this_thread::yield();
    }
    delete engine;
    for (Chain& chain : chains) BOOST_TEST(chain.refusal.load() == ECANCELED);
}

// --- side by side -----------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(engines_serve_one_descriptor_at_the_same_time) {
    ScratchFile file("bytes");
    ReadGate gate;
    OwnEngine first;
    OwnEngine second;
    char bytes[6];
    Bell go_on;
    Task held = position_read(file.fd(), bytes[0]);
    held.at_end = [&] { go_on.wait(); };
    BOOST_TEST(held.submit(first) == 0);
    // In one engine they would be behind that one.
    Task others = position_read(file.fd(), bytes[1]);
    Task shareds = position_read(file.fd(), bytes[2]);
    BOOST_TEST(others.submit(second) == 0);
    BOOST_TEST(shareds.submit() == 0);
    BOOST_TEST(others.wait() == 1);
    BOOST_TEST(shareds.wait() == 1);
    go_on.ring();
    BOOST_TEST(held.wait() == 1);
    Task firsts(UAIO_READ, gate.fd(), &bytes[3], 1);
    Task seconds(UAIO_READ, gate.fd(), &bytes[4], 1);
    Task thirds(UAIO_READ, gate.fd(), &bytes[5], 1);
    BOOST_TEST(firsts.submit(first) == 0);
    BOOST_TEST(seconds.submit(second) == 0);
    BOOST_TEST(thirds.submit() == 0);
    while (uaio_cancel_descriptor(second, gate.fd()) == 0) std::this_thread::yield();
    BOOST_TEST(seconds.wait() == -ECANCELED);
    gate.release("ab");
    BOOST_TEST(firsts.wait() == 1);
    BOOST_TEST(thirds.wait() == 1);
}

// A `done` of either waits for what it has given to the other.
BOOST_AUTO_TEST_CASE(engines_may_work_for_each_other) {
    ScratchFile file("bytes");
    OwnEngine first;
    OwnEngine second;
    char bytes[2];
    Task inner = position_read(file.fd(), bytes[0]);
    Task outer = position_read(file.fd(), bytes[1]);
    outer.at_end = [&] {
        inner.submit(second);
        inner.wait();
    };
    BOOST_TEST(outer.submit(first) == 0);
    BOOST_TEST(outer.wait() == 1);
    BOOST_TEST(inner.ends() == 1);
}

// --- fork -------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_child_has_its_parents_engines_empty) {
    ScratchFile file("bytes");
    ReadGate gate;
    char bytes[3];
    OwnEngine engine;
    Task waiting(UAIO_READ, gate.fd(), &bytes[0], 1);
    Task ended = position_read(file.fd(), bytes[1]);
    ended.operation.done = nullptr;
    int descriptor = uaio_engine_descriptor(engine, nullptr);
    BOOST_TEST(waiting.submit(engine) == 0);
    BOOST_TEST(ended.submit(engine) == 0);
    pid_t child = fork_safely();
    BOOST_REQUIRE(child >= 0);
    if (child == 0) {
        uaio_operation* taken = nullptr;
        int wrong = uaio_waitn(engine, &taken, 0, 1, 0, nullptr) != 0;
        wrong |= (fcntl(descriptor, F_GETFD) >= 0) << 1;
        wrong |= (uaio_engine_descriptor(engine, nullptr) < 0) << 2;
        Task own = position_read(file.fd(), bytes[2]);
        wrong |= (own.submit(engine) != 0 || own.wait() != 1) << 3;
        wrong |= (waiting.ends() != 0) << 4;
        uaio_engine_destroy(engine);
        uaio_engine* another = uaio_engine_create(nullptr, nullptr);
        Task others = position_read(file.fd(), bytes[2]);
        wrong |= (others.submit(another) != 0 || others.wait() != 1) << 5;
        _exit(wrong);
    }
    int status = 0;
    BOOST_TEST(waitpid(child, &status, 0) == child);
    BOOST_TEST(status == 0);
    uaio_operation* taken = nullptr;
    BOOST_TEST(uaio_waitn(engine, &taken, 1, 1, -1, nullptr) == 1u);
    BOOST_TEST(taken == &ended.operation);
    gate.release("x");
    BOOST_TEST(waiting.wait() == 1);
}

}  // namespace
}  // namespace test
}  // namespace uaio
