// Descriptor: what kind of thing a file descriptor stands for, as far as order and transfers care.
//
// The system is asked each time: a descriptor may be closed and reused, or have its flags changed,
// between two requests. That goes in two steps of one system call each (0.1 and 0.3 µs), because a
// transfer that is made at once (express.h) needs but the first, and sometimes is_file(), which is
// as cheap. They never wait for a device or a file server. Back ends: platform/descriptor_linux.cc
// (statx(2) without synchronisation), platform/descriptor_posix.cc (fstat(3)).
#pragma once

#include <stdint.h>

namespace uaio {

// Which file a descriptor stands for: device, inode, and when the file was made, because a file
// system may use an inode again at once. 0 where that is not known, which tells nothing apart.
// (What has no file, an eventfd say, may share one inode with all its kind: these are not told
// apart.)
struct Identity {
    uint64_t inode;
    uint32_t device;
    uint32_t born = 0;  // in ns, the lower half: two files of one inode are seldom 4.29 s apart

    bool operator==(const Identity& other) const {
        bool born_together = born == other.born || born == 0 || other.born == 0;
        return device == other.device && inode == other.inode && born_together;
    }
};

struct Descriptor {
    // How it was opened.
    bool readable;
    bool writable;
    bool append;       // O_APPEND
    bool nonblocking;  // O_NONBLOCK
    bool direct;       // O_DIRECT, where the system has it

    bool seekable;        // false for pipes, sockets, terminals: streams; a door may say so of a
                          // file too, for a transfer at the descriptor's own position
    bool durable : 1;     // O_SYNC, O_DSYNC: a write waits for the device
    bool file : 1;        // a regular file or a block device: what was read can be read again
    bool file_known : 1;  // `file`, `seekable` and what comes below have been asked for

    // As if it had been opened so for one transfer alone: RWF_*, where the system has them. A
    // door's to set, and then what follows from it above (RWF_APPEND: append; RWF_NOWAIT:
    // nonblocking). Without meaning for streams.
    uint8_t flags = 0;

    int64_t size;  // of a regular file at the time of asking; INT64_MAX for others: no end moves
    Identity identity;
};

// Fills in how it was opened. Returns 0 or EBADF. Keeps errno. Async-signal-safe.
int describe_access(int fd, Descriptor& descriptor);

// Fills in the rest. Returns 0 or EBADF. Keeps errno. Async-signal-safe.
int describe_file(int fd, Descriptor& descriptor);

// The same, unless it is filled in already.
inline int describe_rest(int fd, Descriptor& descriptor) {
    return descriptor.file_known ? 0 : describe_file(fd, descriptor);
}

// Whether `fd` certainly stands for a regular file, a block device or a directory: what is read
// there at a position can be read again. False where that is not known for so little. Keeps errno.
bool is_file(int fd);

// Both descriptions.
inline int describe(int fd, Descriptor& descriptor) {
    int error = describe_access(fd, descriptor);
    return error != 0 ? error : describe_file(fd, descriptor);
}

// Which file `fd` stands for now. Returns 0 or EBADF. Keeps errno.
int identify(int fd, Identity& identity);

// Whether `fd` still stands for that file.
inline bool stands_for(int fd, const Identity& identity) {
    Identity now;
    return identify(fd, now) == 0 && now == identity;
}

}  // namespace uaio
