// F_PREALLOCATE takes the space and leaves the length alone.
#include "aio/platform/reserve.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

namespace uaio {

int reserve_file(int fd, size_t bytes) {
    auto length = static_cast<off_t>(bytes);
    fstore_t space = {};
    space.fst_flags = F_ALLOCATEALL;
    space.fst_posmode = F_PEOFPOSMODE;
    space.fst_length = length;
    return fcntl(fd, F_PREALLOCATE, &space) == 0 && ftruncate(fd, length) == 0 ? 0 : errno;
}

}  // namespace uaio
