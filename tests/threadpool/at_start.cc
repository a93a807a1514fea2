#include "tests/threadpool/at_start.h"

#include <pthread.h>

namespace uaio::test {

std::atomic<std::function<void()>*> at_start{nullptr};

}  // namespace uaio::test

// The names are the linker's (--wrap).
extern "C" {

int __real_pthread_attr_init(pthread_attr_t* attributes);

int __wrap_pthread_attr_init(pthread_attr_t* attributes) {
    if (auto* call = uaio::test::at_start.exchange(nullptr)) {
        (*call)();
    }
    return __real_pthread_attr_init(attributes);
}
}
