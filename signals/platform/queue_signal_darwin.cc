// Darwin queues no signals: one that is pending swallows others of its number, and none has a
// value.
#include <errno.h>
#include <unistd.h>

#include "signals/platform/queue_signal.h"

namespace uaio {

int queue_signal(int number, sigval /*value*/) {
    int saved = errno;
    int error = kill(getpid(), number) != 0 ? errno : 0;
    errno = saved;
    return error;
}

int queue_thread_signal(int /*thread*/, int /*number*/, sigval /*value*/) {
    return ENOSYS;
}

bool names_thread(const sigevent& /*event*/, int& /*thread*/) {
    return false;
}

}  // namespace uaio
