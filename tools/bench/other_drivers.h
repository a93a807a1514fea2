// Drivers of the peers that are no POSIX AIO. Each submits one operation at a time, because that is
// what aio_read does; what they gain by batches is not measured here.
#pragma once

#include <string>

#include "tools/bench/driver.h"

namespace uaio::bench {

// The kernel's older interface: a context for each submitter. Throws Failure where the system
// refuses one.
std::unique_ptr<Driver> make_libaio_driver(size_t depth);

// The same on uaio's libaio.so.1, which is found by the path of its libuaio.so.1. Throws Failure
// where it is not.
DriverMaker uaio_libaio_driver_maker(const std::string& library);

// A ring for each submitter. Throws Failure where the system refuses one.
std::unique_ptr<Driver> make_io_uring_driver(size_t depth);

// One Boost.Asio thread_pool for all submitters, with as many threads as uaio has at most.
DriverMaker asio_driver_maker();

// Boost.Asio's own files, which it has with io_uring, and uaio's: a context for each submitter. The
// first throws Failure where the system refuses a ring.
std::unique_ptr<Driver> make_asio_io_uring_driver(size_t depth);
std::unique_ptr<Driver> make_asio_uaio_driver(size_t depth);

// pread and pwrite in the submitter itself. It cannot have more than one slot.
std::unique_ptr<Driver> make_plain_driver();

// Makes the operation as plain calls do; the result is as in Done.
ssize_t perform(const Operation& operation);

}  // namespace uaio::bench
