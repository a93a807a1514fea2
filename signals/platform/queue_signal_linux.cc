#include "signals/platform/queue_signal.h"

#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

// The C library of some systems names the member of struct sigevent only inside its union.
#ifndef sigev_notify_thread_id
#define sigev_notify_thread_id _sigev_un._tid
#endif

namespace uaio {
namespace {

// si_pid and si_uid are those of this process: it signals itself on behalf of the I/O.
siginfo_t information(int number, sigval value) {
    siginfo_t info;
    memset(&info, 0, sizeof info);
    info.si_signo = number;
    info.si_code = SI_ASYNCIO;
    info.si_pid = getpid();
    info.si_uid = getuid();
    info.si_value = value;
    return info;
}

int result_of(long failed, int saved) {
    int error = failed != 0 ? errno : 0;
    errno = saved;
    return error;
}

}  // namespace

int queue_signal(int number, sigval value) {
    int saved = errno;
    siginfo_t info = information(number, value);
    return result_of(syscall(SYS_rt_sigqueueinfo, info.si_pid, number, &info), saved);
}

int queue_thread_signal(int thread, int number, sigval value) {
    int saved = errno;
    siginfo_t info = information(number, value);
    return result_of(syscall(SYS_rt_tgsigqueueinfo, info.si_pid, thread, number, &info), saved);
}

bool names_thread(const sigevent& event, int& thread) {
    thread = event.sigev_notify_thread_id;
    return event.sigev_notify == SIGEV_THREAD_ID;
}

}  // namespace uaio
