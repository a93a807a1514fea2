// A process seen from outside while it runs. Method: a child with reads that hang; and everything
// that may be wrong with its statistics file.
#define BOOST_TEST_MODULE live
#include "tools/uaio/live.h"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>

#include "tests/support/require.h"
#include "tests/support/scratch_file.h"
#include "tests/tools/hanging_program.h"
#include "tools/uaio/failure.h"

namespace uaio::tools {
namespace {

using test::HangingProgram;

struct TemporaryFolder {
    TemporaryFolder() { setenv("TMPDIR", test::scratch_folder().c_str(), 1); }
};
BOOST_TEST_GLOBAL_FIXTURE(TemporaryFolder);

struct Scene {
    StatsFile file;
    HangingProgram program{file.path()};
    Process process{program.pid()};

    std::string title() const { return process.title(); }

    // When the first read waits for its stream and the second one for its turn. That takes some
    // moments of the child's threads.
    Live settled() const {
        for (;;) {
            Live live = look_at(process);
            BOOST_TEST_REQUIRE(live.unreadable == "");
            BOOST_TEST_REQUIRE(live.requests->list.size() == 2u);
            const std::vector<LiveRequest>& list = live.requests->list;
            if (list[0].state == State::kParked && list[1].state == State::kHeld) return live;
            sched_yield();
        }
    }

    template <class T>
    void write(size_t offset, T value) const {
        int fd = open(file.path().c_str(), O_WRONLY | O_CLOEXEC);
        bool written = pwrite(fd, &value, sizeof value, static_cast<off_t>(offset)) ==
                       static_cast<ssize_t>(sizeof value);
        close(fd);
        test::require(written, "write to the statistics file");
    }

