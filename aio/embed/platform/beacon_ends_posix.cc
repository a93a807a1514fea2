#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "aio/embed/platform/beacon_ends.h"

namespace uaio {

int make_beacon_ends(int (&ends)[2]) {
    if (pipe(ends) != 0) {
        return errno;
    }
    for (int end : ends) {
        fcntl(end, F_SETFD, FD_CLOEXEC);
        fcntl(end, F_SETFL, O_NONBLOCK);
    }
    return 0;
}

}  // namespace uaio
