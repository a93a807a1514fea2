// Memory of the client: whether it is there, and the part of it that holds a ring.
//
// Back ends: platform/memory_linux.cc, platform/memory_posix.cc. All keep errno.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <atomic>

namespace uaio {

// Whether `bytes` at `memory` can be read now: what a system call would answer EFAULT to otherwise.
// Costs a system call for each page (0.13 µs); the portable back end sees only whether the page is
// mapped. Async-signal-safe.
bool is_readable(const void* memory, size_t bytes);

// Whether `bytes` at `memory` can be written now. What is there stays as it is. Costs the same; the
// portable back end sees only whether the page is mapped. Async-signal-safe.
bool is_writable(void* memory, size_t bytes);

// Copies `bytes` from `memory`, which another thread may unmap at the same moment. False if they
// are not there, or if the system has no such copy: process_vm_readv(2), which some filters forbid;
// the portable back end has none.
bool copy_if_there(void* to, const void* memory, size_t bytes);

// Zeroed memory that is mapped twice: where the client sees it, which it may move (mremap) or
// damage, and where the door does.
struct TwinPages {
    void* client;
    void* own;
};

// Returns 0 or ENOMEM. `bytes` is a multiple of the page. The door's mapping is not inherited by
// forked children. (The portable back end maps once.) What is unmapped may have been moved to
// nobody knows where: then `client` is null, and stays.
int map_twin(size_t bytes, TwinPages& pages);
void unmap_twin(const TwinPages& pages, size_t bytes);

// A word that is 1 here and 0 in every child of the process, even one that no handler has run for
// (pthread_atfork(3)): of _Fork(3) or clone(2). Stays mapped for ever. Null if there is none to be
// had (Linux before 4.14, no memory, the portable back end).
std::atomic<uint32_t>* map_own_word();

}  // namespace uaio
