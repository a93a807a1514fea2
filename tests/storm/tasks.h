// The threads of this process, as the system lists them.
#pragma once

#include <string>

namespace uaio::test {

// How many have a name that starts so.
int threads_named(const std::string& start);

// Looks again and again until none is left.
void wait_until_no_thread_is_named(const std::string& start);

// Whether the thread sleeps now.
bool is_asleep(int thread);

// Looks again and again until the thread has ended. The first of a process stays listed as dead.
void wait_until_ended(int thread);

// Whether every thread but the caller sleeps now, as far as one look at each can tell.
bool others_asleep();

// Looks again and again until the thread sleeps.
void wait_until_asleep(int thread);

}  // namespace uaio::test
