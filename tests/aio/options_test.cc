// Every row of the table of settings: what it accepts, what it refuses, what it shows; and how the
// environment is applied. Method: tables of texts; standard error goes into a file meanwhile.
#define BOOST_TEST_MODULE options
#include "aio/options.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/support/require.h"
#include "tests/support/scratch_file.h"

namespace uaio {
namespace {

const OptionRow& row(const std::string& name) {
    auto named = [&name](const OptionRow& candidate) { return name == candidate.name; };
    const auto* found = std::find_if(std::begin(kOptionTable), std::end(kOptionTable), named);
    BOOST_TEST_REQUIRE(found != std::end(kOptionTable));
    return *found;
}

std::string shown(const OptionRow& option, const Options& options, size_t bytes = 100) {
    std::vector<char> text(bytes + 1, '#');
    option.show(options, text.data(), bytes);
    BOOST_TEST(text[bytes] == '#');
    return std::string(text.data());
}

bool same(const Options& one, const Options& other) {
    return one.threads == other.threads && one.idle_ms == other.idle_ms &&
           one.order == other.order && one.stats == other.stats && one.trace == other.trace &&
           one.strict == other.strict && one.drain == other.drain &&
           one.threads_fixed == other.threads_fixed && one.idle_fixed == other.idle_fixed;
}

// No variable of the engine is set, and what goes to standard error is kept for said().
class Environment {
  public:
    Environment() : saved_(dup(STDERR_FILENO)) {
        for (const OptionRow& option : kOptionTable) {
            unsetenv(option.name);
        }
        test::require(dup2(file_.fd(), STDERR_FILENO) >= 0, "redirect standard error");
    }
    ~Environment() {
        dup2(saved_, STDERR_FILENO);
        close(saved_);
        for (const OptionRow& option : kOptionTable) {
            unsetenv(option.name);
        }
    }

    std::string said() const { return file_.contents(); }

