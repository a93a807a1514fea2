// Goal: files, contexts and operations may end in any order: nothing leaks (the address sanitizer
// looks), nothing runs twice, no handler is called where it should not be.
// Method: an empty pipe holds the operations; handlers own something that counts itself.
#include <unistd.h>

#include <atomic>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <boost/asio/thread_pool.hpp>
#include <boost/test/unit_test.hpp>

#include "tests/asio/fixture.h"
#include "tests/support/gate.h"

namespace uaio::test {
namespace {

struct LifeFixture {
    Folder folder;
    std::string path = folder.make("file", "0123456789");
    ReadGate gate;
    std::optional<net::io_context> context{std::in_place};
    char data[8] = "";
    int calls = 0;
    std::shared_ptr<int> token = std::make_shared<int>(0);

    // Counts its calls, and by `token` whether it is there.
    auto counting() {
        return [this, token = token](error_code, std::size_t) { ++calls; };
    }
};

BOOST_FIXTURE_TEST_SUITE(life, LifeFixture)

BOOST_AUTO_TEST_CASE(handlers_go_with_the_context) {
    {
        StreamFile held(*context, dup(gate.fd()));
        RandomFile file(*context, path, file_base::read_only);
        held.async_read_some(net::buffer(data, 1), counting());
        held.async_read_some(net::buffer(data, 1), counting());
        file.async_read_some_at(0, net::buffer(data, 1), counting());
        BOOST_TEST(token.use_count() == 4);
    }
    context.reset();
    BOOST_TEST(calls == 0);
    BOOST_TEST(token.use_count() == 1);
}

// What a handler owns may be the buffer of another file's read, which is still being made. Not for
// the thread sanitizer, because the read is seen by what it has written; nor for Asio's own, which
// begins nothing before run().
#if !defined(__SANITIZE_THREAD__) && !defined(UAIO_TEST_PEER)
BOOST_AUTO_TEST_CASE(handlers_go_when_nothing_runs_any_more) {
    constexpr std::size_t kBytes = 64 << 20;
    {
        std::ofstream file(path);
        file << 'a';
        file.seekp(kBytes - 1) << 'z' << std::flush;
        BOOST_TEST_REQUIRE(file.good());
    }
    std::vector<char> buffer(kBytes);
    char last = 0;
    auto look = [&](void*) { last = buffer.back(); };
    std::unique_ptr<void, decltype(look)> looks_at_its_end(&last, look);
    {
        RandomFile file(*context, path, file_base::read_only);
        StreamFile held(*context, dup(gate.fd()));
        held.async_read_some(net::buffer(data, 1), [own = std::move(looks_at_its_end)](auto...) {});
        file.async_read_some_at(0, net::buffer(buffer), counting());
        const volatile char& first = buffer.front();
        while (first != 'a') std::this_thread::yield();
    }
    context.reset();
    BOOST_TEST(last == 'z');
}
#endif

BOOST_AUTO_TEST_CASE(a_handler_may_own_its_file) {
    auto held = std::make_shared<StreamFile>(*context, dup(gate.fd()));
    StreamFile& file = *held;
    file.async_read_some(net::buffer(data, 1),
                         [held = std::move(held), more = counting()](auto...) {});
    context.reset();
    BOOST_TEST(token.use_count() == 1);
}

BOOST_AUTO_TEST_CASE(a_stopped_context_goes_on_after_restart) {
    RandomFile file(*context, path, file_base::read_only);
    file.async_read_some_at(0, net::buffer(data, 1), counting());
    context->stop();
    BOOST_TEST(context->run() == 0u);
    BOOST_TEST(calls == 0);
    file.async_read_some_at(0, net::buffer(data, 1), counting());
    context->restart();
    context->run();
    BOOST_TEST(calls == 2);
}

BOOST_AUTO_TEST_CASE(a_handler_stops_the_context_and_the_rest_waits) {
    RandomFile file(*context, path, file_base::read_only);
    for (int i = 0; i < 10; ++i) {
        file.async_read_some_at(0, net::buffer(data, 1), [this](error_code, std::size_t) {
            if (++calls == 3) context->stop();
        });
    }
    context->run();
    BOOST_TEST(calls == 3);
    context->restart();
    context->run();
    BOOST_TEST(calls == 10);
}

BOOST_AUTO_TEST_CASE(work_is_outstanding_until_the_handler_is_called) {
    StreamFile held(*context, dup(gate.fd()));
    held.async_read_some(net::buffer(data, 1), counting());
    std::thread feeder([this] { gate.release("x"); });
    BOOST_TEST(context->run() > 0u);
    BOOST_TEST(calls == 1);
    feeder.join();
    context->restart();
    BOOST_TEST(context->run() == 0u);
}

BOOST_AUTO_TEST_CASE(operations_started_in_handlers_go_on_for_long) {
    RandomFile file(*context, path, file_base::read_only);
    constexpr int kLaps = 20'000;
    auto lap = [&](auto self) -> void {
        file.async_read_some_at(0, net::buffer(data, 4), [this, self](error_code, std::size_t) {
            if (++calls < kLaps) self(self);
        });
    };
    lap(lap);
    context->run();
    BOOST_TEST(calls == kLaps);
}

#ifndef UAIO_TEST_PEER
// The strand goes before what concerns files, because it was made later, and takes along what was
// to come to the file. (Asio's own uses memory then that is free already.)
BOOST_AUTO_TEST_CASE(what_a_strand_drops_goes_with_the_context) {
    RandomFile first(*context, path, file_base::read_only);
    {
        auto strand = net::make_strand(*context);
        subject::basic_random_access_file<decltype(strand)> file(strand, path,
                                                                 file_base::read_only);
        file.async_read_some_at(0, net::buffer(data, 1), counting());
    }
    first.close();
    context.reset();
    BOOST_TEST(calls == 0);
    BOOST_TEST(token.use_count() == 1);
}

// What a handler's destructor opens takes no operations.
BOOST_AUTO_TEST_CASE(a_file_that_is_opened_at_the_end_of_its_context_is_of_no_use) {
    std::optional<RandomFile> late;
    auto open = [&](void*) {
        late.emplace(*context, path, file_base::read_only);
        late->async_read_some_at(0, net::buffer(data, 1), counting());
    };
    {
        std::unique_ptr<void, decltype(open)> opens(&late, open);
        StreamFile held(*context, dup(gate.fd()));
        held.async_read_some(net::buffer(data, 1), [own = std::move(opens)](auto...) {});
    }
    net::io_context* ended = &*context;
    ended->~io_context();
    BOOST_TEST(late.has_value());
    BOOST_TEST(token.use_count() == 1);
    late.reset();
    new (ended) net::io_context;
    BOOST_TEST(calls == 0);
}

struct Going : subject::detail::Registered {
    bool try_acquire() override { return false; }
    bool is_in_use() const override { return false; }
};

// What goes on another thread may still look at the context, which must not end before.
BOOST_AUTO_TEST_CASE(who_asks_for_all_waits_for_those_that_go_elsewhere) {
    subject::detail::Registry registry;
    Going going;
    registry.add(going);
    std::atomic<int> step{0};
    bool gone = false;
    std::thread other([&] {
        registry.goes(going);
        step = 1;
        while (step != 2) std::this_thread::yield();
        for (int i = 0; i < 1000; ++i) std::this_thread::yield();
        gone = true;
        registry.remove(going);
    });
    while (step != 1) std::this_thread::yield();
    step = 2;
    BOOST_TEST(registry.all().empty());
    BOOST_TEST(gone);
    other.join();
}

BOOST_AUTO_TEST_CASE(what_goes_may_itself_end_the_context) {
    subject::detail::Registry registry;
    Going going;
    registry.add(going);
    registry.goes(going);
    BOOST_TEST(registry.all().empty());
    registry.remove(going);
}

// Asio's own files must not outlive their context.
BOOST_AUTO_TEST_CASE(a_file_may_outlive_its_context) {
    {
        StreamFile held(*context, dup(gate.fd()));
        held.async_read_some(net::buffer(data, 1), counting());
        context.reset();
        BOOST_TEST(token.use_count() == 1);
        BOOST_TEST(held.is_open());
        held.close();
    }
    BOOST_TEST(calls == 0);
}
#endif

BOOST_AUTO_TEST_CASE(a_thread_pool_is_destroyed_with_operations_outstanding) {
    auto pool = std::make_unique<net::thread_pool>(2);
    auto held = std::make_unique<StreamFile>(pool->get_executor(), dup(gate.fd()));
    held->async_read_some(net::buffer(data, 1), counting());
    pool->stop();
    if (!kOurs) held.reset();
    pool.reset();
    BOOST_TEST(calls == 0);
    BOOST_TEST(token.use_count() == 1);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace uaio::test
