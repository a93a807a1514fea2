// aio_write: what arrives in the file, in which order. Method: write files, pipes and sockets, and
// compare the contents with a model or with the order of submission.

#include <aio.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <deque>
#include <iterator>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/conformance/posix.h"
#include "tests/support/gate.h"
#include "tests/support/request.h"
#include "tests/support/require.h"
#include "tests/support/scratch_file.h"
#include "tests/support/seed.h"
#include "tests/support/signals.h"
#include "tests/support/twins.h"

using namespace uaio::conformance;
using namespace uaio::test;

namespace {

constexpr int64_t kGiB = int64_t{1} << 30;

// The soft limit on the size of files, lowered for a while.
class FileSizeLimit {
  public:
    explicit FileSizeLimit(rlim_t bytes) {
        require(getrlimit(RLIMIT_FSIZE, &before_) == 0, "read RLIMIT_FSIZE");
        rlimit lowered = {bytes, before_.rlim_max};
        require(setrlimit(RLIMIT_FSIZE, &lowered) == 0, "lower RLIMIT_FSIZE");
    }
    ~FileSizeLimit() { setrlimit(RLIMIT_FSIZE, &before_); }

  private:
    rlimit before_;
};

// One thread's share of a file that several threads work on: random writes and reads of its own
// region, up to `kAtOnce` under way, checked against a copy in memory.
class RegionWorker {
  public:
    static constexpr size_t kRegionBytes = 64 << 10;
    static constexpr int kRequests = 200;

    RegionWorker(int fd, size_t index, uint64_t seed)
        : fd_(fd), base_(index * kRegionBytes), random_(seed + index), model_(kRegionBytes, '\0') {}

    // Boost's assertions are for one thread only: what goes wrong is counted.
    void run() {
        for (int done = 0; done < kRequests; done += kAtOnce) batch();
        check_region();
    }

    int failures() const { return failures_; }
    const std::string& model() const { return model_; }

  private:
    static constexpr int kAtOnce = 8;  // each in a stripe of its own, so that none overlap
    static constexpr size_t kStripeBytes = kRegionBytes / kAtOnce;

    void batch() {
        std::deque<Request> requests;
        std::vector<std::string> expected;
        for (size_t stripe = 0; stripe < kAtOnce; ++stripe) {
            size_t bytes = 1 + random_() % (kStripeBytes - 1);
            size_t start = stripe * kStripeBytes + random_() % (kStripeBytes - bytes);
            bool write = random_() % 2 == 0;
            if (write) model_.replace(start, bytes, bytes, static_cast<char>(random_()));
            expected.push_back(model_.substr(start, bytes));
            off_t offset = static_cast<off_t>(base_ + start);
            if (write) {
                requests.emplace_back(fd_, expected.back(), offset);
            } else {
                requests.emplace_back(fd_, bytes, offset);
            }
            failures_ += (write ? requests.back().write() : requests.back().read()) != 0;
        }
        for (size_t i = 0; i < requests.size(); ++i) {
            failures_ += requests[i].finish() != transferred(expected[i].size());
            failures_ += requests[i].text() != expected[i];
        }
    }

    void check_region() {
        Request all(fd_, kRegionBytes, static_cast<off_t>(base_));
        failures_ += all.read() != 0;
        failures_ += all.finish() != transferred(kRegionBytes);
        failures_ += all.text() != model_;
    }

