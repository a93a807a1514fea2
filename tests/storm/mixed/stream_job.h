// StreamJob: rounds of a read and a write through a pipe or a socket pair. Every byte tells its
// place in the stream, so none is lost, doubled or out of order.
#pragma once

#include <atomic>

#include "tests/storm/mixed/slot.h"

namespace uaio::test {

class StreamJob {
  public:
    StreamJob(bool socket, bool closes);
    ~StreamJob();
    StreamJob(const StreamJob&) = delete;
    StreamJob& operator=(const StreamJob&) = delete;

    // A read and a write in either order; maybe one is cancelled, or the read's end closed under
    // it. A read for which nothing has come is cancelled in the end.
    void round(Random& random);

    int in() const { return in_; }
    int out() const { return out_; }

  private:
    void open();
    void close_both();
    void start_read(Random& random);
    void start_write(Random& random);
    void account_write();
    void account_read();

    const bool socket_;
    const bool closes_;  // with requests in flight
    std::atomic<int> in_{-1};
    std::atomic<int> out_{-1};
    uint64_t sent_ = 0;      // bytes that are in the stream or were
    uint64_t received_ = 0;  // bytes that have been read
    Slot read_;
    Slot write_;
};

}  // namespace uaio::test
