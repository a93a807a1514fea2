// Requests that wait for a stream, and whose descriptor the program closes without a word to the
// library: they end with EBADF, and nobody else is disturbed. The engine finds it out by looking
// now and then; how soon is not said. Method: a single worker, so that a test knows when requests
// wait.
#define BOOST_TEST_MODULE engine_streams
#include "aio/engine.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <deque>
#include <string>

#include <boost/test/unit_test.hpp>

#include "aio/limits.h"
#include "tests/aio/own_door.h"
#include "tests/support/gate.h"
#include "tests/support/require.h"
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

// A pipe whose reader the test may close itself.
struct Pipe {
    Pipe() {
        int ends[2];
        require(pipe(ends) == 0, "make a pipe");
        reader = ends[0];
        writer = ends[1];
    }
    ~Pipe() {
        close_reader();
        close(writer);
    }
    Pipe(const Pipe&) = delete;
    Pipe& operator=(const Pipe&) = delete;

    void close_reader() {
        if (reader >= 0) {
            close(reader);
            reader = -1;
        }
    }

    int reader;
    int writer;
};

// The only worker has tried all streams that came before when it has done this.
void wait_until_tried() {
    ScratchFile file;
    Owner owner;
    owner.submit(write_at(file.fd(), 0, "x"));
    BOOST_TEST_REQUIRE(owner.finish() == (Status{1, 0}));
    let_go(file.fd());
}

BOOST_AUTO_TEST_CASE(a_read_whose_descriptor_is_closed_ends) {
    char byte;
    Owner owner;
    Pipe pipe;
    int number = pipe.reader;
    owner.submit(read_at(number, 0, &byte, 1));
    wait_until_tried();
    pipe.close_reader();
    BOOST_TEST(owner.finish() == (Status{-1, EBADF}));
    let_go(number);
}

// The bytes of the other pipe are left for those who ask for them.
BOOST_AUTO_TEST_CASE(a_read_whose_descriptor_is_another_stream_s_now_ends) {
    char bytes[5] = {'.', '.', '.', '.', '.'};
    Owner before;
    Owner after;
    Pipe first;
    Pipe second;
    before.submit(read_at(first.reader, 0, bytes, sizeof bytes));
    wait_until_tried();
    require(write(second.writer, "other", 5) == 5, "write to a pipe");
    require(dup2(second.reader, first.reader) == first.reader, "reuse a descriptor");
    BOOST_TEST(before.finish() == (Status{-1, EBADF}));
    BOOST_TEST(std::string(bytes, 5) == ".....");
    after.submit(read_at(first.reader, 0, bytes, sizeof bytes));
    BOOST_TEST(after.finish() == (Status{5, 0}));
    BOOST_TEST(std::string(bytes, 5) == "other");
    let_go(first.reader);
}

// It is the same file under the same number, but nobody has been asked to tell of this opening.
BOOST_AUTO_TEST_CASE(a_read_of_a_named_pipe_that_was_opened_again_is_served) {
    std::string folder = scratch_folder() + "/uaio-XXXXXX";
    require(mkdtemp(folder.data()) != nullptr, "make a folder");
    std::string path = folder + "/fifo";
    require(mkfifo(path.c_str(), 0600) == 0, "make a named pipe");
    int writer = open(path.c_str(), O_RDWR);
    int reader = open(path.c_str(), O_RDONLY | O_NONBLOCK);
    require(writer >= 0 && reader >= 0 && fcntl(reader, F_SETFL, 0) == 0, "open a named pipe");
    char byte;
    Owner owner;
    owner.submit(read_at(reader, 0, &byte, 1));
    wait_until_tried();
    int again = open(path.c_str(), O_RDONLY);
    require(again >= 0 && close(reader) == 0 && dup2(again, reader) == reader, "open it again");
    require(write(writer, "x", 1) == 1, "write to a named pipe");
    BOOST_TEST(owner.finish() == (Status{1, 0}));
    let_go(reader);
    for (int fd : {writer, reader, again}) {
        close(fd);
    }
    unlink(path.c_str());
    rmdir(folder.c_str());
}

// They are looked at a few at a time; whoever is behind the first few is found too.
BOOST_AUTO_TEST_CASE(reads_of_other_descriptors_go_on_waiting) {
    constexpr size_t kOthers = kRecheckBatch + 6;
    char bytes[kOthers];
    char byte;
    std::deque<Owner> others(kOthers);
    Owner owner;
    std::deque<ReadGate> gates(kOthers);
    Pipe pipe;
    for (size_t i = 0; i < kOthers; ++i) {
        others[i].submit(read_at(gates[i].fd(), 0, &bytes[i], 1));
    }
    int number = pipe.reader;
    owner.submit(read_at(number, 0, &byte, 1));
    wait_until_tried();
    pipe.close_reader();
    BOOST_TEST(owner.finish() == (Status{-1, EBADF}));
    let_go(number);
    for (size_t i = 0; i < kOthers; ++i) {
        BOOST_TEST(others[i].published() == 0);
        gates[i].release("!");
        BOOST_TEST(others[i].finish() == (Status{1, 0}));
        let_go(gates[i].fd());
    }
}

}  // namespace
}  // namespace uaio
