// FileService: what a context has to do with files. It knows the channels of its open files: for
// the end of the context, and for forks.
#pragma once

#include <memory>

#include <boost/asio/execution_context.hpp>
#include <uaio/asio/detail/channel.hpp>
#include <uaio/asio/detail/registry.hpp>

namespace uaio::asio::detail {

class FileService : public boost::asio::execution_context::service {
  public:
    inline static boost::asio::execution_context::id id;

    explicit FileService(boost::asio::execution_context& context)
        : boost::asio::execution_context::service(context),
          registry_(std::make_shared<Registry>()) {}

    template <class Executor>
    ChannelRef open_channel(int fd, const Executor& executor) {
        return ChannelRef(new ChannelOn<Executor>(registry_, fd, executor));
    }

  private:
    template <class Visit>
    void for_each(Visit visit) {
        for (Registered* entry : registry_->all()) {
            ChannelRef channel(static_cast<Channel*>(entry));
            visit(*channel);
        }
    }

    void shutdown() override {
        for_each([](Channel& channel) { channel.shut_down(); });
    }

    void notify_fork(boost::asio::execution_context::fork_event event) override {
        if (event == boost::asio::execution_context::fork_prepare) {
            for_each([](Channel& channel) { channel.prepare_fork(); });
        } else {
            for_each([](Channel& channel) { channel.resume(); });
        }
    }

    std::shared_ptr<Registry> registry_;
};

}  // namespace uaio::asio::detail
