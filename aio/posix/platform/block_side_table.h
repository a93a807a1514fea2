// A Block (block.h) that keeps everything in a table, by the address of the control block: for a
// struct aiocb that has no field to spare. It is not even looked at.
//
// An entry is made by the first submission and ended by aio_return. Whoever frees a block without
// having collected its result leaves an entry behind, which the next block at the same address
// takes over. So there are never more of them than addresses have been blocks.
//
// A search looks at a few places of each of some tables, of which each is twice as large as the one
// before and is made when that has no place left for an address; no table is ever given back. No
// locks: an entry is taken by a compare-and-swap of its address, and while it has that it belongs
// to who owns the block. POSIX forbids to submit a block that is in flight, so nobody ever takes
// two entries for one address.
#pragma once

#include <aio.h>
#include <stdint.h>

#include <atomic>

#if defined(__GLIBC__) && !defined(UAIO_OWN_AIOCB)
#define UAIO_AIOCB64
#if __TIMESIZE == 32
#define UAIO_SUSPEND_TIME64
#endif
#endif

namespace uaio {

using ListEntry = struct aiocb* const;

struct BlockStatus {
    std::atomic<uintptr_t> block;  // 0: nobody's
    std::atomic<int> error;
    uint32_t request;
    ssize_t result;
};

class SideTableBlock {
  public:
    static constexpr bool kKeepsStatus = false;

    explicit SideTableBlock(const void* block) : block_(reinterpret_cast<uintptr_t>(block)) {
        status_ = find(block_);
    }

    bool enter() {
        if (status_ == nullptr) {
            status_ = take(block_);
        }
        return status_ != nullptr;
    }

    // EINVAL if there is none.
    int error() const;
    int error_for_sleeper() const;

    ssize_t result() const { return status_ != nullptr ? status_->result : -1; }

    uint32_t request() const { return status_ != nullptr ? status_->request : UINT32_MAX; }

    bool is_stamped() const { return status_ != nullptr; }

    // Ends the entry.
    void remove_stamp();

    // After enter() alone.
    void begin(uint32_t request, int in_progress);
    void publish_at_once(ssize_t result);
    void refuse(int error);

    // After begin(), perhaps by another one of the same address.
    void publish(ssize_t result, int error);

  private:
    static BlockStatus* find(uintptr_t block);
    static BlockStatus* take(uintptr_t block);

    uintptr_t block_;
    BlockStatus* status_;
};

}  // namespace uaio
