// A read of one byte that ends with a call by SIGEV_THREAD, for the programs about such calls.
#pragma once

#include <pthread.h>
#include <semaphore.h>

#include "tests/differential/case.h"

namespace differential {

// What the caller of `function` gets as its value.
inline aiocb read_with_call(int file, char* byte, void (*function)(sigval), void* value,
                            pthread_attr_t* attributes = nullptr) {
    aiocb block = block_for(file, byte, 1);
    block.aio_sigevent.sigev_notify = SIGEV_THREAD;
    block.aio_sigevent.sigev_notify_function = function;
    block.aio_sigevent.sigev_notify_attributes = attributes;
    block.aio_sigevent.sigev_value.sival_ptr = value;
    return block;
}

inline void wait_on(sem_t& semaphore) {
    ensure(sem_wait(&semaphore) == 0, "wait for a call");
}

}  // namespace differential
