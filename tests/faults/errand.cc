#include "tests/faults/errand.h"

#include <errno.h>

#include "tests/support/request.h"

namespace uaio::test {

Demands demands = {};
Account account;

Errand::Errand(int fd, size_t bytes, off_t offset, Ring ring)
    : Errand(fd, std::string(bytes, '\0'), offset, ring) {}

Errand::Errand(int fd, const std::string& bytes, off_t offset, Ring ring)
    : bytes_(bytes), audible_(ring != Ring::kNot) {
    set_up(&block_, fd, bytes_.data(), bytes_.size(), offset);
    number_ = set_ring(&block_.aio_sigevent, ring);
}

bool Errand::read() {
    return submitted(aio_read(&block_), bytes_.size());
}

bool Errand::write() {
    return submitted(aio_write(&block_), bytes_.size());
}

bool Errand::sync(int how) {
    return submitted(aio_fsync(how, &block_), 0);
}

bool Errand::submitted(int answer, size_t bytes) {
    int error = errno;
    expected_ = bytes;
    ++account.asked;
    if (answer == 0) {
        account.audible += audible_;
        return true;
    }
    ++account.refused;
    expect(!demands.all_succeed, "refused though nothing fails", error);
    expect(answer == -1, "a refusal is -1", answer);
    expect(error == EAGAIN || error == EBADF, "a refusal is EAGAIN or EBADF", error);
    expect(aio_error(&block_) == error, "the block tells of the refusal", aio_error(&block_));
    expect(aio_return(&block_) == -1, "a refused block returns -1", aio_return(&block_));
    return false;
}

void Errand::cancel() {
    int answer;
    do {  // a worker may be trying the stream this very moment
        answer = aio_cancel(block_.aio_fildes, &block_);
    } while (demands.all_succeed && answer == AIO_NOTCANCELED);
    expect(!demands.all_succeed || answer == AIO_CANCELED, "a waiting request is withdrawn",
           answer);
    expect(answer >= 0 || errno == EBADF, "aio_cancel fails with EBADF", errno);
    cancelled_ = answer == AIO_CANCELED;
    account.cancelled += cancelled_;
}

bool Errand::settle() {
    Outcome outcome = finish(&block_);
    if (cancelled_) {
        expect(outcome == failed(ECANCELED), "a withdrawn request ends with ECANCELED",
               outcome.error);
    } else if (outcome.error == 0) {
        expect(outcome == transferred(expected_), "success means all bytes", outcome.result);
    } else {
        settle_failure(outcome.error, outcome.result);
    }
    expect(rings() <= (audible_ ? 1 : 0), "rings at most once", rings());
    return outcome.error == 0;
}

void Errand::settle_failure(int error, ssize_t result) {
    expect(!demands.all_succeed, "failed though nothing fails", error);
    expect(error != EINTR, "an interrupted call is made again", error);
    expect(error == demands.planned_error || error == EAGAIN || error == EBADF,
           "an error that the plan explains", error);
    expect(result == -1, "an error comes with -1", result);
}

}  // namespace uaio::test
