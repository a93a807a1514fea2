#include "tests/faults/faults.h"

#include <string.h>

#include <atomic>

#include "tests/faults/imports.h"
#include "tests/faults/substitute.h"

namespace uaio::test {
namespace {

// Set before the substitutes are in place, constant afterwards.
Plan the_plan;

// Relaxed everywhere: each is a number of its own, and orders nothing.
std::atomic<bool> lifted{false};
std::atomic<long> counted{0};
std::atomic<long> failed{0};

constexpr auto kRelaxed = std::memory_order_relaxed;

}  // namespace

int planned_error(const char* function, long selector) {
    if (lifted.load(kRelaxed)) return 0;
    if (the_plan.below == function) return ENOSYS;
    if (the_plan.function != function) return 0;
    if (the_plan.selector != kAnyCall && the_plan.selector != selector) return 0;
    long call = counted.fetch_add(1, kRelaxed) + 1;
    bool fails = the_plan.for_ever ? call >= the_plan.first : call == the_plan.first;
    if (the_plan.first == 0 || !fails) return 0;
    failed.fetch_add(1, kRelaxed);
    return the_plan.error;
}

void install(const std::string& library, const Plan& plan) {
    the_plan = plan;
    auto imports = imports_of(library);
    for (const Part& part : table()) {
        for (const Row& row : part.rows) {
            auto found = imports.find(row.name);
            if (row.substitute == nullptr || found == imports.end()) continue;
            row.stand_for(*found->second.front());
            for (void** slot : found->second) redirect(slot, row.substitute);
        }
    }
}

void lift() {
    lifted.store(true, kRelaxed);
}

long calls_counted() {
    return counted.load(kRelaxed);
}

long calls_failed() {
    return failed.load(kRelaxed);
}

}  // namespace uaio::test
