// Syncs that meet share a system call. Method: a call that the test holds, while others come.
#define BOOST_TEST_MODULE engine_sync
#include "aio/engine.h"

#include <array>

#include <boost/test/unit_test.hpp>

#include "aio/counters.h"
#include "tests/aio/held_io.h"
#include "tests/aio/own_door.h"
#include "tests/support/scratch_file.h"

namespace uaio {
namespace {

using namespace test;

struct Started {
    Started() { engine.start(); }
};
BOOST_TEST_GLOBAL_FIXTURE(Started);

uint64_t shared() {
    return counters().sum(Counter::kSyncsShared);
}

uint64_t performed() {
    return counters().sum(Counter::kPerformedSyncs);
}

Operation sync_of_kind(int fd, Kind kind) {
    Operation operation = sync_of(fd);
    operation.kind = kind;
    return operation;
}

BOOST_AUTO_TEST_CASE(syncs_that_come_while_one_runs_are_served_by_one_call) {
    constexpr size_t kLate = 4;
    ScratchFile file("0123456789");
    uint64_t shared_before = shared();
    uint64_t performed_before = performed();
    Owner first;
    std::array<Owner, kLate> late;
    HeldIo held(file.fd());
    first.submit(sync_of(file.fd()));
    held.wait_until_running();
    for (size_t i = 0; i < kLate; ++i) {
        late[i].submit(sync_of_kind(file.fd(), i % 2 == 0 ? Kind::kDataSync : Kind::kFileSync));
    }
    held.release();
    BOOST_TEST(first.finish() == (Status{0, 0}));
    held.wait_until_running();
    for (Owner& owner : late) {
        BOOST_TEST(owner.published() == 0);
    }
    held.release();
    for (Owner& owner : late) {
        BOOST_TEST(owner.finish() == (Status{0, 0}));
    }
    let_go(file.fd());
    BOOST_TEST(held.running() == 0);
    BOOST_TEST(shared() - shared_before == kLate - 1);
    BOOST_TEST(performed() - performed_before == 1 + kLate);
}

// What was submitted while the call was under way may not be covered by it.
BOOST_AUTO_TEST_CASE(a_sync_that_comes_while_one_runs_has_a_call_of_its_own) {
    ScratchFile file("0123456789");
    Owner first;
    Owner second;
    HeldIo held(file.fd());
    first.submit(sync_of(file.fd()));
    held.wait_until_running();
    second.submit(sync_of(file.fd()));
    held.release();
    BOOST_TEST(first.finish() == (Status{0, 0}));
    held.wait_until_running();
    BOOST_TEST(second.published() == 0);
    held.release();
    BOOST_TEST(second.finish() == (Status{0, 0}));
    let_go(file.fd());
}

BOOST_AUTO_TEST_CASE(who_is_taken_along_runs_and_cannot_be_cancelled) {
    ScratchFile file("0123456789");
    Owner first;
    Owner second;
    Owner third;
    HeldIo held(file.fd());
    first.submit(sync_of(file.fd()));
    held.wait_until_running();
    second.submit(sync_of(file.fd()));
    third.submit(sync_of(file.fd()));
    held.release();
    held.wait_until_running();
    Engine::Cancelled cancelled = engine.cancel(third.number(), &third);
    BOOST_TEST(cancelled.running == 1u);
    BOOST_TEST(cancelled.withdrawn == 0u);
    held.release();
    BOOST_TEST(second.finish() == (Status{0, 0}));
    BOOST_TEST(third.finish() == (Status{0, 0}));
    let_go(file.fd());
}

}  // namespace
}  // namespace uaio
