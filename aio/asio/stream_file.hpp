// stream_file: the usual basic_stream_file, as boost::asio::stream_file.
#pragma once

#include <uaio/asio/basic_stream_file.hpp>

namespace uaio::asio {

using stream_file = basic_stream_file<>;

}  // namespace uaio::asio