  private:
    test::ScratchFile file_;
    int saved_;
};

BOOST_AUTO_TEST_CASE(every_row_is_filled_in) {
    for (const OptionRow& option : kOptionTable) {
        BOOST_TEST(std::string(option.name).starts_with("UAIO_"));
        BOOST_TEST(strlen(option.values) > 0);
        BOOST_TEST(strlen(option.meaning) > 0);
    }
}

BOOST_AUTO_TEST_CASE(the_defaults_are_what_the_table_says) {
    for (const OptionRow& option : kOptionTable) {
        BOOST_TEST(shown(option, Options()) == option.fallback);
    }
}

struct Text {
    const char* name;
    const char* text;
    bool good;
};

const Text kTexts[] = {
    {"UAIO_THREADS", "1", true},
    {"UAIO_THREADS", "0064", true},
    {"UAIO_THREADS", "4096", true},
    {"UAIO_THREADS", "4097", false},
    {"UAIO_THREADS", "0", false},
    {"UAIO_THREADS", "", false},
    {"UAIO_THREADS", "-1", false},
    {"UAIO_THREADS", "+1", false},
    {"UAIO_THREADS", " 1", false},
    {"UAIO_THREADS", "1 ", false},
    {"UAIO_THREADS", "1.5", false},
    {"UAIO_THREADS", "0x10", false},
    {"UAIO_THREADS", "many", false},
    {"UAIO_THREADS", "4294967297", false},
    {"UAIO_THREADS", "18446744073709551617", false},
    {"UAIO_THREADS", "99999999999999999999999999999999999999999", false},
    {"UAIO_IDLE_MS", "0", true},
    {"UAIO_IDLE_MS", "86400000", true},
    {"UAIO_IDLE_MS", "86400001", false},
    {"UAIO_IDLE_MS", "-1", false},
    {"UAIO_IDLE_MS", "1s", false},
    {"UAIO_ORDER", "strict", true},
    {"UAIO_ORDER", "conflict", true},
    {"UAIO_ORDER", "Strict", false},
    {"UAIO_ORDER", "strictly", false},
    {"UAIO_ORDER", "", false},
    {"UAIO_EXIT", "drop", true},
    {"UAIO_EXIT", "drain", true},
    {"UAIO_EXIT", "", false},
    {"UAIO_EXIT", "drained", false},
    {"UAIO_STRICT", "0", true},
    {"UAIO_STRICT", "1", true},
    {"UAIO_STRICT", "2", false},
    {"UAIO_STRICT", "yes", false},
    {"UAIO_STRICT", "", false},
    {"UAIO_STATS", "/tmp/stats", true},
    {"UAIO_STATS", "", true},
    {"UAIO_TRACE", "/tmp/trace", true},
    {"UAIO_TRACE", "", true},
};

BOOST_AUTO_TEST_CASE(a_text_is_accepted_or_changes_nothing) {
    for (const Text& text : kTexts) {
        BOOST_TEST_CONTEXT(text.name << "=" << text.text) {
            Options options;
            BOOST_TEST(row(text.name).set(options, text.text) == text.good);
            if (!text.good) {
                BOOST_TEST(same(options, Options()));
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(what_was_set_is_in_force_and_shown) {
    Options options;
    BOOST_TEST(row("UAIO_THREADS").set(options, "0007"));
    BOOST_TEST(row("UAIO_IDLE_MS").set(options, "0"));
    BOOST_TEST(row("UAIO_ORDER").set(options, "strict"));
    BOOST_TEST(row("UAIO_EXIT").set(options, "drain"));
    BOOST_TEST(row("UAIO_STRICT").set(options, "1"));
    BOOST_TEST(row("UAIO_STATS").set(options, "/a/path"));
    BOOST_TEST(options.threads == 7u);
    BOOST_TEST(options.idle_ms == 0);
    BOOST_TEST((options.order == Order::kStrict));
    BOOST_TEST(options.drain);
    BOOST_TEST(options.strict);
    BOOST_TEST(std::string(options.stats) == "/a/path");
    BOOST_TEST(shown(row("UAIO_THREADS"), options) == "7");
    BOOST_TEST(shown(row("UAIO_IDLE_MS"), options) == "0");
    BOOST_TEST(shown(row("UAIO_ORDER"), options) == "strict");
    BOOST_TEST(shown(row("UAIO_EXIT"), options) == "drain");
    BOOST_TEST(shown(row("UAIO_STRICT"), options) == "1");
    BOOST_TEST(shown(row("UAIO_STATS"), options) == "/a/path");
    BOOST_TEST(row("UAIO_TRACE").set(options, "/a/trace"));
    BOOST_TEST(std::string(options.trace) == "/a/trace");
    BOOST_TEST(shown(row("UAIO_TRACE"), options) == "/a/trace");
}

BOOST_AUTO_TEST_CASE(the_last_text_counts) {
    Options options;
    row("UAIO_EXIT").set(options, "drain");
    row("UAIO_EXIT").set(options, "drop");
    row("UAIO_STRICT").set(options, "1");
    row("UAIO_STRICT").set(options, "0");
    row("UAIO_ORDER").set(options, "strict");
    row("UAIO_ORDER").set(options, "conflict");
    row("UAIO_STATS").set(options, "/a/path");
    row("UAIO_STATS").set(options, "");
    row("UAIO_TRACE").set(options, "/a/path");
    row("UAIO_TRACE").set(options, "");
    BOOST_TEST(same(options, Options()));
}

BOOST_AUTO_TEST_CASE(a_number_from_the_environment_stays) {
    Options options;
    BOOST_TEST(!options.threads_fixed);
    BOOST_TEST(!options.idle_fixed);
    row("UAIO_THREADS").set(options, "5");
    BOOST_TEST(options.threads_fixed);
    BOOST_TEST(!options.idle_fixed);
    row("UAIO_IDLE_MS").set(options, "5");
    BOOST_TEST(options.idle_fixed);
}

BOOST_AUTO_TEST_CASE(what_has_no_room_is_cut) {
    Options options;
    options.stats = "/a/rather/long/path";
    options.threads = 4'096;
    BOOST_TEST(shown(row("UAIO_STATS"), options, 8) == "/a/rath");
    BOOST_TEST(shown(row("UAIO_THREADS"), options, 3) == "40");
    BOOST_TEST(shown(row("UAIO_THREADS"), options, 1).empty());
}

BOOST_AUTO_TEST_CASE(an_empty_environment_changes_nothing) {
    Environment environment;
    Options options;
    read_environment(options);
    BOOST_TEST(same(options, Options()));
    BOOST_TEST(environment.said().empty());
}

BOOST_AUTO_TEST_CASE(the_environment_is_applied) {
    Environment environment;
    setenv("UAIO_THREADS", "3", 1);
    setenv("UAIO_IDLE_MS", "20", 1);
    setenv("UAIO_ORDER", "strict", 1);
    setenv("UAIO_STATS", "/a/path", 1);
    Options options;
    read_environment(options);
    BOOST_TEST(options.threads == 3u);
    BOOST_TEST(options.idle_ms == 20);
    BOOST_TEST((options.order == Order::kStrict));
    BOOST_TEST(std::string(options.stats) == "/a/path");
    BOOST_TEST(options.threads_fixed);
    BOOST_TEST(options.idle_fixed);
    BOOST_TEST(environment.said().empty());
}

BOOST_AUTO_TEST_CASE(nonsense_is_reported_in_one_line_and_ignored) {
    Environment environment;
    setenv("UAIO_THREADS", "lots", 1);
    setenv("UAIO_IDLE_MS", "20", 1);
    Options options;
    read_environment(options);
    BOOST_TEST(options.threads == kWorkersDefault);
    BOOST_TEST(!options.threads_fixed);
    BOOST_TEST(options.idle_ms == 20);
    std::string said = environment.said();
    BOOST_TEST(std::count(said.begin(), said.end(), '\n') == 1);
    for (const char* part : {"uaio: ", "UAIO_THREADS", "lots", row("UAIO_THREADS").values}) {
        BOOST_TEST(said.find(part) != std::string::npos, part << " in: " << said);
    }
}

}  // namespace
}  // namespace uaio
