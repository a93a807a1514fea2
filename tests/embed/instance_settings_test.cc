// Goal: an engine of a program's own goes by the settings that it was created with, and by nothing
// else. Method: `done`s that wait hold its threads and its descriptors.
#define BOOST_TEST_MODULE instance_settings
#include <uaio/engine.h>

#include <errno.h>
#include <stdlib.h>

#include <atomic>
#include <deque>

#include <boost/test/unit_test.hpp>

#include "tests/embed/own_engine.h"
#include "tests/embed/task.h"
#include "tests/support/bell.h"
#include "tests/support/scratch_file.h"

namespace uaio::test {
namespace {

BOOST_AUTO_TEST_CASE(there_are_as_many_threads_as_said_and_no_more) {
    constexpr int kThreads = 2;
    constexpr int kReads = 8;
    OwnEngine engine({.threads = kThreads, .express_bytes = UAIO_EXPRESS_NONE});
    std::deque<ScratchFile> files;
    std::deque<Task> reads;
    std::atomic<int> inside{0};
    std::atomic<int> inside_max{0};
    Bell entered;
    Bell go_on;
    char bytes[kReads];
    for (char& byte : bytes) {
        files.emplace_back("bytes");
        Task& read = reads.emplace_back(UAIO_READ, files.back().fd(), &byte, 1);
        read.at_end = [&] {
            int now = ++inside;
            int most = inside_max;
            while (most < now && !inside_max.compare_exchange_weak(most, now)) {
            }
            entered.ring();
            go_on.wait();
            --inside;
        };
        BOOST_TEST(read.submit(engine) == 0);
    }
    entered.wait(kThreads);
    for (int i = 0; i < kReads; ++i) go_on.ring();
    for (Task& read : reads) BOOST_TEST(read.wait() == 1);
    BOOST_TEST(inside_max.load() == kThreads);
}

// Two reads of a descriptor, at different offsets; the first one's `done` has not returned.
struct Pair {
    explicit Pair(uaio_engine* engine) {
        first.at_end = [this] {
            entered.ring();
            go_on.wait();
        };
        BOOST_TEST(first.submit(engine) == 0);
        entered.wait();
        BOOST_TEST(second.submit(engine) == 0);
    }
    ~Pair() {
        go_on.ring();
        first.wait();
    }

    ScratchFile file{"bytes"};
    char bytes[2];
    Bell entered;
    Bell go_on;
    Task first{UAIO_READ, file.fd(), &bytes[0], 1, 0};
    Task second{UAIO_READ, file.fd(), &bytes[1], 1, 3};
};

BOOST_AUTO_TEST_CASE(in_strict_order_nothing_overtakes) {
    OwnEngine engine({.order = UAIO_ORDER_STRICT, .express_bytes = UAIO_EXPRESS_NONE});
    for (int round = 0; round < 20; ++round) {
        Pair reads(engine);
        BOOST_TEST(reads.second.cancel(engine) == 1u);  // so it cannot have begun
    }
}

BOOST_AUTO_TEST_CASE(the_environment_says_nothing) {
    setenv("UAIO_ORDER", "strict", 1);
    setenv("UAIO_THREADS", "1", 1);
    OwnEngine engine({.express_bytes = UAIO_EXPRESS_NONE});
    Pair reads(engine);
    BOOST_TEST(reads.second.wait() == 1);
    for (const char* name : {"UAIO_ORDER", "UAIO_THREADS"}) unsetenv(name);
}

BOOST_AUTO_TEST_CASE(impossible_settings_are_refused) {
    uaio_options options = {};
    int error = 0;
    BOOST_TEST(uaio_engine_create(&options, &error) == nullptr);
    BOOST_TEST(error == EINVAL);
    BOOST_TEST(uaio_engine_create(&options, nullptr) == nullptr);
}

}  // namespace
}  // namespace uaio::test
