// Whose files the suite looks at: ours, or with UAIO_TEST_PEER Boost.Asio's own, which it has with
// io_uring alone. Both by the same names, so that what holds of one is shown to hold of the other.
#pragma once

#include <boost/asio.hpp>

#ifdef UAIO_TEST_PEER
#include <boost/asio/random_access_file.hpp>
#include <boost/asio/stream_file.hpp>
#else
#include <uaio/asio/random_access_file.hpp>
#include <uaio/asio/stream_file.hpp>
#endif

namespace uaio::test {

namespace net = boost::asio;

#ifdef UAIO_TEST_PEER
namespace subject = boost::asio;
inline constexpr bool kOurs = false;
#else
namespace subject = uaio::asio;
inline constexpr bool kOurs = true;
#endif

using boost::system::error_code;
using subject::file_base;

using RandomFile = subject::random_access_file;
using StreamFile = subject::stream_file;

// What a handler was called with.
struct Heard {
    int calls = 0;
    error_code error;
    std::size_t bytes = 0;

    auto hear() {
        return [this](error_code what, std::size_t count) {
            ++calls;
            error = what;
            bytes = count;
        };
    }
};

}  // namespace uaio::test
