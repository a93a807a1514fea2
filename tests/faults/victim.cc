// Runs the workload twice in one process: under a plan, and then with the plan lifted, when
// everything has to succeed again.
//
//     victim FUNCTION SELECTOR ERROR FIRST once|ever BELOW
//
// FIRST 0 only counts. The last line of the output has the calls counted and those that failed; the
// status is 0 if nothing was wrong.
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "tests/faults/errand.h"
#include "tests/faults/faults.h"
#include "tests/faults/ledger.h"
#include "tests/faults/workload.h"

using namespace uaio::test;

namespace {

constexpr unsigned kPatienceSeconds = 60;  // ends a process that hangs; nothing is judged by it
constexpr int kSetsOfThePoller = 3;        // that it has, once a request has been parked

int open_descriptors() {
    int count = 0;
    DIR* folder = opendir("/proc/self/fd");
    while (readdir(folder) != nullptr) ++count;
    closedir(folder);
    return count;
}

// Where the set always answers as if the program had closed it, the library rightly leaves its
// number alone.
bool pretends_loss(const Plan& plan) {
    return plan.function == "epoll_ctl" && plan.selector == EPOLL_CTL_MOD && plan.for_ever;
}

}  // namespace

int main(int count, char** arguments) {
    if (count != 7) return 2;
    alarm(kPatienceSeconds);
    Plan plan = {arguments[1],
                 atol(arguments[2]),
                 atoi(arguments[3]),
                 atol(arguments[4]),
                 strcmp(arguments[5], "ever") == 0,
                 arguments[6]};
    setenv("UAIO_EXIT", "drain", 1);
    open_books();
    listen_for_rings();
    int descriptors = open_descriptors();
    install("libuaio.so.1", plan);
    demands = {plan.first == 0 && plan.below.empty(), plan.error};
    run_workload();
    lift();
    demands = {true, 0};
    run_workload();
    balance_books();
    if (!pretends_loss(plan)) {
        expect(open_descriptors() == descriptors + kSetsOfThePoller, "no descriptor is left open",
               open_descriptors() - descriptors);
    }
    printf("%ld %ld\n", calls_counted(), calls_failed());
    return wrongs() == 0 ? 0 : 1;
}
