// SIGEV_THREAD with attributes that no thread can be made with: the function is called all the
// same.
#include <pthread.h>
#include <semaphore.h>

#include "tests/differential/case.h"

using namespace differential;

namespace {

sem_t called;

}  // namespace

int main() {
    sem_init(&called, 0, 0);
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    ensure(pthread_attr_setstacksize(&attributes, size_t{1} << 50) == 0, "ask for a huge stack");
    int file = scratch_file("x");
    char byte = 0;
    aiocb read = block_for(file, &byte, 1);
    read.aio_sigevent.sigev_notify = SIGEV_THREAD;
    read.aio_sigevent.sigev_notify_function = [](sigval) { sem_post(&called); };
    read.aio_sigevent.sigev_notify_attributes = &attributes;
    begin_read(read);
    expect(read, 0, 1, "the read");
    ensure(sem_wait(&called) == 0, "wait for the call");
    return 0;
}
