#include <errno.h>
#include <gnu/libc-version.h>
#include <linux/aio_abi.h>
#include <linux/io_uring.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <charconv>

#include "tools/uaio/files.h"
#include "tools/uaio/probes.h"

namespace uaio::tools {
namespace {

namespace json = boost::json;

// null where there is no limit.
json::value limit_value(rlim_t value) {
    if (value == RLIM_INFINITY) return nullptr;
    return static_cast<uint64_t>(value);
}

Report resource_limit(__rlimit_resource resource) {
    rlimit limit;
    if (getrlimit(resource, &limit) != 0) return unsupported_for(errno);
    return {{"soft", limit_value(limit.rlim_cur)}, {"hard", limit_value(limit.rlim_max)}};
}

// sysconf says -1 both for "no limit" and for "unknown", which errno tells apart.
json::value configured(int name) {
    errno = 0;
    long value = sysconf(name);
    if (value >= 0) return value;
    if (errno == 0) return nullptr;
    return "unknown";
}

json::value usable_processors() {
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) != 0) return "more than can be counted";
    return CPU_COUNT(&set);
}

Report probe_kernel_aio() {
    aio_context_t context = 0;
    if (syscall(SYS_io_setup, 1, &context) != 0) return unsupported_for(errno);
    syscall(SYS_io_destroy, context);
    return supported();
}

Report probe_io_uring() {
    io_uring_params parameters = {};
    OwnedFd ring(static_cast<int>(syscall(SYS_io_uring_setup, 1, &parameters)));
    return ring.valid() ? supported() : unsupported_for(errno);
}

// The number in a file of /proc; "unknown" where there is none.
json::value number_in(const std::string& path) {
    std::string line = first_line(path);
    int64_t number;
    auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), number);
    if (error != std::errc()) return "unknown";
    return number;
}

}  // namespace

Report probe_system() {
    utsname name;
    uname(&name);
    return {
        {"system", name.sysname},
        {"kernel", name.release},
        {"machine", name.machine},
        {"c_library", std::string("glibc ") + gnu_get_libc_version()},
        {"processors_online", sysconf(_SC_NPROCESSORS_ONLN)},
        {"processors_usable", usable_processors()},
    };
}

Report probe_interfaces() {
    Report report{{"kernel_aio", probe_kernel_aio()}, {"io_uring", probe_io_uring()}};
    // Absent before Linux 6.6.
    const char* switch_path = "/proc/sys/kernel/io_uring_disabled";
    if (access(switch_path, R_OK) == 0) report["io_uring_disabled"] = number_in(switch_path);
    return report;
}

Report probe_limits() {
    return {
        {"RLIMIT_NPROC", resource_limit(RLIMIT_NPROC)},
        {"RLIMIT_SIGPENDING", resource_limit(RLIMIT_SIGPENDING)},
        {"RLIMIT_NOFILE", resource_limit(RLIMIT_NOFILE)},
        {"AIO_LISTIO_MAX", configured(_SC_AIO_LISTIO_MAX)},
        {"AIO_MAX", configured(_SC_AIO_MAX)},
        {"AIO_PRIO_DELTA_MAX", configured(_SC_AIO_PRIO_DELTA_MAX)},
        {"kernel_aio_requests", number_in("/proc/sys/fs/aio-nr")},
        {"kernel_aio_requests_max", number_in("/proc/sys/fs/aio-max-nr")},
    };
}

}  // namespace uaio::tools
