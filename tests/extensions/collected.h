// Requests that are given back by uaio_aio_waitcomplete(), and nothing left of earlier cases.
#pragma once

#include <errno.h>
#include <sys/types.h>
#include <time.h>

#include <uaio/aio.h>

#include <ostream>

#include "tests/support/request.h"

namespace uaio::test {

inline constexpr timespec kAtOnce = {0, 0};

// What uaio_aio_waitcomplete() has said.
struct Answer {
    const aiocb* block;
    ssize_t result;
    int error;  // 0 unless the result is -1

    bool operator==(const Answer&) const = default;
};

inline std::ostream& operator<<(std::ostream& out, const Answer& answer) {
    return out << answer.block << ": " << answer.result << ", error " << answer.error;
}

inline constexpr Answer kNothingYet = {nullptr, -1, EAGAIN};

inline Answer next(const timespec* timeout = nullptr) {
    aiocb garbage;
    aiocb* block = &garbage;
    errno = 0;
    ssize_t result = uaio_aio_waitcomplete(&block, timeout);
    return {block, result, result < 0 ? errno : 0};
}

// For a suite: collecting is on, and nothing is there.
struct Collecting {
    Collecting() {
        uaio_aio_collect();
        while (next(&kAtOnce) != kNothingYet) {
        }
    }
};

// A request without a hand of the test's own on it: only what the case itself calls gives it back.
struct Plain {
    Plain(int fd, size_t bytes, off_t offset = 0) { set_up(&block, fd, data, bytes, offset); }
    Plain(const Plain&) = delete;
    Plain& operator=(const Plain&) = delete;

    // Sleeps until it has ended, and does not ask for its result.
    void wait_for_end() {
        const aiocb* list[] = {&block};
        while (aio_error(&block) == EINPROGRESS) aio_suspend(list, 1, nullptr);
    }

    aiocb block;
    char data[64] = {};
};

}  // namespace uaio::test