    int fd_;
    size_t base_;
    std::mt19937_64 random_;
    std::string model_;
    int failures_ = 0;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(writing)

BOOST_AUTO_TEST_CASE(writes_the_bytes_at_the_offset, *posix("aio_write: DESCRIPTION p1, p3")) {
    ScratchFile file("0123456789");
    Request request(file.fd(), "abcd", 3);
    BOOST_TEST(request.write() == 0);
    BOOST_TEST(request.finish() == transferred(4));
    BOOST_TEST(file.contents() == "012abcd789");
}

BOOST_AUTO_TEST_CASE(does_not_need_the_file_offset, *posix("aio_write: DESCRIPTION p3")) {
    ScratchFile file("0123456789");
    BOOST_TEST(lseek(file.fd(), 5, SEEK_SET) == 5);
    Request request(file.fd(), "ab", 0);
    BOOST_TEST(request.write() == 0);
    BOOST_TEST(request.finish() == transferred(2));
    BOOST_TEST(file.contents() == "ab23456789");
}

BOOST_AUTO_TEST_CASE(a_write_past_the_end_leaves_zeros_between, *posix("aio_write p3; lseek p4")) {
    ScratchFile file("01");
    Request request(file.fd(), "ab", 4);
    BOOST_TEST(request.write() == 0);
    BOOST_TEST(request.finish() == transferred(2));
    BOOST_TEST((file.contents() == std::string("01\0\0ab", 6)));
}

BOOST_AUTO_TEST_CASE(a_write_of_nothing_changes_nothing, *posix("aio_write: p1; write: nbyte 0")) {
    ScratchFile file("0123456789");
    Request request(file.fd(), "", 100);
    BOOST_TEST(request.write() == 0);
    BOOST_TEST(request.finish() == transferred(0));
    BOOST_TEST(file.contents() == "0123456789");
}

BOOST_AUTO_TEST_CASE(ignores_the_list_opcode, *posix("aio_write: DESCRIPTION (aio_lio_opcode)")) {
    ScratchFile file;
    off_t offset = 0;
    for (int opcode : {0 + LIO_READ, 0 + LIO_WRITE, 0 + LIO_NOP, 3, 4, 99, -1}) {
        Request request(file.fd(), "x", offset++);
        request.block().aio_lio_opcode = opcode;
        BOOST_TEST(request.write() == 0);
        BOOST_TEST(request.finish() == transferred(1));
    }
    BOOST_TEST(file.contents() == "xxxxxxx");
}

BOOST_AUTO_TEST_CASE(appends_in_the_order_of_the_calls,
                     *posix("aio_write: DESCRIPTION p3 (O_APPEND: in the same order as the calls; "
                            "aio_offset ignored)")) {
    ScratchFile file("begin\n", O_APPEND);
    std::deque<Request> requests;
    std::string expected = "begin\n";
    for (int i = 0; i < 1000; ++i) {
        std::string line = std::to_string(i) + "\n";
        expected += line;
        requests.emplace_back(file.fd(), line, 7 * i);
        BOOST_TEST_REQUIRE(requests.back().write() == 0);
    }
    for (Request& request : requests) {
        BOOST_TEST(request.finish() == transferred(request.block().aio_nbytes));
    }
    BOOST_TEST((file.contents() == expected));
}

BOOST_AUTO_TEST_CASE(overlapping_requests_act_as_if_run_one_by_one,
                     *promise("requests of one descriptor whose ranges overlap keep their order")) {
    constexpr size_t kFileBytes = 16 << 10;
    std::mt19937_64 random(announced_seed(4711));
    std::string model(kFileBytes, '.');
    ScratchFile file(model);
    std::deque<Request> requests;
    std::vector<std::string> expected;
    for (int i = 0; i < 800; ++i) {
        size_t bytes = 1 + random() % 6000;
        size_t start = random() % (kFileBytes - bytes);
        off_t offset = static_cast<off_t>(start);
        bool write = random() % 2 == 0;
        if (write) model.replace(start, bytes, bytes, static_cast<char>('a' + i % 26));
        expected.push_back(model.substr(start, bytes));
        if (write) {
            requests.emplace_back(file.fd(), expected.back(), offset);
        } else {
            requests.emplace_back(file.fd(), bytes, offset);
        }
        BOOST_TEST_REQUIRE((write ? requests.back().write() : requests.back().read()) == 0);
    }
    for (size_t i = 0; i < requests.size(); ++i) {
        BOOST_TEST(requests[i].finish() == transferred(expected[i].size()));
        BOOST_TEST((requests[i].text() == expected[i]), "request " << i << " saw other bytes");
    }
    BOOST_TEST((file.contents() == model));
}

BOOST_AUTO_TEST_CASE(a_pipe_has_no_offset, *posix("aio_write: DESCRIPTION p3; lseek: ESPIPE")) {
    WriteGate gate;
    gate.release();
    Request request(gate.fd(), "hello", 123456789);
    BOOST_TEST(request.write() == 0);
    BOOST_TEST(request.finish() == transferred(5));
    BOOST_TEST(gate.receive(5) == "hello");
}

BOOST_AUTO_TEST_CASE(writes_of_one_pipe_go_out_in_order,
                     *posix("aio_write: DESCRIPTION p3 (a device that cannot seek: order of the "
                            "calls)")) {
    std::deque<Request> requests;
    WriteGate gate;
    std::string expected;
    for (int i = 0; i < 100; ++i) {
        std::string word = std::to_string(i) + " ";
        expected += word;
        requests.emplace_back(gate.fd(), word);
        BOOST_TEST_REQUIRE(requests.back().write() == 0);
    }
    BOOST_TEST(requests.front().in_progress());
    BOOST_TEST(requests.back().in_progress());
    gate.release();
    BOOST_TEST(gate.receive(expected.size()) == expected);
    for (Request& request : requests) {
        BOOST_TEST(request.finish() == transferred(request.block().aio_nbytes));
    }
}

BOOST_AUTO_TEST_CASE(writes_of_one_socket_go_out_in_order, *posix("aio_write: DESCRIPTION p3")) {
    int ends[2];
    BOOST_TEST_REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
    {
        std::deque<Request> requests;
        std::string expected;
        for (int i = 0; i < 100; ++i) {
            std::string word = std::to_string(i) + " ";
            expected += word;
            requests.emplace_back(ends[0], word);
            BOOST_TEST_REQUIRE(requests.back().write() == 0);
        }
        std::string received(expected.size(), '\0');
        BOOST_TEST(recv(ends[1], received.data(), received.size(), MSG_WAITALL) ==
                   std::ssize(expected));
        BOOST_TEST(received == expected);
        for (Request& request : requests) {
            BOOST_TEST(request.finish() == transferred(request.block().aio_nbytes));
        }
    }
    close(ends[0]);
    close(ends[1]);
}

BOOST_AUTO_TEST_CASE(a_large_write_to_a_pipe_is_written_whole, *posix("write: pipes, blocking")) {
    WriteGate gate;
    gate.release();
    std::string text;
    for (int i = 0; text.size() < (1 << 20); ++i) text += std::to_string(i) + " ";
    Request request(gate.fd(), text);
    BOOST_TEST(request.write() == 0);
    BOOST_TEST((gate.receive(text.size()) == text));
    BOOST_TEST(request.finish() == transferred(text.size()));
}

// The worker gets EPIPE; the program is not hit by SIGPIPE, whose default would end this test.
BOOST_AUTO_TEST_CASE(a_pipe_without_readers_is_an_error_and_no_signal,
                     *posix("aio_write: ERRORS p3; write: EPIPE")) {
    int ends[2];
    BOOST_TEST_REQUIRE(pipe2(ends, O_CLOEXEC) == 0);
    close(ends[0]);
    {
        Request request(ends[1], "x");
        BOOST_TEST(submit_or_status(aio_write, &request.block()) == EPIPE);
    }
    close(ends[1]);
}

BOOST_AUTO_TEST_CASE(a_full_device_is_an_error, *posix("aio_write: ERRORS p3; write: ENOSPC")) {
    int device = open("/dev/full", O_WRONLY | O_CLOEXEC);
    BOOST_TEST_REQUIRE(device >= 0);
    {
        Request request(device, "x");
        BOOST_TEST(submit_or_status(aio_write, &request.block()) == ENOSPC);
    }
    close(device);
}

// Also with the default action of SIGXFSZ, which would end this test.
BOOST_AUTO_TEST_CASE(a_file_does_not_grow_past_its_limit,
                     *posix("aio_write: ERRORS p4 (EFBIG); write: RLIMIT_FSIZE")) {
    constexpr off_t kLimit = 1 << 20;
    ScratchFile file;
    FileSizeLimit limit(kLimit);
    Request beyond(file.fd(), "x", kLimit);
    BOOST_TEST(submit_or_status(aio_write, &beyond.block()) == EFBIG);
    Request across(file.fd(), "0123456789", kLimit - 4);
    BOOST_TEST(across.write() == 0);
    BOOST_TEST(across.finish() == transferred(4));
    BOOST_TEST(file.size() == kLimit);
}

BOOST_AUTO_TEST_CASE(the_64_twin_writes_beyond_4_gib, *posix("large file extension: aio_write64")) {
    ScratchFile file;
    std::string text = "far away";
    aiocb64 block;
    memset(&block, 0xA5, sizeof block);
    block.aio_fildes = file.fd();
    block.aio_buf = text.data();
    block.aio_nbytes = text.size();
    block.aio_offset = 6 * kGiB;
    block.aio_reqprio = 0;
    block.aio_sigevent.sigev_notify = SIGEV_NONE;
    BOOST_TEST(aio_write64(&block) == 0);
    const aiocb64* list[] = {&block};
    BOOST_TEST(aio_suspend64(list, 1, nullptr) == 0);
    BOOST_TEST(aio_error64(&block) == 0);
    BOOST_TEST(aio_return64(&block) == std::ssize(text));
    BOOST_TEST(file.size() == 6 * kGiB + std::ssize(text));
    std::string buffer(text.size(), '\0');
    BOOST_TEST(pread64(file.fd(), buffer.data(), buffer.size(), 6 * kGiB) == std::ssize(text));
    BOOST_TEST(buffer == text);
}

BOOST_AUTO_TEST_CASE(several_threads_use_one_descriptor, *posix("XSH 2.9.1: thread-safety")) {
    constexpr size_t kThreads = 8;
    uint64_t seed = announced_seed(99);
    ScratchFile file(std::string(kThreads * RegionWorker::kRegionBytes, '\0'));
    std::deque<RegionWorker> workers;
    for (size_t i = 0; i < kThreads; ++i) workers.emplace_back(file.fd(), i, seed);
    std::vector<std::thread> threads;
    for (RegionWorker& worker : workers) threads.emplace_back(&RegionWorker::run, &worker);
    for (std::thread& thread : threads) thread.join();
    std::string expected;
    for (const RegionWorker& worker : workers) {
        BOOST_TEST(worker.failures() == 0);
        expected += worker.model();
    }
    BOOST_TEST((file.contents() == expected));
}

BOOST_AUTO_TEST_CASE(several_threads_use_descriptors_of_their_own, *posix("XSH 2.9.1")) {
    constexpr size_t kThreads = 8;
    uint64_t seed = announced_seed(100);
    std::deque<ScratchFile> files;
    std::deque<RegionWorker> workers;
    for (size_t i = 0; i < kThreads; ++i) {
        files.emplace_back(std::string((i + 1) * RegionWorker::kRegionBytes, '\0'));
        workers.emplace_back(files.back().fd(), i, seed);
    }
    std::vector<std::thread> threads;
    for (RegionWorker& worker : workers) threads.emplace_back(&RegionWorker::run, &worker);
    for (std::thread& thread : threads) thread.join();
    for (const RegionWorker& worker : workers) BOOST_TEST(worker.failures() == 0);
}

BOOST_AUTO_TEST_SUITE_END()
