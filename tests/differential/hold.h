// Hold: stops system calls on chosen descriptors inside the kernel until the program lets them go.
//
//     Hold hold({fd});                  // before the first request
//     begin_write(block);
//     Hold::Call call = hold.wait();    // the request runs now, and will go on running
//     …
//     hold.let_go(call);
//
// A pipe can hold a request too, but a good implementation lets no thread wait for a pipe; a thread
// that is in the middle of a transfer of a file is one that everybody has to count as running. The
// calls also show the order in which requests reach the file.
//
// Means: seccomp(2) with SECCOMP_RET_USER_NOTIF, which needs no privilege. Held are pread, pwrite,
// read, write, their vectored forms, fsync and fdatasync, by every thread made afterwards and by
// the caller itself, who must not touch the descriptors. One per process; it lasts as long as the
// process.
#pragma once

#include <stdint.h>
#include <sys/types.h>

#include <initializer_list>

namespace differential {

class Hold {
  public:
    enum class Kind { kRead, kWrite, kFileSync, kDataSync };

    struct Call {
        uint64_t id;
        int fd;
        Kind kind;
        off_t offset;  // of positioned transfers
    };

    static constexpr off_t kAnywhere = -1;

    // Only calls at `offset`, if that is not kAnywhere: then syncs are not held.
    explicit Hold(std::initializer_list<int> fds, off_t offset = kAnywhere);

    // The next call to arrive. Waits for it.
    Call wait();

    void let_go(const Call& call);

    // From now on nothing is held any more; what is held now has to be let go as before.
    void end();

  private:
    int listener_;
};

// From now on no thread can be made (pthread_create: EAGAIN), as if a limit had been reached. For
// as long as the process lasts. Not in a program that has a Hold.
void deny_threads();

}  // namespace differential
