// Message: what a line looks like, where it is cut, and that it reaches standard error whole.
// Method: send lines in a child process whose standard error is a file.
#define BOOST_TEST_MODULE message
#include "threadpool/base/message.h"

#include <errno.h>
#include <limits.h>
#include <unistd.h>

#include <algorithm>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/threadpool/base/child.h"

namespace uaio {
namespace {

constexpr size_t kLineBytesMax = 512;  // with its newline

std::string sent(const std::function<void()>& body) {
    return test::run_in_child(body).errors;
}

BOOST_AUTO_TEST_CASE(a_line_is_the_prefix_and_what_was_added_in_order) {
    std::string line =
        sent([] { Message().text("UAIO_THREADS=").number(12).text(": too many").send(); });
    BOOST_TEST(line == "uaio: UAIO_THREADS=12: too many\n");
}

BOOST_AUTO_TEST_CASE(every_long_is_printed_in_decimal) {
    for (long number : {0L, 7L, 10L, -1L, -10L, LONG_MAX, LONG_MIN, LONG_MIN + 1}) {
        std::string line = sent([number] { Message().number(number).send(); });
        BOOST_TEST(line == "uaio: " + std::to_string(number) + "\n");
    }
}

BOOST_AUTO_TEST_CASE(a_long_line_is_cut_and_keeps_its_newline) {
    std::string text(2 * kLineBytesMax, 'x');
    std::string line = sent([&] { Message().text(text.c_str()).number(5).send(); });
    std::string whole = "uaio: " + text;
    BOOST_TEST(line == whole.substr(0, kLineBytesMax - 1) + "\n");
}

BOOST_AUTO_TEST_CASE(a_line_that_just_fits_is_not_cut) {
    std::string text(kLineBytesMax - sizeof "uaio: ", 'x');
    std::string line = sent([&] { Message().text(text.c_str()).send(); });
    BOOST_TEST(line == "uaio: " + text + "\n");
}

BOOST_AUTO_TEST_CASE(what_is_printed_cannot_start_a_line_or_command_a_terminal) {
    std::string line = sent([] { Message().text("a\nb\x1b[2Jc\x7f\t\xc3\xa9").send(); });
    BOOST_TEST(line == "uaio: a?b?[2Jc??\xc3\xa9\n");
}

BOOST_AUTO_TEST_CASE(errno_is_kept_even_if_nobody_can_read_the_line) {
    test::ChildEnd end = test::run_in_child([] {
        close(STDERR_FILENO);
        errno = EDOM;
        Message().text("lost").send();
        _exit(errno == EDOM ? 0 : 1);
    });
    BOOST_TEST(end.status == 0);
}

// Each thread sends lines of one letter; a line with two letters, or of another length, was mixed.
BOOST_AUTO_TEST_CASE(lines_of_several_threads_do_not_mix) {
    constexpr int kThreads = 4;
    constexpr int kLines = 500;
    constexpr size_t kLetters = 200;
    std::string lines = sent([] {
        std::vector<std::thread> threads;
        for (int thread = 0; thread < kThreads; ++thread) {
            threads.emplace_back([thread] {
                std::string text(kLetters, static_cast<char>('a' + thread));
                for (int line = 0; line < kLines; ++line) {
                    Message().text(text.c_str()).send();
                }
            });
        }
        for (std::thread& thread : threads) {
            thread.join();
        }
    });
    std::istringstream stream(lines);
    int whole = 0;
    for (std::string line; std::getline(stream, line);) {
        std::string letters = line.substr(std::min(line.size(), sizeof "uaio: " - 1));
        whole += letters == std::string(kLetters, letters.empty() ? ' ' : letters[0]);
    }
    BOOST_TEST(whole == kThreads * kLines);
}

}  // namespace
}  // namespace uaio
