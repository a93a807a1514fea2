// Every call by which libaio.so.1 leaves itself, failing: as faults_test.cc, with the libaio door
// in front of the engine (libaio_victim.cc). What the workload does not call is not failed.
#define BOOST_TEST_MODULE libaio_faults
#include <boost/test/unit_test.hpp>

#include <stdio.h>
#include <stdlib.h>

#include <set>
#include <string>

#include "aio/libaio/libaio.h"
#include "tests/faults/faults.h"
#include "tests/faults/imports.h"
#include "tests/support/require.h"

namespace uaio {
namespace {

using namespace test;

struct Result {
    int status = -1;
    long counted = 0;
    long failed = 0;
    std::string output;
};

// The figures are on the last line; what was wrong, before it.
Result run_victim(const Plan& plan) {
    const char* victim = getenv("UAIO_TEST_VICTIM");
    require(victim != nullptr, "find the victim: UAIO_TEST_VICTIM");
    std::string command = std::string("exec ") + victim + " " + plan.function + " " +
                          std::to_string(plan.selector) + " " + std::to_string(plan.error) + " " +
                          std::to_string(plan.first) + " " + (plan.for_ever ? "ever" : "once") +
                          " '" + plan.below + "'";
    FILE* output = popen(command.c_str(), "re");
    require(output != nullptr, "start the victim");
    Result result;
    result.output = command + "\n";
    char line[256];
    while (fgets(line, sizeof line, output) != nullptr) {
        result.output += line;
        sscanf(line, "%ld %ld", &result.counted, &result.failed);
    }
    result.status = pclose(output);
    return result;
}

// Runs in which a call was failed.
long struck = 0;

void run_error(Plan plan, bool may_last) {
    Result all = run_victim(plan);
    BOOST_TEST(all.status == 0, all.output);
    for (bool for_ever : {false, true}) {
        if (for_ever && !may_last) return;
        plan.for_ever = for_ever;
        for (plan.first = 1; plan.first <= all.counted; ++plan.first) {
            Result result = run_victim(plan);
            BOOST_TEST(result.status == 0, result.output << "ends with " << result.status);
            struck += result.failed > 0;
        }
    }
}

void run_row(const Row& row) {
    for (const Fault& fault : row.faults) {
        std::string below = fault.below != nullptr ? fault.below : "";
        for (int error : fault.lasting)
            run_error({row.name, fault.selector, error, 0, false, below}, true);
        for (int error : fault.passing)
            run_error({row.name, fault.selector, error, 0, false, below}, false);
    }
}

// What a sanitizer's instrumentation calls.
bool is_runtime(const std::string& name) {
    return name.starts_with("__asan_") || name.starts_with("__tsan_") ||
           name.starts_with("__ubsan_");
}

BOOST_AUTO_TEST_CASE(every_import_has_a_row) {
    BOOST_TEST_REQUIRE(io_destroy(nullptr) < 0);  // so the library is linked
    std::set<std::string> rows;
    for (const Part& part : table()) {
        for (const Row& row : part.rows) rows.insert(row.name);
    }
    for (const auto& [name, slots] : imports_of("libaio.so.1")) {
        BOOST_TEST((is_runtime(name) || rows.contains(name)), name << " has no row");
    }
}

BOOST_AUTO_TEST_CASE(every_call_fails) {
    auto imports = imports_of("libaio.so.1");
    for (const Part& part : table()) {
        for (const Row& row : part.rows) {
            if (imports.contains(row.name)) run_row(row);
        }
    }
    printf("%ld runs in which a call was failed\n", struck);
    BOOST_TEST(struck > 0);
}

}  // namespace
}  // namespace uaio
