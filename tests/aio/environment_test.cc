// The environment counts for nothing in a program with more rights than its caller. Method: the
// linker puts functions of this file in front of those by which a program learns of its rights
// (--wrap in BUILD); tests/hardening does it with a real set-user-ID program, where one can be had.
#define BOOST_TEST_MODULE environment
#include <stdlib.h>
#include <sys/auxv.h>
#include <unistd.h>

#include <iterator>
#include <string>

#include <boost/test/unit_test.hpp>

#include "aio/options.h"

namespace {

// How this program came by more rights.
enum class Rights { kNoMore, kUser, kGroup };
Rights rights = Rights::kNoMore;

}  // namespace

extern "C" {

unsigned long __real_getauxval(unsigned long kind);
uid_t __real_geteuid();
gid_t __real_getegid();

// The kernel says AT_SECURE for each kind of right.
unsigned long __wrap_getauxval(unsigned long kind) {
    return kind == AT_SECURE && rights != Rights::kNoMore ? 1 : __real_getauxval(kind);
}

uid_t __wrap_geteuid() {
    return __real_geteuid() + (rights == Rights::kUser ? 1 : 0);
}

gid_t __wrap_getegid() {
    return __real_getegid() + (rights == Rights::kGroup ? 1 : 0);
}

}  // extern "C"

namespace uaio {
namespace {

// Every variable is set to something else than its default.
Options read_with(Rights own) {
    const char* const values[][2] = {{"UAIO_THREADS", "3"},    {"UAIO_IDLE_MS", "20"},
                                     {"UAIO_ORDER", "strict"}, {"UAIO_EXIT", "drain"},
                                     {"UAIO_STRICT", "1"},     {"UAIO_STATS", "/a/path"},
                                     {"UAIO_EXPRESS", "4096"}, {"UAIO_TRACE", "/a/path"}};
    static_assert(std::size(values) == kOptionRows);
    for (const auto& value : values) {
        setenv(value[0], value[1], 1);
    }
    rights = own;
    Options options;
    read_environment(options);
    rights = Rights::kNoMore;
    return options;
}

// How many rows show something else than the default.
size_t rows_changed(const Options& options) {
    size_t changed = 0;
    for (const OptionRow& row : kOptionTable) {
        char text[64];
        row.show(options, text, sizeof text);
        changed += std::string(text) != row.fallback;
    }
    return changed;
}

BOOST_AUTO_TEST_CASE(a_program_with_its_callers_rights_reads_it) {
    BOOST_TEST(rows_changed(read_with(Rights::kNoMore)) == kOptionRows);
}

BOOST_AUTO_TEST_CASE(a_program_with_more_rights_ignores_it) {
    for (Rights own : {Rights::kUser, Rights::kGroup}) {
        BOOST_TEST(rows_changed(read_with(own)) == 0u);
    }
}

}  // namespace
}  // namespace uaio