    void expect_refusal(const std::string& why) const {
        BOOST_CHECK_EXCEPTION(look_at(process), Failure, [&](const Failure& failure) {
            BOOST_TEST(failure.what() == title() + why);
            return failure.status() == kExitFailure;
        });
    }
};

BOOST_FIXTURE_TEST_CASE(what_hangs_is_seen_with_what_it_waits_for, Scene) {
    Live live = settled();
    BOOST_TEST(live.counters.pid == program.pid());
    BOOST_TEST(live.counters.parent == getpid());
    BOOST_TEST(live.counters.values[static_cast<size_t>(Counter::kSubmittedReads)] == 2u);
    BOOST_TEST(outstanding_in(live.counters) == 2u);
    const LiveRequest& first = live.requests->list[0];
    const LiveRequest& second = live.requests->list[1];
    BOOST_TEST(first.bytes == HangingProgram::kBytes);
    BOOST_TEST(second.bytes == 2 * HangingProgram::kBytes);
    BOOST_TEST(wait_of(first) == "its stream");
    BOOST_TEST((second.state == State::kHeld));
    BOOST_TEST(wait_of(second) == "its turn at descriptor " + std::to_string(first.fd));
    BOOST_TEST_REQUIRE((first.age_ns && second.age_ns));
    BOOST_TEST(*first.age_ns >= *second.age_ns);
    BOOST_TEST(*look_at(process).requests->list[0].age_ns > *first.age_ns);
    BOOST_TEST(!live.requests->partial);
    BOOST_TEST(live.requests->workers >= 1u);
}

BOOST_FIXTURE_TEST_CASE(it_is_found_by_number_and_by_name, Scene) {
    BOOST_TEST(find_live_process(std::to_string(program.pid())).pid() == program.pid());
    HangingProgram without("");
    BOOST_TEST(find_live_process(HangingProgram::kName).pid() == program.pid());
    HangingProgram another(file.path());
    BOOST_CHECK_THROW(find_live_process(HangingProgram::kName), Failure);
}

// Two processes have a record each in one file.
BOOST_FIXTURE_TEST_CASE(each_process_has_its_own_record, Scene) {
    HangingProgram another(file.path());
    BOOST_TEST(look_at(Process(another.pid())).counters.pid == another.pid());
    BOOST_TEST(look_at(process).counters.pid == program.pid());
}

BOOST_AUTO_TEST_CASE(a_process_without_statistics_is_refused) {
    HangingProgram program("");
    Process process(program.pid());
    BOOST_CHECK_EXCEPTION(look_at(process), Failure, [&](const Failure& failure) {
        BOOST_TEST(failure.what() == process.title() +
                                         ": keeps no statistics: not started under `uaio run "
                                         "--stats`, or no asynchronous I/O yet");
        return true;
    });
}

BOOST_FIXTURE_TEST_CASE(a_process_that_has_ended_is_refused, Scene) {
    program.end();
    pollfd end = {.fd = process.end_fd(), .events = POLLIN, .revents = 0};
    test::require(poll(&end, 1, -1) == 1, "wait for the end");
    expect_refusal(", has ended");
}

BOOST_FIXTURE_TEST_CASE(a_file_of_another_version_is_refused, Scene) {
    write(offsetof(StatsHeader, records_max), kStatsRecordsMax + 1);
    expect_refusal(": its statistics are those of another version of uaio");
    write(offsetof(StatsHeader, records_max), kStatsRecordsMax);
    write(offsetof(StatsHeader, magic), kStatsMagic ^ (uint64_t{3} << 56));
    expect_refusal(": its statistics are those of another version of uaio");
}

BOOST_FIXTURE_TEST_CASE(a_file_that_is_gone_is_named, Scene) {
    test::require(unlink(file.path().c_str()) == 0, "unlink");
    expect_refusal(": " + file.path() + " (deleted): No such file or directory");
}

BOOST_FIXTURE_TEST_CASE(a_file_without_the_record_is_refused, Scene) {
    write(sizeof(StatsHeader) + offsetof(CounterRecord, pid), program.pid() + 1);
    expect_refusal(": has no record in its statistics file");
    test::require(truncate(file.path().c_str(), sizeof(StatsHeader)) == 0, "cut the file short");
    expect_refusal(": has no record in its statistics file");
}

// As a child under another user, which only root can have.
BOOST_FIXTURE_TEST_CASE(another_user_is_refused, Scene) {
    constexpr uid_t kNobody = 65534;
    pid_t child = fork();
    test::require(child >= 0, "fork");
    if (child == 0) {
        if (setresuid(kNobody, kNobody, kNobody) != 0) _exit(2);
        try {
            look_at(Process(program.pid()));
            _exit(1);
        } catch (const Failure& failure) {
            std::string path = "/proc/" + std::to_string(program.pid()) + "/maps";
            _exit(failure.what() == path + ": Permission denied" ? 0 : 1);
        }
    }
    int status;
    test::require(waitpid(child, &status, 0) == child, "waitpid");
    BOOST_TEST_REQUIRE(WIFEXITED(status));
    if (WEXITSTATUS(status) == 2) {
        BOOST_TEST_MESSAGE("skipped: only root can become another user");
        return;
    }
    BOOST_TEST(WEXITSTATUS(status) == 0);
}

// The counters are there all the same.
BOOST_FIXTURE_TEST_CASE(an_engine_that_cannot_be_read_is_said_so, Scene) {
    write(sizeof(StatsHeader) + offsetof(CounterRecord, desk), uint64_t{8});
    Live live = look_at(process);
    BOOST_TEST(!live.requests);
    BOOST_TEST(live.unreadable == "there is no engine where its statistics say");
    BOOST_TEST(outstanding_in(live.counters) == 2u);
}

BOOST_AUTO_TEST_CASE(more_ended_than_submitted_is_none_outstanding) {
    ProcessCounters counters = {};
    counters.values[static_cast<size_t>(Counter::kPerformedReads)] = 1;
    BOOST_TEST(outstanding_in(counters) == 0u);
    counters.values[static_cast<size_t>(Counter::kSubmittedSyncs)] = 5;
    counters.values[static_cast<size_t>(Counter::kCancelled)] = 1;
    BOOST_TEST(outstanding_in(counters) == 3u);
}

}  // namespace
}  // namespace uaio::tools
