/* What libstdc++'s headers call of Linux and of glibc, whatever they are told to keep to. Included
 * first in every file of the core under --config=portable, which otherwise sees POSIX.1-2008 alone:
 * g++ itself defines _GNU_SOURCE, and these are the two names that its library needs it for. */
#pragma once

#include <pthread.h>

extern "C" {
long syscall(long number, ...) noexcept;
int pthread_cond_clockwait(pthread_cond_t*, pthread_mutex_t*, clockid_t, const struct timespec*);
}
