#include "tests/threadpool/refused_threads.h"

#include <errno.h>
#include <pthread.h>

#include <atomic>
#include <utility>

namespace {

std::atomic<long> calls_made{0};
std::atomic<long> refused_first{0};
std::atomic<long> refused_end{0};
std::function<void()> meanwhile_called;

}  // namespace

// The names are the linker's (--wrap).
extern "C" {

int __real_pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*main)(void*),
                          void* argument);

int __wrap_pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*main)(void*),
                          void* argument) {
    long call = calls_made.fetch_add(1);
    if (call >= refused_first.load() && call < refused_end.load()) {
        if (meanwhile_called) {
            meanwhile_called();
        }
        return EAGAIN;
    }
    return __real_pthread_create(thread, attributes, main, argument);
}
}

namespace uaio::test {

RefusedThreads::RefusedThreads(long first, long count) {
    calls_made = 0;
    refused_first = first;
    refused_end = first + count;
}

RefusedThreads::~RefusedThreads() {
    refused_end = 0;
    meanwhile_called = nullptr;
}

void RefusedThreads::set_meanwhile(std::function<void()> meanwhile) {
    meanwhile_called = std::move(meanwhile);
}

long RefusedThreads::calls() const {
    return calls_made;
}

}  // namespace uaio::test
