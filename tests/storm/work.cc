#include "tests/storm/work.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>

#include <array>
#include <string>

#include "tests/support/bell.h"
#include "tests/support/gate.h"
#include "tests/support/request.h"
#include "tests/support/scratch_file.h"

namespace uaio::test {
namespace {

bool write_sync_read(const ScratchFile& file) {
    Request write(file.fd(), "some work");
    Request sync(file.fd(), 0);
    Request read(file.fd(), 9);
    return write.write() == 0 && sync.sync(O_SYNC) == 0 && write.finish() == transferred(9) &&
           sync.finish() == transferred(0) && read.read() == 0 && read.finish() == transferred(9) &&
           read.text() == "some work";
}

bool wait_for_list(const ScratchFile& file) {
    std::array<aiocb, 4> blocks;
    std::array<char, 4> bytes = {'l', 'i', 's', 't'};
    std::array<aiocb*, 4> list;
    for (size_t i = 0; i < blocks.size(); ++i) {
        set_up(&blocks[i], file.fd(), &bytes[i], 1, static_cast<off_t>(i));
        blocks[i].aio_lio_opcode = LIO_WRITE;
        list[i] = &blocks[i];
    }
    int answer;
    while ((answer = lio_listio(LIO_WAIT, list.data(), 4, nullptr)) != 0 && errno == EINTR) {
    }
    return answer == 0 && file.contents().substr(0, 4) == "list";
}

bool wait_for_pipe() {
    ReadGate gate;
    Request read(gate.fd(), 4);
    if (read.read() != 0) {
        return false;
    }
    gate.release("pipe");
    return read.finish() == transferred(4) && read.text() == "pipe";
}

bool cancel_pipe() {
    ReadGate gate;
    Request read(gate.fd(), 4);
    if (read.read() != 0) {
        return false;
    }
    int answer;
    while ((answer = aio_cancel(gate.fd(), &read.block())) == AIO_NOTCANCELED) {
        sched_yield();
    }
    if (answer != AIO_CANCELED) {
        gate.end();
        return false;
    }
    return read.finish() == failed(ECANCELED);
}

bool wait_for_callback(const ScratchFile& file) {
    Bell bell;
    Request read(file.fd(), 1);
    sigevent& event = read.block().aio_sigevent;
    event.sigev_notify = SIGEV_THREAD;
    event.sigev_notify_function = [](sigval value) { static_cast<Bell*>(value.sival_ptr)->ring(); };
    event.sigev_notify_attributes = nullptr;
    event.sigev_value.sival_ptr = &bell;
    if (read.read() != 0) {
        return false;
    }
    bell.wait();
    return read.finish() == transferred(1);
}

}  // namespace

int do_some_work() {
    ScratchFile file;
    int wrong = 0;
    wrong |= write_sync_read(file) ? 0 : 1;
    wrong |= wait_for_list(file) ? 0 : 2;
    wrong |= wait_for_pipe() ? 0 : 4;
    wrong |= cancel_pipe() ? 0 : 8;
    wrong |= wait_for_callback(file) ? 0 : 16;
    return wrong;
}

}  // namespace uaio::test
