// sysconf: AIO_LISTIO_MAX is at least 2 and AIO_MAX at least 1, where they have a limit at all, and
// the two options are those of this edition or an earlier one.
#include <unistd.h>

#include "tests/differential/case.h"

using namespace differential;

int main() {
    long listio_max = sysconf(_SC_AIO_LISTIO_MAX);
    long aio_max = sysconf(_SC_AIO_MAX);
    long delta_max = sysconf(_SC_AIO_PRIO_DELTA_MAX);
    if (listio_max != -1 && listio_max < 2) wrong("AIO_LISTIO_MAX is %ld", listio_max);
    if (aio_max != -1 && aio_max < 1) wrong("AIO_MAX is %ld", aio_max);
    if (delta_max < 0) wrong("AIO_PRIO_DELTA_MAX is %ld", delta_max);
    if (sysconf(_SC_ASYNCHRONOUS_IO) < 199309L) wrong("there is no asynchronous I/O");
    if (sysconf(_SC_PRIORITIZED_IO) < 199309L) wrong("there is no prioritised I/O");
    return 0;
}
