#include "aio/platform/program_name.h"

#include <errno.h>  // program_invocation_short_name

namespace uaio {

void program_name(char* name, size_t bytes) {
    const char* source = program_invocation_short_name;
    size_t used = 0;
    for (; source[used] != '\0' && used + 1 < bytes; ++used) {
        name[used] = source[used];
    }
    name[used] = '\0';
}

}  // namespace uaio
