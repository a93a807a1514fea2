// Where options end and operands begin. Method: tables of command lines and how they are split.
#define BOOST_TEST_MODULE arguments
#include "tools/uaio/arguments.h"

#include <boost/program_options/value_semantic.hpp>
#include <boost/test/unit_test.hpp>

#include "tools/uaio/failure.h"

namespace uaio::tools {
namespace {

OptionTable table() {
    namespace po = boost::program_options;
    OptionTable options;
    options.add_options()("order", po::value<std::string>())("stats", "")("help,h", "")(
        "output,o", po::value<std::string>());
    return options;
}

struct Split {
    Words words;
    bool stop_at_operand;
    Words operands;
    bool stats;
};

const Split kSplits[] = {
    {{}, true, {}, false},
    {{"fio", "--stats"}, true, {"fio", "--stats"}, false},
    {{"--stats", "fio", "-x"}, true, {"fio", "-x"}, true},
    {{"--stats", "--", "fio", "--", "-x"}, true, {"fio", "--", "-x"}, true},
    {{"--", "--stats"}, true, {"--stats"}, false},
    {{"--order=strict", "fio"}, true, {"fio"}, false},
    {{"--order", "strict", "fio"}, true, {"fio"}, false},
    {{"--order", "strict", "--stats", "fio"}, true, {"fio"}, true},
    {{"-", "--stats"}, true, {"-", "--stats"}, false},
    {{"", "--stats"}, true, {"", "--stats"}, false},
    {{"path", "--stats"}, false, {"path"}, true},
    {{"path", "--", "--stats"}, false, {"path", "--stats"}, false},
    {{"-o", "out", "path", "--stats"}, false, {"path"}, true},
    {{"-oout", "path"}, false, {"path"}, false},
};

BOOST_AUTO_TEST_CASE(options_end_where_the_program_begins) {
    for (const Split& split : kSplits) {
        CommandLine line = parse(table(), split.words, split.stop_at_operand);
        BOOST_TEST_CONTEXT("row " << &split - kSplits) {
            BOOST_TEST(line.operands == split.operands, boost::test_tools::per_element());
            BOOST_TEST((line.options.count("stats") != 0) == split.stats);
        }
    }
}

BOOST_AUTO_TEST_CASE(both_ways_to_give_a_value_mean_the_same) {
    for (const Words& words : {Words{"--order=strict", "x"}, Words{"--order", "strict", "x"}}) {
        CommandLine line = parse(table(), words, true);
        BOOST_TEST(line.options["order"].as<std::string>() == "strict");
    }
}

BOOST_AUTO_TEST_CASE(nonsense_is_a_usage_error) {
    const Words nonsense[] = {
        {"--nonesuch"},  {"--ord=strict"}, {"--order"}, {"--order=a", "--order=b"},
        {"--stats=yes"}, {"-x"},
    };
    for (const Words& words : nonsense) {
        BOOST_TEST_CONTEXT(words[0]) {
            BOOST_CHECK_THROW(parse(table(), words, true), UsageError);
        }
    }
}

}  // namespace
}  // namespace uaio::tools
