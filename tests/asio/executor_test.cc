// Goal: handlers run where they belong, with the memory that is theirs, one function of the
// executor each. Method: executors are asked from within the handlers; allocators count.
#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <boost/asio/bind_allocator.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/test/unit_test.hpp>

#include "tests/asio/fixture.h"

namespace uaio::test {
namespace {

constexpr std::size_t kReads = 500;

struct ExecutorFixture : Fixture {
    std::string path = folder.make("file", "0123456789");
    char data[kReads] = "";
    Heard heard;
};

BOOST_FIXTURE_TEST_SUITE(executor, ExecutorFixture)

BOOST_AUTO_TEST_CASE(handlers_run_on_the_files_strand) {
    using Strand = net::strand<net::io_context::executor_type>;
    Strand strand(context.get_executor());
    subject::basic_random_access_file<Strand> file(strand, path, file_base::read_only);
    int inside = 0;
    std::size_t calls = 0;
    bool alone = true;
    for (std::size_t i = 0; i < kReads; ++i) {
        file.async_read_some_at(i % 10, net::buffer(data + i, 1), [&](error_code, std::size_t) {
            alone = alone && ++inside == 1 && strand.running_in_this_thread();
            ++calls;
            --inside;
        });
    }
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) threads.emplace_back([this] { context.run(); });
    for (auto& thread : threads) thread.join();
    BOOST_TEST(alone);
    BOOST_TEST(calls == kReads);
}

BOOST_AUTO_TEST_CASE(handlers_run_on_their_own_executor) {
    auto strand = net::make_strand(context);
    RandomFile file(context, path, file_base::read_only);
    bool there = false;
    file.async_read_some_at(0, net::buffer(data),
                            net::bind_executor(strand, [&](error_code, std::size_t) {
                                there = strand.running_in_this_thread();
                            }));
    bool also = false;
    file.async_read_some_at(0, net::buffer(data, 0),
                            net::bind_executor(strand, [&](error_code, std::size_t) {
                                also = strand.running_in_this_thread();
                            }));
    run();
    BOOST_TEST(there);
    BOOST_TEST(also);
}

// In a strand over an executor of whatever type.
BOOST_AUTO_TEST_CASE(a_strand_of_the_files_executor_will_do) {
    RandomFile file(context, path, file_base::read_only);
    auto strand = net::make_strand(file.get_executor());
    bool there = false;
    auto look = [&](error_code, std::size_t) { there = strand.running_in_this_thread(); };
    file.async_read_some_at(0, net::buffer(data), net::bind_executor(strand, look));
    run();
    BOOST_TEST(there);
    subject::basic_random_access_file<net::strand<net::any_io_executor>> other(
        strand, path, file_base::read_only);
    there = false;
    other.async_read_some_at(0, net::buffer(data), look);
    run();
    BOOST_TEST(there);
}

BOOST_AUTO_TEST_CASE(executors_of_the_networking_ts_will_do) {
    net::io_context::strand strand(context);
    RandomFile file(context, path, file_base::read_only);
    bool there = false;
    file.async_read_some_at(0, net::buffer(data),
                            net::bind_executor(strand, [&](error_code, std::size_t) {
                                there = strand.running_in_this_thread();
                            }));
    run();
    BOOST_TEST(there);
#ifndef UAIO_TEST_PEER
    net::executor executor(context.get_executor());
    subject::basic_random_access_file<net::executor> other(executor, path, file_base::read_only);
    other.async_read_some_at(0, net::buffer(data), heard.hear());
    run();
    BOOST_TEST(heard.bytes == 10u);
#endif
}

BOOST_AUTO_TEST_CASE(a_handler_of_another_context_keeps_both_at_work) {
    net::io_context other;
    RandomFile file(context, path, file_base::read_only);
    bool there = false;
    file.async_read_some_at(0, net::buffer(data),
                            net::bind_executor(other, [&](error_code, std::size_t) {
                                there = other.get_executor().running_in_this_thread();
                            }));
    std::thread elsewhere([&] { other.run(); });
    run();
    elsewhere.join();
    BOOST_TEST(there);
}

BOOST_AUTO_TEST_CASE(a_thread_pool_runs_files) {
    net::thread_pool pool(3);
    using File = subject::basic_random_access_file<net::thread_pool::executor_type>;
    File file(pool, path, file_base::read_only);
    RandomFile wide(pool.get_executor(), path, file_base::read_only);
    std::atomic<std::size_t> calls{0};
    auto hear = [&](error_code, std::size_t) {
        calls += pool.get_executor().running_in_this_thread();
    };
    for (std::size_t i = 0; i < kReads; ++i) {
        file.async_read_some_at(i % 10, net::buffer(data + i, 1), hear);
        wide.async_read_some_at(i % 10, net::buffer(data + i, 0), hear);
    }
    pool.join();
    BOOST_TEST(calls == 2 * kReads);
}

BOOST_AUTO_TEST_CASE(a_context_with_several_threads_calls_each_handler_once) {
    RandomFile file(context, path, file_base::read_only);
    std::vector<std::atomic<int>> calls(kReads);
    for (std::size_t i = 0; i < kReads; ++i) {
        file.async_read_some_at(i % 10, net::buffer(data + i, 1),
                                [&calls, i](error_code, std::size_t) { ++calls[i]; });
    }
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) threads.emplace_back([this] { context.run(); });
    for (auto& thread : threads) thread.join();
    for (const auto& count : calls) BOOST_TEST(count == 1);
}

