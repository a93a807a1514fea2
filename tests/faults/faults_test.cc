// Every call by which libuaio.so.1 leaves itself, failing.
//
// Goal: whatever the system refuses, and whenever, no request is lost, told twice, or reported as
// done when it is not, nothing hangs, and once the system gives again everything works again.
// Method: the table (table.cc) has a row for every function that the library imports. For each
// error of each row, a process of its own (victim.cc) runs the workload with call n failing, for
// every n, once, and with every call from the n-th on failing.
#define BOOST_TEST_MODULE faults
#include <boost/test/unit_test.hpp>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <aio.h>

#include <set>
#include <string>

#include "tests/faults/faults.h"
#include "tests/faults/imports.h"
#include "tests/storm/scale.h"
#include "tests/support/require.h"

namespace uaio {
namespace {

using namespace test;

struct Result {
    int status = -1;
    long counted = 0;
    long failed = 0;
    std::string command;
};

Result run_victim(const Plan& plan) {
    Result result;
    const char* victim = getenv("UAIO_TEST_VICTIM");
    require(victim != nullptr, "find the victim: UAIO_TEST_VICTIM");
    // ThreadSanitizer would wait for a second at the end of each.
    const char* start =
        kThreadSanitizer ? "TSAN_OPTIONS=atexit_sleep_ms=0:$TSAN_OPTIONS exec " : "exec ";
    result.command = std::string(start) + victim + " " + plan.function + " " +
                     std::to_string(plan.selector) + " " + std::to_string(plan.error) + " " +
                     std::to_string(plan.first) + " " + (plan.for_ever ? "ever" : "once") + " '" +
                     plan.below + "'";
    FILE* output = popen(result.command.c_str(), "re");
    require(output != nullptr, "start the victim");
    if (fscanf(output, "%ld %ld", &result.counted, &result.failed) != 2) result.counted = -1;
    result.status = pclose(output);
    return result;
}

void run_all_calls(Plan plan, bool may_last, long& runs, long& struck) {
    Result all = run_victim(plan);
    BOOST_TEST(all.status == 0, all.command << " ends with " << all.status);
    BOOST_TEST(all.counted > 0, all.command << " has nothing to fail");
    for (plan.for_ever = false;; plan.for_ever = true) {
        for (plan.first = 1; plan.first <= all.counted; plan.first += kSlower) {
            Result result = run_victim(plan);
            BOOST_TEST(result.status == 0, result.command << " ends with " << result.status);
            BOOST_TEST((plan.first > 1 || result.failed > 0), result.command << " misses");
            struck += result.failed > 0;
            ++runs;
        }
        if (plan.for_ever || !may_last) return;
    }
}

void run_row(const Row& row, const Fault& fault) {
    long runs = 0;
    long struck = 0;
    for (bool may_last : {true, false}) {
        for (int error : may_last ? fault.lasting : fault.passing) {
            Plan plan = {row.name, fault.selector, error,
                         0,        false,          fault.below != nullptr ? fault.below : ""};
            run_all_calls(plan, may_last, runs, struck);
        }
    }
    printf("%s %ld: %ld runs, %ld struck\n", row.name, fault.selector, runs, struck);
    fflush(stdout);
}

// Sanitizers and the portable back ends import somewhat different functions.
void run_part(const std::string& name) {
    auto imports = imports_of("libuaio.so.1");
    for (const Part& part : table()) {
        if (part.name != name) continue;
        for (const Row& row : part.rows) {
            if (!imports.contains(row.name)) continue;
            for (const Fault& fault : row.faults) run_row(row, fault);
        }
    }
}

// What a sanitizer's instrumentation calls.
bool is_runtime(const std::string& name) {
    return name.starts_with("__asan_") || name.starts_with("__tsan_") ||
           name.starts_with("__ubsan_");
}

BOOST_AUTO_TEST_CASE(every_import_has_a_row) {
    aiocb unused = {};
    BOOST_TEST_REQUIRE(aio_error(&unused) == 0);  // so the library is linked
    std::set<std::string> rows;
    for (const Part& part : table()) {
        for (const Row& row : part.rows) {
            BOOST_TEST(rows.insert(row.name).second, row.name << " has two rows");
            BOOST_TEST((row.reason != nullptr) == row.faults.empty(), row.name);
        }
    }
    auto imports = imports_of("libuaio.so.1");
    BOOST_TEST(imports.contains("mmap"));
    for (const auto& [name, slots] : imports) {
        BOOST_TEST((is_runtime(name) || rows.contains(name)), name << " has no row");
    }
}

BOOST_AUTO_TEST_CASE(memory_and_threads) {
    run_part("memory_and_threads");
}

BOOST_AUTO_TEST_CASE(descriptors) {
    run_part("descriptors");
}

BOOST_AUTO_TEST_CASE(transfers) {
    run_part("transfers");
}

BOOST_AUTO_TEST_CASE(readiness) {
    run_part("readiness");
}

}  // namespace
}  // namespace uaio
