// A request in the middle of its transfer when its descriptor is closed ends as if it had not been
// closed, if it is not cancelled.
//
// close may wait for the request, so another thread calls it.
#include <pthread.h>
#include <unistd.h>

#include "tests/differential/case.h"
#include "tests/differential/hold.h"

using namespace differential;

namespace {

int file;

void* close_it(void*) {
    ensure(close(file) == 0, "close");
    return nullptr;
}

}  // namespace

int main() {
    file = scratch_file("x");
    Hold hold({file});
    char byte = 0;
    aiocb read = block_for(file, &byte, 1);
    begin_read(read);
    Hold::Call call = hold.wait();
    pthread_t thread;
    pthread_create(&thread, nullptr, close_it, nullptr);
    hold.let_go(call);
    expect(read, 0, 1, "the read");
    if (byte != 'x') wrong("the read brings no data");
    pthread_join(thread, nullptr);
    return 0;
}
