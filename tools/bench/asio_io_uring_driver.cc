#include "tools/bench/asio_file_driver.h"
#include "tools/bench/other_drivers.h"

#include <chrono>
#include <thread>
#include <utility>

#include <boost/asio/basic_random_access_file.hpp>
#include <boost/asio/post.hpp>

namespace uaio::bench {
namespace {

using File = boost::asio::basic_random_access_file<boost::asio::io_context::executor_type>;

// Asio's ring takes 1.5 MiB of locked memory, of which a user may have 8 by default, and the system
// takes its time to free that of the process before.
constexpr int kPatience = 200;
constexpr std::chrono::milliseconds kPause{10};

// Asio has no asynchronous one.
struct Sync {
    template <class Handler>
    void operator()(File& file, Handler handler) {
        boost::system::error_code error;
        file.sync_data(error);
        boost::asio::post(file.get_executor(),
                          [error, handler = std::move(handler)] { handler(error); });
    }
};

}  // namespace

std::unique_ptr<Driver> make_asio_io_uring_driver(size_t depth) {
    for (int patience = kPatience;; --patience) {
        try {
            return std::make_unique<AsioFileDriver<File, Sync>>(depth);
        } catch (const boost::system::system_error& refusal) {
            int error = refusal.code().value();
            if (error != ENOMEM || patience == 0) {
                throw tools::system_failure(tools::kExitFailure, "io_uring_setup", error);
            }
        }
        std::this_thread::sleep_for(kPause);
    }
}

}  // namespace uaio::bench
