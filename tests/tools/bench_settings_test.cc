// The command line of `uaio bench`. Method: words in, settings or an error out.
#define BOOST_TEST_MODULE bench_settings
#include "tools/bench/settings.h"

#include <stdlib.h>

#include <boost/test/unit_test.hpp>

#include <string>

#include "tools/uaio/failure.h"

namespace uaio::bench {
namespace {

Settings read(const tools::Words& words) {
    tools::OptionTable options;
    add_bench_options(options);
    return read_settings(tools::parse(options, words, false));
}

BOOST_AUTO_TEST_CASE(without_options_everything_is_measured) {
    Settings settings = read({});
    BOOST_TEST(settings.workloads.size() == workloads().size());
    BOOST_TEST(settings.peers.size() == peers().size());
    BOOST_TEST(settings.rounds % 2 == 1u);
    BOOST_TEST(!settings.list);
}

BOOST_AUTO_TEST_CASE(quick_is_less_of_everything) {
    Settings usual = read({});
    Settings quick = read({"--quick"});
    BOOST_TEST(quick.workloads.size() < usual.workloads.size());
    BOOST_TEST(quick.seconds < usual.seconds);
    BOOST_TEST(quick.rounds < usual.rounds);
    BOOST_TEST(quick.blocks < usual.blocks);
    BOOST_TEST(read({"--quick", "--rounds=9"}).rounds == 9u);
    BOOST_TEST(read({"--quick", "--only=cached-mixed"}).workloads.size() > 0u);
}

BOOST_AUTO_TEST_CASE(workloads_are_chosen_by_the_beginning_of_the_name) {
    Settings settings = read({"--only", "parked-100$|cold-"});
    for (const Workload* workload : settings.workloads) {
        std::string name = workload->name;
        BOOST_TEST((name == "parked-100" || name.starts_with("cold-")));
    }
    BOOST_TEST(settings.workloads.size() > 1u);
}

BOOST_AUTO_TEST_CASE(peers_keep_the_order_of_the_table) {
    Settings settings = read({"--peers=uaio,system"});
    BOOST_TEST_REQUIRE(settings.peers.size() == 2u);
    BOOST_TEST(settings.peers[0] == find_peer("system"));
    BOOST_TEST(settings.peers[1] == find_peer("uaio"));
}

BOOST_AUTO_TEST_CASE(the_scratch_file_lies_where_temporary_files_do) {
    setenv("TMPDIR", "/some/where", 1);
    BOOST_TEST(read({}).directory == "/some/where");
    BOOST_TEST(read({"--directory=/else"}).directory == "/else");
    unsetenv("TMPDIR");
    BOOST_TEST(read({}).directory == ".");
}

BOOST_AUTO_TEST_CASE(what_makes_no_sense_is_refused) {
    const tools::Words refused[] = {
        {"--only=nonesuch"}, {"--only=("},           {"--peers=nonesuch"}, {"--rounds=0"},
        {"--rounds=x"},      {"--rounds=-1"},        {"--seconds=0"},      {"--seconds=nan"},
        {"--size=0"},        {"--nonesuch"},         {"operand"},          {"--json"},
        {"--peers="},        {"--peers=uaio,,uaio"},
    };
    for (const tools::Words& words : refused) {
        BOOST_TEST_CONTEXT(words[0]) {
            BOOST_CHECK_THROW(read(words), tools::UsageError);
        }
    }
}

}  // namespace
}  // namespace uaio::bench
