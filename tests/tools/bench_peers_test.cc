// Every peer does what it is asked to. Method: each in a process of its own, as in a run, writes
// blocks and reads them back through its driver; what it wrote is also read by plain calls. Then
// each runs a closed loop, which looks at every block that was read.
//
//     bench_peers_test -- LIBUAIO
#define BOOST_TEST_MODULE bench_peers
#include "tools/bench/peer.h"

#include <dlfcn.h>
#include <stdlib.h>

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <set>
#include <string>

#include "tests/support/scratch_file.h"
#include "tools/bench/cell.h"
#include "tools/bench/posix_functions.h"
#include "tools/uaio/failure.h"

namespace uaio::bench {
namespace {

constexpr size_t kBlocks = 256;
constexpr size_t kDepth = 16;
constexpr double kSeconds = 0.002;
constexpr double kPatience = 100;

std::string library() {
    auto& suite = boost::unit_test::framework::master_test_suite();
    BOOST_TEST_REQUIRE(suite.argc == 2);
    return std::filesystem::canonical(suite.argv[1]);
}

CellSettings cell_settings() {
    return {kSeconds, 1, library()};
}

struct File : Scratch {
    File() : Scratch(test::scratch_folder(), kBlocks) {}
};

// The kernel's interfaces may be missing here. Says so.
bool is_here(const Peer& peer, const Scratch& scratch) {
    std::string reason = reason_against(peer, scratch, cell_settings());
    bool optional = peer.interface == Interface::kLibaio || peer.interface == Interface::kIoUring ||
                    peer.interface == Interface::kAsioIoUring;
    if (!reason.empty() && optional) BOOST_TEST_MESSAGE("left out: " << peer.name << ' ' << reason);
    BOOST_TEST((reason.empty() || optional), peer.name << ": " << reason);
    return reason.empty();
}

void run_all(Driver& driver, Action action, int fd, const Blocks& memory, size_t depth,
             off_t first) {
    std::set<size_t> outstanding;
    for (size_t slot = 0; slot < depth; ++slot) {
        off_t offset = first + static_cast<off_t>(slot * kBlockBytes);
        label(memory.block(slot), action == Action::kWrite ? offset + 1 : -1);
        driver.submit(slot, {action, fd, offset, memory.block(slot)});
        outstanding.insert(slot);
    }
    while (!outstanding.empty()) {
        Done done = driver.collect();
        if (outstanding.erase(done.slot) != 1) throw std::runtime_error("a slot ended twice");
        if (done.result != kBlockBytes) throw std::runtime_error("a transfer failed");
    }
}

// Writes blocks with labels that they did not have before, reads them back both ways.
Sample write_and_read(const Peer& peer, Notice notice, const Scratch& scratch) {
    size_t depth = depth_limit(peer, kDepth);
    std::vector<tools::OwnedFd> fds = scratch.open_for(Cache::kWarm, 1);
    Blocks memory(depth);
    auto driver = driver_maker(peer, notice, library())(depth);
    double wrong = 0;
    for (size_t block = 0; block < kBlocks; block += depth) {
        auto first = static_cast<off_t>(block * kBlockBytes);
        run_all(*driver, Action::kWrite, fds[0].get(), memory, depth, first);
        run_all(*driver, Action::kRead, fds[0].get(), memory, depth, first);
        for (size_t slot = 0; slot < depth; ++slot) {
            off_t offset = first + static_cast<off_t>(slot * kBlockBytes);
            wrong += !is_labelled(memory.block(slot), offset + 1);
            tools::read_exactly(fds[0].get(), memory.block(slot), kBlockBytes, offset);
            wrong += !is_labelled(memory.block(slot), offset + 1);
        }
    }
    return {{"wrong", wrong}};
}

void expect_right_data(const Peer& peer, Notice notice, const Scratch& scratch) {
    CellResult result =
        run_in_child(peer, kPatience, [&] { return write_and_read(peer, notice, scratch); });
    BOOST_TEST(result.failure == "");
    BOOST_TEST(result.sample["wrong"] == 0);
}

BOOST_FIXTURE_TEST_CASE(every_peer_moves_the_right_data, File) {
    for (const Peer& peer : peers()) {
        BOOST_TEST_CONTEXT(peer.name) {
            if (is_here(peer, *this)) expect_right_data(peer, Notice::kWait, *this);
        }
    }
}

BOOST_FIXTURE_TEST_CASE(posix_peers_do_so_with_every_notice, File) {
    for (const Peer& peer : peers()) {
        if (!is_posix(peer)) continue;
        for (Notice notice : {Notice::kSignal, Notice::kCallback, Notice::kList}) {
            BOOST_TEST_CONTEXT(peer.name << ' ' << static_cast<int>(notice)) {
                expect_right_data(peer, notice, *this);
            }
        }
    }
}

BOOST_FIXTURE_TEST_CASE(every_peer_runs_every_pattern, File) {
    using enum Pattern;
    for (const Peer& peer : peers()) {
        if (!is_here(peer, *this)) continue;
        for (Pattern pattern : {kRandomRead, kRandomWrite, kMixed, kSequentialRead, kSyncedWrite}) {
            Workload workload{"", Group::kCached, pattern, Cache::kWarm, 8, 4, 2, Notice::kWait};
            CellResult result = run_cell(peer, workload, *this, cell_settings());
            BOOST_TEST_CONTEXT(peer.name << ' ' << static_cast<int>(pattern)) {
                BOOST_TEST(result.failure == "");
                BOOST_TEST(result.sample[kRate] > 0);
                BOOST_TEST(result.sample[kP99] >= result.sample[kP50]);
                BOOST_TEST(result.sample[kMemoryMax] > 0);
            }
        }
    }
}

BOOST_FIXTURE_TEST_CASE(posix_peers_park_requests_and_end_them, File) {
    Workload workload{
        "", Group::kOutstanding, Pattern::kRandomRead, Cache::kWarm, 0, 0, 1, Notice::kWait, 200};
    for (const Peer& peer : peers()) {
        if (!is_posix(peer)) continue;
        CellResult result = run_cell(peer, workload, *this, cell_settings());
        BOOST_TEST_CONTEXT(peer.name) {
            BOOST_TEST(result.failure == "");
            BOOST_TEST(result.sample[kOutstandingReached] == 200);
            for (const char* metric : {kSubmit, kSuspend, kCancel}) {
                BOOST_TEST(result.sample[metric] > 0);
            }
            BOOST_TEST(result.sample[kError] >= 0);  // less than one tick of a coarse clock
        }
    }
}

BOOST_AUTO_TEST_CASE(names_are_unique_and_found) {
    for (const Peer& peer : peers()) BOOST_TEST(find_peer(peer.name) == &peer);
    BOOST_TEST(find_peer("nonesuch") == nullptr);
}

BOOST_AUTO_TEST_CASE(a_process_has_the_settings_of_its_peer_alone) {
    setenv("UAIO_THREADS", "3", 1);
    setenv("UAIO_EXPRESS", "7", 1);
    enter_peer(*find_peer("uaio-strict"));
    BOOST_TEST(getenv("UAIO_THREADS") == nullptr);
    BOOST_TEST(getenv("UAIO_EXPRESS") == nullptr);
    BOOST_TEST(getenv("UAIO_ORDER") == std::string("strict"));
    enter_peer(*find_peer("uaio-pool"));
    BOOST_TEST(getenv("UAIO_ORDER") == nullptr);
    BOOST_TEST(getenv("UAIO_EXPRESS") == std::string("0"));
    enter_peer(*find_peer("system"));
    BOOST_TEST(getenv("UAIO_EXPRESS") == nullptr);
}

// A library without functions of its own shows those of the C library, which it needs.
BOOST_AUTO_TEST_CASE(functions_of_another_library_are_refused) {
    Dl_info info;
    void* mathematics = dlopen("libm.so.6", RTLD_NOW);
    BOOST_TEST_REQUIRE(mathematics != nullptr);
    BOOST_TEST_REQUIRE(dladdr(dlsym(mathematics, "cos"), &info) != 0);
    std::string path = std::filesystem::canonical(info.dli_fname);
    BOOST_CHECK_THROW(library_functions(path), tools::Failure);
    BOOST_CHECK_THROW(library_functions("/nonexistent"), tools::Failure);
    BOOST_TEST(library_functions(library()).read != system_functions().read);
}

BOOST_AUTO_TEST_CASE(a_child_that_fails_or_dies_is_a_failure) {
    const Peer& peer = *find_peer("plain");
    auto fail = []() -> Sample { throw tools::Failure(1, "reasons"); };
    BOOST_TEST(run_in_child(peer, kPatience, fail).failure == "reasons");
    auto die = []() -> Sample { _exit(0); };
    BOOST_TEST(run_in_child(peer, kPatience, die).failure != "");
    auto hang = []() -> Sample {
        for (;;) pause();
    };
    BOOST_TEST(run_in_child(peer, 0, hang).failure != "");
    auto work = [] { return Sample{{"answer", 42}}; };
    BOOST_TEST(run_in_child(peer, kPatience, work).sample["answer"] == 42);
}

}  // namespace
}  // namespace uaio::bench
