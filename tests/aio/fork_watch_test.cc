// ForkWatch: everybody who was added and not removed is told, once. Method: the test tells them
// itself, as the handler of a forked child does.
#define BOOST_TEST_MODULE fork_watch
#include "aio/fork_watch.h"

#include <deque>

#include <boost/test/unit_test.hpp>

namespace uaio {
namespace {

struct Watcher : ForkWatcher {
    Watcher() : ForkWatcher{[](ForkWatcher& self) { ++static_cast<Watcher&>(self).told; }} {}
    ~Watcher() { remove_fork_watcher(*this); }

    int told = 0;
};

BOOST_AUTO_TEST_CASE(who_is_added_is_told_once) {
    std::deque<Watcher> watchers(3);
    for (Watcher& each : watchers) add_fork_watcher(each);
    add_fork_watcher(watchers[1]);
    tell_fork_watchers();
    for (Watcher& each : watchers) BOOST_TEST(each.told == 1);
}

BOOST_AUTO_TEST_CASE(who_is_removed_is_not_told) {
    for (size_t gone = 0; gone < 3; ++gone) {
        std::deque<Watcher> watchers(3);
        for (Watcher& each : watchers) add_fork_watcher(each);
        remove_fork_watcher(watchers[gone]);
        tell_fork_watchers();
        for (size_t i = 0; i < 3; ++i) BOOST_TEST(watchers[i].told == (i != gone));
        add_fork_watcher(watchers[gone]);
        tell_fork_watchers();
        BOOST_TEST(watchers[gone].told == 1);
    }
}

BOOST_AUTO_TEST_CASE(who_was_never_added_may_be_removed) {
    Watcher watcher;
    remove_fork_watcher(watcher);
    tell_fork_watchers();
    BOOST_TEST(watcher.told == 0);
}

}  // namespace
}  // namespace uaio
