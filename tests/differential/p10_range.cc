// aio_reqprio from 0 to AIO_PRIO_DELTA_MAX is accepted, anything else is EINVAL, by the call or
// through aio_error.
#include <errno.h>
#include <limits.h>
#include <unistd.h>

#include "tests/differential/case.h"

using namespace differential;

namespace {

int error_with(int file, int priority) {
    char byte = 0;
    aiocb read = block_for(file, &byte, 1);
    read.aio_reqprio = priority;
    if (aio_read(&read) != 0) return errno;
    await(read);
    return aio_error(&read);
}

}  // namespace

int main() {
    int file = scratch_file("x");
    int highest = static_cast<int>(sysconf(_SC_AIO_PRIO_DELTA_MAX));
    for (int priority = 0; priority <= highest; ++priority) {
        if (error_with(file, priority) != 0) wrong("aio_reqprio %d fails", priority);
    }
    for (int priority : {-1, highest + 1, INT_MIN, INT_MAX}) {
        if (error_with(file, priority) != EINVAL) wrong("aio_reqprio %d is accepted", priority);
    }
    return 0;
}
