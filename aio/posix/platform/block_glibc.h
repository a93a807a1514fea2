// The private fields of glibc's control block.
//
// Programs look into some of them (aio-lite reads the error and the result without asking), so they
// are kept as glibc keeps them. Offsets: glibc 2.1 to 2.42 on every architecture, by bits/types and
// rt/aio.h; the assertions below hold this file to it.
#pragma once

#include "aio/posix/platform/block_fields.h"

#define UAIO_AIOCB64
#if __TIMESIZE == 32
#define UAIO_SUSPEND_TIME64
#endif

namespace uaio {

using ListEntry = struct aiocb* const;

#ifdef __LP64__
static_assert(sizeof(struct aiocb) == 168);
static_assert(offsetof(struct aiocb, __error_code) == 112);
static_assert(offsetof(struct aiocb, __return_value) == 120);
static_assert(offsetof(struct aiocb, aio_offset) == 128);
#elif defined(__i386__)
static_assert(sizeof(struct aiocb) == 144);
static_assert(offsetof(struct aiocb, __error_code) == 96);
static_assert(offsetof(struct aiocb, __return_value) == 100);
static_assert(offsetof(struct aiocb, aio_offset) == 104);
#endif
static_assert(sizeof(struct aiocb) == sizeof(struct aiocb64));
static_assert(offsetof(struct aiocb, __error_code) == offsetof(struct aiocb64, __error_code));
static_assert(offsetof(struct aiocb, __return_value) == offsetof(struct aiocb64, __return_value));
static_assert(offsetof(struct aiocb, __glibc_reserved) ==
              offsetof(struct aiocb64, __glibc_reserved));

struct GlibcFields {
    static int& error(struct aiocb& block) { return block.__error_code; }
    static ssize_t& result(struct aiocb& block) { return block.__return_value; }
    static auto& room(struct aiocb& block) { return block.__glibc_reserved; }
};

// The private fields of `struct aiocb` and `struct aiocb64` lie at the same offsets, so one set of
// accessors serves both.
class Block : public BlockFields<GlibcFields> {
  public:
    explicit Block(struct aiocb* block) : BlockFields(block) {}
    explicit Block(struct aiocb64* block) : BlockFields(reinterpret_cast<struct aiocb*>(block)) {}
};

}  // namespace uaio
