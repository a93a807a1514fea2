// POSIX gives threads neither names nor numbers.
#include "threadpool/base/thread.h"

namespace uaio {

void name_thread(const char* /*prefix*/, unsigned /*number*/) {}

int thread_number() {
    return 0;
}

}  // namespace uaio
