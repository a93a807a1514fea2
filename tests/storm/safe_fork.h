// A fork whose child works under a sanitizer, too.
//
// A thread that starts or ends may hold the lock of the sanitizer's allocator (GCC 12), and the
// child would wait for it for ever. So under a sanitizer all other threads must sleep first, to
// which they come by themselves.
#pragma once

#include <sys/types.h>

namespace uaio::test {

// fork() when a child would work.
pid_t fork_safely();

// Waits until one would. For what runs inside of a fork.
void wait_until_forks_are_safe();

}  // namespace uaio::test
