// syscall(2), for the preload libraries alone: programs that make the kernel's AIO calls themselves
// (nginx, mariadbd, stress-ng --aiol, ioping -A) come through the C library's syscall(). The six
// calls are answered by the door; every other number goes to the kernel with all its arguments, as
// if nobody stood in between. Async-signal-safe for these, like the original.
//
// Times are taken as the library's own timespec. That is what the kernel takes from programs of 64
// bits, and from those of 32 bits with a time_t of 32. The calls of the others (time64) are not
// answered: they go to the kernel, which knows no context of the door's (EINVAL).
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <time.h>

#include "aio/libaio/door.h"
#include "aio/libaio/export.h"
#include "aio/libaio/platform/memory.h"
#include "aio/libaio/platform/raw_call.h"

namespace uaio {
namespace {

struct Arguments {
    long word[6];

    template <class T>
    T* pointer(int index) const {
        return reinterpret_cast<T*>(word[index]);
    }
};

// What io_pgetevents(2) takes as its sixth argument.
struct MaskAndSize {
    const sigset_t* mask;
    size_t bytes;
};

long collect(const Arguments& arguments, const sigset_t* mask) {
    return collect_events(static_cast<uintptr_t>(arguments.word[0]), arguments.word[1],
                          arguments.word[2], arguments.pointer<IoEvent>(3),
                          arguments.pointer<const timespec>(4), mask);
}

long collect_masked(const Arguments& arguments) {
    constexpr size_t kMaskBytes = 8;  // of the kernel's signal mask
    auto* given = arguments.pointer<const MaskAndSize>(5);
    if (given == nullptr) {
        return collect(arguments, nullptr);
    }
    if (!is_readable(given, sizeof *given)) {
        return -EFAULT;
    }
    bool masked = given->mask != nullptr;
    return masked && given->bytes != kMaskBytes ? -EINVAL : collect(arguments, given->mask);
}

// False for a number that is not the door's.
bool serve(long number, const Arguments& arguments, long& result) {
    auto first = static_cast<uintptr_t>(arguments.word[0]);
    switch (number) {
        case SYS_io_setup:
            result = setup_context(static_cast<uint32_t>(first), arguments.pointer<uintptr_t>(1));
            return true;
        case SYS_io_destroy:
            result = destroy_context(first);
            return true;
        case SYS_io_submit:
            result = submit_blocks(first, arguments.word[1], arguments.pointer<IoBlock*>(2));
            return true;
        case SYS_io_cancel:
            result = cancel_block(first, arguments.pointer<IoBlock>(1));
            return true;
        case SYS_io_getevents:
            result = collect(arguments, nullptr);
            return true;
        case SYS_io_pgetevents:
            result = collect_masked(arguments);
            return true;
        default:
            return false;
    }
}

}  // namespace
}  // namespace uaio

UAIO_EXPORT long syscall(long number, ...) noexcept {
    uaio::Arguments arguments;
    va_list list;
    va_start(list, number);
    for (long& word : arguments.word) {
        word = va_arg(list, long);
    }
    va_end(list);
    long result;
    if (!uaio::serve(number, arguments, result)) {
        const long(&word)[6] = arguments.word;
        result = uaio::raw_call(number, word[0], word[1], word[2], word[3], word[4], word[5]);
    }
    constexpr long kErrorsMax = 4095;
    if (result < 0 && result >= -kErrorsMax) {
        errno = static_cast<int>(-result);
        return -1;
    }
    return result;
}
