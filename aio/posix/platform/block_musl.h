// The private fields of musl's control block: musl 0.9.13 to 1.2.5, by include/aio.h; the
// assertions below hold this file to it. Its off_t has 64 bits everywhere. The error has the place
// of musl's lock, because musl's own word for it is volatile, which no atomic operation here takes.
#pragma once

#include "aio/posix/platform/block_fields.h"

namespace uaio {

using ListEntry = struct aiocb* __restrict const;

static_assert(sizeof(off_t) == 8);
static_assert(offsetof(struct aiocb, aio_sigevent) + sizeof(sigevent) <=
              offsetof(struct aiocb, __lock));
static_assert(offsetof(struct aiocb, __ret) > offsetof(struct aiocb, __lock));
static_assert(offsetof(struct aiocb, aio_offset) > offsetof(struct aiocb, __ret));
static_assert(sizeof(aiocb::__dummy4) >= 8);

struct MuslFields {
    static int& error(struct aiocb& block) { return block.__lock[0]; }
    static ssize_t& result(struct aiocb& block) { return block.__ret; }
    static auto& room(struct aiocb& block) { return block.__dummy4; }
};

class Block : public BlockFields<MuslFields> {
  public:
    explicit Block(struct aiocb* block) : BlockFields(block) {}
};

}  // namespace uaio
