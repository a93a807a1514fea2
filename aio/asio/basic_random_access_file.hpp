// basic_random_access_file: a file that is read and written at offsets. The interface is that of
// boost::asio::basic_random_access_file; it is an AsyncRandomAccessReadDevice and -WriteDevice, so
// async_read_at and async_write_at work with it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>

#include <uaio/asio/basic_file.hpp>

namespace uaio::asio {

template <class Executor = boost::asio::any_io_executor>
class basic_random_access_file : public basic_file<Executor> {
  public:
    using typename basic_file<Executor>::executor_type;
    using typename basic_file<Executor>::error_code;

    template <class Executor1>
    struct rebind_executor {
        using other = basic_random_access_file<Executor1>;
    };

    using basic_file<Executor>::basic_file;

    basic_random_access_file(basic_random_access_file&&) = default;
    basic_random_access_file& operator=(basic_random_access_file&&) = default;

    template <class Executor1, detail::IfConvertible<Executor1, Executor> = 0>
    basic_random_access_file(basic_random_access_file<Executor1>&& other)
        : basic_file<Executor>(std::move(other)) {}

    template <class Executor1, detail::IfConvertible<Executor1, Executor> = 0>
    basic_random_access_file& operator=(basic_random_access_file<Executor1>&& other) {
        basic_file<Executor>::operator=(std::move(other));
        return *this;
    }

    ~basic_random_access_file() = default;

    template <class Buffers>
    std::size_t read_some_at(std::uint64_t offset, const Buffers& buffers) {
        error_code error;
        std::size_t bytes = read_some_at(offset, buffers, error);
        detail::throw_if(error, "read_some_at");
        return bytes;
    }
    template <class Buffers>
    std::size_t read_some_at(std::uint64_t offset, const Buffers& buffers, error_code& error) {
        detail::PiecesHere here(buffers);
        return detail::transfer(true, here.count, error, [&] {
            return preadv(this->descriptor(), here.pieces.data(), int(here.count),
                          static_cast<off_t>(offset));
        });
    }

    template <class Buffers>
    std::size_t write_some_at(std::uint64_t offset, const Buffers& buffers) {
        error_code error;
        std::size_t bytes = write_some_at(offset, buffers, error);
        detail::throw_if(error, "write_some_at");
        return bytes;
    }
    template <class Buffers>
    std::size_t write_some_at(std::uint64_t offset, const Buffers& buffers, error_code& error) {
        detail::PiecesHere here(buffers);
        return detail::transfer(false, here.count, error, [&] {
            return pwritev(this->descriptor(), here.pieces.data(), int(here.count),
                           static_cast<off_t>(offset));
        });
    }

    // One preadv; `buffers` is copied, its memory has to live until the handler is called.
    template <class Buffers, class Token = detail::DefaultToken<Executor>>
    auto async_read_some_at(std::uint64_t offset, const Buffers& buffers,
                            Token&& token = detail::DefaultToken<Executor>()) {
        return boost::asio::async_initiate<Token, void(error_code, std::size_t)>(
            Transfer{this, UAIO_READ}, token, offset, buffers);
    }

    // One pwritev, likewise.
    template <class Buffers, class Token = detail::DefaultToken<Executor>>
    auto async_write_some_at(std::uint64_t offset, const Buffers& buffers,
                             Token&& token = detail::DefaultToken<Executor>()) {
        return boost::asio::async_initiate<Token, void(error_code, std::size_t)>(
            Transfer{this, UAIO_WRITE}, token, offset, buffers);
    }

  private:
    // What async_initiate calls.
    struct Transfer {
        using executor_type = Executor;
        basic_random_access_file* file;
        uaio_opcode opcode;

        const executor_type& get_executor() const noexcept { return file->get_executor(); }

        template <class Handler, class Buffers>
        void operator()(Handler&& handler, std::uint64_t offset, const Buffers& buffers) const {
            file->start_transfer(opcode, position(offset), buffers, std::forward<Handler>(handler));
        }
    };

    // What no file can have the engine refuses, as the system would.
    static std::int64_t position(std::uint64_t offset) {
        constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
        return offset <= std::uint64_t(kMost) ? std::int64_t(offset) : -kMost;
    }
};

}  // namespace uaio::asio
