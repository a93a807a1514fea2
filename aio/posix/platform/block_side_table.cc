#include "aio/posix/platform/block_side_table.h"

#include <errno.h>
#include <stddef.h>

#include "threadpool/base/pages.h"

namespace uaio {
namespace {

constexpr int kTables = 20;               // 2^30 entries, more than there can be requests
constexpr size_t kFirstTableRoom = 1024;  // 24 or 32 KiB
constexpr size_t kWindow = 16;  // places for an address in each table: one or two of them full
                                // leave most of a table in use

constinit std::atomic<BlockStatus*> tables[kTables] = {};

size_t room_of(int table) {
    return kFirstTableRoom << table;
}

// The place of the window's i-th entry.
BlockStatus& place(BlockStatus* entries, int table, uintptr_t block, size_t i) {
    uint64_t hash = static_cast<uint64_t>(block) * 0x9e3779b97f4a7c15u >> 32;
    return entries[(static_cast<size_t>(hash) + i) % room_of(table)];
}

// Null if there is no memory.
BlockStatus* table_at(int table) {
    BlockStatus* entries = tables[table].load(std::memory_order_acquire);  // pairs with the swap
    if (entries != nullptr) {
        return entries;
    }
    size_t bytes = room_of(table) * sizeof(BlockStatus);
    auto* fresh = static_cast<BlockStatus*>(map_pages(bytes));
    if (fresh == nullptr ||
        tables[table].compare_exchange_strong(entries, fresh, std::memory_order_acq_rel,
                                              std::memory_order_acquire)) {
        return fresh;
    }
    unmap_pages(fresh, bytes);
    return entries;
}

}  // namespace

// The addresses are relaxed: whoever asks for a block's status has heard of its submission.
BlockStatus* SideTableBlock::find(uintptr_t block) {
    for (int table = 0; table < kTables; ++table) {
        BlockStatus* entries = tables[table].load(std::memory_order_acquire);  // with table_at()
        if (entries == nullptr) {
            return nullptr;
        }
        for (size_t i = 0; i < kWindow; ++i) {
            BlockStatus& status = place(entries, table, block, i);
            if (status.block.load(std::memory_order_relaxed) == block) {
                return &status;
            }
        }
    }
    return nullptr;
}

BlockStatus* SideTableBlock::take(uintptr_t block) {
    for (int table = 0; table < kTables; ++table) {
        BlockStatus* entries = table_at(table);
        if (entries == nullptr) {
            return nullptr;
        }
        for (size_t i = 0; i < kWindow; ++i) {
            BlockStatus& status = place(entries, table, block, i);
            uintptr_t nobody = 0;
            // Acquire pairs with remove_stamp().
            if (status.block.compare_exchange_strong(nobody, block, std::memory_order_acquire,
                                                     std::memory_order_relaxed)) {
                // Relaxed: the block's owner alone knows of it yet.
                status.error.store(EINVAL, std::memory_order_relaxed);
                return &status;
            }
        }
    }
    return nullptr;
}

int SideTableBlock::error() const {
    return status_ != nullptr ? status_->error.load(std::memory_order_acquire) : EINVAL;
}

int SideTableBlock::error_for_sleeper() const {
    return status_ != nullptr ? status_->error.load(std::memory_order_seq_cst) : EINVAL;
}

void SideTableBlock::remove_stamp() {
    status_->block.store(0, std::memory_order_release);  // pairs with take()
    status_ = nullptr;
}

void SideTableBlock::begin(uint32_t request, int in_progress) {
    status_->request = request;
    status_->result = 0;
    status_->error.store(in_progress, std::memory_order_relaxed);  // the inbox releases it
}

void SideTableBlock::publish_at_once(ssize_t result) {
    status_->request = UINT32_MAX;
    publish(result, 0);
}

void SideTableBlock::refuse(int error) {
    publish(-1, error);
}

// Sequentially consistent for the waiting room; also releases the result to error(). The entry is
// not touched afterwards: the owner may have ended it.
void SideTableBlock::publish(ssize_t result, int error) {
    status_->result = result;
    status_->error.store(error, std::memory_order_seq_cst);
}

}  // namespace uaio
