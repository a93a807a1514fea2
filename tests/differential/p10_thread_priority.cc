// The priority of a request is the scheduling priority of the calling thread minus aio_reqprio, and
// submitting changes nothing about how the thread is scheduled.
//
// A write by a thread with SCHED_FIFO 1 and one by a thread with SCHED_FIFO 10 wait for a full pipe
// behind a first one.
#include <pthread.h>
#include <sched.h>

#include <string>

#include "tests/differential/case.h"

using namespace differential;

namespace {

void* write_with_priority(void* block) {
    begin_write(*static_cast<aiocb*>(block));
    return nullptr;
}

void submit_at(int priority, aiocb& block) {
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    sched_param parameters = {};
    parameters.sched_priority = priority;
    pthread_attr_setinheritsched(&attributes, PTHREAD_EXPLICIT_SCHED);
    pthread_attr_setschedpolicy(&attributes, SCHED_FIFO);
    pthread_attr_setschedparam(&attributes, &parameters);
    pthread_t thread;
    if (pthread_create(&thread, &attributes, write_with_priority, &block) != 0) {
        not_here("real-time scheduling needs a privilege");
    }
    pthread_join(thread, nullptr);
}

}  // namespace

int main() {
    sched_param before;
    sched_param after;
    int policy = sched_getscheduler(0);
    sched_getparam(0, &before);
    size_t filler;
    Pipe pipe = full_pipe(filler);
    aiocb first = block_for(pipe.writer, "0", 1);
    aiocb low = block_for(pipe.writer, "L", 1);
    aiocb high = block_for(pipe.writer, "H", 1);
    submit_at(20, first);
    submit_at(1, low);
    submit_at(10, high);
    bytes_from(pipe.reader, filler);
    std::string seen = bytes_from(pipe.reader, 3);
    if (seen != "0HL") wrong("the order is %s, not 0HL", seen.c_str());
    expect(first, 0, 1, "the first write");
    sched_getparam(0, &after);
    if (sched_getscheduler(0) != policy || before.sched_priority != after.sched_priority) {
        wrong("the main thread is scheduled in another way");
    }
    return 0;
}
