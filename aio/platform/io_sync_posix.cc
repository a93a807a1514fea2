#include <unistd.h>

#include "aio/platform/io_ops.h"

namespace uaio {

int io_fdatasync(int fd) {
    return fdatasync(fd);
}

int io_fsync(int fd) {
    return fsync(fd);
}

}  // namespace uaio
