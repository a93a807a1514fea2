// Threads that the system refuses to make: this program's pthread_create fails when told to.
//
// The linker puts the function in the place of the C library's for all objects of the program (see
// BUILD); std::thread, whose code is in a library, is not concerned.
#pragma once

#include <functional>

namespace uaio::test {

// While it lives, pthread_create gives EAGAIN: at the calls from the `first` on, counted from 0,
// `count` times.
class RefusedThreads {
  public:
    static constexpr long kForEver = 1L << 30;

    explicit RefusedThreads(long first = 0, long count = kForEver);
    ~RefusedThreads();
    RefusedThreads(const RefusedThreads&) = delete;
    RefusedThreads& operator=(const RefusedThreads&) = delete;

    // Called by the caller of each refused pthread_create, inside of it.
    void set_meanwhile(std::function<void()> meanwhile);

    // The calls so far, refused ones included.
    long calls() const;
};

}  // namespace uaio::test
