// msync(3) says ENOMEM of what is not mapped, and with MS_ASYNC waits for nothing. It is a
// cancellation point, which the door's functions are not.
#include "aio/libaio/platform/memory.h"

#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

namespace uaio {

bool is_readable(const void* memory, size_t bytes) {
    auto address = reinterpret_cast<uintptr_t>(memory);
    if (address == 0 || bytes > UINTPTR_MAX - address) {
        return false;
    }
    int saved = errno;
    auto page = static_cast<uintptr_t>(sysconf(_SC_PAGESIZE));
    uintptr_t begin = address & ~(page - 1);
    int cancel_state;
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancel_state);
    bool readable = msync(reinterpret_cast<void*>(begin), address - begin + bytes, MS_ASYNC) == 0;
    pthread_setcancelstate(cancel_state, nullptr);
    errno = saved;
    return readable;
}

bool is_writable(void* memory, size_t bytes) {
    return is_readable(memory, bytes);
}

bool copy_if_there(void* /*to*/, const void* /*memory*/, size_t /*bytes*/) {
    return false;
}

int map_twin(size_t bytes, TwinPages& pages) {
    int saved = errno;
    pages.own = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    errno = saved;
    pages.client = pages.own;
    return pages.own == MAP_FAILED ? ENOMEM : 0;
}

void unmap_twin(const TwinPages& pages, size_t bytes) {
    int saved = errno;
    munmap(pages.own, bytes);
    errno = saved;
}

std::atomic<uint32_t>* map_own_word() {
    return nullptr;
}

}  // namespace uaio