BOOST_AUTO_TEST_CASE(each_handler_is_one_function_of_the_context) {
    RandomFile file(context, path, file_base::read_only);
    int calls = 0;
    for (std::size_t i = 0; i < 20; ++i) {
        file.async_read_some_at(0, net::buffer(data + i, 1),
                                [&calls](error_code, std::size_t) { ++calls; });
    }
    for (int before = 0; before < 20; before = calls) {
        context.run_one();
        BOOST_TEST(calls <= before + 1);
    }
}

BOOST_AUTO_TEST_CASE(a_handler_that_throws_holds_up_nobody) {
    RandomFile file(context, path, file_base::read_only);
    int calls = 0;
    for (std::size_t i = 0; i < 10; ++i) {
        file.async_read_some_at(0, net::buffer(data + i, 1), [&calls, i](error_code, std::size_t) {
            ++calls;
            if (i % 2 == 0) throw i;
        });
    }
    int thrown = 0;
    for (bool more = true; more;) {
        try {
            run();
            more = false;
        } catch (std::size_t) {
            ++thrown;
        }
    }
    BOOST_TEST(thrown == 5);
    BOOST_TEST(calls == 10);
}

// Counts what is allocated and not freed.
template <class T>
struct Counting {
    using value_type = T;

    explicit Counting(int* blocks, int* made) : held(blocks), total(made) {}
    template <class U>
    Counting(const Counting<U>& other) : held(other.held), total(other.total) {}

    T* allocate(std::size_t count) {
        ++*held;
        ++*total;
        return std::allocator<T>().allocate(count);
    }
    void deallocate(T* memory, std::size_t count) {
        --*held;
        std::allocator<T>().deallocate(memory, count);
    }
    friend bool operator==(const Counting& one, const Counting& other) {
        return one.held == other.held;
    }
    friend bool operator!=(const Counting& one, const Counting& other) { return !(one == other); }

    int* held;
    int* total;
};

BOOST_AUTO_TEST_CASE(memory_is_the_handlers_and_free_when_it_is_called) {
    subject::basic_random_access_file<net::io_context::executor_type> file(context, path,
                                                                           file_base::read_only);
    int held = 0;
    int made = 0;
    int held_in_call = -1;
    Counting<char> allocator(&held, &made);
    file.async_read_some_at(
        0, net::buffer(data),
        net::bind_allocator(allocator, [&](error_code, std::size_t) { held_in_call = held; }));
    BOOST_TEST(made > 0);
    run();
    BOOST_TEST(held_in_call == 0);
    std::vector<net::mutable_buffer> pieces(100, net::buffer(data, 1));
    file.async_read_some_at(0, pieces, net::bind_allocator(allocator, [&](error_code, std::size_t) {
                                held_in_call = held;
                            }));
    run();
    BOOST_TEST(held_in_call == 0);
    BOOST_TEST(held == 0);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace uaio::test
