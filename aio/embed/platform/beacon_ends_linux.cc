#include <errno.h>
#include <sys/eventfd.h>

#include "aio/embed/platform/beacon_ends.h"

namespace uaio {

int make_beacon_ends(int (&ends)[2]) {
    ends[0] = ends[1] = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return ends[0] < 0 ? errno : 0;
}

}  // namespace uaio
