#include "tests/storm/mixed/stream_job.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/support/require.h"

namespace uaio::test {
namespace {

constexpr size_t kBytesMax = 300;     // of a request
constexpr size_t kUnreadMax = 8'192;  // then nothing is written: a pipe takes 65,536 bytes

char byte_at(uint64_t place) {
    return static_cast<char>(place * 0x9e3779b97f4a7c15u >> 56);
}

std::string bytes_from(uint64_t place, size_t count) {
    std::string bytes(count, '\0');
    for (char& byte : bytes) {
        byte = byte_at(place++);
    }
    return bytes;
}

}  // namespace

StreamJob::StreamJob(bool socket, bool closes) : socket_(socket), closes_(closes) {
    open();
}

StreamJob::~StreamJob() {
    close_both();
}

void StreamJob::open() {
    int ends[2];
    int answer =
        socket_ ? socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) : pipe2(ends, O_CLOEXEC);
    require(answer == 0, "make a stream");
    in_ = ends[0];
    out_ = ends[1];
    sent_ = received_ = 0;
}

void StreamJob::close_both() {
    close(in_);
    close(out_);
}

void StreamJob::start_read(Random& random) {
    read_.set(in_, std::string(1 + random() % kBytesMax, '?'), 0, random);
    read_.read();
}

void StreamJob::start_write(Random& random) {
    write_.set(out_, bytes_from(sent_, 1 + random() % kBytesMax), 0, random);
    write_.write();
}

void StreamJob::round(Random& random) {
    bool writes = sent_ - received_ < kUnreadMax;
    bool read_first = random() % 2 == 0;
    if (read_first) {
        start_read(random);
    }
    if (writes) {
        start_write(random);
    }
    if (!read_first) {
        start_read(random);
    }
    uint64_t chance = random() % 8;
    if (chance == 0 && writes) {
        require(aio_cancel(out_, &write_.block()) >= 0, "aio_cancel");
    } else if (chance == 1) {
        require(aio_cancel(in_, nullptr) >= 0, "aio_cancel");
    }
    bool closes = closes_ && chance == 2;
    if (closes) {
        close(in_);
    }
    if (writes) {
        account_write();
    }
    account_read();
    if (closes) {
        close(out_);
        open();
    }
}

// Where the other end has been closed nobody asks what was sent.
void StreamJob::account_write() {
    Outcome outcome = write_.finish();
    if (outcome.error == 0) {
        check_equal("bytes written", static_cast<int64_t>(write_.bytes().size()), outcome.result);
        sent_ += write_.bytes().size();
    } else if (outcome.error != EPIPE && outcome.error != ECONNRESET) {
        check_equal("errno of a write", ECANCELED, outcome.error);
    }
}

void StreamJob::account_read() {
    while (sent_ == received_ && aio_error(&read_.block()) == EINPROGRESS) {
        aio_cancel(in_, &read_.block());
    }
    Outcome outcome = read_.finish();
    if (outcome.error != 0) {
        check_equal("errno of a read", ECANCELED, outcome.error);
        return;
    }
    auto count = static_cast<size_t>(outcome.result);
    check_equal("bytes read come from somewhere", 1, count > 0 && received_ + count <= sent_);
    bool same = read_.bytes().substr(0, count) == bytes_from(received_, count);
    check_equal("bytes read", 1, same);
    received_ += count;
}

}  // namespace uaio::test
