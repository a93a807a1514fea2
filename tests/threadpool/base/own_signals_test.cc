// OwnSignals: what a system call raises inside is gone behind, what was pending before is not.
// Method: raise signals inside of blocks, and look at what is pending.
#define BOOST_TEST_MODULE own_signals
#include "threadpool/base/own_signals.h"

#include <errno.h>

#include <boost/test/unit_test.hpp>

#include "tests/support/signals.h"
#include "threadpool/base/signal_block.h"

namespace uaio {
namespace {

constexpr int kNumbers[] = {SIGPIPE, SIGXFSZ};

// By default each of them would end the process.
BOOST_AUTO_TEST_CASE(what_is_raised_inside_is_swallowed) {
    for (int number : kNumbers) {
        SignalBlock block;
        {
            OwnSignals swallowed;
            raise(number);
        }
        sigset_t pending;
        sigpending(&pending);
        BOOST_TEST(sigismember(&pending, number) == 0);
    }
}

BOOST_AUTO_TEST_CASE(what_was_pending_before_stays) {
    for (int number : kNumbers) {
        test::BlockedSignal blocked(number);
        raise(number);
        {
            SignalBlock block;
            OwnSignals swallowed;
            raise(number);
        }
        BOOST_TEST(blocked.pending());
    }
}

BOOST_AUTO_TEST_CASE(other_signals_stay) {
    test::BlockedSignal blocked(SIGUSR1);
    {
        SignalBlock block;
        OwnSignals swallowed;
        raise(SIGUSR1);
    }
    BOOST_TEST(blocked.pending());
}

BOOST_AUTO_TEST_CASE(errno_is_kept) {
    SignalBlock block;
    errno = EDOM;
    {
        OwnSignals swallowed;
        raise(SIGPIPE);
    }
    BOOST_TEST(errno == EDOM);
}

}  // namespace
}  // namespace uaio
