#include "aio/joint_transfer.h"

#include <errno.h>

#include "aio/limits.h"
#include "aio/platform/io_ops.h"
#include "aio/request.h"
#include "threadpool/base/check.h"

namespace uaio {

size_t transfer_together(const Request& first) {
    iovec pieces[kTogether];
    int count = 0;
    for (const Request* each = &first; each != nullptr; each = each->inbox_next) {
        UAIO_CHECK(count < static_cast<int>(kTogether));
        pieces[count++] = {each->operation.buffer, each->operation.bytes};
    }
    const Operation& operation = first.operation;
    int saved = errno;
    ssize_t moved = operation.kind == Kind::kRead
                        ? io_preadv(operation.fd, pieces, count, operation.offset, 0)
                        : io_pwritev(operation.fd, pieces, count, operation.offset, 0);
    errno = saved;
    return moved > 0 ? static_cast<size_t>(moved) : 0;
}

}  // namespace uaio
