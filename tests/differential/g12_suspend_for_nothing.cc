// aio_suspend returns when a request of its list is done, at a signal, or at its timeout. A list of
// NULLs has no request, so only the timeout is left.
#include <errno.h>
#include <string.h>
#include <time.h>

#include "tests/differential/case.h"

using namespace differential;

namespace {

long long now_ns() {
    timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1'000'000'000LL + now.tv_nsec;
}

}  // namespace

int main() {
    const aiocb* list[] = {nullptr, nullptr};
    timespec timeout = {0, 50'000'000};
    long long begin = now_ns();
    int result = aio_suspend(list, 2, &timeout);
    int error = errno;
    if (result == 0) wrong("0 at once, though no request is done");
    if (error != EAGAIN) wrong("%s instead of EAGAIN", strerror(error));
    if (now_ns() - begin < 50'000'000) wrong("EAGAIN before the timeout");
    return 0;
}
