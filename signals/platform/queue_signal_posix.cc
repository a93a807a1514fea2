#include "signals/platform/queue_signal.h"

#include <errno.h>
#include <unistd.h>

namespace uaio {

int queue_signal(int number, sigval value) {
    int saved = errno;
    int error = sigqueue(getpid(), number, value) != 0 ? errno : 0;
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
