// From Asio's buffer sequences to the pieces of the system's calls.
#pragma once

#include <sys/uio.h>

#include <array>
#include <cstddef>
#include <iterator>

#include <uaio/engine.h>
#include <boost/asio/buffer.hpp>

namespace uaio::asio::detail {

// Pieces of a transfer that the caller waits for: as many as Asio takes, and 1 KiB of stack.
inline constexpr std::size_t kPiecesHere = 64;

// How many pieces the first part of the sequence makes, of those that a transfer can have; empty
// ones do not count.
template <class Buffers>
std::size_t count_pieces(const Buffers& buffers, std::size_t most = UAIO_PIECES_MAX) {
    std::size_t count = 0;
    auto end = boost::asio::buffer_sequence_end(buffers);
    for (auto each = boost::asio::buffer_sequence_begin(buffers); each != end && count < most;
         ++each) {
        count += boost::asio::const_buffer(*each).size() != 0;
    }
    return count;
}

template <class Buffers>
void fill_pieces(const Buffers& buffers, iovec* pieces, std::size_t count) {
    for (auto each = boost::asio::buffer_sequence_begin(buffers); count > 0; ++each) {
        boost::asio::const_buffer buffer(*each);
        if (buffer.size() != 0) {
            *pieces++ = {const_cast<void*>(buffer.data()), buffer.size()};
            --count;
        }
    }
}

// The data of an operation (handler_operation.hpp): not nothing.
template <class Buffers, class HandlerOperation>
void point_to(const Buffers& buffers, HandlerOperation& operation) {
    std::size_t count = count_pieces(buffers);
    if (count == 1) {
        iovec whole;
        fill_pieces(buffers, &whole, 1);
        operation.request.buffer = whole.iov_base;
        operation.request.bytes = whole.iov_len;
        return;
    }
    iovec* pieces = operation.make_pieces(count);
    fill_pieces(buffers, pieces, count);
    operation.request.buffer = pieces;
    operation.request.pieces = static_cast<std::uint32_t>(count);
}

// Of a transfer that the caller waits for.
template <class Buffers>
struct PiecesHere {
    explicit PiecesHere(const Buffers& buffers) : count(count_pieces(buffers, kPiecesHere)) {
        fill_pieces(buffers, pieces.data(), count);
    }
    std::array<iovec, kPiecesHere> pieces;
    std::size_t count;
};

}  // namespace uaio::asio::detail
