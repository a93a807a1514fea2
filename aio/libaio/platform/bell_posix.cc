#include "aio/libaio/platform/bell.h"

namespace uaio {

bool is_bell(int /*fd*/) {
    return false;
}

void ring_bell(int /*fd*/) {}

}  // namespace uaio
