// Waiting until everything that has been set in motion has come to rest.
#pragma once

namespace uaio::lesson {

// Returns when every other thread of this process sleeps: it has nothing to do, or waits for
// something that only the caller can bring about. So what a lesson does next finds all
// consequences of what it did before, whatever the machine has been doing meanwhile. Needs /proc;
// throws Failure without.
void wait_for_stillness();

}  // namespace uaio::lesson
