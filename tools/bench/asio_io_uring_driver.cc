#include "tools/bench/asio_file_driver.h"
#include "tools/bench/other_drivers.h"

#include <utility>

#include <boost/asio/basic_random_access_file.hpp>
#include <boost/asio/post.hpp>

namespace uaio::bench {
namespace {

using File = boost::asio::basic_random_access_file<boost::asio::io_context::executor_type>;

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
    try {
        return std::make_unique<AsioFileDriver<File, Sync>>(depth);
    } catch (const boost::system::system_error& refusal) {
        throw tools::system_failure(tools::kExitFailure, "io_uring_setup", refusal.code().value());
    }
}

}  // namespace uaio::bench
