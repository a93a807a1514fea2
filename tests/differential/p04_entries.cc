// lio_listio ignores NULL entries and LIO_NOP, runs reads and writes, and LIO_WAIT ignores the
// list's own notification. A list with nothing to do is done.
#include <errno.h>
#include <signal.h>
#include <string.h>

#include "tests/differential/case.h"

using namespace differential;

int main() {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGRTMIN + 1);
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
    sigevent event = {};
    event.sigev_notify = SIGEV_SIGNAL;
    event.sigev_signo = SIGRTMIN + 1;

    int file = scratch_file("x");
    char byte = 0;
    aiocb read = block_for(file, &byte, 1);
    aiocb write = block_for(file, "y", 1, 1);
    aiocb nothing = block_for(-1, nullptr, 5);
    read.aio_lio_opcode = LIO_READ;
    write.aio_lio_opcode = LIO_WRITE;
    nothing.aio_lio_opcode = LIO_NOP;
    aiocb* list[] = {nullptr, &read, &nothing, &write, nullptr};
    if (lio_listio(LIO_WAIT, list, 5, &event) != 0) wrong("the list: %s", strerror(errno));
    if (aio_error(&read) != 0 || aio_error(&write) != 0) wrong("LIO_WAIT did not wait");
    if (aio_return(&read) != 1 || byte != 'x') wrong("the read brings no data");
    if (aio_return(&write) != 1 || contents_of(file) != "xy") wrong("the write does not write");
    aiocb* idle[] = {nullptr, &nothing};
    if (lio_listio(LIO_WAIT, idle, 2, &event) != 0) wrong("an idle list: %s", strerror(errno));
    if (lio_listio(LIO_WAIT, idle, 0, &event) != 0) wrong("an empty list: %s", strerror(errno));
    timespec at_once = {0, 0};
    if (sigtimedwait(&set, nullptr, &at_once) > 0) wrong("LIO_WAIT sends the list's signal");
    return 0;
}
