// Goal: an initiating function that throws leaves nothing behind: no memory, no handler, no work
// that its context waits for, no descriptor. Method: each of its allocations fails in turn, and
// then an allocator and a slot of the handler's own.
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <array>
#include <memory>
#include <new>
#include <stdexcept>
#include <utility>

#include <boost/asio/bind_allocator.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/test/unit_test.hpp>

#include "tests/asio/fixture.h"
#include "tests/support/gate.h"

namespace {

constexpr int kAll = -1;

thread_local int allowed = kAll;  // so many allocations of this thread succeed

bool may_allocate() {
    if (allowed > 0) --allowed;
    return allowed != 0;
}

}  // namespace

void* operator new(std::size_t bytes) {
    void* memory = may_allocate() ? malloc(bytes) : nullptr;
    if (memory == nullptr) throw std::bad_alloc();
    return memory;
}

void operator delete(void* memory) noexcept {
    free(memory);
}

void operator delete(void* memory, std::size_t) noexcept {
    free(memory);
}

// Boost.Asio's recycling allocator asks for memory so.
extern "C" void* __real_aligned_alloc(std::size_t, std::size_t);

extern "C" void* __wrap_aligned_alloc(std::size_t alignment, std::size_t bytes) {
    return may_allocate() ? __real_aligned_alloc(alignment, bytes) : nullptr;
}

namespace uaio::test {
namespace {

// Whether that works although only the first allocations, so many, do.
template <class Act>
bool works_with(int allocations, Act act) {
    try {
        allowed = allocations + 1;
        act();
        allowed = kAll;
        return true;
    } catch (const std::exception&) {
        allowed = kAll;
        return false;
    }
}

// A handler that can be seen to be there.
struct Ear {
    std::shared_ptr<int> calls;
    void operator()(error_code, std::size_t) const { ++*calls; }
    void operator()(error_code) const { ++*calls; }
};

struct FailuresFixture : Fixture {
    ReadGate gate;  // so that nothing ends inside the function that starts it
    StreamFile file{context, dup(gate.fd())};
    char data[2] = "";
    std::array<net::mutable_buffer, 2> pieces = {net::buffer(data, 1), net::buffer(data + 1, 1)};
    std::shared_ptr<int> calls = std::make_shared<int>(0);

    // As if nothing had been started.
    void check_nothing_is_left() {
        BOOST_TEST(calls.use_count() == 1);
        context.restart();
        context.poll();
        BOOST_TEST(context.stopped());
        BOOST_TEST(*calls == 0);
    }

    void check_it_ends() {
        file.cancel();
        run();
        BOOST_TEST(*calls == 1);
        BOOST_TEST(calls.use_count() == 1);
    }
};

BOOST_FIXTURE_TEST_SUITE(failures, FailuresFixture)

BOOST_AUTO_TEST_CASE(each_allocation_may_fail) {
    net::cancellation_signal signal;
    auto start = [&] {
        file.async_read_some(pieces, net::bind_cancellation_slot(signal.slot(), Ear{calls}));
    };
    int allocations = 0;
    while (!works_with(allocations, start)) {
        ++allocations;
        check_nothing_is_left();
        signal.emit(net::cancellation_type::all);
        check_nothing_is_left();
    }
    BOOST_TEST(allocations > 3);  // the operation, its pieces, the slot, its key
    check_it_ends();
}

BOOST_AUTO_TEST_CASE(a_sync_may_find_no_memory) {
    auto start = [&] { file.async_sync_all(Ear{calls}); };
    BOOST_TEST(!works_with(0, start));
    check_nothing_is_left();
}

BOOST_AUTO_TEST_CASE(a_file_that_cannot_be_opened_leaves_no_descriptor) {
    std::string path = folder.make("file", "0123456789");
    int free_number = dup(gate.fd());
    close(free_number);
    RandomFile closed(context);
    int allocations = 0;
    while (!works_with(allocations, [&] { closed.open(path, file_base::read_only); })) {
        ++allocations;
        BOOST_TEST(!closed.is_open());
        BOOST_TEST(fcntl(free_number, F_GETFD) == -1);
        BOOST_TEST(errno == EBADF);
    }
    BOOST_TEST(allocations > 0);
    BOOST_TEST(closed.native_handle() == free_number);
}

// Whose memory is all in use sooner or later.
template <class T>
struct Limited {
    using value_type = T;

    Limited(int* most, int* blocks) : left(most), held(blocks) {}
    template <class U>
    Limited(const Limited<U>& other) : left(other.left), held(other.held) {}

    T* allocate(std::size_t count) {
        if (*left == 0) throw std::bad_alloc();
        --*left;
        ++*held;
        return std::allocator<T>().allocate(count);
    }
    void deallocate(T* memory, std::size_t count) {
        --*held;
        std::allocator<T>().deallocate(memory, count);
    }
    friend bool operator==(const Limited& one, const Limited& other) {
        return one.held == other.held;
    }
    friend bool operator!=(const Limited& one, const Limited& other) { return !(one == other); }

    int* left;
    int* held;
};

BOOST_AUTO_TEST_CASE(the_handlers_allocator_may_throw) {
    int held = 0;
    for (int most : {0, 1}) {  // the operation, its pieces
        int left = most;
        Limited<char> allocator(&left, &held);
        auto start = [&] {
            file.async_read_some(pieces, net::bind_allocator(allocator, Ear{calls}));
        };
        BOOST_CHECK_THROW(start(), std::bad_alloc);
        BOOST_TEST(held == 0);
        check_nothing_is_left();
    }
}

struct ThrowingSlot {
    template <class Canceller, class... Arguments>
    Canceller& emplace(Arguments&&...) {
        throw std::runtime_error("no room in the slot");
    }
    bool is_connected() const { return true; }
    void clear() {}
};

BOOST_AUTO_TEST_CASE(the_handlers_slot_may_throw) {
    auto start = [&] {
        file.async_read_some(pieces, net::bind_cancellation_slot(ThrowingSlot(), Ear{calls}));
    };
    BOOST_CHECK_THROW(start(), std::runtime_error);
    check_nothing_is_left();
    file.async_read_some(pieces, Ear{calls});
    check_it_ends();
}

struct ThrowingEar : Ear {
    ThrowingEar(std::shared_ptr<int> count, int* moves) : Ear{std::move(count)}, left(moves) {}
    ThrowingEar(ThrowingEar&& other) : Ear(other), left(other.left) {
        if ((*left)-- == 0) throw std::runtime_error("cannot be moved");
    }
    int* left;
};

BOOST_AUTO_TEST_CASE(the_handler_may_throw_when_it_is_moved) {
    int moves = 0;
    for (bool thrown = true; thrown; ++moves) {
        int left = moves;
        int held = 0;
        int blocks = 10;
        Limited<char> allocator(&blocks, &held);
        try {
            file.async_read_some(
                pieces, net::bind_allocator(allocator, ThrowingEar(calls, &left)));
            left = 1'000;
            thrown = false;
            check_it_ends();
        } catch (const std::runtime_error&) {
            check_nothing_is_left();
        }
        BOOST_TEST(held == 0);
    }
    BOOST_TEST(moves > 2);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace uaio::test
