#include "aio/libaio/platform/bell.h"

namespace uaio {

bool is_bell(int /*fd*/) {
    return false;
}

void ring_bell(int /*fd*/) {}

int make_bell() {
    return -1;
}

void quiet_bell(int /*fd*/) {}

void close_bell(int /*fd*/) {}

WaitEnd sleep_on_bell(int /*fd*/, int64_t /*deadline_ns*/, const sigset_t& /*mask*/) {
    return WaitEnd::kTimedOut;
}

}  // namespace uaio
