// The progress bar's line. Method: lines of given states at given widths.
#define BOOST_TEST_MODULE copy_progress
#include "tools/uaio/copy_progress.h"

#include <boost/test/unit_test.hpp>

namespace uaio::tools {
namespace {

constexpr off_t kMib = 1 << 20;

BOOST_AUTO_TEST_CASE(sizes_have_units) {
    BOOST_TEST(format_size(0) == "0 B");
    BOOST_TEST(format_size(1023) == "1023 B");
    BOOST_TEST(format_size(1024) == "1.0 KiB");
    BOOST_TEST(format_size(1.5 * (1 << 20)) == "1.5 MiB");
    BOOST_TEST(format_size(5e18) == "4.3 EiB");
}

BOOST_AUTO_TEST_CASE(a_line_shows_name_part_bar_size_and_rate) {
    BOOST_TEST(progress_line("a", 5 * kMib, 10 * kMib, 2, 50) ==
               "a  50% [========>        ]    5.0 MiB    2.5 MiB/s");
    BOOST_TEST(progress_line("a", kMib, kMib, 1, 40) == "a 100% [=======]    1.0 MiB    1.0 MiB/s");
    BOOST_TEST(progress_line("a", 0, 0, 0, 40) == "a 100% [=======]        0 B        0 B/s");
}

BOOST_AUTO_TEST_CASE(no_line_is_wider_than_the_terminal) {
    for (unsigned columns = 0; columns < 200; ++columns) {
        BOOST_TEST(progress_line(std::string(60, 'n'), 1, 3, 1, columns).size() <= columns);
    }
}

BOOST_AUTO_TEST_CASE(letters_count_not_bytes_and_commands_are_not_passed_on) {
    std::string umlauts;
    for (int i = 0; i < 30; ++i) umlauts += "\u00e4";
    std::string line = progress_line(umlauts, 1, 1, 1, 60);
    BOOST_TEST(line.compare(0, umlauts.size(), umlauts) == 0);
    BOOST_TEST(progress_line("a\033[2J\n", 1, 1, 1, 60).compare(0, 6, "a?[2J?") == 0);
}

}  // namespace
}  // namespace uaio::tools
