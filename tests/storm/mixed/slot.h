// Slot: a control block that is used again and again, and counts how often it is notified.
//
// Each use takes a notification at random: none, a signal to the process, one to the submitting
// thread, a callback. Rings are counted over the slot's whole life, so a second one for the same
// submission is found, however late it comes: at the next use, or at the end.
//
// What goes wrong ends the process with a line that says what (fail).
#pragma once

#include <aio.h>
#include <stdint.h>

#include <atomic>
#include <random>
#include <string>

#include "tests/support/request.h"

namespace uaio::test {

using Random = std::mt19937_64;

[[noreturn]] void fail(const char* what, int64_t wanted, int64_t seen);

void check_equal(const char* what, int64_t wanted, int64_t seen);

class Slot {
  public:
    Slot() = default;
    ~Slot();  // checks the rings once more
    Slot(const Slot&) = delete;
    Slot& operator=(const Slot&) = delete;

    // The handler of the signals that slots ask for. Once, before the first thread.
    static void handle_signals();

    // Sets the block up for `bytes`, to be written from there or read into it, and chooses a
    // notification.
    void set(int fd, std::string bytes, off_t offset, Random& random);

    // Submit on its own. As part of a list: set the opcode, submit the list, say so.
    void read();
    void write();
    void sync(int how);
    void submitted();

    // Waits for the final status and for the notification. Takes the status.
    Outcome finish();

    // The notification of another thing that is to ring once, such as a list's.
    void expect_ring(sigevent* event, Random& random);
    void wait_for_rings();

    aiocb& block() { return block_; }
    int fd() const { return block_.aio_fildes; }
    const std::string& bytes() const { return bytes_; }

    // Of all slots.
    static uint64_t submissions() { return submissions_; }
    static uint64_t notifications() { return notifications_; }
    static uint64_t cancelled() { return cancelled_; }

  private:
    static void take_signals();
    void choose_notification(sigevent* event, Random& random);

    aiocb block_;
    std::string bytes_;
    uint64_t rings_wanted_ = 0;
    std::atomic<uint64_t> rings_{0};

    static inline std::atomic<uint64_t> submissions_{0};
    static inline std::atomic<uint64_t> notifications_{0};
    static inline std::atomic<uint64_t> cancelled_{0};
};

}  // namespace uaio::test
