#include "tests/threadpool/base/counted_pages.h"

#include <sys/mman.h>

#include "threadpool/base/pages.h"

namespace uaio {

using namespace test;

void* map_pages(size_t bytes) {
    if (maps_left.fetch_sub(1) <= 0) {
        return nullptr;
    }
    void* pages = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (pages == MAP_FAILED) {
        return nullptr;
    }
    mapped_bytes.fetch_add(bytes);
    if (std::barrier<>* meeting = mappers; meeting != nullptr) {
        meeting->arrive_and_wait();
    }
    return pages;
}

void discard_pages(void* pages, size_t bytes) {
    madvise(pages, bytes, MADV_DONTNEED);
    discarded_bytes.fetch_add(bytes);
}

void unmap_pages(void* pages, size_t bytes) {
    munmap(pages, bytes);
    mapped_bytes.fetch_sub(bytes);
}

}  // namespace uaio
