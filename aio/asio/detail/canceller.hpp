// Canceller: what lies in the cancellation slot of an operation. It may outlive the operation, and
// then finds nothing.
#pragma once

#include <cstdint>
#include <utility>

#include <boost/asio/cancellation_type.hpp>
#include <uaio/asio/detail/channel.hpp>

namespace uaio::asio::detail {

class Canceller {
  public:
    Canceller(ChannelRef channel, std::uint64_t key) : channel_(std::move(channel)), key_(key) {}

    // What has not begun has had no effect, so any kind of cancellation will do.
    void operator()(boost::asio::cancellation_type type) const {
        if ((type & boost::asio::cancellation_type::all) != boost::asio::cancellation_type::none) {
            channel_->cancel(key_);
        }
    }

  private:
    ChannelRef channel_;
    std::uint64_t key_;
};

}  // namespace uaio::asio::detail
