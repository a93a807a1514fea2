// Streams of every kind: what ends a request that waits for them, and what of them never waits. And
// programs that close descriptors they know nothing of, ours among them.
#include <aio.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <atomic>
#include <deque>
#include <iterator>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/storm/child.h"
#include "tests/storm/streams.h"
#include "tests/support/request.h"
#include "tests/support/require.h"
#include "tests/support/scratch_file.h"
#include "tests/support/signals.h"

namespace uaio {
namespace {

using namespace test;

// A descriptor of the test's own.
class Descriptor {
  public:
    explicit Descriptor(int fd) : fd_(fd) { require(fd >= 0, "open"); }
    ~Descriptor() { close(fd_); }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    operator int() const { return fd_; }

  private:
    int fd_;
};

BOOST_AUTO_TEST_CASE(the_other_end_goes_away) {
    for (size_t round = 0; round < scaled(300); ++round) {
        std::deque<Request> requests;
        Stream pipe(Stream::Kind::kPipe);
        BOOST_TEST_REQUIRE(requests.emplace_back(pipe.here(), 4).read() == 0);
        BOOST_TEST_REQUIRE(requests.emplace_back(pipe.here(), 4).read() == 0);
        pipe.send("end");
        pipe.hang_up();
        BOOST_TEST_REQUIRE(requests[0].finish() == transferred(3));
        BOOST_TEST_REQUIRE(requests[1].finish() == transferred(0));
    }
    for (size_t round = 0; round < scaled(300); ++round) {
        std::deque<Request> requests;
        Stream socket(Stream::Kind::kSocket);
        socket.fill();
        BOOST_TEST_REQUIRE(requests.emplace_back(socket.here(), 4).read() == 0);
        BOOST_TEST_REQUIRE(requests.emplace_back(socket.here(), "text").write() == 0);
        socket.hang_up();
        Outcome read = requests[0].finish();
        Outcome write = requests[1].finish();
        // The other end leaves unread what this one wrote. The error is told once, to either.
        BOOST_TEST_REQUIRE((read == transferred(0) || read == failed(ECONNRESET)), read);
        BOOST_TEST_REQUIRE((write == failed(EPIPE) || write == failed(ECONNRESET)), write);
    }
    for (size_t round = 0; round < scaled(300); ++round) {
        std::deque<Request> requests;
        Stream pipe(Stream::Kind::kPipe, Stream::Way::kOut);
        pipe.fill();
        BOOST_TEST_REQUIRE(requests.emplace_back(pipe.here(), "text").write() == 0);
        pipe.hang_up();
        BOOST_TEST_REQUIRE(requests[0].finish() == failed(EPIPE));
    }
}

std::atomic<int> quits{0};

// The example of aio(7): a program reads the terminal twice and cancels when the user wants to
// quit.
BOOST_AUTO_TEST_CASE(a_terminal_read_twice_is_cancelled) {
    SignalHandler handler(SIGQUIT, [](int, siginfo_t*, void*) { quits.fetch_add(1); });
    for (size_t round = 0; round < scaled(100); ++round) {
        std::deque<Request> reads;
        Descriptor user(posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
        BOOST_TEST_REQUIRE(grantpt(user) == 0);
        BOOST_TEST_REQUIRE(unlockpt(user) == 0);
        Descriptor terminal(open(ptsname(user), O_RDWR | O_NOCTTY | O_CLOEXEC));
        BOOST_TEST_REQUIRE(reads.emplace_back(terminal, 20).read() == 0);
        BOOST_TEST_REQUIRE(reads.emplace_back(terminal, 20).read() == 0);
        if (round % 2 == 0) {
            BOOST_TEST_REQUIRE(write(user, "line\n", 5) == 5);
            BOOST_TEST_REQUIRE(reads[0].finish() == transferred(5));
            BOOST_TEST_REQUIRE(reads[0].text() == "line\n");
        }
        raise(SIGQUIT);
        BOOST_TEST_REQUIRE(quits == static_cast<int>(round) + 1);
        for (size_t i = round % 2 == 0 ? 1 : 0; i < reads.size(); ++i) {
            BOOST_TEST_REQUIRE(reads[i].in_progress());
            BOOST_TEST_REQUIRE(cancel_waiting(reads[i]) == AIO_CANCELED);
            BOOST_TEST_REQUIRE(reads[i].finish() == failed(ECANCELED));
        }
    }
}

BOOST_AUTO_TEST_CASE(a_named_pipe) {
    std::string path = scratch_folder() + "/uaio-fifo-" + std::to_string(getpid());
    BOOST_TEST_REQUIRE(mkfifo(path.c_str(), 0600) == 0);
    for (size_t round = 0; round < scaled(100); ++round) {
        Descriptor both(open(path.c_str(), O_RDWR | O_CLOEXEC));
        Descriptor reader(open(path.c_str(), O_RDONLY | O_CLOEXEC));
        Request read(reader, 5);
        BOOST_TEST_REQUIRE(read.read() == 0);
        Request write(both, "named");
        BOOST_TEST_REQUIRE(write.write() == 0);
        BOOST_TEST_REQUIRE(write.finish() == transferred(5));
        BOOST_TEST_REQUIRE(read.finish() == transferred(5));
        BOOST_TEST_REQUIRE(read.text() == "named");
    }
    unlink(path.c_str());
}

// They can be positioned, as far as lseek(2) says, and yet a read waits for ever.
int wait_for_event() {
    Descriptor events(eventfd(0, EFD_CLOEXEC));
    Request read(events, 8);
    uint64_t number = 7;
    std::string text(reinterpret_cast<char*>(&number), sizeof number);
    Request write(events, text);
    bool asked = read.read() == 0 && write.write() == 0;
    bool written = write.finish() == transferred(8);
    bool told = read.finish() == transferred(8) && read.text() == text;
    Request unwanted(events, 8);
    bool cancelled = unwanted.read() == 0 && cancel_waiting(unwanted) == AIO_CANCELED &&
                     unwanted.finish() == failed(ECANCELED);
    return !asked << 0 | !written << 1 | !told << 2 | !cancelled << 3;
}

int wait_for_timer() {
    ScratchFile file("x");
    Descriptor timer(timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC));
    Request tick(timer, 8);
    Request meanwhile(file.fd(), 1);
    bool asked = tick.read() == 0 && meanwhile.read() == 0;
    bool passed = meanwhile.finish() == transferred(1);
    itimerspec once = {{0, 0}, {0, 1}};
    bool set = timerfd_settime(timer, 0, &once, nullptr) == 0;
    bool ticked = tick.finish() == transferred(8);
    return !asked << 0 | !passed << 1 | !set << 2 | !ticked << 3;
}

BOOST_AUTO_TEST_CASE(events) {
    for (size_t round = 0; round < scaled(40); ++round) {
        BOOST_TEST_REQUIRE(run_child(wait_for_event) == 0);
    }
}

BOOST_AUTO_TEST_CASE(timers) {
    for (size_t round = 0; round < scaled(40); ++round) {
        BOOST_TEST_REQUIRE(run_child(wait_for_timer) == 0);
    }
}

BOOST_AUTO_TEST_CASE(devices) {
    Descriptor zero(open("/dev/zero", O_RDWR | O_CLOEXEC));
    Descriptor null(open("/dev/null", O_RDWR | O_CLOEXEC));
    Descriptor full(open("/dev/full", O_RDWR | O_CLOEXEC));
    for (size_t round = 0; round < scaled(200); ++round) {
        Request zeros(zero, std::string(100, 'x'));
        Request swallowed(null, "gone");
        Request nothing(null, 10);
        Request refused(full, "no room");
        BOOST_TEST_REQUIRE(zeros.read() == 0);
        BOOST_TEST_REQUIRE(swallowed.write() == 0);
        BOOST_TEST_REQUIRE(nothing.read() == 0);
        BOOST_TEST_REQUIRE(refused.write() == 0);
        BOOST_TEST_REQUIRE(zeros.finish() == transferred(100));
        BOOST_TEST_REQUIRE((zeros.text() == std::string(100, '\0')));
        BOOST_TEST_REQUIRE(swallowed.finish() == transferred(4));
        BOOST_TEST_REQUIRE(nothing.finish() == transferred(0));
        BOOST_TEST_REQUIRE(refused.finish() == failed(ENOSPC));
    }
}

// --- programs that close what they did not open -----------------------------------------------

constexpr int kReader = 0;
constexpr int kWriter = 20;
constexpr int kOtherReader = 21;
constexpr int kOtherWriter = 22;
constexpr int kLastNumber = 1100;  // above all that this program and the engine have open

void place_pipe(int reader, int writer) {
    int ends[2];
    require(pipe(ends) == 0, "make a pipe");
    require(dup2(ends[0], reader) >= 0 && dup2(ends[1], writer) >= 0, "place a pipe");
}

void close_all_but_pipes() {
    for (int fd = 3; fd < kLastNumber; ++fd) {
        if (fd < kWriter || fd > kOtherWriter) {
            close(fd);
        }
    }
}

// Takes every number that was closed, as daemons do that open their own files next.
template <class Open>
std::vector<int> take_numbers(const Open& open_one) {
    std::vector<int> taken;
    int fd;
    while ((fd = open_one()) >= 0 && fd < kLastNumber) {
        taken.push_back(fd);
    }
    return taken;
}

bool feeds(int writer, std::string_view bytes) {
    return write(writer, bytes.data(), bytes.size()) == std::ssize(bytes);
}

// Two reads wait, at any stage of being parked, when the descriptors go.
int lose_descriptors(unsigned laps) {
    place_pipe(kReader, kWriter);
    place_pipe(kOtherReader, kOtherWriter);
    Request first(kReader, 1);
    Request second(kReader, 1);
    if (first.read() != 0 || second.read() != 0) {
        return 1;
    }
    for (unsigned lap = 0; lap < laps; ++lap) {
        sched_yield();
    }
    close_all_but_pipes();
    std::vector<int> own = take_numbers([&] { return open("/dev/null", O_RDONLY | O_CLOEXEC); });
    Request third(kOtherReader, 1);
    bool asked = third.read() == 0;
    bool fed = feeds(kWriter, "xy") && feeds(kOtherWriter, "z");
    bool ended = first.finish() == transferred(1) && second.finish() == transferred(1) &&
                 third.finish() == transferred(1);
    bool good = first.text() == "x" && second.text() == "y" && third.text() == "z";
    int lost = 0;
    for (int fd : own) {
        lost += fcntl(fd, F_GETFD) < 0;
    }
    return !asked << 0 | !fed << 1 | !ended << 2 | !good << 3 | (lost != 0) << 4 | own.empty() << 5;
}

constexpr int kOurs = 1 << 3;

// The numbers become epoll sets of the program's own: nothing of ours may get into them.
int replace_by_epoll_sets(unsigned laps) {
    place_pipe(kReader, kWriter);
    place_pipe(kOtherReader, kOtherWriter);
    Request first(kReader, 1);
    if (first.read() != 0) {
        return 1;
    }
    for (unsigned lap = 0; lap < laps; ++lap) {
        sched_yield();
    }
    close_all_but_pipes();
    std::vector<int> own = take_numbers([] { return epoll_create1(EPOLL_CLOEXEC); });
    Request second(kOtherReader, 1);
    bool asked = second.read() == 0;
    bool fed = feeds(kWriter, "x") && feeds(kOtherWriter, "y");
    bool ended = first.finish() == transferred(1) && second.finish() == transferred(1);
    int wrong = 0;
    for (int fd : own) {
        epoll_event event;
        wrong += epoll_wait(fd, &event, 1, 0) != 0;
    }
    return !asked << 0 | !fed << 1 | !ended << 2 | (wrong != 0 ? kOurs : 0) | own.empty() << 4;
}

// The poller finds out when it next looks, so the children wait at the same time. Between the
// engine's proof that a set is its own and the system call the program may replace it, which nobody
// can rule out: what ends with `by_chance` must end well when it is done again.
template <class Body>
void run_children(const Body& body, int by_chance = 0) {
    auto lap = [&](unsigned round) { return body(round * 3); };
    std::vector<int> children;
    for (unsigned round = 0; round < scaled(40); ++round) {
        children.push_back(start_child([=] { return lap(round); }));
    }
    for (unsigned round = 0; round < children.size(); ++round) {
        int end = wait_for_child(children[round]);
        if (end != 0 && end == by_chance) {
            end = run_child([=] { return lap(round); });
        }
        BOOST_TEST(end == 0);
    }
}

BOOST_AUTO_TEST_CASE(a_program_closes_every_descriptor) {
    run_children(lose_descriptors);
}

BOOST_AUTO_TEST_CASE(a_program_replaces_every_descriptor) {
    run_children(replace_by_epoll_sets, kOurs);
}

}  // namespace
}  // namespace uaio
