// A disk that is as slow as a lesson wants: system calls on chosen files stay in the kernel until
// the lesson lets them go.
//
//     SlowDisk disk;
//     disk.hold(fds, SlowDisk::kEverywhere);  // before the first request
//     ...                                     // a worker's pwrite begins, and does not end
//     for (const HeldCall& call : disk.calls()) ...
//     disk.let_go(call);                      // now it is made
//
// The library is the one that everybody uses, and so are the file and its system calls: seccomp(2)
// stops them (SECCOMP_RET_USER_NOTIF), which needs no privilege. Held are pread, pwrite, their
// vectored forms, fsync and fdatasync, by the caller itself too, who must not touch the files any
// more. Who asks for what can be had without waiting (preadv2 and pwritev2, which the library uses
// for nothing else) gets nothing. It lasts as long as the process, so a lesson has one of its own.
#pragma once

#include <stdint.h>
#include <sys/types.h>

#include <span>
#include <vector>

namespace uaio::lesson {

struct HeldCall {
    uint64_t id;
    int fd;
    bool sync;
    off_t offset;  // of transfers
};

class SlowDisk {
  public:
    static constexpr off_t kEverywhere = -1;

    // Only transfers at `offset`, if that is not kEverywhere. Once. Throws Failure where the system
    // has no such means.
    void hold(std::span<const int> fds, off_t offset);

    // Those that are held now, the oldest first.
    const std::vector<HeldCall>& calls();

    void let_go(const HeldCall& call);

  private:
    int listener_ = -1;
    std::vector<HeldCall> calls_;
};

}  // namespace uaio::lesson
