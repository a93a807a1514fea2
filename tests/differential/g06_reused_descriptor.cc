// A write that is still queued when its descriptor is closed and opened anew for another file never
// reaches that other file.
//
//     g06_reused_descriptor close | dup2 | dup3 | close_range | closefrom | fclose
//
// Each word is a way for the descriptor to end. The only worker is held in a read of some file
// meanwhile. fclose closes inside the C library, where no preloaded library can see it.
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <string>

#include "tests/differential/case.h"
#include "tests/differential/hold.h"

using namespace differential;

namespace {

constexpr int kHigh = 500;  // above every other descriptor, for closefrom

// Ends `fd` the way `how` says and makes it stand for the file of `other`.
void replace(int fd, int other, const std::string& how) {
    if (how == "dup2") {
        ensure(dup2(other, fd) == fd, "dup2");
        return;
    }
    if (how == "dup3") {
        ensure(dup3(other, fd, O_CLOEXEC) == fd, "dup3");
        return;
    }
    if (how == "close") ensure(close(fd) == 0, "close");
    if (how == "close_range") ensure(close_range(kHigh, kHigh + 10, 0) == 0, "close_range");
    if (how == "closefrom") closefrom(kHigh);
    if (how == "fclose") ensure(fclose(fdopen(fd, "r+")) == 0, "fclose");
    ensure(fcntl(other, F_DUPFD_CLOEXEC, fd) == fd, "take the number again");
}

}  // namespace

int main(int count, char** arguments) {
    ensure(count == 2, "run without an argument");
    pool_of_one();
    int busy = scratch_file("x");
    int meant = scratch_file();
    int other = scratch_file();
    int fd = fcntl(meant, F_DUPFD_CLOEXEC, kHigh);
    ensure(fd == kHigh, "take a high number");
    Hold hold({busy});
    char byte = 0;
    aiocb running = block_for(busy, &byte, 1);
    begin_read(running);
    Hold::Call call = hold.wait();
    aiocb write = block_for(fd, "data", 4);
    begin_write(write);

    replace(fd, other, arguments[1]);
    hold.let_go(call);
    expect(running, 0, 1, "the read");
    await(write);
    if (!contents_of(other).empty()) {
        wrong("the write lands in the other file; aio_error says %s", strerror(aio_error(&write)));
    }
    bool written = aio_error(&write) == 0 && contents_of(meant) == "data";
    bool ended = aio_error(&write) == ECANCELED || aio_error(&write) == EBADF;
    if (!written && !ended) wrong("the write ends with %s", strerror(aio_error(&write)));
    return 0;
}
