// The function of SIGEV_THREAD is called in a thread with the attributes of the sigevent; without
// attributes the thread is detached.
#include <pthread.h>

#include "tests/differential/callback.h"
#include "tests/differential/case.h"

using namespace differential;

namespace {

constexpr size_t kStack = 3 << 20;
sem_t called;
size_t stack_bytes;
int detach_state;

void look(sigval) {
    pthread_attr_t attributes;
    void* stack;
    pthread_getattr_np(pthread_self(), &attributes);
    pthread_attr_getstack(&attributes, &stack, &stack_bytes);
    pthread_attr_getdetachstate(&attributes, &detach_state);
    pthread_attr_destroy(&attributes);
    sem_post(&called);
}

}  // namespace

int main() {
    sem_init(&called, 0, 0);
    int file = scratch_file("x");
    char byte = 0;
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attributes, kStack);
    aiocb read = read_with_call(file, &byte, look, nullptr, &attributes);
    begin_read(read);
    wait_on(called);
    expect(read, 0, 1, "the read");
    if (stack_bytes < kStack / 2 || stack_bytes > kStack * 2) {
        wrong("a stack of %zu bytes instead of %zu", stack_bytes, kStack);
    }
    aiocb plain = read_with_call(file, &byte, look, nullptr);
    begin_read(plain);
    wait_on(called);
    expect(plain, 0, 1, "the read without attributes");
    if (detach_state != PTHREAD_CREATE_DETACHED) wrong("the thread can be joined");
    return 0;
}
