// A context whose ring the client has moved (mremap) is found by its new address, and by that
// alone; no child finds it; and a handler knows whether it has interrupted the owner of a ring.
// Method: rings that are moved to chosen places, threads that look for one at once, a child that is
// made by the system call, memory that may not be written.
#define BOOST_TEST_MODULE context
#include "aio/libaio/context.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <functional>
#include <map>
#include <thread>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "aio/engine.h"
#include "aio/libaio/door.h"
#include "tests/support/bell.h"

namespace uaio {
namespace {

constexpr timespec kAtOnce = {0, 0};

uintptr_t open_one() {
    uintptr_t context = 0;
    BOOST_TEST_REQUIRE(setup_context(8, &context) == 0);
    return context;
}

size_t bytes_of(uintptr_t context) {
    auto* ring = reinterpret_cast<RingHeader*>(context);
    size_t bytes = sizeof *ring + size_t{ring->count} * sizeof(IoEvent);
    return (bytes + kRingPage - 1) / kRingPage * kRingPage;
}

// A place for its ring where nothing else is.
uintptr_t place_for(uintptr_t context) {
    void* place = mmap(nullptr, bytes_of(context), PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    BOOST_TEST_REQUIRE(place != MAP_FAILED);
    return reinterpret_cast<uintptr_t>(place);
}

void move_ring(uintptr_t context, uintptr_t place) {
    size_t bytes = bytes_of(context);
    auto* there = reinterpret_cast<void*>(place);
    BOOST_TEST_REQUIRE(mremap(reinterpret_cast<void*>(context), bytes, bytes,
                              MREMAP_MAYMOVE | MREMAP_FIXED, there) == there);
}

// The event of a read of nothing at `context`.
void transfer(uintptr_t context, uint64_t data) {
    IoBlock block = {};
    block.opcode = kPread;
    block.fd = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    block.data = data;
    IoBlock* list[] = {&block};
    BOOST_TEST(submit_blocks(context, 1, list) == 1);
    IoEvent event = {};
    BOOST_TEST(collect_events(context, 1, 1, &event, nullptr, nullptr) == 1);
    BOOST_TEST(event.data == data);
    auto* ring = reinterpret_cast<RingHeader*>(context);
    BOOST_TEST(ring->head == 1u);
    BOOST_TEST(ring->tail == 1u);
    close(block.fd);
}

// Contexts are made until one has its ring where another one's was.
BOOST_AUTO_TEST_CASE(an_address_means_the_context_that_got_it_last) {
    std::map<uintptr_t, uintptr_t> moved;
    for (int i = 0; i < 8; ++i) moved[open_one()] = 0;
    for (auto& [from, to] : moved) to = place_for(from);
    for (auto [from, to] : moved) move_ring(from, to);
    std::vector<uintptr_t> others;
    do {
        BOOST_TEST_REQUIRE(others.size() < 64);
        others.push_back(open_one());
    } while (!moved.contains(others.back()));
    transfer(others.back(), 1);
    transfer(moved[others.back()], 2);
    for (uintptr_t context : others) BOOST_TEST(destroy_context(context) == 0);
    for (auto [from, to] : moved) BOOST_TEST(destroy_context(to) == 0);
}

// What its memory says was true of its parent.
BOOST_AUTO_TEST_CASE(a_child_that_no_handler_has_run_for_has_no_contexts) {
    uintptr_t context = open_one();
    pid_t child = static_cast<pid_t>(syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0));
    if (child == 0) {
        IoEvent event;
        uintptr_t another = 0;
        bool none = collect_events(context, 0, 1, &event, &kAtOnce, nullptr) == -EINVAL &&
                    destroy_context(context) == -EINVAL && setup_context(1, &another) == -EAGAIN;
        _exit(none ? 0 : 1);
    }
    int status = -1;
    BOOST_TEST(waitpid(child, &status, __WALL) == child);
    BOOST_TEST(status == 0);
    transfer(context, 3);
    BOOST_TEST(destroy_context(context) == 0);
}

// Several threads find out at once that the ring has been moved, while one of them closes it.
BOOST_AUTO_TEST_CASE(a_moved_context_is_closed_against_those_that_look_for_it) {
    for (int round = 0; round < 1'000; ++round) {
        uintptr_t old = open_one();
        uintptr_t context = place_for(old);
        move_ring(old, context);
        std::atomic<bool> begun = false;
        std::array<std::thread, 3> threads;
        for (size_t i = 0; i < threads.size(); ++i) {
            threads[i] = std::thread([&, i] {
                while (!begun) sched_yield();
                IoEvent event;
                i == 2 ? destroy_context(context)
                       : collect_events(context, 0, 1, &event, &kAtOnce, nullptr);
            });
        }
        begun = true;
        for (auto& thread : threads) thread.join();
        BOOST_TEST(destroy_context(context) == -EINVAL);
    }
}

// A thread that copies an event to where it may not write is the owner of the ring while the
// handler of that signal runs.
class Owner {
  public:
    explicit Owner(std::function<void()> in_handler) : in_handler_(std::move(in_handler)) {
        BOOST_TEST_REQUIRE(open_context(8, context_) == 0);
        page_ = mmap(nullptr, kPage, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        BOOST_TEST_REQUIRE(context_->ring.reserve());
        context_->ring.arrive(arrival_);
    }
    ~Owner() { munmap(page_, kPage); }

    uintptr_t address() const { return reinterpret_cast<uintptr_t>(context_->ring.address()); }

    void take() {
        running = this;
        struct sigaction action = {};
        action.sa_handler = [](int) {
            running->in_handler_();
            mprotect(running->page_, kPage, PROT_READ | PROT_WRITE);
        };
        sigaction(SIGSEGV, &action, nullptr);
        Arrival* moved;
        taken_ = context_->ring.take(static_cast<IoEvent*>(page_), 1, moved).events;
    }

    uint32_t taken() const { return taken_; }

  private:
    static constexpr size_t kPage = 65'536;  // or several
    static thread_local Owner* running;

    std::function<void()> in_handler_;
    Context* context_;
    void* page_;
    Arrival arrival_ = {};
    uint32_t taken_ = 0;
};

thread_local Owner* Owner::running = nullptr;

BOOST_AUTO_TEST_CASE(a_handler_knows_that_it_has_interrupted_the_owner_of_a_ring) {
    bool interrupted = false;
    Owner owner([&] { interrupted = owns_a_ring(); });
    owner.take();
    BOOST_TEST(owner.taken() == 1u);
    BOOST_TEST(interrupted);
    BOOST_TEST(!owns_a_ring());
}

// The owner has one event in hand, which counts as not read.
BOOST_AUTO_TEST_CASE(a_handler_takes_all_that_has_arrived_past_the_owner) {
    int fd = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    std::array<IoBlock, 3> blocks = {};
    std::array<IoEvent, 3> events = {};
    long answer = 0;
    Owner* self = nullptr;
    Owner owner([&] {
        for (IoBlock& block : blocks) {
            block.opcode = kPread;
            block.fd = static_cast<uint32_t>(fd);
            IoBlock* list[] = {&block};
            BOOST_TEST(submit_blocks(self->address(), 1, list) == 1);
        }
        while (engine.has_requests(fd)) std::this_thread::yield();
        answer = collect_events(self->address(), 3, 3, events.data(), nullptr, nullptr);
    });
    self = &owner;
    owner.take();
    BOOST_TEST(answer == 3);
    BOOST_TEST(owner.taken() == 1u);
    ::close(fd);
}

// Each would otherwise wait at the ring that the other one's thread has.
BOOST_AUTO_TEST_CASE(handlers_at_the_rings_of_each_others_threads_come_back) {
    test::Bell entered;
    test::Bell go_on;
    IoEvent event;
    Owner other([&] {
        entered.ring();
        go_on.wait();
    });
    long answer = 0;
    Owner mine([&] { answer = collect_events(other.address(), 1, 1, &event, nullptr, nullptr); });
    std::thread thread([&] { other.take(); });
    entered.wait();
    timespec soon = {0, 3'000'000};
    BOOST_TEST(collect_events(other.address(), 1, 1, &event, &soon, nullptr) == 0);
    mine.take();
    BOOST_TEST(answer == -EINTR);
    BOOST_TEST(mine.taken() == 1u);
    go_on.ring();
    thread.join();
    BOOST_TEST(other.taken() == 1u);
}

}  // namespace
}  // namespace uaio
