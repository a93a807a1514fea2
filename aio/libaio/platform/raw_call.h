// A system call of Linux, without the C library: a negative errno value for an error. On processors
// whose way into the kernel is not written down here, by the C library's own syscall().
#pragma once

namespace uaio {

long raw_call(long number, long first, long second, long third, long fourth, long fifth,
              long sixth);

}  // namespace uaio
