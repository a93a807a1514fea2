// The requests of one lio_listio call, and what the list may ask for.
#pragma once

#include <aio.h>
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <string.h>

#include <deque>
#include <string_view>
#include <vector>

#include "tests/support/bell.h"
#include "tests/support/request.h"

namespace uaio::test {

// Entries may be skipped (null) and are never moved.
class List {
  public:
    Request& add_read(int fd, size_t bytes, off_t offset) {
        return add(requests_.emplace_back(fd, bytes, offset), LIO_READ);
    }
    Request& add_write(int fd, std::string_view bytes, off_t offset) {
        return add(requests_.emplace_back(fd, bytes, offset), LIO_WRITE);
    }
    void add_null() { entries_.push_back(nullptr); }

    // 0, or the errno that came with -1.
    int submit(int mode, sigevent* event = nullptr) {
        int answer = lio_listio(mode, entries_.data(), static_cast<int>(entries_.size()), event);
        if (answer == 0) return 0;
        return answer == -1 ? errno : INT_MAX;
    }

    Request& operator[](size_t i) { return requests_[i]; }
    size_t size() const { return requests_.size(); }
    auto begin() { return requests_.begin(); }
    auto end() { return requests_.end(); }

  private:
    Request& add(Request& request, int opcode) {
        request.block().aio_lio_opcode = opcode;
        entries_.push_back(&request.block());
        return request;
    }

    std::deque<Request> requests_;
    std::vector<aiocb*> entries_;
};

inline sigevent signal_event(int number, int value) {
    sigevent event;
    memset(&event, 0, sizeof event);
    event.sigev_notify = SIGEV_SIGNAL;
    event.sigev_signo = number;
    event.sigev_value.sival_int = value;
    return event;
}

inline sigevent callback_event(Bell& bell) {
    sigevent event;
    memset(&event, 0, sizeof event);
    event.sigev_notify = SIGEV_THREAD;
    event.sigev_notify_function = [](sigval value) { static_cast<Bell*>(value.sival_ptr)->ring(); };
    event.sigev_value.sival_ptr = &bell;
    return event;
}

}  // namespace uaio::test
