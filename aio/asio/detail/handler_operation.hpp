// HandlerOperation: an operation with the handler that is called when it has ended.
//
// The memory comes from the handler's associated allocator and is given back before the handler is
// called, so that the handler's next operation can have it. Until then there is outstanding work
// for the file's executor and for the handler's.
#pragma once

#include <sys/uio.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include <boost/asio/associated_allocator.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/execution/allocator.hpp>
#include <boost/asio/execution/executor.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/recycling_allocator.hpp>
#include <boost/system/error_code.hpp>
#include <uaio/asio/detail/calls.hpp>
#include <uaio/asio/detail/channel_on.hpp>
#include <uaio/asio/detail/work.hpp>

namespace uaio::asio::detail {

// A handler and what it is called with. Transfers tell the number of bytes, syncs do not.
template <class Handler, bool kTransfer>
struct Call {
    Handler handler;
    boost::system::error_code error;
    std::size_t bytes;

    void operator()() {
        if constexpr (kTransfer) {
            std::move(handler)(error, bytes);
        } else {
            std::move(handler)(error);
        }
    }
};

template <class Handler>
auto allocator_of(const Handler& handler) {
    return boost::asio::get_associated_allocator(handler, boost::asio::recycling_allocator<void>());
}

template <class Value, class Handler>
using AllocatorFor = typename std::allocator_traits<decltype(allocator_of(
    std::declval<const Handler&>()))>::template rebind_alloc<Value>;

template <class Handler, class IoExecutor, bool kTransfer>
class HandlerOperation final : public Operation {
  public:
    static HandlerOperation* make(Handler&& handler, const IoExecutor& executor) {
        AllocatorFor<HandlerOperation, Handler> allocator(allocator_of(handler));
        auto give_back = [&allocator](void* memory) {
            allocator.deallocate(static_cast<HandlerOperation*>(memory), 1);
        };
        std::unique_ptr<void, decltype(give_back)> memory(allocator.allocate(1), give_back);
        auto* made = new (memory.get()) HandlerOperation(std::move(handler), executor);
        memory.release();
        return made;
    }

    const Handler& handler() const { return handler_; }

    // Memory for the pieces of the transfer; goes with the operation.
    iovec* make_pieces(std::size_t count) {
        AllocatorFor<iovec, Handler> allocator(allocator_of(handler_));
        pieces_ = allocator.allocate(count);
        pieces_count_ = count;
        return pieces_;
    }

  private:
    using HandlerExecutor = boost::asio::associated_executor_t<Handler, IoExecutor>;
    using HandlerWork = Work<HandlerExecutor>;
    using IoWork = std::optional<Work<IoExecutor>>;

    HandlerOperation(Handler&& handler, const IoExecutor& executor)
        : Operation(end_one),
          handler_(std::move(handler)),
          work_(boost::asio::get_associated_executor(handler_, executor)) {
        if (!is_same(work_.executor(), executor)) {
            io_work_.emplace(executor);
        }
    }

    static bool is_same(const HandlerExecutor& one, const IoExecutor& other) {
        if constexpr (std::is_same_v<HandlerExecutor, IoExecutor>) {
            return one == other;
        } else {
            return false;
        }
    }

    // The end of a file is an error to Asio. Nothing was asked for is no end (basic_file.hpp).
    boost::system::error_code outcome() const {
        bool is_end = request.opcode == UAIO_READ && error == 0 && result == 0;
        return is_end ? make_error_code(boost::asio::error::eof) : system_error(error);
    }

    static void end_one(Operation& operation, bool call) {
        auto& self = static_cast<HandlerOperation&>(operation);
        IoWork io_work(std::move(self.io_work_));
        HandlerWork work(std::move(self.work_));
        bool is_there = call && self.channel->runs_on(work.executor());
        Call<Handler, kTransfer> to_make{std::move(self.handler_), self.outcome(),
                                         self.error == 0 ? std::size_t(self.result) : 0};
        self.destroy(to_make.handler);
        if (is_there) {
            to_make();
        } else if (call) {
            hand_over(work.executor(), std::move(to_make));
        }
    }

    // To an executor of the standard's proposal, or of the Networking TS (io_context::strand).
    static void hand_over(const HandlerExecutor& executor, Call<Handler, kTransfer>&& to_make) {
        auto allocator = allocator_of(to_make.handler);
        if constexpr (boost::asio::execution::is_executor<HandlerExecutor>::value) {
            boost::asio::prefer(executor, boost::asio::execution::allocator(allocator))
                .execute(std::move(to_make));
        } else {
            executor.dispatch(std::move(to_make), allocator);
        }
    }

    void destroy(const Handler& handler) {
        if (pieces_ != nullptr) {
            AllocatorFor<iovec, Handler>(allocator_of(handler)).deallocate(pieces_, pieces_count_);
        }
        AllocatorFor<HandlerOperation, Handler> allocator(allocator_of(handler));
        this->~HandlerOperation();
        allocator.deallocate(this, 1);
    }

    Handler handler_;
    HandlerWork work_;
    IoWork io_work_;  // empty if the handler's executor is the file's
    iovec* pieces_ = nullptr;
    std::size_t pieces_count_ = 0;
};

// Of an operation that is not started after all: its handler is not called.
struct Discard {
    void operator()(Operation* operation) const { operation->end(*operation, false); }
};

// An operation until it is started: what throws before loses nothing.
template <class HandlerOperation>
using Unstarted = std::unique_ptr<HandlerOperation, Discard>;

template <bool kTransfer, class Handler, class IoExecutor>
auto make_operation(Handler&& handler, const IoExecutor& executor) {
    using Made = HandlerOperation<std::decay_t<Handler>, IoExecutor, kTransfer>;
    std::decay_t<Handler> own(std::forward<Handler>(handler));
    return Unstarted<Made>(Made::make(std::move(own), executor));
}

}  // namespace uaio::asio::detail
