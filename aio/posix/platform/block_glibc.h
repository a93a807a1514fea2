// The private fields of glibc's control block, which are ours while our aio_* functions serve it.
//
// Programs look into some of them (aio-lite reads the error and the result without asking), so they
// are kept as glibc keeps them. Offsets: glibc 2.1 to 2.42 on every architecture, by bits/types and
// rt/aio.h; the assertions below hold this file to it.
#pragma once

#include <aio.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <atomic>

namespace uaio {

#if defined(__x86_64__) && defined(__LP64__)
static_assert(sizeof(struct aiocb) == 168);
static_assert(offsetof(struct aiocb, __next_prio) == 96);
static_assert(offsetof(struct aiocb, __error_code) == 112);
static_assert(offsetof(struct aiocb, __return_value) == 120);
static_assert(offsetof(struct aiocb, aio_offset) == 128);
#endif
static_assert(sizeof(struct aiocb) == sizeof(struct aiocb64));
static_assert(offsetof(struct aiocb, __error_code) == offsetof(struct aiocb64, __error_code));
static_assert(offsetof(struct aiocb, __return_value) == offsetof(struct aiocb64, __return_value));
static_assert(offsetof(struct aiocb, __next_prio) == offsetof(struct aiocb64, __next_prio));
static_assert(offsetof(struct aiocb, __glibc_reserved) ==
              offsetof(struct aiocb64, __glibc_reserved));

// The private fields of `struct aiocb` and `struct aiocb64` lie at the same offsets, so one set of
// accessors serves both. A block that was never submitted may hold anything.
class Block {
  public:
    explicit Block(struct aiocb* block) : block_(block) {}
    explicit Block(struct aiocb64* block) : block_(reinterpret_cast<struct aiocb*>(block)) {}

    // 0, EINPROGRESS or an errno value: what aio_error returns.
    int error() const { return word().load(std::memory_order_acquire); }  // pairs with publish()

    // The same, ordered against the waiting room (waiting_room.h).
    int error_for_sleeper() const { return word().load(std::memory_order_seq_cst); }

    ssize_t result() const { return block_->__return_value; }

    // The number of the request that serves the block; garbage if none ever did.
    uint32_t request() const {
        return static_cast<uint32_t>(reinterpret_cast<uintptr_t>(block_->__next_prio));
    }

    // Whether the block was submitted at this address and its result has not been collected since.
    // Says true of garbage once in four billion blocks. For UAIO_STRICT.
    bool is_stamped() const { return stamp() == own_stamp(); }

    // Its result has been collected.
    void remove_stamp() { set_stamp(0); }

    // The request with that number is going to serve the block.
    void begin(uint32_t request, int in_progress) {
        block_->__next_prio = reinterpret_cast<struct aiocb*>(uintptr_t{request});
        block_->__return_value = 0;
        set_stamp(own_stamp());
        word().store(in_progress, std::memory_order_relaxed);  // the inbox releases it
    }

    // A status that needed no request: the block is never in progress.
    void publish_at_once(ssize_t result) {
        block_->__next_prio = reinterpret_cast<struct aiocb*>(uintptr_t{UINT32_MAX});
        set_stamp(own_stamp());
        publish(result, 0);
    }

    // The status of a block that was never in progress.
    void refuse(int error) {
        set_stamp(own_stamp());
        publish(-1, error);
    }

    // The final status. The block is not touched after the store of the error: its owner may have
    // freed it by then. Sequentially consistent for the waiting room; also releases the result to
    // error().
    void publish(ssize_t result, int error) {
        block_->__return_value = result;
        word().store(error, std::memory_order_seq_cst);
    }

  private:
    std::atomic_ref<int> word() const { return std::atomic_ref<int>(block_->__error_code); }

    uint32_t own_stamp() const {
        auto address = static_cast<uint64_t>(reinterpret_cast<uintptr_t>(block_));
        return static_cast<uint32_t>(address * 0x9e3779b97f4a7c15u >> 32) | 1;
    }

    uint32_t stamp() const {
        uint32_t stamp;
        memcpy(&stamp, block_->__glibc_reserved, sizeof stamp);
        return stamp;
    }

    void set_stamp(uint32_t stamp) { memcpy(block_->__glibc_reserved, &stamp, sizeof stamp); }

    struct aiocb* block_;
};

}  // namespace uaio
