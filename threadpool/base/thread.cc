#include "threadpool/base/thread.h"

#include <errno.h>
#include <limits.h>

#include "threadpool/base/signal_block.h"

namespace uaio {
namespace {

void* run(void* argument) {
    const auto& start = *static_cast<const ThreadStart*>(argument);
    start.main(start.context);
    return nullptr;
}

int create(const ThreadStart& start, size_t stack_bytes) {
    pthread_attr_t attributes;
    int error = pthread_attr_init(&attributes);
    if (error != 0) {
        return error;
    }
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    if (stack_bytes != 0) {
        error = pthread_attr_setstacksize(&attributes, stack_bytes);
    }
    if (error == 0) {
        // The new thread inherits the mask of its creator.
        SignalBlock block;
        pthread_t thread;
        error = pthread_create(&thread, &attributes, run, const_cast<ThreadStart*>(&start));
    }
    pthread_attr_destroy(&attributes);
    return error;
}

}  // namespace

int start_thread(const ThreadStart& start) {
    int saved = errno;
    int error = create(start, start.stack_bytes);
    if (error == EINVAL && start.stack_bytes != 0) {
        error = create(start, 0);
    }
    errno = saved;
    return error;
}

}  // namespace uaio
