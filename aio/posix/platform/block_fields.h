// BlockFields: a Block (block.h) whose fields lie in the control block itself. `Fields` says which
// they are:
//
//     static int& error(struct aiocb&)
//     static ssize_t& result(struct aiocb&)
//     static char (&room(struct aiocb&))[8 or more]     of any alignment
//
// They are ours while our aio_* functions serve the block.
#pragma once

#include <aio.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <atomic>

namespace uaio {

// An int that is an atomic for a moment, as by std::atomic_ref, which not every library has.
#ifdef __cpp_lib_atomic_ref
using AtomicInt = std::atomic_ref<int>;
#else
class AtomicInt {
  public:
    explicit AtomicInt(int& value) : value_(value) {}
    int load(std::memory_order order) const {
        return __atomic_load_n(&value_, static_cast<int>(order));
    }
    void store(int value, std::memory_order order) const {
        __atomic_store_n(&value_, value, static_cast<int>(order));
    }

  private:
    int& value_;
};
#endif

template <class Fields>
class BlockFields {
  public:
    static constexpr bool kKeepsStatus = true;

    explicit BlockFields(struct aiocb* block) : block_(*block) {}

    bool enter() const { return true; }

    int error() const { return word().load(std::memory_order_acquire); }  // pairs with publish()

    int error_for_sleeper() const { return word().load(std::memory_order_seq_cst); }

    ssize_t result() const { return Fields::result(block_); }

    uint32_t request() const { return load(kRequest); }

    // Says true of garbage once in four billion blocks. For UAIO_STRICT.
    bool is_stamped() const { return load(kStamp) == own_stamp(); }

    void remove_stamp() { store(kStamp, 0); }

    void begin(uint32_t request, int in_progress) {
        store(kRequest, request);
        Fields::result(block_) = 0;
        store(kStamp, own_stamp());
        word().store(in_progress, std::memory_order_relaxed);  // the inbox releases it
    }

    // The block is never in progress.
    void publish_at_once(ssize_t result) {
        store(kRequest, UINT32_MAX);
        store(kStamp, own_stamp());
        publish(result, 0);
    }

    void refuse(int error) {
        store(kStamp, own_stamp());
        publish(-1, error);
    }

    // Sequentially consistent for the waiting room; also releases the result to error().
    void publish(ssize_t result, int error) {
        Fields::result(block_) = result;
        word().store(error, std::memory_order_seq_cst);
    }

  private:
    static constexpr size_t kRequest = 0;
    static constexpr size_t kStamp = sizeof(uint32_t);

    AtomicInt word() const { return AtomicInt(Fields::error(block_)); }

    uint32_t own_stamp() const {
        auto address = static_cast<uint64_t>(reinterpret_cast<uintptr_t>(&block_));
        return static_cast<uint32_t>(address * 0x9e3779b97f4a7c15u >> 32) | 1;
    }

    uint32_t load(size_t place) const {
        uint32_t value;
        memcpy(&value, Fields::room(block_) + place, sizeof value);
        return value;
    }

    void store(size_t place, uint32_t value) {
        memcpy(Fields::room(block_) + place, &value, sizeof value);
    }

    struct aiocb& block_;
};

}  // namespace uaio
