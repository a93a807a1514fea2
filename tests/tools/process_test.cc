// A process found by number or name. Method: this process, children that wait and end at a word,
// and names that nobody has.
#define BOOST_TEST_MODULE process
#include "tools/uaio/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <functional>
#include <string>

#include <boost/test/unit_test.hpp>

#include "tests/support/require.h"
#include "tools/uaio/failure.h"

namespace uaio::tools {
namespace {

// Waits under a name of its own until it is killed.
class Child {
  public:
    explicit Child(const std::string& name) {
        int ready[2];
        test::require(pipe(ready) == 0, "pipe");
        pid_ = fork();
        test::require(pid_ >= 0, "fork");
        if (pid_ == 0) {
            prctl(PR_SET_NAME, name.c_str());
            close(ready[0]);
            close(ready[1]);
            for (;;) pause();
        }
        close(ready[1]);
        char none;
        test::require(read(ready[0], &none, 1) == 0, "wait for the child's name");
        close(ready[0]);
    }
    ~Child() { end(); }

    pid_t pid() const { return pid_; }

    void end() {
        if (pid_ <= 0) return;
        kill(pid_, SIGKILL);
        waitpid(pid_, nullptr, 0);
        pid_ = 0;
    }

  private:
    pid_t pid_;
};

bool any(const Process& /*process*/) {
    return true;
}

void expect_refusal(const std::string& operand, const std::string& why,
                    const std::function<bool(const Process&)>& wanted = any) {
    BOOST_CHECK_EXCEPTION(find_process(operand, wanted), Failure, [&](const Failure& failure) {
        BOOST_TEST(failure.what() == why);
        return failure.status() == kExitFailure;
    });
}

BOOST_AUTO_TEST_CASE(a_number_finds_the_process) {
    Process process = find_process(std::to_string(getpid()), any);
    BOOST_TEST(process.pid() == getpid());
    BOOST_TEST(process.own_pid() == getpid());
    BOOST_TEST(process.title() == process.name() + ", process " + std::to_string(getpid()));
    BOOST_TEST(!process.has_ended());
    BOOST_TEST(process.read("maps").find("[stack]") != std::string::npos);
    BOOST_TEST(process.open("mem", O_RDONLY).valid());
}

BOOST_AUTO_TEST_CASE(a_name_finds_the_only_one) {
    Child child("uaio-only-one");
    BOOST_TEST(find_process("uaio-only-one", any).pid() == child.pid());
    BOOST_TEST(find_process("uaio-only-one", [](auto&) { return false; }).pid() == child.pid());
}

// The system keeps fifteen letters of it.
BOOST_AUTO_TEST_CASE(a_long_name_finds_what_is_left_of_it) {
    Child child("uaio-sixteen-le");
    BOOST_TEST(find_process("uaio-sixteen-letters", any).pid() == child.pid());
}

BOOST_AUTO_TEST_CASE(of_several_the_only_wanted_one_is_meant) {
    Child one("uaio-twin");
    Child other("uaio-twin");
    pid_t wanted = other.pid();
    auto is_wanted = [=](const Process& process) { return process.pid() == wanted; };
    BOOST_TEST(find_process("uaio-twin", is_wanted).pid() == wanted);
    pid_t low = std::min(one.pid(), other.pid());
    pid_t high = std::max(one.pid(), other.pid());
    expect_refusal("uaio-twin", "several processes are called 'uaio-twin': " + std::to_string(low) +
                                    " " + std::to_string(high));
    expect_refusal("uaio-twin",
                   "no process called 'uaio-twin' keeps statistics (see `uaio run --stats`)",
                   [](auto&) { return false; });
}

BOOST_AUTO_TEST_CASE(what_there_is_not_is_refused) {
    Child child("uaio-gone");
    std::string number = std::to_string(child.pid());
    child.end();
    expect_refusal(number, "there is no process " + number);
    expect_refusal("uaio-gone", "there is no process called 'uaio-gone'");
    expect_refusal("0", "there is no process 0");
    expect_refusal("99999999999999999999", "there is no process 99999999999999999999");
    expect_refusal("", "there is no process called ''");
    expect_refusal("-1", "there is no process called '-1'");
    expect_refusal("\x1b[2J", "there is no process called '?[2J'");
}

BOOST_AUTO_TEST_CASE(a_name_cannot_write_to_the_terminal) {
    Child child("\x1b[2J");
    BOOST_TEST(Process(child.pid()).name() == "?[2J");
}

BOOST_AUTO_TEST_CASE(what_belonged_to_it_is_gone_with_it) {
    Child child("uaio-ends");
    Process process(child.pid());
    kill(child.pid(), SIGKILL);
    pollfd end = {.fd = process.end_fd(), .events = POLLIN, .revents = 0};
    test::require(poll(&end, 1, -1) == 1, "wait for the end");
    BOOST_TEST(process.has_ended());
    child.end();
    BOOST_TEST(!process.open("maps", O_RDONLY).valid());
    BOOST_CHECK_THROW(process.read("maps"), Failure);
}

}  // namespace
}  // namespace uaio::tools
