// FileService: what a context has to do with files. It knows the channels of its open files: for
// the end of the context, and for forks.
#pragma once

#include <memory>
#include <vector>

#include <boost/asio/execution_context.hpp>
#include <uaio/asio/detail/channel_on.hpp>
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
        ChannelRef channel(new ChannelOn<Executor>(registry_, fd, executor));
        if (is_shut_down_) {
            channel->refuse();
        }
        return channel;
    }

  private:
    using Channels = std::vector<ChannelRef>;

    Channels all() const {
        std::vector<Registered*> entries = registry_->all();
        Channels found;
        found.reserve(entries.size());
        for (Registered* entry : entries) {
            found.emplace_back(static_cast<Channel*>(entry));
        }
        return found;
    }

    void shutdown() override {
        is_shut_down_ = true;
        Channels channels = all();
        for (ChannelRef& channel : channels) channel->refuse();
        for (ChannelRef& channel : channels) channel->withdraw_and_wait();
        for (ChannelRef& channel : channels) channel->discard();
    }

    void notify_fork(boost::asio::execution_context::fork_event event) override {
        if (event == boost::asio::execution_context::fork_prepare) {
            forking_ = all();
            for (ChannelRef& channel : forking_) channel->prepare_fork();
            for (ChannelRef& channel : forking_) channel->withdraw_and_wait();
            return;
        }
        Channels channels = all();
        forking_.clear();
        registry_->has_forked();
        for (ChannelRef& channel : channels) channel->go_on();
        for (bool syncs : {false, true}) {
            for (ChannelRef& channel : channels) channel->resume(syncs);
        }
    }

    std::shared_ptr<Registry> registry_;
    bool is_shut_down_ = false;  // what a handler's destructor opens then takes no operations
    Channels forking_;  // while a fork is under way: so that none goes, and holds a lock
};

}  // namespace uaio::asio::detail
