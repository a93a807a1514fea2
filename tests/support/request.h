// Request: one asynchronous request of a test, with a control block and a buffer of its own.
//
//     Request request(fd, 100, offset);         // 100 bytes of room
//     BOOST_TEST(request.read() == 0);          // aio_read, or its errno
//     Outcome outcome = request.finish();       // waits; aio_error and aio_return
//     BOOST_TEST(request.text() == "…");        // what was transferred
//
// Written against <aio.h> alone. The destructor waits for a request that is still under way, so a
// failing case leaves no buffer behind that somebody writes into. The control block starts full of
// garbage with only the public members set, as a program's block on the stack does, and asks for
// no notification.
#pragma once

#include <aio.h>
#include <stddef.h>
#include <sys/types.h>

#include <iosfwd>
#include <string>
#include <string_view>

namespace uaio::test {

// The final status of a request: aio_error's value and aio_return's.
struct Outcome {
    int error;
    ssize_t result;

    bool operator==(const Outcome&) const = default;
};

std::ostream& operator<<(std::ostream& out, const Outcome& outcome);

// What a request of this many bytes ends with when all is well.
constexpr Outcome transferred(size_t bytes) {
    return {0, static_cast<ssize_t>(bytes)};
}

// What a request that failed ends with.
constexpr Outcome failed(int error) {
    return {error, -1};
}

// Fills a control block with garbage, then sets the public members. SIGEV_NONE.
void set_up(aiocb* block, int fd, void* buffer, size_t bytes, off_t offset);

// Waits until the block is no longer in progress, then takes its status. Signals do not disturb.
Outcome finish(aiocb* block);

class Request {
  public:
    // Room for so many bytes, to read into.
    Request(int fd, size_t bytes, off_t offset = 0);
    // These bytes, to write.
    Request(int fd, std::string_view bytes, off_t offset = 0);
    ~Request();
    Request(const Request&) = delete;
    Request& operator=(const Request&) = delete;

    aiocb& block() { return block_; }

    // Submit: 0, or the errno of the refusal.
    int read();
    int write();
    int sync(int op);

    // aio_error now.
    int status() const { return aio_error(&block_); }
    bool in_progress() const;

    // Waits and takes the status.
    Outcome finish();

    // The part of the buffer that the request read or wrote; after finish().
    std::string_view text() const { return {buffer_.data(), transferred_}; }

  private:
    int submitted(int answer);

    aiocb block_;
    std::string buffer_;
    size_t transferred_ = 0;
    bool under_way_ = false;
};

// Offers the block to `submit` (aio_read, aio_write) and reports the error it ends with, whether
// it is found at the door or asynchronously; 0 for a request that succeeded. POSIX leaves the
// choice open for EBADF, EINVAL, EFBIG and EOVERFLOW. Where it is asynchronous, -1 must come with
// it.
int submit_or_status(int (*submit)(aiocb*), aiocb* block);

// The same for aio_fsync.
int sync_or_status(int op, aiocb* block);

}  // namespace uaio::test
