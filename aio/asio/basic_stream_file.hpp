// basic_stream_file: a file that is read and written where its descriptor stands. The interface is
// that of boost::asio::basic_stream_file; it is an AsyncReadStream and AsyncWriteStream, so
// async_read, async_write and the like work with it. Reads run one at a time in the order in which
// they were started, and so do writes; a read and a write at the same time share the position.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include <uaio/asio/basic_file.hpp>

namespace uaio::asio {

template <class Executor = boost::asio::any_io_executor>
class basic_stream_file : public basic_file<Executor> {
  public:
    using typename basic_file<Executor>::executor_type;
    using typename basic_file<Executor>::error_code;
    using typename basic_file<Executor>::native_handle_type;

    template <class Executor1>
    struct rebind_executor {
        using other = basic_stream_file<Executor1>;
    };

    explicit basic_stream_file(const executor_type& executor) : basic_file<Executor>(executor) {
        this->use(detail::Use::kSequential);
    }

    template <class Context, detail::IfContext<Context> = 0>
    explicit basic_stream_file(Context& context)
        : basic_stream_file(executor_type(context.get_executor())) {}

    basic_stream_file(const executor_type& executor, const char* path, file_base::flags open_flags)
        : basic_stream_file(executor) {
        this->open(path, open_flags);
    }

    template <class Context, detail::IfContext<Context> = 0>
    basic_stream_file(Context& context, const char* path, file_base::flags open_flags)
        : basic_stream_file(context) {
        this->open(path, open_flags);
    }

    basic_stream_file(const executor_type& executor, const std::string& path,
                      file_base::flags open_flags)
        : basic_stream_file(executor, path.c_str(), open_flags) {}

    template <class Context, detail::IfContext<Context> = 0>
    basic_stream_file(Context& context, const std::string& path, file_base::flags open_flags)
        : basic_stream_file(context, path.c_str(), open_flags) {}

    basic_stream_file(const executor_type& executor, const native_handle_type& native_file)
        : basic_stream_file(executor) {
        this->assign(native_file);
    }

    template <class Context, detail::IfContext<Context> = 0>
    basic_stream_file(Context& context, const native_handle_type& native_file)
        : basic_stream_file(context) {
        this->assign(native_file);
    }

    basic_stream_file(basic_stream_file&&) = default;
    basic_stream_file& operator=(basic_stream_file&&) = default;

    template <class Executor1, detail::IfConvertible<Executor1, Executor> = 0>
    basic_stream_file(basic_stream_file<Executor1>&& other)
        : basic_file<Executor>(std::move(other)) {}

    template <class Executor1, detail::IfConvertible<Executor1, Executor> = 0>
    basic_stream_file& operator=(basic_stream_file<Executor1>&& other) {
        basic_file<Executor>::operator=(std::move(other));
        return *this;
    }

    ~basic_stream_file() = default;

    // The new position.
    std::uint64_t seek(std::int64_t offset, file_base::seek_basis whence) {
        error_code error;
        std::uint64_t position = seek(offset, whence, error);
        detail::throw_if(error, "seek");
        return position;
    }
    std::uint64_t seek(std::int64_t offset, file_base::seek_basis whence, error_code& error) {
        off_t position = lseek(this->descriptor(), static_cast<off_t>(offset), whence);
        return detail::set(error, position >= 0) ? static_cast<std::uint64_t>(position) : 0;
    }

    template <class Buffers>
    std::size_t read_some(const Buffers& buffers) {
        error_code error;
        std::size_t bytes = read_some(buffers, error);
        detail::throw_if(error, "read_some");
        return bytes;
    }
    template <class Buffers>
    std::size_t read_some(const Buffers& buffers, error_code& error) {
        detail::PiecesHere here(buffers);
        return detail::transfer(true, here.count, error, [&] {
            return readv(this->descriptor(), here.pieces.data(), int(here.count));
        });
    }

    template <class Buffers>
    std::size_t write_some(const Buffers& buffers) {
        error_code error;
        std::size_t bytes = write_some(buffers, error);
        detail::throw_if(error, "write_some");
        return bytes;
    }
    template <class Buffers>
    std::size_t write_some(const Buffers& buffers, error_code& error) {
        detail::PiecesHere here(buffers);
        return detail::transfer(false, here.count, error, [&] {
            return writev(this->descriptor(), here.pieces.data(), int(here.count));
        });
    }

    // One readv; `buffers` is copied, its memory has to live until the handler is called.
    template <class Buffers, class Token = detail::DefaultToken<Executor>>
    auto async_read_some(const Buffers& buffers, Token&& token = detail::DefaultToken<Executor>()) {
        return boost::asio::async_initiate<Token, void(error_code, std::size_t)>(
            Transfer{this, UAIO_READ}, token, buffers);
    }

    // One writev, likewise.
    template <class Buffers, class Token = detail::DefaultToken<Executor>>
    auto async_write_some(const Buffers& buffers,
                          Token&& token = detail::DefaultToken<Executor>()) {
        return boost::asio::async_initiate<Token, void(error_code, std::size_t)>(
            Transfer{this, UAIO_WRITE}, token, buffers);
    }

  private:
    // What async_initiate calls.
    struct Transfer {
        using executor_type = Executor;
        basic_stream_file* file;
        uaio_opcode opcode;

        const executor_type& get_executor() const noexcept { return file->get_executor(); }

        template <class Handler, class Buffers>
        void operator()(Handler&& handler, const Buffers& buffers) const {
            file->start_transfer(opcode, UAIO_OWN_POSITION, buffers,
                                 std::forward<Handler>(handler));
        }
    };
};

}  // namespace uaio::asio
