// aio_init, a GNU extension: what it promises before and after the first request. A case with the
// label `fresh` must be the first in its process, so it runs in a process of its own.

#include <aio.h>
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <string.h>

#include <algorithm>
#include <deque>
#include <string>

#include <boost/test/unit_test.hpp>

#include "tests/conformance/posix.h"
#include "tests/support/gate.h"
#include "tests/support/request.h"
#include "tests/support/require.h"
#include "tests/support/scratch_file.h"

using namespace uaio::conformance;
using namespace uaio::test;

namespace {

aioinit settings(int threads, int requests, int idle_s) {
    aioinit init;
    memset(&init, 0, sizeof init);
    init.aio_threads = threads;
    init.aio_num = requests;
    init.aio_idle_time = idle_s;
    return init;
}

int threads_of_this_process() {
    DIR* folder = opendir("/proc/self/task");
    require(folder != nullptr, "list the threads");
    int count = 0;
    while (const dirent* entry = readdir(folder)) count += entry->d_name[0] != '.';
    closedir(folder);
    return count;
}

void use_a_file() {
    ScratchFile file("0123456789");
    std::deque<Request> requests;
    for (int i = 0; i < 100; ++i) {
        requests.emplace_back(file.fd(), 1, i % 10);
        BOOST_TEST_REQUIRE(requests.back().read() == 0);
    }
    for (Request& request : requests) BOOST_TEST(request.finish() == transferred(1));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(initialisation)

// Sixteen held reads would take sixteen workers. Besides two workers, an engine may have a thread
// or two of its own kind (one that polls, one that notifies), and a sanitizer has one.
BOOST_AUTO_TEST_CASE(the_number_of_threads_is_a_maximum,
                     *boost::unit_test::label(kFresh) * promise("aio_init: aio_threads")) {
    constexpr int kGates = 16;
    constexpr int kWorkers = 2;
    constexpr int kOthers = 3;
    aioinit init = settings(kWorkers, 64, 1);
    aio_init(&init);
    int before = threads_of_this_process();
    int most = 0;
    std::deque<ReadGate> gates(kGates);
    std::deque<Request> requests;
    for (ReadGate& gate : gates) {
        requests.emplace_back(gate.fd(), 1);
        BOOST_TEST_REQUIRE(requests.back().read() == 0);
        most = std::max(most, threads_of_this_process());
    }
    for (ReadGate& gate : gates) gate.release("x");
    for (Request& request : requests) {
        BOOST_TEST(request.finish() == transferred(1));
        most = std::max(most, threads_of_this_process());
    }
    BOOST_TEST(most - before <= kWorkers + kOthers);
}

BOOST_AUTO_TEST_CASE(strange_values_are_made_usable,
                     *boost::unit_test::label(kFresh) *
                         promise("aio_init: values below the least")) {
    for (int value : {0, -1, INT_MIN, INT_MAX}) {
        aioinit init = settings(value, value, value);
        memset(&init.aio_locks, 0xA5, sizeof init.aio_locks);
        aio_init(&init);
    }
    aioinit init = settings(-5, -5, -5);  // the last word: the least there is
    aio_init(&init);
    use_a_file();
}

BOOST_AUTO_TEST_CASE(it_may_come_after_the_first_request, *promise("aio_init: at any time")) {
    Request held(-1, 1);
    ReadGate gate;
    held.block().aio_fildes = gate.fd();
    BOOST_TEST(held.read() == 0);
    for (int threads : {2, 64, 20}) {  // one is busy with the held read
        aioinit init = settings(threads, 2 * threads, 1);
        aio_init(&init);
        use_a_file();
    }
    BOOST_TEST(held.in_progress());
    gate.release("x");
    BOOST_TEST(held.finish() == transferred(1));
}

BOOST_AUTO_TEST_CASE(a_null_aioinit_changes_nothing, *promise("aio_init: a null pointer")) {
    // <aio.h> declares that it is never null, which this copy has lost; volatile, so that no
    // compiler finds it again.
    void (*volatile init_door)(const aioinit*) = aio_init;
    init_door(nullptr);
    use_a_file();
}

BOOST_AUTO_TEST_CASE(it_leaves_errno_alone, *promise("aio_init: no errors")) {
    aioinit init = settings(20, 64, 1);
    errno = E2BIG;
    aio_init(&init);
    int error = errno;
    BOOST_TEST(error == E2BIG);
}

BOOST_AUTO_TEST_SUITE_END()
