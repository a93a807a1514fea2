// Something happens in the first step of starting a thread: this program's pthread_attr_init, which
// the linker puts in the place of the C library's (see BUILD).
#pragma once

#include <atomic>
#include <functional>

namespace uaio::test {

// Called by the next pthread_attr_init, and null afterwards.
extern std::atomic<std::function<void()>*> at_start;

}  // namespace uaio::test
