// aio_read: what arrives in the buffer, and how much. Method: read files, pipes and sockets with
// known contents, and compare bytes and counts with what read() and pread() promise.

#include <aio.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <deque>
#include <iterator>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/conformance/posix.h"
#include "tests/support/gate.h"
#include "tests/support/request.h"
#include "tests/support/scratch_file.h"
#include "tests/support/seed.h"
#include "tests/support/twins.h"

using namespace uaio::conformance;
using namespace uaio::test;

namespace {

constexpr int64_t kGiB = int64_t{1} << 30;

// As far as 5 GiB, if struct aiocb's offsets reach so far.
constexpr off_t kFar = sizeof(off_t) > 4 ? static_cast<off_t>(5 * kGiB) : INT32_MAX;

std::string noise(size_t bytes, std::mt19937_64& random) {
    std::string text(bytes, '\0');
    for (char& byte : text) byte = static_cast<char>(random());
    return text;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(reading)

BOOST_AUTO_TEST_CASE(reads_the_bytes_at_the_offset, *posix("aio_read: DESCRIPTION p1, p3")) {
    ScratchFile file("0123456789");
    Request request(file.fd(), 4, 3);
    BOOST_TEST(request.read() == 0);
    BOOST_TEST(request.finish() == transferred(4));
    BOOST_TEST(request.text() == "3456");
}

BOOST_AUTO_TEST_CASE(does_not_need_the_file_offset, *posix("aio_read: DESCRIPTION p3")) {
    ScratchFile file("0123456789");
    BOOST_TEST(lseek(file.fd(), 9, SEEK_SET) == 9);
    Request request(file.fd(), 3, 0);
    BOOST_TEST(request.read() == 0);
    BOOST_TEST(request.finish() == transferred(3));
    BOOST_TEST(request.text() == "012");
}

BOOST_AUTO_TEST_CASE(stops_short_at_the_end_of_the_file, *posix("aio_read: ERRORS p3; read")) {
    ScratchFile file("0123456789");
    Request request(file.fd(), 100, 6);
    BOOST_TEST(request.read() == 0);
    BOOST_TEST(request.finish() == transferred(4));
    BOOST_TEST(request.text() == "6789");
}

BOOST_AUTO_TEST_CASE(reads_nothing_at_and_past_the_end, *posix("aio_read: ERRORS p3; read")) {
    ScratchFile file("0123456789");
    for (off_t offset : {off_t{10}, off_t{11}, kFar}) {
        Request request(file.fd(), 8, offset);
        BOOST_TEST(request.read() == 0);
        BOOST_TEST(request.finish() == transferred(0));
    }
}

BOOST_AUTO_TEST_CASE(a_read_of_nothing_succeeds, *posix("aio_read: DESCRIPTION p1; read")) {
    ScratchFile file("0123456789");
    Request request(file.fd(), size_t{0}, 2);
    BOOST_TEST(request.read() == 0);
    BOOST_TEST(request.finish() == transferred(0));
}

BOOST_AUTO_TEST_CASE(ignores_the_list_opcode, *posix("aio_read: DESCRIPTION p5 (aio_lio_opcode)")) {
    ScratchFile file("0123456789");
    for (int opcode : {0 + LIO_READ, 0 + LIO_WRITE, 0 + LIO_NOP, 3, 4, 99, -1}) {
        Request request(file.fd(), 2, 8);
        request.block().aio_lio_opcode = opcode;
        BOOST_TEST(request.read() == 0);
        BOOST_TEST(request.finish() == transferred(2));
        BOOST_TEST(request.text() == "89");
    }
    BOOST_TEST(file.contents() == "0123456789");
}

BOOST_AUTO_TEST_CASE(many_reads_each_get_their_own_bytes, *posix("aio_read: DESCRIPTION p1, p3")) {
    std::mt19937_64 random(announced_seed(20240614));
    const std::string contents = noise(1 << 20, random);
    ScratchFile file(contents);
    std::deque<Request> requests;
    for (int i = 0; i < 1000; ++i) {
        size_t bytes = 1 + random() % 9000;
        requests.emplace_back(file.fd(), bytes, random() % (contents.size() - bytes));
        BOOST_TEST_REQUIRE(requests.back().read() == 0);
    }
    for (Request& request : requests) {
        const aiocb& block = request.block();
        BOOST_TEST(request.finish() == transferred(block.aio_nbytes));
        BOOST_TEST((request.text() ==
                    contents.substr(static_cast<size_t>(block.aio_offset), block.aio_nbytes)));
    }
}

BOOST_AUTO_TEST_CASE(reads_large_blocks_whole, *posix("aio_read: DESCRIPTION p1")) {
    std::mt19937_64 random(announced_seed(7));
    const std::string contents = noise(9 << 20, random);
    ScratchFile file(contents);
    Request request(file.fd(), contents.size() - 1, 1);
    BOOST_TEST(request.read() == 0);
    BOOST_TEST(request.finish() == transferred(contents.size() - 1));
    BOOST_TEST((request.text() == contents.substr(1)));
}

BOOST_AUTO_TEST_CASE(reads_through_a_direct_descriptor, *promise("O_DIRECT, aligned")) {
    constexpr size_t kBlock = 4096;
    std::unique_ptr<ScratchFile> file;
    std::string contents(16 * kBlock, '\0');
    for (size_t i = 0; i < contents.size(); ++i) contents[i] = static_cast<char>('a' + i / kBlock);
    try {
        file = std::make_unique<ScratchFile>(contents, O_DIRECT);
    } catch (const std::system_error&) {
        puts("skipped: this file system has no O_DIRECT");
        return;
    }
    void* memory = nullptr;
    BOOST_TEST_REQUIRE(posix_memalign(&memory, kBlock, contents.size()) == 0);
    std::unique_ptr<void, decltype(&free)> owner(memory, free);
    std::vector<aiocb> blocks(16);
    for (size_t i = 0; i < blocks.size(); ++i) {
        char* buffer = static_cast<char*>(memory) + i * kBlock;
        set_up(&blocks[i], file->fd(), buffer, kBlock, static_cast<off_t>(i * kBlock));
        BOOST_TEST(aio_read(&blocks[i]) == 0);
    }
    for (aiocb& block : blocks) BOOST_TEST(finish(&block) == transferred(kBlock));
    BOOST_TEST((std::string_view(static_cast<char*>(memory), contents.size()) == contents));
}

BOOST_AUTO_TEST_CASE(a_pipe_has_no_offset, *posix("aio_read: DESCRIPTION p3; lseek: ESPIPE")) {
    ReadGate gate;
    gate.release("hello");
    Request request(gate.fd(), 5, 123456789);
    BOOST_TEST(request.read() == 0);
    BOOST_TEST(request.finish() == transferred(5));
    BOOST_TEST(request.text() == "hello");
}

BOOST_AUTO_TEST_CASE(a_pipe_gives_what_it_has, *posix("aio_read: ERRORS p3; read: pipes")) {
    ReadGate gate;
    gate.release("hello");
    Request request(gate.fd(), 100);
    BOOST_TEST(request.read() == 0);
    BOOST_TEST(request.finish() == transferred(5));
    BOOST_TEST(request.text() == "hello");
}

BOOST_AUTO_TEST_CASE(waits_for_data_in_a_pipe, *posix("aio_read: DESCRIPTION p1, last sentence")) {
    Request request(-1, 1);
    ReadGate gate;
    request.block().aio_fildes = gate.fd();
    BOOST_TEST(request.read() == 0);
    BOOST_TEST(request.in_progress());
    gate.release("x");
    BOOST_TEST(request.finish() == transferred(1));
    BOOST_TEST(request.text() == "x");
}

BOOST_AUTO_TEST_CASE(a_pipe_without_writers_is_at_its_end, *posix("aio_read: ERRORS p3; read")) {
    Request request(-1, 1);
    ReadGate gate;
    request.block().aio_fildes = gate.fd();
    BOOST_TEST(request.read() == 0);
    gate.end();
    BOOST_TEST(request.finish() == transferred(0));
}

BOOST_AUTO_TEST_CASE(reads_of_one_pipe_are_served_in_order,
                     *posix("XSH 2.8.2: FIFO for equal priorities where order can be seen")) {
    std::deque<Request> requests;
    ReadGate gate;
    for (int i = 0; i < 100; ++i) {
        requests.emplace_back(gate.fd(), 1);
        BOOST_TEST_REQUIRE(requests.back().read() == 0);
    }
    std::string sent;
    for (int i = 0; i < 100; ++i) sent += static_cast<char>('0' + i % 64);
    for (char byte : sent) gate.release({&byte, 1});
    std::string received;
    for (Request& request : requests) {
        BOOST_TEST(request.finish() == transferred(1));
        received += request.text();
    }
    BOOST_TEST(received == sent);
}

BOOST_AUTO_TEST_CASE(reads_of_one_socket_are_served_in_order, *posix("XSH 2.8.2; aio_read p1")) {
    int ends[2];
    BOOST_TEST_REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
    {
        std::deque<Request> requests;
        for (int i = 0; i < 26; ++i) {
            requests.emplace_back(ends[0], 3);
            BOOST_TEST_REQUIRE(requests.back().read() == 0);
        }
        for (char letter = 'a'; letter <= 'z'; ++letter) {
            // A message at a time, so that no read is short.
            Request& next = requests[static_cast<size_t>(letter - 'a')];
            const std::string message(3, letter);
            BOOST_TEST(write(ends[1], message.data(), message.size()) == 3);
            BOOST_TEST(next.finish() == transferred(3));
            BOOST_TEST(next.text() == message);
        }
    }
    close(ends[0]);
    close(ends[1]);
}

// glibc runs one request of a descriptor at a time and never sends the reply (hangs).
BOOST_AUTO_TEST_CASE(a_blocked_read_does_not_hold_up_a_write_of_the_same_socket,
                     *boost::unit_test::label(kParallel) *
                         promise("the two directions of a socket are independent")) {
    int ends[2];
    BOOST_TEST_REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
    {
        Request incoming(ends[0], 4);
        Request outgoing(ends[0], "ping");
        BOOST_TEST(incoming.read() == 0);
        BOOST_TEST(outgoing.write() == 0);
        BOOST_TEST(outgoing.finish() == transferred(4));
        BOOST_TEST(incoming.in_progress());
        char message[4];
        BOOST_TEST(read(ends[1], message, sizeof message) == 4);
        BOOST_TEST(write(ends[1], "pong", 4) == 4);
        BOOST_TEST(incoming.finish() == transferred(4));
        BOOST_TEST(incoming.text() == "pong");
    }
    close(ends[0]);
    close(ends[1]);
}

BOOST_AUTO_TEST_CASE(the_64_twin_reads_beyond_4_gib, *posix("large file extension: aio_read64")) {
    ScratchFile file;
    const std::string far = "far away";
    BOOST_TEST_REQUIRE(pwrite64(file.fd(), far.data(), far.size(), 5 * kGiB) == std::ssize(far));
    std::string buffer(far.size(), '\0');
    aiocb64 block;
    memset(&block, 0xA5, sizeof block);
    block.aio_fildes = file.fd();
    block.aio_buf = buffer.data();
    block.aio_nbytes = buffer.size();
    block.aio_offset = 5 * kGiB;
    block.aio_reqprio = 0;
    block.aio_sigevent.sigev_notify = SIGEV_NONE;
    BOOST_TEST(aio_read64(&block) == 0);
    const aiocb64* list[] = {nullptr, &block};
    BOOST_TEST(aio_suspend64(list, 2, nullptr) == 0);
    BOOST_TEST(aio_error64(&block) == 0);
    BOOST_TEST(aio_return64(&block) == std::ssize(far));
    BOOST_TEST(buffer == far);
}

BOOST_AUTO_TEST_CASE(a_buffer_that_is_not_there_fails_alone, *posix("read: EFAULT (optional)")) {
    ScratchFile file("0123456789");
    void* hole = mmap(nullptr, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    BOOST_TEST_REQUIRE(hole != MAP_FAILED);
    aiocb block;
    set_up(&block, file.fd(), hole, 10, 0);
    BOOST_TEST(submit_or_status(aio_read, &block) == EFAULT);
    munmap(hole, 4096);
    Request request(file.fd(), 10);
    BOOST_TEST(request.read() == 0);
    BOOST_TEST(request.finish() == transferred(10));
}

BOOST_AUTO_TEST_CASE(a_folder_cannot_be_read, *posix("aio_read: ERRORS p3; read: EISDIR")) {
    int folder = open(scratch_folder().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    BOOST_TEST_REQUIRE(folder >= 0);
    {
        Request request(folder, 10);
        BOOST_TEST(submit_or_status(aio_read, &request.block()) == EISDIR);
    }
    close(folder);
}

BOOST_AUTO_TEST_CASE(success_leaves_errno_alone, *promise("no function touches errno in success")) {
    ScratchFile file("0123456789");
    Request request(file.fd(), 10);
    errno = E2BIG;
    int answer = aio_read(&request.block());
    const aiocb* list[] = {&request.block()};
    int suspended = aio_suspend(list, 1, nullptr);
    int status = aio_error(list[0]);
    ssize_t result = aio_return(&request.block());
    int cancelled = aio_cancel(file.fd(), nullptr);
    int error = errno;
    BOOST_TEST(answer == 0);
    BOOST_TEST(suspended == 0);
    BOOST_TEST(status == 0);
    BOOST_TEST(result == 10);
    BOOST_TEST(cancelled == AIO_ALLDONE);
    BOOST_TEST(error == E2BIG);
}

BOOST_AUTO_TEST_SUITE_END()
