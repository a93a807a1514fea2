// Descriptor: what kind of thing a file descriptor stands for, as far as order and transfers care.
//
// describe() asks the system, each time: a descriptor may be closed and reused, or have its flags
// changed, between two requests. It costs two system calls (about 0.4 µs) and never waits for a
// device or a file server. Back ends: platform/descriptor_linux.cc (statx(2) without
// synchronisation), platform/descriptor_posix.cc (fstat(3)).
#pragma once

#include <stdint.h>

namespace uaio {

// Which file a descriptor stands for: device and inode.
struct Identity {
    uint64_t device;
    uint64_t inode;

    bool operator==(const Identity&) const = default;
};

struct Descriptor {
    Identity identity;
    int64_t size;  // of a regular file at the time of asking, 0 for others
    bool readable;
    bool writable;
    bool append;       // O_APPEND
    bool nonblocking;  // O_NONBLOCK
    bool direct;       // O_DIRECT, where the system has it
    bool seekable;     // false for pipes, sockets, terminals: streams
};

// Fills in `descriptor`. Returns 0 or EBADF. Keeps errno. Async-signal-safe.
int describe(int fd, Descriptor& descriptor);

// Which file `fd` stands for now. Returns 0 or EBADF. Keeps errno.
int identify(int fd, Identity& identity);

// Whether `fd` still stands for that file.
inline bool stands_for(int fd, const Identity& identity) {
    Identity now;
    return identify(fd, now) == 0 && now == identity;
}

}  // namespace uaio
