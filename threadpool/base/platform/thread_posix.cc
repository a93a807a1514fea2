// POSIX gives threads neither names nor numbers. Most systems tell how many CPUs there are.
#include <errno.h>
#include <unistd.h>

#include "threadpool/base/thread.h"

namespace uaio {

void name_thread(const char* /*prefix*/, unsigned /*number*/) {}

int thread_number() {
    return 0;
}

unsigned usable_cpus() {
#ifdef _SC_NPROCESSORS_ONLN
    int saved = errno;
    long cpus = sysconf(_SC_NPROCESSORS_ONLN);
    errno = saved;
    return cpus > 0 ? static_cast<unsigned>(cpus) : 1;
#else
    return 1;
#endif
}

}  // namespace uaio
