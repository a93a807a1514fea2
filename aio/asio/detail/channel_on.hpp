// ChannelOn: a channel whose operations come back to an executor of that type.
#pragma once

#include <memory>
#include <optional>
#include <utility>

#include <boost/asio/post.hpp>
#include <uaio/asio/detail/channel.hpp>

namespace uaio::asio::detail {

template <class Executor>
inline constexpr char kExecutorType = 0;  // its address tells executor types apart

template <class Executor>
class ChannelOn final : public Channel {
  public:
    ChannelOn(std::shared_ptr<Registry> registry, int fd, const Executor& executor)
        : Channel(std::move(registry), fd), executor_(executor) {
        executor_type_ = &kExecutorType<Executor>;
    }

    const std::optional<Executor>& executor() const { return executor_; }

  private:
    // There is one at a time.
    struct Drain {
        explicit Drain(Channel& whose) : channel(&whose) {}
        Drain(Drain&& other) noexcept : channel(std::exchange(other.channel, nullptr)) {}
        ~Drain() {
            if (channel != nullptr) {
                channel->drop_drain();
            }
        }
        void operator()() {
            ChannelRef own(std::exchange(channel, nullptr));
            own->drain();
        }

        Channel* channel;
    };

    void post_drain() noexcept override {
        acquire();
        boost::asio::post(*executor_, Drain(*this));
    }

    // An executor may look at its context when it is destroyed.
    void forget_executor() override { executor_.reset(); }

    std::optional<Executor> executor_;
};

template <class Executor>
bool Channel::runs_on(const Executor& executor) const {
    if (executor_type_ != &kExecutorType<Executor>) {
        return false;
    }
    const auto& own = static_cast<const ChannelOn<Executor>&>(*this).executor();
    return own.has_value() && *own == executor;
}

}  // namespace uaio::asio::detail
