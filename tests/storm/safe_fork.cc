#include "tests/storm/safe_fork.h"

#include <sched.h>
#include <unistd.h>

#include "tests/storm/scale.h"
#include "tests/storm/tasks.h"

namespace uaio::test {

pid_t fork_safely() {
    wait_until_forks_are_safe();
    return fork();
}

// Two looks: one that was seen asleep may have been woken by another before that was seen asleep.
void wait_until_forks_are_safe() {
    while (kSanitizer && !(others_asleep() && others_asleep())) {
        sched_yield();
    }
}

}  // namespace uaio::test
