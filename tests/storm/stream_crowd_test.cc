// A thousand requests that wait for streams hold no worker: with a pool of one, file I/O goes on,
// and each of the thousand gets its data, or is cancelled. Also order within a direction, and long
// writes. The program runs with UAIO_THREADS=1.
#define BOOST_TEST_MODULE stream_storm
#include <aio.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <deque>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/storm/streams.h"
#include "tests/storm/work.h"
#include "tests/support/request.h"
#include "tests/support/require.h"
#include "tests/support/scratch_file.h"
#include "tests/support/seed.h"

namespace uaio {
namespace {

using namespace test;

using Random = std::mt19937_64;

// Two descriptors for each stream, and some to spare; fewer streams where that is not allowed.
size_t streams_allowed(size_t wanted) {
    rlimit limit;
    require(getrlimit(RLIMIT_NOFILE, &limit) == 0, "ask for the limit of descriptors");
    limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, 2 * wanted + 100);
    require(setrlimit(RLIMIT_NOFILE, &limit) == 0, "raise the limit of descriptors");
    size_t allowed = std::min<size_t>(wanted, (limit.rlim_cur - 100) / 2);
    if (allowed < wanted) {
        printf("%zu streams instead of %zu: no more descriptors\n", allowed, wanted);
    }
    return allowed;
}

std::string label(char kind, size_t number) {
    return kind + std::to_string(100'000 + number);
}

void check_file_io() {
    ScratchFile file;
    for (off_t i = 0; i < 100; ++i) {
        Request write(file.fd(), "file I/O", i * 8);
        BOOST_TEST_REQUIRE(write.write() == 0);
        BOOST_TEST_REQUIRE(write.finish() == transferred(8));
    }
}

BOOST_AUTO_TEST_CASE(a_thousand_pipes_wait) {
    size_t count = streams_allowed(1000);
    std::deque<Request> reads;
    std::deque<Stream> pipes;
    for (size_t i = 0; i < count; ++i) {
        pipes.emplace_back(Stream::Kind::kPipe);
        BOOST_TEST_REQUIRE(reads.emplace_back(pipes[i].here(), 7).read() == 0);
    }
    check_file_io();
    BOOST_TEST(do_some_work() == 0);
    BOOST_TEST(std::ranges::all_of(reads, &Request::in_progress));
    for (size_t i = 0; i < count; i += 2) {
        pipes[i].send(label('p', i));
    }
    for (size_t i = 0; i < count; ++i) {
        if (i % 2 == 0) {
            BOOST_TEST_REQUIRE(reads[i].finish() == transferred(7));
            BOOST_TEST_REQUIRE(reads[i].text() == label('p', i));
        } else {
            BOOST_TEST_REQUIRE(cancel_waiting(reads[i]) == AIO_CANCELED);
            BOOST_TEST_REQUIRE(reads[i].finish() == failed(ECANCELED));
        }
    }
}

BOOST_AUTO_TEST_CASE(a_thousand_sockets_wait_in_both_directions) {
    size_t count = streams_allowed(1000);
    std::deque<Request> reads;
    std::deque<Request> writes;
    std::deque<Stream> sockets;
    std::vector<size_t> filled;
    for (size_t i = 0; i < count; ++i) {
        sockets.emplace_back(Stream::Kind::kSocket);
        filled.push_back(sockets[i].fill());
        BOOST_TEST_REQUIRE(reads.emplace_back(sockets[i].here(), 7).read() == 0);
        BOOST_TEST_REQUIRE(writes.emplace_back(sockets[i].here(), label('w', i)).write() == 0);
    }
    check_file_io();
    BOOST_TEST(std::ranges::all_of(reads, &Request::in_progress));
    BOOST_TEST(std::ranges::all_of(writes, &Request::in_progress));
    // Neither direction waits for the other.
    for (size_t i = 0; i < count; ++i) {
        sockets[i].send(label('r', i));
        BOOST_TEST_REQUIRE(reads[i].finish() == transferred(7));
        BOOST_TEST_REQUIRE(reads[i].text() == label('r', i));
        if (i % 4 == 3) {
            BOOST_TEST_REQUIRE(cancel_waiting(writes[i]) == AIO_CANCELED);
            BOOST_TEST_REQUIRE(writes[i].finish() == failed(ECANCELED));
            continue;
        }
        BOOST_TEST_REQUIRE(sockets[i].receive(filled[i]) == std::string(filled[i], '.'));
        BOOST_TEST_REQUIRE(sockets[i].receive(7) == label('w', i));
        BOOST_TEST_REQUIRE(writes[i].finish() == transferred(7));
    }
}

// Each direction of a socket serves its requests in the order of their submission.
BOOST_AUTO_TEST_CASE(a_direction_keeps_order) {
    constexpr size_t kRequests = 200;
    Random random(announced_seed(20'260'304));
    for (size_t round = 0; round < scaled(20); ++round) {
        std::deque<Request> reads;
        std::deque<Request> writes;
        Stream socket(Stream::Kind::kSocket);
        size_t filled = socket.fill();
        std::string incoming(kRequests, ' ');
        std::ranges::generate(incoming, [&] { return static_cast<char>('a' + random() % 26); });
        std::string outgoing;
        for (size_t i = 0; i < kRequests; ++i) {
            BOOST_TEST_REQUIRE(reads.emplace_back(socket.here(), 1).read() == 0);
            std::string text(1 + random() % 5, static_cast<char>('A' + i % 26));
            outgoing += text;
            BOOST_TEST_REQUIRE(writes.emplace_back(socket.here(), text).write() == 0);
        }
        for (size_t i = 0; i < kRequests;) {
            size_t part = std::min<size_t>(1 + random() % 30, kRequests - i);
            socket.send(incoming.substr(i, part));
            i += part;
        }
        BOOST_TEST_REQUIRE(socket.receive(filled) == std::string(filled, '.'));
        BOOST_TEST_REQUIRE(socket.receive(outgoing.size()) == outgoing);
        std::string got;
        for (size_t i = 0; i < kRequests; ++i) {
            BOOST_TEST_REQUIRE(reads[i].finish() == transferred(1));
            got += reads[i].text();
            BOOST_TEST_REQUIRE(writes[i].finish().error == 0);
        }
        BOOST_TEST_REQUIRE(got == incoming);
    }
}

BOOST_AUTO_TEST_CASE(a_long_write_ends_with_all_its_bytes) {
    constexpr size_t kBytes = size_t{1} << 20;
    Random random(announced_seed(20'260'305));
    for (size_t round = 0; round < scaled(20); ++round) {
        for (Stream::Kind kind : {Stream::Kind::kPipe, Stream::Kind::kSocket}) {
            std::string text(kBytes, ' ');
            std::ranges::generate(text, [&] { return static_cast<char>(random()); });
            std::string end = "the end";
            std::deque<Request> writes;
            Stream stream(kind, Stream::Way::kOut);
            BOOST_TEST_REQUIRE(writes.emplace_back(stream.here(), text).write() == 0);
            BOOST_TEST_REQUIRE(writes.emplace_back(stream.here(), end).write() == 0);
            bool same = stream.receive(kBytes + end.size()) == text + end;
            BOOST_TEST_REQUIRE(same);
            BOOST_TEST_REQUIRE(writes[0].finish() == transferred(kBytes));
            BOOST_TEST_REQUIRE(writes[1].finish() == transferred(end.size()));
        }
    }
}

}  // namespace
}  // namespace uaio
