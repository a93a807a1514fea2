#include "aio/platform/environment.h"

#include <stdlib.h>
#include <unistd.h>

namespace uaio {

const char* environment(const char* name) {
    bool more_rights = getuid() != geteuid() || getgid() != getegid();
    return more_rights ? nullptr : getenv(name);
}

}  // namespace uaio
