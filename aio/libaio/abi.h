// The structures that a client and the door share, as the kernel's interface has them: every
// pointer and long in 8 bytes, whatever the width of the program, so that one definition serves
// all.
// (<libaio.h> pads its members for the same layout; uaio's own is aio/libaio/libaio.h.)
#pragma once

#include <stddef.h>
#include <stdint.h>

namespace uaio {

struct IoBlock {
    uint64_t data;
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    uint32_t rw_flags;
    uint32_t key;
#else
    uint32_t key;
    uint32_t rw_flags;
#endif
    uint16_t opcode;
    int16_t reqprio;
    int32_t fd;
    uint64_t buffer;  // or an array of iovec, or a mask of poll events
    uint64_t bytes;   // or the length of that array
    int64_t offset;
    uint64_t reserved;
    uint32_t flags;
    int32_t bell;  // with kFlagBell: the eventfd
};
static_assert(sizeof(IoBlock) == 64 && offsetof(IoBlock, buffer) == 24);

enum Opcode : uint16_t {
    kPread = 0,
    kPwrite = 1,
    kFsync = 2,
    kFdsync = 3,
    kPoll = 5,
    kPreadv = 7,
    kPwritev = 8,
};

inline constexpr uint32_t kFlagBell = 1;      // IOCB_FLAG_RESFD
inline constexpr uint32_t kFlagPriority = 2;  // IOCB_FLAG_IOPRIO

struct IoEvent {
    uint64_t data;
    uint64_t block;  // its address in the client
    int64_t result;  // or a negative errno value
    int64_t result2;
};
static_assert(sizeof(IoEvent) == 32);

// In front of the events. Indices are below `count`; empty when head and tail are equal. The client
// may write anything anywhere; it is meant to write head alone.
struct RingHeader {
    uint32_t id;
    uint32_t count;
    uint32_t head;
    uint32_t tail;
    uint32_t magic;
    uint32_t compatible;
    uint32_t incompatible;
    uint32_t header_bytes;
};
static_assert(sizeof(RingHeader) == 32);

inline constexpr uint32_t kRingMagic = 0xa10a10a1;

}  // namespace uaio
