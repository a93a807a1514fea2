// The system-call table: every function that libuaio.so.1 imports, with the errors that it can give
// on this system (its manual page's, as far as the arguments used here can bring them about), or
// with the reason why it is left alone.
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "tests/faults/faults.h"
#include "tests/faults/substitute.h"

namespace uaio::test {
namespace {

constexpr const char* kComputes = "computes; has no way to fail";
constexpr const char* kOfItself = "asks about the caller itself; cannot fail";
constexpr const char* kValid = "fails for invalid arguments alone, and those given are constants";
constexpr const char* kPieces = "serves transfers of several pieces, which <aio.h> does not have";
constexpr const char* kCompiler = "belongs to the C run-time and the compiler, not to the sources";

// The types of calls with a variable number of arguments.
using Open = int (*)(const char*, int, mode_t);
using Control = int (*)(int, int, long);
using SystemCall = long (*)(long, long, long, long, long, long, long);
using Remap = void* (*)(void*, size_t, size_t, int, void*);
using AtExit = int (*)(void (*)(void*), void*, void*);

std::vector<Row> memory_and_threads() {
    return {
        fails<"mmap", Report::kMapFailed>(mmap, {{{ENOMEM}, {}}}),
        fails<"__cxa_atexit">(AtExit(), {{{ENOMEM}, {}}}),
        // ThreadSanitizer's run-time has one of its own; the C library's is linked statically.
        fails<"atexit">(atexit, {{{ENOMEM}, {}}}),
        fails<"pthread_attr_init", Report::kReturned>(pthread_attr_init, {{{ENOMEM}, {}}}),
        fails<"pthread_attr_setstacksize", Report::kReturned>(pthread_attr_setstacksize,
                                                              {{{EINVAL}, {}}}),
        fails<"pthread_create", Report::kReturned>(pthread_create, {{{EAGAIN, EPERM}, {}}}),
        fails<"pthread_key_create", Report::kReturned>(pthread_key_create,
                                                       {{{EAGAIN, ENOMEM}, {}}}),
        fails<"pthread_setspecific", Report::kReturned>(pthread_setspecific, {{{ENOMEM}, {}}}),
        fails<"sched_getaffinity">(sched_getaffinity, {{{EINVAL, EPERM}, {}}}),
        // Waking and sleeping cannot fail on a mapped word of the process (threadpool/base/
        // wait_word.h stops the program if they do), so futex and gettid are not among these.
        fails<"syscall">(SystemCall(), {{{EAGAIN}, {}, SYS_rt_sigqueueinfo},
                                        {{EAGAIN, ESRCH}, {}, SYS_rt_tgsigqueueinfo},
                                        {{ENOSYS, EPERM}, {}, SYS_sync_file_range},
                                        {{EOPNOTSUPP, EPERM}, {EAGAIN}, SYS_preadv2},
                                        {{EOPNOTSUPP, EPERM}, {EAGAIN}, SYS_pwritev2}}),
    };
}

std::vector<Row> descriptors() {
    return {
        fails<"open">(Open(), {{{EMFILE, EACCES}, {}}}),
        fails<"close", Report::kMadeAnyway>(close, {{{EIO}, {EINTR}}}),
        fails<"fcntl", Report::kErrno, 1>(
            Control(), {{{EBADF}, {}, F_GETFL}, {{EMFILE, EINVAL}, {}, F_DUPFD_CLOEXEC}}),
        fails<"statx">(statx, {{{ENOSYS, EBADF}, {}}}),
        fails<"fstat">(fstat, {{{ENOMEM}, {}}, {{EOVERFLOW}, {}, kAnyCall, "statx"}}),
        fails<"lseek">(lseek, {{{ESPIPE}, {}}}),
    };
}

std::vector<Row> transfers() {
    return {
        fails<"pread">(pread, {{{EIO}, {EINTR, EAGAIN}}}),
        fails<"pwrite">(pwrite, {{{EIO, ENOSPC, EDQUOT}, {EINTR}}}),
        fails<"fsync">(fsync, {{{EIO, ENOSPC}, {EINTR}}}),
        fails<"fdatasync">(fdatasync, {{{EIO}, {EINTR}}}),
        fails<"preadv">(preadv, {{{EIO}, {EINTR}}}),
        fails<"pwritev">(pwritev, {{{EIO, ENOSPC}, {EINTR}}}),
        fails<"getrlimit">(getrlimit, {{{EINVAL}, {}}}),
        // EAGAIN for ever would say that a stream is never ready and epoll that it is.
        fails<"preadv2">(preadv2, {{{EIO, EOPNOTSUPP}, {EINTR, EAGAIN}}}),
        fails<"pwritev2">(pwritev2, {{{EPIPE, EOPNOTSUPP}, {EINTR, EAGAIN}}}),
        fails<"read">(read, {{{EIO}, {EINTR}}}),
        fails<"write">(write, {{{EIO, EPIPE}, {EINTR}}}),
        fails<"recv">(recv, {{{ECONNRESET, ENOMEM}, {EINTR, EAGAIN}}}),
        fails<"send">(send, {{{EPIPE, ENOBUFS}, {EINTR, EAGAIN}}}),
        fails<"poll">(poll, {{{ENOMEM}, {EINTR}}}),
    };
}

std::vector<Row> readiness() {
    return {
        fails<"epoll_create1">(epoll_create1, {{{EMFILE, ENOMEM}, {}}}),
        // EBADF and ENOENT: the program has closed the set, or something else has its number.
        fails<"epoll_ctl", Report::kErrno, 1>(epoll_ctl,
                                              {{{ENOMEM, ENOSPC, EPERM}, {}, EPOLL_CTL_ADD},
                                               {{EBADF, ENOENT, EINVAL}, {}, EPOLL_CTL_MOD}}),
        fails<"epoll_wait">(epoll_wait, {{{EBADF, EINVAL}, {EINTR}}}),
    };
}

// Of libaio.so.1 alone.
std::vector<Row> contexts() {
    return {
        fails<"eventfd">(eventfd, {{{EMFILE, ENOMEM}, {}}}),
        fails<"mremap", Report::kMapFailed>(Remap(), {{{ENOMEM}, {}}}),
        fails<"process_vm_readv">(process_vm_readv, {{{EPERM, ENOSYS}, {}}}),
        fails<"readlink">(readlink, {{{ENOENT, EACCES}, {}}}),
    };
}

std::vector<Row> the_rest() {
    return {
        spared("__register_atfork", "called as the library is loaded, before this can interfere"),
        spared("posix_fallocate", "only for a trace, which is done without if it cannot be made"),
        spared("unlink", "likewise, and only takes back what has been made"),
        spared("munmap", "only gives back what a lost race or a fork has left; nobody looks at it"),
        spared("madvise", "only gives back what a burst has left; nobody looks at it"),
        spared("readv", kPieces),
        spared("writev", kPieces),
        spared("recvmsg", kPieces),
        spared("sendmsg", kPieces),
        spared("clock_gettime", "the monotonic clock is always there"),
        spared("getpid", kOfItself),
        spared("getppid", kOfItself),
        spared("getuid", kOfItself),
        spared("geteuid", kOfItself),
        spared("getauxval", kOfItself),
        spared("getenv", kOfItself),
        spared("sched_yield", "cannot fail on Linux"),
        spared("__sched_cpucount", kComputes),
        spared("prctl", "names the calling thread; cannot fail"),
        spared("program_invocation_short_name", "is data"),
        spared("pthread_self", kOfItself),
        spared("pthread_getschedparam", kOfItself),
        spared("pthread_sigmask", kValid),
        spared("sigfillset", kValid),
        spared("sigemptyset", kValid),
        spared("sigaddset", kValid),
        spared("sigismember", kValid),
        spared("sigpending", kValid),
        spared("sigwait", kValid),
        spared("pthread_setcancelstate", kValid),
        spared("pthread_setcanceltype", kValid),
        spared("pthread_attr_setdetachstate", kValid),
        spared("pthread_attr_getdetachstate", kValid),
        spared("pthread_attr_destroy", "cannot fail for what was initialised"),
        spared("pthread_detach", "cannot fail for a thread that nobody has joined"),
        spared("__libc_current_sigrtmax", kComputes),
        spared("memcpy", kComputes),
        spared("memset", kComputes),
        spared("memmove", kComputes),
        spared("memcmp", kComputes),
        spared("strcmp", kComputes),
        spared("strlen", kComputes),
        spared("__errno_location", kComputes),
        spared("abort", "ends the program"),
        spared("__sigsetjmp", kCompiler),
        spared("__pthread_register_cancel", kCompiler),
        spared("__pthread_unregister_cancel", kCompiler),
        spared("__pthread_unwind_next", kCompiler),
        spared("__stack_chk_fail", kCompiler),
        spared("__tls_get_addr", kCompiler),
        spared("__cxa_finalize", kCompiler),
        spared("__gmon_start__", kCompiler),
        spared("_ITM_deregisterTMCloneTable", kCompiler),
        spared("_ITM_registerTMCloneTable", kCompiler),
    };
}

}  // namespace

const std::vector<Part>& table() {
    static const std::vector<Part> parts = {{"memory_and_threads", memory_and_threads()},
                                            {"descriptors", descriptors()},
                                            {"transfers", transfers()},
                                            {"readiness", readiness()},
                                            {"contexts", contexts()},
                                            {"the_rest", the_rest()}};
    return parts;
}

}  // namespace uaio::test
