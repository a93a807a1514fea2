#include "aio/platform/reserve.h"

#include <fcntl.h>

namespace uaio {

int reserve_file(int fd, size_t bytes) {
    return posix_fallocate(fd, 0, static_cast<off_t>(bytes));
}

}  // namespace uaio
