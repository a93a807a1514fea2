// Names and numbers of threads on Linux.
#include <errno.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "threadpool/base/thread.h"
#include "threadpool/base/thread_name.h"

namespace uaio {

void name_thread(const char* prefix, unsigned number) {
    ThreadName name(prefix, number);
    prctl(PR_SET_NAME, name.text);  // the calling thread's name; cannot fail
}

int thread_number() {
    return static_cast<int>(syscall(SYS_gettid));
}

// With more CPUs than the set holds the call fails (EINVAL): then there are many.
unsigned usable_cpus() {
    cpu_set_t cpus;
    int saved = errno;
    bool known = sched_getaffinity(0, sizeof(cpus), &cpus) == 0;
    errno = saved;
    return known ? static_cast<unsigned>(CPU_COUNT(&cpus)) : CPU_SETSIZE;
}

}  // namespace uaio
