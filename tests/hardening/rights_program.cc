// Says whether the kernel gave it more rights than its caller has, and whether UAIO_STRICT=1 was
// obeyed, which shows in the status of a block that was never submitted.
#include <aio.h>
#include <string.h>
#include <sys/auxv.h>

#include <cstdio>

int main() {
    aiocb used;
    aiocb never_used;
    memset(&used, 0, sizeof used);
    memset(&never_used, 0, sizeof never_used);
    used.aio_fildes = -1;
    aio_read(&used);  // the first use reads the environment
    std::printf("%s %s\n", getauxval(AT_SECURE) != 0 ? "more-rights" : "same-rights",
                aio_error(&never_used) == 0 ? "ignored" : "obeyed");
    return 0;
}
