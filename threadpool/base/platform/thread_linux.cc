// Names and numbers of threads on Linux.
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

}  // namespace uaio
