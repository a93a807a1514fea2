// basic_file: what random_access_file and stream_file have in common. The interface is that of
// boost::asio::basic_file (Boost 1.81), with three things more: async_sync_data, async_sync_all and
// priority.
//
// Each function comes as Asio's do: with an error_code, or throwing boost::system::system_error.
// A file is no safer than other Asio objects: one thread at a time.
//
// The descriptor of a closed or destroyed file is closed at once if no operation is being made, and
// else by the last one that is. docs/asio.md has the rules of lifetime and cancellation.
#pragma once

#include <sys/stat.h>
#include <unistd.h>

#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/append.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <uaio/asio/detail/buffers.hpp>
#include <uaio/asio/detail/calls.hpp>
#include <uaio/asio/detail/canceller.hpp>
#include <uaio/asio/detail/file_service.hpp>
#include <uaio/asio/detail/handler_operation.hpp>
#include <uaio/asio/detail/traits.hpp>
#include <uaio/asio/file_base.hpp>
#include <uaio/asio/priority.hpp>

namespace uaio::asio {

template <class Executor = boost::asio::any_io_executor>
class basic_file : public file_base {
  public:
    using executor_type = Executor;
    using native_handle_type = int;
    using error_code = boost::system::error_code;

    template <class Executor1>
    struct rebind_executor {
        using other = basic_file<Executor1>;
    };

    explicit basic_file(const executor_type& executor)
        : executor_(executor), service_(&detail::file_service_of(executor)) {}

    template <class Context, detail::IfContext<Context> = 0>
    explicit basic_file(Context& context) : basic_file(executor_type(context.get_executor())) {}

    basic_file(const executor_type& executor, const char* path, flags open_flags)
        : basic_file(executor) {
        open(path, open_flags);
    }

    template <class Context, detail::IfContext<Context> = 0>
    basic_file(Context& context, const char* path, flags open_flags) : basic_file(context) {
        open(path, open_flags);
    }

    basic_file(const executor_type& executor, const std::string& path, flags open_flags)
        : basic_file(executor, path.c_str(), open_flags) {}

    template <class Context, detail::IfContext<Context> = 0>
    basic_file(Context& context, const std::string& path, flags open_flags)
        : basic_file(context, path.c_str(), open_flags) {}

    basic_file(const executor_type& executor, const native_handle_type& native_file)
        : basic_file(executor) {
        assign(native_file);
    }

    template <class Context, detail::IfContext<Context> = 0>
    basic_file(Context& context, const native_handle_type& native_file) : basic_file(context) {
        assign(native_file);
    }

    // `other` is as if it had been made with its executor alone. Operations go on.
    basic_file(basic_file&& other) noexcept
        : executor_(other.executor_),
          service_(other.service_),
          channel_(std::move(other.channel_)),
          priority_(other.priority_),
          use_(other.use_) {}

    basic_file& operator=(basic_file&& other) {
        take(std::move(other));
        return *this;
    }

    template <class Executor1, detail::IfConvertible<Executor1, Executor> = 0>
    basic_file(basic_file<Executor1>&& other)
        : executor_(other.executor_),
          service_(other.service_),
          channel_(std::move(other.channel_)),
          priority_(other.priority_),
          use_(other.use_) {}

    template <class Executor1, detail::IfConvertible<Executor1, Executor> = 0>
    basic_file& operator=(basic_file<Executor1>&& other) {
        take(std::move(other));
        return *this;
    }

    const executor_type& get_executor() noexcept { return executor_; }

    void open(const char* path, flags open_flags) {
        error_code error;
        open(path, open_flags, error);
        detail::throw_if(error, "open");
    }
    void open(const std::string& path, flags open_flags) { open(path.c_str(), open_flags); }
    error_code open(const std::string& path, flags open_flags, error_code& error) {
        return open(path.c_str(), open_flags, error);
    }
    error_code open(const char* path, flags open_flags, error_code& error) {
        if (is_open()) {
            return error = boost::asio::error::already_open;
        }
        int fd = detail::open_file(path, open_flags, error);
        if (fd >= 0) {
            detail::OwnDescriptor own(fd);
            channel_ = service_->open_channel(fd, executor_);
            own.release();
            detail::advise(fd, use_);
        }
        return error;
    }

    // The descriptor is the file's from now on.
    void assign(const native_handle_type& native_file) {
        error_code error;
        assign(native_file, error);
        detail::throw_if(error, "assign");
    }
    error_code assign(const native_handle_type& native_file, error_code& error) {
        if (is_open()) {
            return error = boost::asio::error::already_open;
        }
        channel_ = service_->open_channel(native_file, executor_);
        return error = {};
    }

    bool is_open() const { return bool(channel_); }

    native_handle_type native_handle() { return descriptor(); }

    // Operations that have not begun end with operation_aborted, the others go on.
    void close() {
        error_code error;
        close(error);
        detail::throw_if(error, "close");
    }
    error_code close(error_code& error) {
        error = {};
        if (is_open()) {
            detail::ChannelRef closed = std::move(channel_);
            error = detail::system_error(closed->close());
        }
        return error;
    }

    // The descriptor is the caller's from now on. Waits for operations that are being made.
    native_handle_type release() { return is_open() ? detach()->release() : -1; }
    native_handle_type release(error_code& error) {
        error = {};
        return release();
    }

    void cancel() {
        error_code error;
        cancel(error);
        detail::throw_if(error, "cancel");
    }
    error_code cancel(error_code& error) {
        error = {};
        if (!is_open()) {
            return error = boost::asio::error::bad_descriptor;
        }
        channel_->cancel();
        return error;
    }

