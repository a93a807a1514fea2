#include "tests/storm/streams.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/socket.h>
#include <unistd.h>

#include <iterator>

#include "tests/support/require.h"

namespace uaio::test {

Stream::Stream(Kind kind, Way way) {
    int ends[2];
    if (kind == Kind::kSocket) {
        require(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0,
                "make a socket pair");
    } else {
        require(pipe2(ends, O_CLOEXEC) == 0, "make a pipe");
    }
    here_ = ends[way == Way::kIn ? 0 : 1];
    there_ = ends[way == Way::kIn ? 1 : 0];
}

Stream::~Stream() {
    hang_up();
    close(here_);
}

void Stream::send(std::string_view bytes) const {
    require(write(there_, bytes.data(), bytes.size()) == std::ssize(bytes), "feed a stream");
}

std::string Stream::receive(size_t bytes) const {
    std::string text(bytes, '\0');
    size_t have = 0;
    while (have < bytes) {
        ssize_t count = read(there_, text.data() + have, bytes - have);
        require(count > 0, "drain a stream");
        have += static_cast<size_t>(count);
    }
    return text;
}

size_t Stream::fill() const {
    const std::string page(4096, '.');
    int flags = fcntl(here_, F_GETFL);
    require(fcntl(here_, F_SETFL, flags | O_NONBLOCK) == 0, "make a stream non-blocking");
    size_t filled = 0;
    for (size_t step : {page.size(), size_t{1}}) {
        ssize_t count;
        while ((count = write(here_, page.data(), step)) > 0) {
            filled += static_cast<size_t>(count);
        }
    }
    require(fcntl(here_, F_SETFL, flags) == 0, "make a stream blocking");
    return filled;
}

void Stream::hang_up() {
    if (there_ >= 0) {
        close(there_);
    }
    there_ = -1;
}

int cancel_waiting(Request& request) {
    int answer;
    do {
        sched_yield();
        answer = aio_cancel(request.block().aio_fildes, &request.block());
    } while (answer == AIO_NOTCANCELED);
    return answer;
}

}  // namespace uaio::test
