// The ring: every event comes out once and in order of arrival, room is given out exactly, and what
// a client writes into the shared memory does no harm. Method: small rings driven by hand, then
// threads and signal handlers against each other, with every event counted.
#define BOOST_TEST_MODULE ring
#include "aio/libaio/ring.h"

#include <signal.h>
#include <string.h>
#include <sys/time.h>

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

namespace uaio {
namespace {

constexpr uint32_t kFew = 20;

struct Opened {
    explicit Opened(uint32_t events = kFew) : ring(*new (memory) Ring()) {
        BOOST_TEST_REQUIRE(ring.open(events, 7) == 0);
        header = static_cast<RingHeader*>(ring.address());
        events_seen = reinterpret_cast<IoEvent*>(header + 1);
    }
    ~Opened() { ring.close(ring.address()); }

    void arrive(Arrival& arrival, uint64_t data) {
        arrival.event = {data, data + 1, static_cast<int64_t>(data) + 2, 0};
        ring.arrive(arrival);
    }

    alignas(Ring) unsigned char memory[sizeof(Ring)] = {};
    Ring& ring;
    RingHeader* header;
    IoEvent* events_seen;  // as the client sees them
};

size_t length_of(const Arrival* chain) {
    size_t length = 0;
    for (; chain != nullptr; chain = chain->next) {
        ++length;
    }
    return length;
}

BOOST_FIXTURE_TEST_CASE(the_header_is_the_kernels, Opened) {
    BOOST_TEST(header->id == 7u);
    BOOST_TEST(header->count == 127u);  // a page
    BOOST_TEST(header->head == 0u);
    BOOST_TEST(header->tail == 0u);
    BOOST_TEST(header->magic == 0xa10a10a1u);
    BOOST_TEST(header->compatible == 1u);
    BOOST_TEST(header->incompatible == 0u);
    BOOST_TEST(header->header_bytes == 32u);
    BOOST_TEST(ring.events_max() == 126u);
}

BOOST_FIXTURE_TEST_CASE(what_arrives_is_seen_by_the_client_once_settled, Opened) {
    Arrival arrivals[3];
    for (uint64_t i = 0; i < 3; ++i) {
        BOOST_TEST(ring.reserve());
        arrive(arrivals[i], 10 * i);
    }
    BOOST_TEST(!ring.is_empty());
    BOOST_TEST(header->tail == 0u);
    Arrival* moved = ring.settle();
    BOOST_TEST(length_of(moved) == 3u);
    BOOST_TEST(moved == &arrivals[0]);
    BOOST_TEST(header->tail == 3u);
    BOOST_TEST(ring.unread() == 3u);
    BOOST_TEST(ring.in_flight() == 0u);
    for (uint64_t i = 0; i < 3; ++i) {
        BOOST_TEST(events_seen[i].data == 10 * i);
        BOOST_TEST(events_seen[i].block == 10 * i + 1);
        BOOST_TEST(events_seen[i].result == static_cast<int64_t>(10 * i + 2));
    }
    header->head = 2;  // the client has read two
    IoEvent event;
    BOOST_TEST(ring.take(&event, 1, moved).events == 1u);
    BOOST_TEST(event.data == 20u);
    BOOST_TEST(header->head == 3u);
    BOOST_TEST(ring.is_empty());
    BOOST_TEST(ring.settle() == nullptr);
}

BOOST_FIXTURE_TEST_CASE(taking_settles_first, Opened) {
    Arrival arrivals[2];
    ring.reserve();
    arrive(arrivals[0], 1);
    ring.reserve();
    arrive(arrivals[1], 2);
    IoEvent events[4];
    Arrival* moved = nullptr;
    BOOST_TEST(ring.take(events, 1, moved).events == 1u);
    BOOST_TEST(length_of(moved) == 2u);
    BOOST_TEST(ring.take(events + 1, 3, moved).events == 1u);
    BOOST_TEST(moved == nullptr);
    BOOST_TEST(events[0].data == 1u);
    BOOST_TEST(events[1].data == 2u);
}

BOOST_FIXTURE_TEST_CASE(room_is_given_out_exactly, Opened) {
    uint32_t most = ring.events_max();
    std::vector<Arrival> arrivals(most);
    for (uint32_t round = 0; round < 5; ++round) {
        for (uint32_t i = 0; i < most; ++i) {
            BOOST_TEST_REQUIRE(ring.reserve());
        }
        BOOST_TEST(!ring.reserve());
        ring.unreserve();
        BOOST_TEST(ring.reserve());
        for (uint32_t i = 0; i < most; ++i) {
            arrive(arrivals[i], i);
        }
        BOOST_TEST(!ring.reserve());
        ring.settle();
        BOOST_TEST(ring.unread() == most);
        BOOST_TEST(!ring.reserve());
        std::vector<IoEvent> events(most);
        Arrival* moved;
        BOOST_TEST(ring.take(events.data(), round + 1, moved).events == round + 1);
        BOOST_TEST(ring.reserve());
        ring.unreserve();
        Ring::Taken rest = ring.take(events.data() + round + 1, most, moved);
        BOOST_TEST(rest.events == most - round - 1);
        for (uint32_t i = 0; i < most; ++i) {
            BOOST_TEST(events[i].data == i);
        }
    }
}

// Whatever the client says it has read, and wherever else it writes.
BOOST_FIXTURE_TEST_CASE(a_hostile_client_harms_but_itself, Opened) {
    uint32_t most = ring.events_max();
    std::vector<Arrival> arrivals(64);
    const uint32_t heads[] = {0,          1,          most,       most + 1,   most + 2, 1'000'000,
                              0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff, 5};
    for (uint32_t head : heads) {
        memset(ring.address(), 0xff, sizeof(RingHeader));
        header->head = head;
        uint32_t reserved = 0;
        while (reserved < arrivals.size() && ring.reserve()) {
            arrive(arrivals[reserved], reserved);
            ++reserved;
        }
        ring.settle();
        BOOST_TEST(header->tail <= most);
        BOOST_TEST(ring.unread() <= most);
        header->head = head;
        std::vector<IoEvent> events(most + 1);
        Arrival* moved;
        BOOST_TEST(ring.take(events.data(), most + 1, moved).events <= most);
        BOOST_TEST(header->head <= most);
        BOOST_TEST(ring.in_flight() == 0u);
    }
    // And a well-behaved one is served again.
    ring.reserve();
    arrive(arrivals[0], 99);
    IoEvent event;
    Arrival* moved;
    BOOST_TEST(ring.take(&event, 1, moved).events == 1u);
    BOOST_TEST(event.data == 99u);
}

struct Tally {
    explicit Tally(size_t events) : seen(new std::atomic<int>[events]()), size(events) {}
    bool all_once() const {
        for (size_t i = 0; i < size; ++i) {
            if (seen[i] != 1) return false;
        }
        return true;
    }
    std::unique_ptr<std::atomic<int>[]> seen;
    size_t size;
};

constexpr size_t kProducers = 3;
constexpr size_t kEach = 5'000;

// Each producer's arrivals are used once, so nobody has to give them back.
void produce(Opened& opened, std::vector<Arrival>& arrivals, size_t first) {
    for (size_t i = 0; i < kEach; ++i) {
        while (!opened.ring.reserve()) {
            std::this_thread::yield();
        }
        opened.arrive(arrivals[first + i], first + i);
        opened.ring.settle();
    }
}

void run(Opened& opened, std::vector<std::thread>& takers) {
    std::vector<Arrival> arrivals(kProducers * kEach);
    std::vector<std::thread> producers;
    for (size_t i = 0; i < kProducers; ++i) {
        producers.emplace_back([&, i] { produce(opened, arrivals, i * kEach); });
    }
    for (auto& thread : producers) thread.join();
    for (auto& thread : takers) thread.join();
}

BOOST_AUTO_TEST_CASE(threads_take_every_event_once) {
    Opened opened;
    Tally tally(kProducers * kEach);
    std::atomic<size_t> taken = 0;
    std::vector<std::thread> takers;
    for (int i = 0; i < 2; ++i) {
        takers.emplace_back([&] {
            while (taken < tally.size) {
                IoEvent events[5];
                Arrival* moved;
                uint32_t count = opened.ring.take(events, 5, moved).events;
                for (uint32_t k = 0; k < count; ++k) ++tally.seen[events[k].data];
                taken += count;
                if (count == 0) std::this_thread::yield();
            }
        });
    }
    run(opened, takers);
    BOOST_TEST(tally.all_once());
    BOOST_TEST(opened.ring.in_flight() == 0u);
}

// As QEMU does: with loads and stores alone.
BOOST_AUTO_TEST_CASE(a_client_that_reaps_by_itself_sees_every_event_once) {
    Opened opened;
    Tally tally(kProducers * kEach);
    std::vector<std::thread> takers;
    takers.emplace_back([&] {
        uint32_t head = 0;
        for (size_t taken = 0; taken < tally.size; ++taken) {
            while (__atomic_load_n(&opened.header->tail, __ATOMIC_ACQUIRE) == head) {
                std::this_thread::yield();
            }
            ++tally.seen[__atomic_load_n(&opened.events_seen[head].data, __ATOMIC_RELAXED)];
            head = head + 1 == opened.header->count ? 0 : head + 1;
            __atomic_store_n(&opened.header->head, head, __ATOMIC_RELEASE);
        }
    });
    run(opened, takers);
    BOOST_TEST(tally.all_once());
}

// A handler that strikes a thread anywhere in the ring's functions submits, and takes until it has
// an event: its own is there, or another one.
struct Struck {
    Opened opened;
    std::vector<Arrival> arrivals = std::vector<Arrival>(4'000);
    std::atomic<size_t> arrived = 0;
    std::atomic<size_t> taken = 0;

    bool step() {
        if (arrived >= arrivals.size() || !opened.ring.reserve()) return false;
        size_t mine = arrived++;
        if (mine >= arrivals.size()) {
            opened.ring.unreserve();
            return false;
        }
        opened.arrive(arrivals[mine], mine);
        opened.ring.settle();
        IoEvent event;
        Arrival* moved;
        taken += opened.ring.take(&event, 1, moved).events;
        return true;
    }
} * struck;

BOOST_AUTO_TEST_CASE(a_signal_handler_is_never_held_up_by_whom_it_interrupts) {
    Struck storm;
    struck = &storm;
    struct sigaction action = {};
    struct sigaction before;
    action.sa_handler = [](int) { struck->step(); };
    sigaction(SIGALRM, &action, &before);
    itimerval often = {{0, 50}, {0, 50}};
    itimerval never = {};
    setitimer(ITIMER_REAL, &often, nullptr);
    while (storm.step()) {
    }
    setitimer(ITIMER_REAL, &never, nullptr);
    sigaction(SIGALRM, &before, nullptr);
    IoEvent event;
    Arrival* moved;
    while (storm.opened.ring.take(&event, 1, moved).events == 1) ++storm.taken;
    BOOST_TEST(storm.taken == storm.arrivals.size());
    BOOST_TEST(storm.opened.ring.in_flight() == 0u);
}

}  // namespace
}  // namespace uaio
