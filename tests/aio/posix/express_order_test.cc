// Reads that are made at once do not overtake: what every read brings is what it would bring if the
// requests were made one after the other, in the order of their submission.
//
// Method. One thread submits random reads and writes of a small file, alone and in lists, and
// does each on a copy in memory at the same time. Run with the express
// lane on, off, and taken by small reads alone, under both orders, on the scratch file system and
// on memory (tmpfs).
#define BOOST_TEST_MODULE express_order
#include <aio.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <deque>
#include <random>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "aio/counters.h"
#include "tests/support/bell.h"
#include "tests/support/request.h"
#include "tests/support/scratch_file.h"
#include "tests/support/seed.h"

namespace uaio::test {
namespace {

constexpr size_t kFileBytes = 24'000;
constexpr size_t kBytesMax = 6'000;
constexpr size_t kOutstandingMax = 12;
constexpr int kSteps = 6'000;
constexpr size_t kListMax = 6;

struct Entry {
    aiocb block;
    std::string buffer;
    std::string expected;  // of a read
};

class Walk {
  public:
    explicit Walk(int fd, uint64_t seed) : fd_(fd), random_(seed), model_(kFileBytes, '.') {
        BOOST_TEST_REQUIRE(pwrite(fd, model_.data(), kFileBytes, 0) == ssize_t{kFileBytes});
    }

    void step() {
        size_t entries = one_in(4) ? 1 + random_() % kListMax : 1;
        std::vector<aiocb*> list;
        for (size_t i = 0; i < entries; ++i) {
            list.push_back(&add().block);
        }
        if (entries == 1) {
            bool reads = list[0]->aio_lio_opcode == LIO_READ;
            BOOST_TEST_REQUIRE((reads ? aio_read(list[0]) : aio_write(list[0])) == 0);
        } else {
            BOOST_TEST_REQUIRE(
                lio_listio(LIO_NOWAIT, list.data(), static_cast<int>(entries), nullptr) == 0);
        }
        while (outstanding_.size() > random_() % kOutstandingMax) {
            collect();
        }
    }

    void end() {
        while (!outstanding_.empty()) {
            collect();
        }
    }

  private:
    bool one_in(unsigned n) { return random_() % n == 0; }

    Entry& add() {
        Entry& entry = outstanding_.emplace_back();
        size_t bytes = 1 + random_() % (one_in(2) ? kBytesMax : 600);
        size_t offset = random_() % (kFileBytes - bytes);
        bool reads = !one_in(3);
        entry.buffer.assign(bytes, reads ? '#' : static_cast<char>('a' + random_() % 26));
        set_up(&entry.block, fd_, entry.buffer.data(), bytes, static_cast<off_t>(offset));
        entry.block.aio_lio_opcode = reads ? LIO_READ : LIO_WRITE;
        if (reads) {
            entry.expected = model_.substr(offset, bytes);
        } else {
            model_.replace(offset, bytes, entry.buffer);
        }
        return entry;
    }

    void collect() {
        Entry& entry = outstanding_.front();
        BOOST_TEST_REQUIRE(finish(&entry.block) == transferred(entry.buffer.size()));
        if (entry.block.aio_lio_opcode == LIO_READ) {
            BOOST_TEST_REQUIRE((entry.buffer == entry.expected));
        }
        outstanding_.pop_front();
    }

    int fd_;
    std::mt19937_64 random_;
    std::string model_;
    std::deque<Entry> outstanding_;  // blocks and buffers stay where they are
};

uint64_t hits() {
    return counters().sum(Counter::kExpressHits);
}

void walk(int fd, uint64_t seed) {
    uint64_t before = hits();
    Walk walk(fd, seed);
    for (int step = 0; step < kSteps; ++step) {
        walk.step();
    }
    walk.end();
    BOOST_TEST_MESSAGE(hits() - before << " reads were made at once");
    if (strcmp(getenv("UAIO_EXPRESS"), "0") == 0) {
        BOOST_TEST(hits() == before);
    }
}

BOOST_AUTO_TEST_CASE(no_read_overtakes_a_write) {
    ScratchFile file;
    walk(file.fd(), announced_seed(5));
}

BOOST_AUTO_TEST_CASE(no_read_overtakes_a_write_in_memory) {
    setenv("TEST_TMPDIR", "/dev/shm", 1);
    ScratchFile file;
    walk(file.fd(), announced_seed(6));
}

// A list is served in queue order: what is more urgent goes first, wherever it stands.
BOOST_AUTO_TEST_CASE(a_read_of_a_list_sees_a_more_urgent_write_behind_it) {
    for (int rest : {0, 1}) {
        ScratchFile file("0123456789");
        char byte = 0;
        char text[] = "x";
        aiocb read, write;
        set_up(&read, file.fd(), &byte, 1, 5);
        set_up(&write, file.fd(), text, 1, 5);
        read.aio_lio_opcode = LIO_READ;
        read.aio_reqprio = 1;
        write.aio_lio_opcode = LIO_WRITE;
        write.aio_reqprio = rest;
        aiocb* list[] = {&read, &write};
        BOOST_TEST(lio_listio(LIO_WAIT, list, 2, nullptr) == 0);
        BOOST_TEST(finish(&read) == transferred(1));
        BOOST_TEST(finish(&write) == transferred(1));
        BOOST_TEST(byte == (rest == 0 ? 'x' : '5'));
    }
}

// Done when the call returns, and told like any other.
BOOST_AUTO_TEST_CASE(what_is_cached_is_done_when_the_call_returns) {
    ScratchFile file("0123456789");
    Bell called;
    char byte = 0;
    aiocb block;
    set_up(&block, file.fd(), &byte, 1, 5);
    block.aio_sigevent.sigev_notify = SIGEV_THREAD;
    block.aio_sigevent.sigev_notify_function = [](sigval value) {
        static_cast<Bell*>(value.sival_ptr)->ring();
    };
    block.aio_sigevent.sigev_notify_attributes = nullptr;
    block.aio_sigevent.sigev_value.sival_ptr = &called;
    uint64_t before = hits();
    BOOST_TEST(aio_read(&block) == 0);
    if (hits() > before) {
        BOOST_TEST(aio_error(&block) == 0);
        BOOST_TEST(aio_cancel(file.fd(), &block) == AIO_ALLDONE);
    }
    called.wait();
    BOOST_TEST(finish(&block) == transferred(1));
    BOOST_TEST(byte == '5');
}

BOOST_AUTO_TEST_CASE(a_list_of_what_is_cached_rings_once) {
    ScratchFile file("0123456789");
    BOOST_TEST(fsync(file.fd()) == 0);
    std::deque<char> bytes(4);
    aiocb blocks[4];
    aiocb* list[4];
    for (int i = 0; i < 4; ++i) {
        set_up(&blocks[i], file.fd(), &bytes[static_cast<size_t>(i)], 1, i);
        blocks[i].aio_lio_opcode = LIO_READ;
        list[i] = &blocks[i];
    }
    BOOST_TEST(lio_listio(LIO_WAIT, list, 4, nullptr) == 0);
    for (int i = 0; i < 4; ++i) {
        BOOST_TEST(finish(&blocks[i]) == transferred(1));
        BOOST_TEST(bytes[static_cast<size_t>(i)] == '0' + i);
    }
}

}  // namespace
}  // namespace uaio::test
