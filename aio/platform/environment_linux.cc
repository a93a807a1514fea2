#include "aio/platform/environment.h"

#include <stdlib.h>
#include <sys/auxv.h>

namespace uaio {

// The kernel sets AT_SECURE for setuid, setgid and file capabilities alike.
const char* environment(const char* name) {
    return getauxval(AT_SECURE) != 0 ? nullptr : getenv(name);
}

}  // namespace uaio
