#include "threadpool/base/pages.h"

#include <errno.h>
#include <sys/mman.h>

namespace uaio {

void* map_pages(size_t bytes) {
    int saved = errno;
    void* pages = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    errno = saved;
    return pages == MAP_FAILED ? nullptr : pages;
}

// Where the system has no such advice the memory stays.
void discard_pages(void* pages, size_t bytes) {
#ifdef MADV_DONTNEED
    int saved = errno;
    madvise(pages, bytes, MADV_DONTNEED);
    errno = saved;
#endif
}

void unmap_pages(void* pages, size_t bytes) {
    int saved = errno;
    munmap(pages, bytes);
    errno = saved;
}

}  // namespace uaio
