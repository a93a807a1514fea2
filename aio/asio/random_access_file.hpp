// random_access_file: the usual basic_random_access_file, as boost::asio::random_access_file.
#pragma once

#include <uaio/asio/basic_random_access_file.hpp>

namespace uaio::asio {

using random_access_file = basic_random_access_file<>;

}  // namespace uaio::asio
