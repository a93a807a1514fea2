#include "aio/libaio/platform/alarm.h"

namespace uaio {

uint64_t make_alarm() {
    return kNoAlarm;
}

bool ring_alarm(uint64_t /*alarm*/) {
    return false;
}

bool quiet_alarm(uint64_t /*alarm*/) {
    return false;
}

void close_alarm(uint64_t /*alarm*/) {}

int descriptor_of(uint64_t /*alarm*/) {
    return -1;
}

WaitEnd sleep_on_alarm(uint64_t /*alarm*/, int64_t /*deadline_ns*/, const sigset_t& /*mask*/) {
    return WaitEnd::kTimedOut;
}

}  // namespace uaio
