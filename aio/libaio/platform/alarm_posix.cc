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

// Nobody sleeps. What the mask lets in comes, though nobody is told.
WaitEnd sleep_on_alarm(uint64_t /*alarm*/, int64_t /*deadline_ns*/, const sigset_t& mask) {
    sigset_t before;
    pthread_sigmask(SIG_SETMASK, &mask, &before);
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    return WaitEnd::kTimedOut;
}

}  // namespace uaio
