// The engine with a single worker: while that is held, everything else is queued, whatever its
// descriptor. Method: a system call that the test holds.
#define BOOST_TEST_MODULE engine_one_worker
#include "aio/engine.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <deque>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "aio/counters.h"
#include "tests/aio/held_io.h"
#include "tests/aio/own_door.h"
#include "tests/support/gate.h"
#include "tests/support/scratch_file.h"

namespace uaio {
namespace {

using namespace test;

struct OneWorker {
    OneWorker() {
        engine.configure(1, 0, 0);
        engine.start();
    }
};
BOOST_TEST_GLOBAL_FIXTURE(OneWorker);

// The worker is held by a read of a file of its own.
struct Busy {
    Busy() : file("x"), held(file.fd()) {
        owner.submit(read_at(file.fd(), 0, &byte, 1));
        held.wait_until_running();
    }
    ~Busy() { let_go(file.fd()); }

    void release() {
        held.release();
        owner.finish();
    }

    ScratchFile file;
    char byte;
    Owner owner;
    HeldIo held;
};

// As a cancel of nothing does, so that what is in the inbox enters the schedule.
void admit_what_came_in() {
    engine.cancel(UINT32_MAX, nullptr);
}

void reuse(int fd, const ScratchFile& other) {
    require(dup2(other.fd(), fd) == fd, "let a number stand for another file");
}

BOOST_AUTO_TEST_CASE(the_number_of_threads_is_as_configured) {
    BOOST_TEST(engine.options().threads == 1u);
    Busy busy;
    ScratchFile file;
    Owner owner;
    owner.submit(write_at(file.fd(), 0, "x"));
    busy.release();
    BOOST_TEST(owner.finish() == (Status{1, 0}));
    BOOST_TEST(counters().workers_max == 1u);
}

// A request whose descriptor was closed meanwhile must never reach the file that has its number
// now. First it is in the inbox all the time, then in the schedule.
BOOST_AUTO_TEST_CASE(a_reused_descriptor_is_noticed_behind_the_inbox) {
    ScratchFile first("first");
    ScratchFile second("second");
    int number = first.open_again(O_RDWR);
    Busy busy;
    Owner owner;
    owner.submit(write_at(number, 0, "WRITE"));
    reuse(number, second);
    busy.release();
    BOOST_TEST(owner.finish() == (Status{-1, EBADF}));
    BOOST_TEST(second.contents() == "second");
    BOOST_TEST(first.contents() == "first");
    close(number);
}

BOOST_AUTO_TEST_CASE(a_reused_descriptor_is_noticed_behind_the_schedule) {
    ScratchFile first("first");
    ScratchFile second("second");
    int number = first.open_again(O_RDWR);
    Busy busy;
    Owner write;
    Owner read;
    Owner sync;
    char buffer[5] = {'.', '.', '.', '.', '.'};
    write.submit(write_at(number, 0, "WRITE"));
    read.submit(read_at(number, 10, buffer, sizeof buffer));
    sync.submit(sync_of(number));
    admit_what_came_in();
    reuse(number, second);
    busy.release();
    for (Owner* owner : {&write, &read, &sync}) {
        BOOST_TEST(owner->finish() == (Status{-1, EBADF}));
    }
    BOOST_TEST(second.contents() == "second");
    BOOST_TEST(std::string(buffer, 5) == ".....");
    close(number);
}

BOOST_AUTO_TEST_CASE(a_closed_descriptor_is_noticed) {
    ScratchFile file("first");
    int number = file.open_again(O_RDWR);
    Busy busy;
    Owner owner;
    owner.submit(write_at(number, 0, "WRITE"));
    close(number);
    busy.release();
    BOOST_TEST(owner.finish() == (Status{-1, EBADF}));
}

BOOST_AUTO_TEST_CASE(a_number_that_stands_for_the_same_file_again_will_do) {
    ScratchFile file("first");
    int number = file.open_again(O_RDWR);
    Busy busy;
    Owner owner;
    owner.submit(write_at(number, 0, "WRITE"));
    reuse(number, file);
    busy.release();
    BOOST_TEST(owner.finish() == (Status{5, 0}));
    BOOST_TEST(file.contents() == "WRITE");
    close(number);
}

// From submission on, whether or not a worker has seen the request.
BOOST_AUTO_TEST_CASE(a_request_serves_its_owner_until_it_is_done) {
    ScratchFile file("first");
    Busy busy;
    Owner owner;
    Owner other;
    owner.submit(write_at(file.fd(), 0, "WRITE"));
    BOOST_TEST(engine.has_requests(file.fd()));
    BOOST_TEST(engine.serves(owner.number(), &owner));
    admit_what_came_in();
    BOOST_TEST(engine.serves(owner.number(), &owner));
    BOOST_TEST(!engine.serves(owner.number(), &other));
    BOOST_TEST(!engine.serves(UINT32_MAX, &owner));
    busy.release();
    owner.finish();
    let_go(file.fd());
    BOOST_TEST(!engine.serves(owner.number(), &owner));
}

// Requests of different descriptors have nothing to do with each other but the worker.
BOOST_AUTO_TEST_CASE(the_more_urgent_is_performed_first) {
    static const std::string kTexts[] = {"0", "1", "2", "3", "4"};
    const int priorities[] = {0, -5, 7, 0, 7};
    ScratchFile log({}, O_APPEND);
    std::vector<int> numbers;
    std::deque<Owner> owners;
    Busy busy;
    for (size_t i = 0; i < std::size(priorities); ++i) {
        numbers.push_back(log.open_again(O_RDWR | O_APPEND));
        owners.emplace_back().submit(write_at(numbers[i], 0, kTexts[i], priorities[i]));
    }
    busy.release();
    for (Owner& owner : owners) {
        owner.finish();
    }
    BOOST_TEST(log.contents() == "24031");
    for (int number : numbers) {
        close(number);
    }
}

BOOST_AUTO_TEST_CASE(streams_that_wait_hold_no_worker) {
    constexpr size_t kStreams = 50;
    char bytes[kStreams];
    std::deque<Owner> readers(kStreams);
    std::deque<ReadGate> gates(kStreams);
    for (size_t i = 0; i < kStreams; ++i) {
        readers[i].submit(read_at(gates[i].fd(), 0, &bytes[i], 1));
    }
    ScratchFile file;
    Owner owner;
    owner.submit(write_at(file.fd(), 0, "x"));
    BOOST_TEST(owner.finish() == (Status{1, 0}));
    for (size_t i = kStreams; i-- > 0;) {
        BOOST_TEST(readers[i].published() == 0);
        gates[i].release(std::string(1, static_cast<char>('0' + i)));
        BOOST_TEST(readers[i].finish() == (Status{1, 0}));
        BOOST_TEST(bytes[i] == static_cast<char>('0' + i));
    }
}

BOOST_AUTO_TEST_CASE(both_directions_of_a_stream_go_on_side_by_side) {
    int ends[2];
    require(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0, "make a pair of sockets");
    char byte;
    Owner read;
    Owner write;
    read.submit(read_at(ends[0], 0, &byte, 1));
    write.submit(write_at(ends[0], 0, "out"));
    BOOST_TEST(write.finish() == (Status{3, 0}));
    BOOST_TEST(read.published() == 0);
    require(::write(ends[1], "!", 1) == 1, "write to a socket");
    BOOST_TEST(read.finish() == (Status{1, 0}));
    BOOST_TEST(byte == '!');
    close(ends[0]);
    close(ends[1]);
}

}  // namespace
}  // namespace uaio
