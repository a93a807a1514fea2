#include "tools/bench/usage.h"

#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <fstream>

namespace uaio::bench {
namespace {

constexpr double kMicro = 1e-6;
constexpr uint64_t kNsPerSecond = 1'000'000'000;
constexpr size_t kKibibyte = 1024;  // ru_maxrss counts these

double seconds_of(const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * kMicro;
}

rusage own_usage() {
    rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage;
}

}  // namespace

uint64_t now_ns() {
    timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return static_cast<uint64_t>(time.tv_sec) * kNsPerSecond + static_cast<uint64_t>(time.tv_nsec);
}

double processor_seconds() {
    rusage usage = own_usage();
    return seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime);
}

size_t resident_bytes() {
    size_t size = 0;
    size_t resident = 0;
    std::ifstream("/proc/self/statm") >> size >> resident;
    return resident * static_cast<size_t>(sysconf(_SC_PAGESIZE));
}

size_t resident_bytes_max() {
    return static_cast<size_t>(own_usage().ru_maxrss) * kKibibyte;
}

}  // namespace uaio::bench
