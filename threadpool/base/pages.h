// Zeroed memory straight from the system (mmap(2)), never from malloc: the engine may run inside
// a signal handler's or a malloc's caller. It is not touched before use, so reserving is cheap.
#pragma once

#include <stddef.h>

namespace uaio {

// `bytes` of zeroed memory, page-aligned; null if the system has none. Keeps errno.
void* map_pages(size_t bytes);

// The contents are not needed any more: the system may take the memory until it is touched again.
// Then it holds zeros, or what it held. Keeps errno.
void discard_pages(void* pages, size_t bytes);

// Gives back what map_pages returned. Keeps errno.
void unmap_pages(void* pages, size_t bytes);

}  // namespace uaio
