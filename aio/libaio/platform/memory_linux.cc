// What is there is read by rt_sigprocmask(2) with a mask to read and a request that does not exist:
// it reads the mask first (EFAULT), and then changes nothing (EINVAL). Four times as fast as
// process_vm_readv(2), which filters of system calls often forbid. It is written by futex(2), with
// an operation on a second word (FUTEX_WAKE_OP) that sets none of its bits.
#include "aio/libaio/platform/memory.h"

#include <errno.h>
#include <linux/futex.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

namespace uaio {
namespace {

constexpr uintptr_t kPage = 4096;  // or a part of one
constexpr size_t kMaskBytes = 8;   // of the kernel's signal mask, everywhere but on MIPS (16)

bool is_word_readable(uintptr_t address) {
    constexpr int kNoRequest = -1;
    uintptr_t word = address & ~uintptr_t{kMaskBytes - 1};
    // No mask at all is no error.
    return word != 0 && (syscall(SYS_rt_sigprocmask, kNoRequest, word, nullptr, kMaskBytes) == 0 ||
                         errno != EFAULT);
}

constinit uint32_t first_word = 0;  // on which nobody sleeps

bool is_word_writable(uintptr_t address) {
    constexpr int kOperation = FUTEX_WAKE_OP | FUTEX_PRIVATE_FLAG;
    constexpr int kSetNone = FUTEX_OP(FUTEX_OP_OR, 0, FUTEX_OP_CMP_LT, 0);
    uintptr_t word = address & ~uintptr_t{sizeof(uint32_t) - 1};
    return syscall(SYS_futex, &first_word, kOperation, 0, 0, word, kSetNone) >= 0 ||
           errno != EFAULT;
}

// Whether a word of each page is so.
bool is_each(const void* memory, size_t bytes, bool (*is_so)(uintptr_t address)) {
    auto address = reinterpret_cast<uintptr_t>(memory);
    if (address == 0 || bytes > UINTPTR_MAX - address) {
        return false;
    }
    int saved = errno;
    bool so = true;
    for (uintptr_t end = address + bytes; so && address < end;
         address = (address & ~(kPage - 1)) + kPage) {
        so = is_so(address);
    }
    errno = saved;
    return so;
}

}  // namespace

bool is_readable(const void* memory, size_t bytes) {
    return is_each(memory, bytes, is_word_readable);
}

bool is_writable(void* memory, size_t bytes) {
    return is_each(memory, bytes, is_word_writable);
}

bool copy_if_there(void* to, const void* memory, size_t bytes) {
    int saved = errno;
    iovec local = {to, bytes};
    iovec remote = {const_cast<void*>(memory), bytes};
    ssize_t copied = process_vm_readv(getpid(), &local, 1, &remote, 1, 0);
    errno = saved;
    return copied == static_cast<ssize_t>(bytes);
}

// mremap(2) with an old size of 0 maps shared pages for a second time.
int map_twin(size_t bytes, TwinPages& pages) {
    int saved = errno;
    pages.own = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (pages.own == MAP_FAILED) {
        errno = saved;
        return ENOMEM;
    }
    pages.client = mremap(pages.own, 0, bytes, MREMAP_MAYMOVE);
    if (pages.client == MAP_FAILED) {
        munmap(pages.own, bytes);
        errno = saved;
        return ENOMEM;
    }
    madvise(pages.own, bytes, MADV_DONTFORK);
    errno = saved;
    return 0;
}

void unmap_twin(const TwinPages& pages, size_t bytes) {
    int saved = errno;
    if (pages.client != nullptr) {
        munmap(pages.client, bytes);
    }
    munmap(pages.own, bytes);
    errno = saved;
}

std::atomic<uint32_t>* map_own_word() {
    constexpr int kWipeOnFork = 18;  // MADV_WIPEONFORK; old headers lack it
    int saved = errno;
    void* page = mmap(nullptr, kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (page != MAP_FAILED && madvise(page, kPage, kWipeOnFork) != 0) {
        munmap(page, kPage);
        page = MAP_FAILED;
    }
    errno = saved;
    if (page == MAP_FAILED) {
        return nullptr;
    }
    auto* word = static_cast<std::atomic<uint32_t>*>(page);
    word->store(1, std::memory_order_relaxed);  // the caller's, who releases it
    return word;
}

}  // namespace uaio