    std::uint64_t size() const {
        error_code error;
        std::uint64_t bytes = size(error);
        detail::throw_if(error, "size");
        return bytes;
    }
    std::uint64_t size(error_code& error) const {
        struct stat status;
        bool known = detail::set(error, fstat(descriptor(), &status) == 0);
        return known ? static_cast<std::uint64_t>(status.st_size) : 0;
    }

    void resize(std::uint64_t bytes) {
        error_code error;
        resize(bytes, error);
        detail::throw_if(error, "resize");
    }
    error_code resize(std::uint64_t bytes, error_code& error) {
        detail::set(error, ftruncate(descriptor(), static_cast<off_t>(bytes)) == 0);
        return error;
    }

    void sync_all() {
        error_code error;
        sync_all(error);
        detail::throw_if(error, "sync_all");
    }
    error_code sync_all(error_code& error) {
        detail::set(error, fsync(descriptor()) == 0);
        return error;
    }

    void sync_data() {
        error_code error;
        sync_data(error);
        detail::throw_if(error, "sync_data");
    }
    error_code sync_data(error_code& error) {
        detail::set(error, detail::sync_data(descriptor()) == 0);
        return error;
    }

    // As sync_data and sync_all; waits for the writes of the file that were started before it.
    template <class Token = detail::DefaultToken<Executor>>
    auto async_sync_data(Token&& token = detail::DefaultToken<Executor>()) {
        return boost::asio::async_initiate<Token, void(error_code)>(Sync{this}, token,
                                                                    UAIO_SYNC_DATA);
    }
    template <class Token = detail::DefaultToken<Executor>>
    auto async_sync_all(Token&& token = detail::DefaultToken<Executor>()) {
        return boost::asio::async_initiate<Token, void(error_code)>(Sync{this}, token,
                                                                    UAIO_SYNC_ALL);
    }

    // Of operations that have none of their own (priority.hpp): UAIO_PRIORITY_MIN to
    // UAIO_PRIORITY_MAX, or they end with invalid_argument.
    int priority() const { return priority_; }
    void priority(int priority) { priority_ = priority; }

  protected:
    ~basic_file() { close_quietly(); }

    // -1 if the file is closed.
    int descriptor() const { return is_open() ? channel_->fd() : -1; }

    // What the system is told when a file is opened by name.
    void use(detail::Use use) { use_ = use; }

    // Starts a transfer of `buffers`, which calls void(error_code, size_t).
    template <class Handler, class Buffers>
    void start_transfer(uaio_opcode opcode, std::int64_t offset, const Buffers& buffers,
                        Handler&& handler) {
        if (boost::asio::buffer_size(buffers) == 0) {
            end_at_once(std::forward<Handler>(handler), error_code(), std::size_t(0));
        } else if (!is_open()) {
            end_at_once(std::forward<Handler>(handler), bad_descriptor(), std::size_t(0));
        } else {
            auto operation =
                detail::make_operation<true>(std::forward<Handler>(handler), executor_);
            operation->request.offset = offset;
            detail::point_to(buffers, *operation);
            start(opcode, std::move(operation));
        }
    }

  private:
    template <class>
    friend class basic_file;

    // What async_initiate calls.
    struct Sync {
        using executor_type = Executor;
        basic_file* file;

        const executor_type& get_executor() const noexcept { return file->executor_; }

        template <class Handler>
        void operator()(Handler&& handler, uaio_opcode opcode) const {
            file->start_sync(opcode, std::forward<Handler>(handler));
        }
    };

    static error_code bad_descriptor() { return boost::asio::error::bad_descriptor; }

    template <class Handler>
    void start_sync(uaio_opcode opcode, Handler&& handler) {
        if (is_open()) {
            start(opcode, detail::make_operation<false>(std::forward<Handler>(handler), executor_));
        } else {
            end_at_once(std::forward<Handler>(handler), bad_descriptor());
        }
    }

    template <class HandlerOperation>
    void start(uaio_opcode opcode, detail::Unstarted<HandlerOperation> operation) {
        operation->request.opcode = opcode;
        operation->request.priority = get_associated_priority(operation->handler(), priority_);
        auto slot = boost::asio::get_associated_cancellation_slot(operation->handler());
        if (slot.is_connected()) {
            operation->key = channel_->next_key();
            slot.template emplace<detail::Canceller>(channel_, operation->key);
        }
        channel_->start(*operation);
        operation.release();  // it may have ended by now, and the file be gone
    }

    // Without input or output; on the executor all the same.
    template <class Handler, class... Results>
    void end_at_once(Handler&& handler, Results... results) {
        boost::asio::post(executor_,
                          boost::asio::append(std::forward<Handler>(handler), results...));
    }

    detail::ChannelRef detach() { return std::move(channel_); }

    void close_quietly() {
        error_code ignored;
        close(ignored);
    }

    template <class Other>
    void take(Other&& other) {
        if (static_cast<const void*>(&other) == this) {
            return;
        }
        close_quietly();
        executor_ = other.executor_;
        service_ = other.service_;
        channel_ = std::move(other.channel_);
        priority_ = other.priority_;
        use_ = other.use_;
    }

    Executor executor_;
    detail::FileService* service_;
    detail::ChannelRef channel_;  // empty if the file is closed
    int priority_ = 0;
    detail::Use use_ = detail::Use::kRandom;
};

}  // namespace uaio::asio
