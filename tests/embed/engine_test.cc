// Goal: what <uaio/engine.h> promises of operations that are taken: one end each, in order, also
// withdrawn ones. Method: pipes hold operations for as long as a case wants.
#define BOOST_TEST_MODULE engine
#include <uaio/engine.h>

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/embed/task.h"
#include "tests/storm/safe_fork.h"
#include "tests/support/gate.h"
#include "tests/support/scratch_file.h"

namespace uaio::test {
namespace {

BOOST_AUTO_TEST_CASE(what_is_written_is_read) {
    ScratchFile file;
    char out[] = "written";
    Task write(UAIO_WRITE, file.fd(), out, 7, 5);
    BOOST_TEST(write.submit() == 0);
    BOOST_TEST(write.wait() == 7);
    Task sync(UAIO_SYNC_ALL, file.fd());
    BOOST_TEST(sync.submit() == 0);
    BOOST_TEST(sync.wait() == 0);
    char in[16] = "";
    Task read(UAIO_READ, file.fd(), in, sizeof in, 5);
    BOOST_TEST(read.submit() == 0);
    BOOST_TEST(read.wait() == 7);
    BOOST_TEST(std::string(in) == "written");
    BOOST_TEST(read.ends() == 1);
}

BOOST_AUTO_TEST_CASE(pieces_go_in_one_transfer) {
    ScratchFile file("onetwo");
    char first[4] = "";
    char second[4] = "";
    iovec pieces[] = {{first, 3}, {second, 3}};
    Task read(UAIO_READ, file.fd(), pieces);
    read.operation.pieces = 2;
    BOOST_TEST(read.submit() == 0);
    BOOST_TEST(read.wait() == 6);
    BOOST_TEST(std::string(first) == "one");
    BOOST_TEST(std::string(second) == "two");
}

BOOST_AUTO_TEST_CASE(the_end_of_a_file_is_0) {
    ScratchFile file("short");
    char in[16];
    Task read(UAIO_READ, file.fd(), in, sizeof in, 100);
    BOOST_TEST(read.submit() == 0);
    BOOST_TEST(read.wait() == 0);
}

BOOST_AUTO_TEST_CASE(reads_at_the_own_position_go_on_in_order) {
    ScratchFile file("abcdefghijklmnopqrstuvwxyz");
    char in[26];
    std::vector<std::unique_ptr<Task>> reads;
    std::vector<uaio_operation*> all;
    for (char& byte : in) {
        reads.push_back(std::make_unique<Task>(UAIO_READ, file.fd(), &byte, 1, UAIO_OWN_POSITION));
        all.push_back(&reads.back()->operation);
    }
    BOOST_TEST(uaio_submit(uaio_engine_shared(), all.data(), all.size(), nullptr) == all.size());
    for (auto& read : reads) BOOST_TEST(read->wait() == 1);
    BOOST_TEST(std::string(in, sizeof in) == "abcdefghijklmnopqrstuvwxyz");
    BOOST_TEST(lseek(file.fd(), 0, SEEK_CUR) == 26);
}

BOOST_AUTO_TEST_CASE(writes_at_the_own_position_go_on_and_move_it) {
    ScratchFile file;
    std::string large(100'000, 'x');
    char end[] = "end";
    Task first(UAIO_WRITE, file.fd(), large.data(), large.size(), UAIO_OWN_POSITION);
    Task second(UAIO_WRITE, file.fd(), end, 3, UAIO_OWN_POSITION);
    uaio_operation* all[] = {&first.operation, &second.operation};
    BOOST_TEST(uaio_submit(uaio_engine_shared(), all, 2, nullptr) == 2u);
    BOOST_TEST(first.wait() == 100'000);
    BOOST_TEST(second.wait() == 3);
    BOOST_TEST(file.contents() == large + "end");
    BOOST_TEST(lseek(file.fd(), 0, SEEK_CUR) == 100'003);
}

BOOST_AUTO_TEST_CASE(the_first_that_is_refused_ends_a_submission) {
    ScratchFile file("bytes");
    char in[4][5];
    Task good(UAIO_READ, file.fd(), in[0], 5);
    Task bad(UAIO_READ, -1, in[1], 5);
    Task rest(UAIO_READ, file.fd(), in[2], 5);
    uaio_operation* all[] = {&good.operation, &bad.operation, &rest.operation};
    int error = 0;
    BOOST_TEST(uaio_submit(uaio_engine_shared(), all, 3, &error) == 1u);
    BOOST_TEST(error == EBADF);
    BOOST_TEST(good.wait() == 5);
    BOOST_TEST(bad.ends() == 0);
    BOOST_TEST(rest.ends() == 0);
}

BOOST_AUTO_TEST_CASE(what_has_not_begun_is_withdrawn_before_cancel_returns) {
    char in[2];
    ReadGate gate;
    Task first(UAIO_READ, gate.fd(), &in[0], 1);
    Task second(UAIO_READ, gate.fd(), &in[1], 1);
    BOOST_TEST(first.submit() == 0);
    BOOST_TEST(second.submit() == 0);
    BOOST_TEST(second.cancel() == 1u);
    BOOST_TEST(second.ends() == 1);
    BOOST_TEST(second.wait() == -ECANCELED);
    BOOST_TEST(second.cancel() == 0u);
    gate.release("x");
    BOOST_TEST(first.wait() == 1);
    BOOST_TEST(first.cancel() == 0u);
    BOOST_TEST(first.ends() == 1);
}

BOOST_AUTO_TEST_CASE(everything_of_a_descriptor_is_withdrawn) {
    constexpr size_t kReads = 20;
    char in[kReads];
    ReadGate gate;
    std::vector<std::unique_ptr<Task>> reads;
    for (char& byte : in) {
        reads.push_back(std::make_unique<Task>(UAIO_READ, gate.fd(), &byte, 1));
        BOOST_TEST(reads.back()->submit() == 0);
    }
    // The first one may be being tried at this very moment.
    size_t withdrawn = 0;
    while (withdrawn < kReads) withdrawn += uaio_cancel_descriptor(uaio_engine_shared(), gate.fd());
    for (auto& read : reads) BOOST_TEST(read->wait() == -ECANCELED);
    BOOST_TEST(uaio_cancel_descriptor(uaio_engine_shared(), -1) == 0u);
}

// Whether a worker is trying it when it is cancelled, or has not taken it, or has parked it.
BOOST_AUTO_TEST_CASE(what_is_cancelled_never_waits_for_its_stream_afterwards) {
    ReadGate gate;
    for (int i = 0; i < 2'000; ++i) {
        char byte;
        Task read(UAIO_READ, gate.fd(), &byte, 1);
        BOOST_TEST(read.submit() == 0);
        read.cancel();
        BOOST_TEST(read.wait() == -ECANCELED);
    }
}

BOOST_AUTO_TEST_CASE(a_cancelled_write_that_is_written_in_part_ends_with_that) {
    std::string large(1 << 20, 'x');
    int ends[2];
    BOOST_REQUIRE(pipe(ends) == 0);
    Task write(UAIO_WRITE, ends[1], large.data(), large.size());
    BOOST_TEST(write.submit() == 0);
    char byte;
    BOOST_TEST(read(ends[0], &byte, 1) == 1);  // so it has begun
    write.cancel();
    ssize_t written = write.wait();
    BOOST_TEST(written > 0);
    BOOST_TEST(written < static_cast<ssize_t>(large.size()));
    close(ends[0]);
    close(ends[1]);
}

// Submits itself again until it has gone round often enough.
struct Lap {
    uaio_operation operation{};
    char byte = 0;
    std::atomic<int> left{20'000};  // as deep as this no stack is
    Task* last = nullptr;

    static void done(void* user, ssize_t, int) {
        auto& self = *static_cast<Lap*>(user);
        if (--self.left == 0) {
            self.last->submit();
            return;
        }
        uaio_operation* all[] = {&self.operation};
        uaio_submit(uaio_engine_shared(), all, 1, nullptr);
    }
};

BOOST_AUTO_TEST_CASE(done_may_submit_the_next_one) {
    ScratchFile file("bytes");
    char in[5];
    Task last(UAIO_READ, file.fd(), in, 5);
    Lap lap;
    lap.last = &last;
    lap.operation.opcode = UAIO_READ;
    lap.operation.fd = file.fd();
    lap.operation.buffer = &lap.byte;
    lap.operation.bytes = 1;
    lap.operation.done = Lap::done;
    lap.operation.user = &lap;
    uaio_operation* all[] = {&lap.operation};
    BOOST_TEST(uaio_submit(uaio_engine_shared(), all, 1, nullptr) == 1u);
    BOOST_TEST(last.wait() == 5);
    BOOST_TEST(lap.left == 0);
}

// As bytes these two are neighbours, but only one of them has an offset.
BOOST_AUTO_TEST_CASE(what_has_an_offset_is_not_joined_to_what_has_none) {
    ScratchFile file;
    Task own(UAIO_WRITE, file.fd(), const_cast<char*>("one"), 3, UAIO_OWN_POSITION);
    Task positioned(UAIO_WRITE, file.fd(), const_cast<char*>("two"), 3, 3);
    uaio_operation* all[] = {&own.operation, &positioned.operation};
    BOOST_TEST(uaio_submit(uaio_engine_shared(), all, 2, nullptr) == 2u);
    BOOST_TEST(own.wait() == 3);
    BOOST_TEST(positioned.wait() == 3);
    BOOST_TEST(file.contents() == "onetwo");
}

struct Masks {
    Task* next;
    std::atomic<bool> blocked{false};

    static void done(void* user, ssize_t, int) {
        auto& self = *static_cast<Masks*>(user);
        sigset_t mask;
        pthread_sigmask(SIG_BLOCK, nullptr, &mask);
        self.blocked = sigismember(&mask, SIGUSR1) == 1 && sigismember(&mask, SIGTERM) == 1;
        self.next->submit();
    }
};

BOOST_AUTO_TEST_CASE(done_runs_with_signals_blocked) {
    ScratchFile file("bytes");
    char in[2][5];
    Task next(UAIO_READ, file.fd(), in[1], 5);
    Masks masks{&next};
    Task read(UAIO_READ, file.fd(), in[0], 5, UAIO_OWN_POSITION);  // never at once
    read.operation.done = Masks::done;
    read.operation.user = &masks;
    BOOST_TEST(read.submit() == 0);
    BOOST_TEST(next.wait() == 5);
    BOOST_TEST(masks.blocked);
}

BOOST_AUTO_TEST_CASE(a_child_has_no_operations_and_an_engine_that_works) {
    char in[2];
    ReadGate gate;
    Task read(UAIO_READ, gate.fd(), in, 1);
    BOOST_TEST(read.submit() == 0);
    ScratchFile file("bytes");
    pid_t child = fork_safely();
    BOOST_REQUIRE(child >= 0);
    if (child == 0) {
        char byte = 0;
        Task own(UAIO_READ, file.fd(), &byte, 1);
        bool right = own.submit() == 0 && own.wait() == 1 && byte == 'b' && read.ends() == 0;
        _exit(right ? 0 : 1);
    }
    int status = 0;
    BOOST_TEST(waitpid(child, &status, 0) == child);
    BOOST_TEST(status == 0);
    gate.release("x");
    BOOST_TEST(read.wait() == 1);
}

}  // namespace
}  // namespace uaio::test
