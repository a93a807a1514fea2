// POSIX has no way to ask.
#include "aio/platform/program_name.h"

namespace uaio {

void program_name(char* name, size_t bytes) {
    if (bytes >= 2) {
        name[0] = '?';
        name[1] = '\0';
    }
}

}  // namespace uaio
