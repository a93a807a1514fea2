// The table of counters. Method: made-up processes and the exact text expected for them.
#define BOOST_TEST_MODULE stats_table
#include "tools/uaio/stats_table.h"

#include <boost/test/unit_test.hpp>

namespace uaio::tools {
namespace {

constexpr size_t kColumnsMax = 100;

ProcessCounters process(const char* name, pid_t pid, uint64_t reads, uint64_t outstanding_max) {
    ProcessCounters counters{};
    counters.name = name;
    counters.pid = pid;
    counters.values[static_cast<size_t>(Counter::kSubmittedReads)] = reads;
    counters.outstanding_max = outstanding_max;
    return counters;
}

std::string name_of(Counter counter) {
    return kCounterNames[static_cast<size_t>(counter)];
}

// The lines of `text`, blanks squeezed, so that the test holds whatever the counters are called.
std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines(1);
    for (char c : text) {
        std::string& line = lines.back();
        if (c == '\n') {
            lines.emplace_back();
        } else if (c != ' ' || (!line.empty() && line.back() != ' ')) {
            line += c;
        }
    }
    lines.pop_back();
    return lines;
}

using Lines = std::vector<std::string>;

BOOST_AUTO_TEST_CASE(one_process_needs_no_total) {
    Statistics statistics{{process("fio", 7, 1000, 32)}, 0};
    Lines expected{"fio 7", name_of(Counter::kSubmittedReads) + " 1000", "most outstanding 32"};
    Lines lines = lines_of(format_statistics(statistics, kColumnsMax));
    BOOST_TEST(lines == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(totals_add_counters_and_take_the_highest_mark) {
    Statistics statistics{{process("a", 1, 5, 32), process("b", 2, 0, 40)}, 0};
    Lines expected{"total a 1 b 2", name_of(Counter::kSubmittedReads) + " 5 5 0",
                   "most outstanding 40 32 40"};
    Lines lines = lines_of(format_statistics(statistics, kColumnsMax));
    BOOST_TEST(lines == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(columns_are_aligned_at_the_right) {
    Statistics statistics{{process("a", 1, 5, 0), process("b", 2, 123456789, 0)}, 0};
    std::string text = format_statistics(statistics, kColumnsMax);
    size_t title = text.find('\n');
    BOOST_TEST(text.find('\n', title + 1) - title - 1 == title);
}

BOOST_AUTO_TEST_CASE(idle_processes_share_one_line) {
    Statistics statistics{{process("a", 1, 5, 0), process("sh", 2, 0, 0)}, 0};
    BOOST_TEST(lines_of(format_statistics(statistics, kColumnsMax)).back() ==
               "1 more process did no asynchronous I/O");
    statistics.processes.push_back(process("sh", 3, 0, 0));
    BOOST_TEST(lines_of(format_statistics(statistics, kColumnsMax)).back() ==
               "2 more processes did no asynchronous I/O");
}

BOOST_AUTO_TEST_CASE(nothing_done_is_said) {
    Lines expected{"uaio: the program did no asynchronous I/O"};
    for (const Statistics& statistics : {Statistics{}, Statistics{{process("sh", 2, 0, 0)}, 0}}) {
        Lines lines = lines_of(format_statistics(statistics, kColumnsMax));
        BOOST_TEST(lines == expected, boost::test_tools::per_element());
    }
}

BOOST_AUTO_TEST_CASE(what_does_not_fit_beside_follows_below) {
    Statistics statistics;
    constexpr pid_t kProcesses = 50;
    for (pid_t pid = 1; pid <= kProcesses; ++pid) {
        statistics.processes.push_back(process("worker", pid, 1, 0));
    }
    std::string text = format_statistics(statistics, kColumnsMax);
    size_t begin = 0;
    for (size_t end; (end = text.find('\n', begin)) != std::string::npos; begin = end + 1) {
        BOOST_TEST(end - begin <= kColumnsMax);
    }
    for (pid_t pid = 1; pid <= kProcesses; ++pid) {
        std::string title = "worker " + std::to_string(pid);
        bool found = text.find(title + "  ") != std::string::npos ||
                     text.find(title + "\n") != std::string::npos;
        BOOST_TEST(found, title);
    }
}

BOOST_AUTO_TEST_CASE(a_column_wider_than_the_page_is_still_printed) {
    Statistics statistics{{process("a", 1, 5, 0), process("b", 2, 5, 0)}, 0};
    BOOST_TEST(format_statistics(statistics, 1).find("b 2") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(unfinished_and_unplaced_processes_are_told) {
    Statistics statistics{{process("a", 1, 5, 0)}, 3};
    statistics.processes[0].running = true;
    std::string text = format_statistics(statistics, kColumnsMax);
    BOOST_TEST(text.find("1 process is still running") != std::string::npos);
    BOOST_TEST(text.find("3 processes were not counted") != std::string::npos);
}

}  // namespace
}  // namespace uaio::tools
