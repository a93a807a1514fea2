#include "tools/bench/asio_file_driver.h"
#include "tools/bench/other_drivers.h"

#include <utility>

#include <uaio/asio/basic_random_access_file.hpp>

namespace uaio::bench {
namespace {

using File = uaio::asio::basic_random_access_file<boost::asio::io_context::executor_type>;

struct Sync {
    template <class Handler>
    void operator()(File& file, Handler handler) {
        file.async_sync_data(std::move(handler));
    }
};

}  // namespace

std::unique_ptr<Driver> make_asio_uaio_driver(size_t depth) {
    return std::make_unique<AsioFileDriver<File, Sync>>(depth);
}

}  // namespace uaio::bench
