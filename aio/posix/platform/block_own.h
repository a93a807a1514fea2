// The library's fields in the control block of our own <aio.h> (aio/posix/platform/own/aio.h).
#pragma once

#include "aio/posix/platform/block_fields.h"

namespace uaio {

using ListEntry = struct aiocb* const;

struct OwnFields {
    static int& error(struct aiocb& block) { return block.uaio_error; }
    static ssize_t& result(struct aiocb& block) { return block.uaio_result; }
    static auto& room(struct aiocb& block) { return block.uaio_room; }
};

class Block : public BlockFields<OwnFields> {
  public:
    explicit Block(struct aiocb* block) : BlockFields(block) {}
};

}  // namespace uaio
