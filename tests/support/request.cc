#include "tests/support/request.h"

#include <errno.h>
#include <string.h>

#include <ostream>

#include "tests/support/require.h"

namespace uaio::test {

std::ostream& operator<<(std::ostream& out, const Outcome& outcome) {
    return out << "{error " << outcome.error << " (" << strerror(outcome.error) << "), result "
               << outcome.result << "}";
}

void set_up(aiocb* block, int fd, void* buffer, size_t bytes, off_t offset) {
    memset(block, 0xA5, sizeof *block);
    block->aio_fildes = fd;
    block->aio_buf = buffer;
    block->aio_nbytes = bytes;
    block->aio_offset = offset;
    block->aio_reqprio = 0;
    block->aio_lio_opcode = LIO_NOP;
    block->aio_sigevent.sigev_notify = SIGEV_NONE;
}

Outcome finish(aiocb* block) {
    const aiocb* list[] = {block};
    while (aio_error(block) == EINPROGRESS) {
        int answer = aio_suspend(list, 1, nullptr);
        require(answer == 0 || errno == EINTR, "wait for a request");
    }
    int error = aio_error(block);
    return {error, aio_return(block)};
}

Request::Request(int fd, size_t bytes, off_t offset) : buffer_(bytes, '\0') {
    set_up(&block_, fd, buffer_.data(), buffer_.size(), offset);
}

Request::Request(int fd, std::string_view bytes, off_t offset) : buffer_(bytes) {
    set_up(&block_, fd, buffer_.data(), buffer_.size(), offset);
}

Request::~Request() {
    if (under_way_) test::finish(&block_);
}

int Request::read() {
    return submitted(aio_read(&block_));
}

int Request::write() {
    return submitted(aio_write(&block_));
}

int Request::sync(int op) {
    return submitted(aio_fsync(op, &block_));
}

int Request::submitted(int answer) {
    under_way_ = answer == 0;
    return answer == 0 ? 0 : errno;
}

bool Request::in_progress() const {
    return status() == EINPROGRESS;
}

Outcome Request::finish() {
    Outcome outcome = test::finish(&block_);
    under_way_ = false;
    transferred_ = outcome.result > 0 ? static_cast<size_t>(outcome.result) : 0;
    return outcome;
}

namespace {

int status_of(int answer, aiocb* block) {
    if (answer != 0) return errno;
    Outcome outcome = finish(block);
    require(outcome.error == 0 || outcome.result == -1, "an error status comes with -1");
    return outcome.error;
}

}  // namespace

int submit_or_status(int (*submit)(aiocb*), aiocb* block) {
    return status_of(submit(block), block);
}

int sync_or_status(int op, aiocb* block) {
    return status_of(aio_fsync(op, block), block);
}

}  // namespace uaio::test
