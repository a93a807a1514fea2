// Threads as the engine starts them: detached, named, with every signal blocked from the start.
//
// A back end is one file in platform/ (thread_linux.cc, thread_posix.cc). They differ in how a
// thread gets its name and its number.
#pragma once

#include <pthread.h>
#include <stddef.h>

namespace uaio {

// Stack of a thread that runs only code of the engine. The C library carves static thread-local
// storage of every loaded library out of it, so the least that a system allows is too little.
inline constexpr size_t kStackBytes = size_t{256} * 1024;

struct ThreadStart {
    void (*main)(void* context);
    void* context;
    size_t stack_bytes;  // 0: the system's default, for threads that run code of the program
};

// Starts a thread that runs start.main(start.context) with all signals blocked, and ends when it
// returns. `start` must stay valid while the thread runs. Returns 0 or an errno value: EAGAIN if
// the system refuses another thread. A stack size that the system refuses is replaced by the
// default. Blocks no longer than pthread_create. Keeps errno.
int start_thread(const ThreadStart& start);

// Names the calling thread for debuggers: `prefix` and a number, cut to 15 characters. Where the
// system has no names, nothing happens.
void name_thread(const char* prefix, unsigned number);

// The number by which the system knows the calling thread (gettid(2)); 0 where there is none.
int thread_number();

// On how many CPUs the calling thread may run: at least 1. Keeps errno.
unsigned usable_cpus();

}  // namespace uaio
