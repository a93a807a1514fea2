// lio_listio: when a list rings, and that it does so besides each of its requests.

#include <aio.h>
#include <signal.h>
#include <string.h>

#include <map>

#include <boost/test/unit_test.hpp>

#include "tests/conformance/door.h"
#include "tests/conformance/list.h"
#include "tests/conformance/posix.h"
#include "tests/support/bell.h"
#include "tests/support/gate.h"
#include "tests/support/request.h"
#include "tests/support/scratch_file.h"
#include "tests/support/signals.h"

using namespace uaio::conformance;
using namespace uaio::test;

BOOST_AUTO_TEST_SUITE(list_events)

BOOST_AUTO_TEST_CASE(the_list_rings_once_when_all_is_done, *posix("lio_listio: DESCRIPTION p3")) {
    BlockedSignal signal(SIGRTMIN + 2);
    sigevent event = signal_event(SIGRTMIN + 2, 77);
    List list;
    ReadGate gate;
    ScratchFile file("0123456789");
    for (int i = 0; i < 10; ++i) list.add_read(file.fd(), 1, i);
    list.add_read(gate.fd(), 1, 0);
    BOOST_TEST(list.submit(LIO_NOWAIT, &event) == 0);
    memset(&event, 0xA5, sizeof event);  // it was taken at the call
    for (size_t i = 0; i < 10; ++i) BOOST_TEST(list[i].finish() == transferred(1));
    BOOST_TEST(!signal.pending());  // one is still under way
    gate.release("x");
    siginfo_t info = signal.wait();
    for (Request& request : list) BOOST_TEST(!request.in_progress());
    BOOST_TEST(info.si_code == kSignalCode);
    BOOST_TEST(info.si_value.sival_int == 77);
    BOOST_TEST(list[10].finish() == transferred(1));
    BOOST_TEST(!signal.pending());
}

BOOST_AUTO_TEST_CASE(the_list_rings_besides_each_request,
                     *posix("lio_listio: DESCRIPTION p3, p10 (aio_sigevent as in aio_read)")) {
    constexpr int kRequests = 8;
    BlockedSignal own(SIGRTMIN + 1);
    BlockedSignal all(SIGRTMIN + 2);
    sigevent event = signal_event(SIGRTMIN + 2, 77);
    ScratchFile file("0123456789");
    List list;
    for (int i = 0; i < kRequests; ++i) {
        list.add_read(file.fd(), 1, i).block().aio_sigevent = signal_event(SIGRTMIN + 1, i);
    }
    BOOST_TEST(list.submit(LIO_NOWAIT, &event) == 0);
    std::map<int, int> rings;
    for (int i = 0; i < kRequests; ++i) ++rings[own.wait().si_value.sival_int];
    BOOST_TEST(all.wait().si_value.sival_int == 77);
    for (int i = 0; i < kRequests; ++i) BOOST_TEST(rings[i] == 1);
    for (Request& request : list) BOOST_TEST(request.finish() == transferred(1));
    BOOST_TEST(!own.pending());
    BOOST_TEST(!all.pending());
}

BOOST_AUTO_TEST_CASE(the_list_calls_back_besides_each_request, *posix("lio_listio: p3, p10")) {
    constexpr int kRequests = 8;
    Bell own, all;
    sigevent event = callback_event(all);
    ScratchFile file("0123456789");
    List list;
    for (int i = 0; i < kRequests; ++i) {
        list.add_read(file.fd(), 1, i).block().aio_sigevent = callback_event(own);
    }
    BOOST_TEST(list.submit(LIO_NOWAIT, &event) == 0);
    all.wait();
    for (Request& request : list) BOOST_TEST(!request.in_progress());
    own.wait(kRequests);
    for (Request& request : list) BOOST_TEST(request.finish() == transferred(1));
    BOOST_TEST(own.waiting() == 0);
    BOOST_TEST(all.waiting() == 0);
}

BOOST_AUTO_TEST_CASE(wait_ignores_the_event_of_the_list, *posix("lio_listio: DESCRIPTION p2")) {
    BlockedSignal own(SIGRTMIN + 1);
    BlockedSignal all(SIGRTMIN + 2);
    sigevent event = signal_event(SIGRTMIN + 2, 1);
    ScratchFile file("0123456789");
    List list;
    list.add_read(file.fd(), 1, 0).block().aio_sigevent = signal_event(SIGRTMIN + 1, 5);
    BOOST_TEST(list.submit(LIO_WAIT, &event) == 0);
    BOOST_TEST(own.wait().si_value.sival_int == 5);
    BOOST_TEST(list[0].finish() == transferred(1));
    BOOST_TEST(!all.pending());
}

// The second entry cannot end before the block of the first is in use again.
BOOST_AUTO_TEST_SUITE_END()
