// A context whose ring the client has moved (mremap) is found by its new address, and by that
// alone. Method: rings that are moved to chosen places, and threads that look for one at once.
#define BOOST_TEST_MODULE context
#include "aio/libaio/context.h"

#include <errno.h>
#include <sys/mman.h>

#include <array>
#include <atomic>
#include <thread>

#include <boost/test/unit_test.hpp>

#include "aio/libaio/door.h"

namespace uaio {
namespace {

constexpr timespec kAtOnce = {0, 0};

uintptr_t open() {
    uintptr_t context = 0;
    BOOST_TEST_REQUIRE(setup_context(8, &context) == 0);
    return context;
}

size_t bytes_of(uintptr_t context) {
    auto* ring = reinterpret_cast<RingHeader*>(context);
    size_t bytes = sizeof *ring + size_t{ring->count} * sizeof(IoEvent);
    return (bytes + kRingPage - 1) / kRingPage * kRingPage;
}

// To where nothing is.
uintptr_t move_ring(uintptr_t context) {
    size_t bytes = bytes_of(context);
    void* there = mmap(nullptr, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    BOOST_TEST_REQUIRE(there != MAP_FAILED);
    void* moved = mremap(reinterpret_cast<void*>(context), bytes, bytes,
                         MREMAP_MAYMOVE | MREMAP_FIXED, there);
    BOOST_TEST_REQUIRE(moved == there);
    return reinterpret_cast<uintptr_t>(moved);
}

// Several threads find out at once that the ring has been moved, while one of them closes it.
BOOST_AUTO_TEST_CASE(a_moved_context_is_closed_against_those_that_look_for_it) {
    for (int round = 0; round < 3'000; ++round) {
        uintptr_t context = move_ring(open());
        std::atomic<bool> begun = false;
        std::array<std::thread, 3> threads;
        for (size_t i = 0; i < threads.size(); ++i) {
            threads[i] = std::thread([&, i] {
                while (!begun) {
                }
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

}  // namespace
}  // namespace uaio
