// Adjacent transfers that wait together are made by one system call, and each gets its own result.
// Method: one worker, and a call that the test holds, while others come.
#define BOOST_TEST_MODULE engine_join
#include <errno.h>

#include <array>
#include <string>

#include <boost/test/unit_test.hpp>

#include "aio/counters.h"
#include "aio/engine.h"
#include "tests/aio/held_io.h"
#include "tests/aio/own_door.h"
#include "tests/support/scratch_file.h"

namespace uaio {
namespace {

using namespace test;

struct Started {
    Started() {
        engine.configure(1, 0, 0);
        engine.start();
    }
};
BOOST_TEST_GLOBAL_FIXTURE(Started);

uint64_t joined() {
    return counters().sum(Counter::kTransfersJoined);
}

// The only worker is at work on a file of its own until the test lets it go.
class Busy {
  public:
    Busy() {
        owner_.submit(sync_of(file_.fd()));
        held_.wait_until_running();
    }
    ~Busy() { let_go(file_.fd()); }

    void end() {
        held_.release();
        owner_.finish();
    }

  private:
    ScratchFile file_;
    HeldIo held_{file_.fd()};
    Owner owner_;
};

template <size_t kCount>
struct Reads {
    void submit(int fd, size_t bytes) {
        for (size_t i = 0; i < kCount; ++i) {
            data[i].assign(bytes, '.');
            owners[i].submit(read_at(fd, static_cast<int64_t>(i * bytes), data[i].data(), bytes));
        }
    }

    std::array<std::string, kCount> data;
    std::array<Owner, kCount> owners;
};

BOOST_AUTO_TEST_CASE(reads_that_wait_together_are_one_call) {
    ScratchFile file("0123456789abcdef");
    uint64_t joined_before = joined();
    Reads<4> reads;
    HeldIo held(file.fd());
    Busy busy;
    reads.submit(file.fd(), 4);
    busy.end();
    held.wait_until_running();
    BOOST_TEST(reads.owners[0].published() == 0);
    held.release();
    for (Owner& owner : reads.owners) {
        BOOST_TEST(owner.finish() == (Status{4, 0}));
    }
    let_go(file.fd());
    BOOST_TEST(held.running() == 0);
    BOOST_TEST(joined() - joined_before == 3u);
    BOOST_TEST(reads.data[0] + reads.data[1] + reads.data[2] + reads.data[3] == "0123456789abcdef");
}

BOOST_AUTO_TEST_CASE(writes_that_wait_for_their_turn_are_one_call) {
    ScratchFile file;
    const std::string text = "abcdefgh";
    std::array<Owner, 8> owners;
    HeldIo held(file.fd());
    owners[0].submit(write_at(file.fd(), 0, std::string_view(text).substr(0, 1)));
    held.wait_until_running();
    for (size_t i = 1; i < owners.size(); ++i) {
        owners[i].submit(
            write_at(file.fd(), static_cast<int64_t>(i), std::string_view(text).substr(i, 1)));
    }
    held.release(2);
    for (Owner& owner : owners) {
        BOOST_TEST(owner.finish() == (Status{1, 0}));
    }
    let_go(file.fd());
    held.wait_until_running();
    BOOST_TEST(held.running() == 0);
    BOOST_TEST(file.contents() == text);
}

BOOST_AUTO_TEST_CASE(the_end_of_the_file_is_found_by_everybody_for_himself) {
    ScratchFile file("0123456789");
    Reads<5> reads;
    Busy busy;
    reads.submit(file.fd(), 4);
    busy.end();
    const std::array<Status, 5> expected = {{{4, 0}, {4, 0}, {2, 0}, {0, 0}, {0, 0}}};
    for (size_t i = 0; i < expected.size(); ++i) {
        BOOST_TEST(reads.owners[i].finish() == expected[i]);
    }
    let_go(file.fd());
    BOOST_TEST(reads.data[2] == "89..");
    BOOST_TEST(reads.data[3] == "....");
}

// What goes wrong for one goes wrong for him alone, as if each had been made on its own.
BOOST_AUTO_TEST_CASE(an_error_belongs_to_one) {
    ScratchFile file("0123456789abcdef");
    Reads<4> reads;
    Busy busy;
    for (size_t i = 0; i < 4; ++i) {
        reads.data[i].assign(4, '.');
        void* buffer = i == 1 ? nullptr : reads.data[i].data();
        reads.owners[i].submit(
            read_at(file.fd(), static_cast<int64_t>(4 * i), static_cast<char*>(buffer), 4));
    }
    busy.end();
    for (size_t i = 0; i < 4; ++i) {
        BOOST_TEST(reads.owners[i].finish() == (i == 1 ? Status{-1, EFAULT} : Status{4, 0}));
    }
    let_go(file.fd());
    BOOST_TEST(reads.data[2] == "89ab");
    BOOST_TEST(reads.data[3] == "cdef");
}

BOOST_AUTO_TEST_CASE(what_is_taken_along_runs_and_cannot_be_cancelled) {
    ScratchFile file("01234567");
    Reads<2> reads;
    HeldIo held(file.fd());
    Busy busy;
    reads.submit(file.fd(), 4);
    busy.end();
    held.wait_until_running();
    Engine::Cancelled cancelled = engine.cancel(reads.owners[1].number(), &reads.owners[1]);
    BOOST_TEST(cancelled.running == 1u);
    BOOST_TEST(cancelled.withdrawn == 0u);
    held.release();
    for (Owner& owner : reads.owners) {
        BOOST_TEST(owner.finish() == (Status{4, 0}));
    }
    let_go(file.fd());
}

}  // namespace
}  // namespace uaio
