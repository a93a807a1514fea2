// Errand: one request of the workload, with everything that it owes the caller.
//
// Rules that it checks: a refused request says so by the call and in its block, and never rings. An
// accepted one is published once, with success and all its bytes, or with an error that the plan
// can explain and -1; then it rings once, or the engine has counted its notice as failed.
#pragma once

#include <aio.h>

#include <atomic>
#include <string>

#include "tests/faults/ledger.h"

namespace uaio::test {

// What is asked of requests at this time of the workload.
struct Demands {
    bool all_succeed;  // nothing fails any more
    int planned_error;
};
extern Demands demands;

// Sums over all errands, some of which are submitted by other threads.
struct Account {
    std::atomic<long> asked{0};    // submissions tried
    std::atomic<long> refused{0};  // by the call, as single requests
    std::atomic<long> audible{0};  // accepted ones that want to be told
    std::atomic<long> cancelled{0};
};
extern Account account;

class Errand {
  public:
    // Room to read into.
    Errand(int fd, size_t bytes, off_t offset = 0, Ring ring = Ring::kNot);
    // What to write; empty for a sync.
    Errand(int fd, const std::string& bytes, off_t offset = 0, Ring ring = Ring::kNot);

    aiocb& block() { return block_; }

    // Submit. False if it has been refused.
    bool read();
    bool write();
    bool sync(int how);

    // Waits and checks the status. True if the request succeeded.
    bool settle();

    // aio_cancel, which is checked together with the status.
    void cancel();

    // Notices that have come for it, at most one.
    int rings() const { return rung(number_); }

    const std::string& bytes() const { return bytes_; }

  private:
    bool submitted(int answer, size_t bytes);
    void settle_failure(int error, ssize_t result);

    aiocb block_;
    std::string bytes_;
    int number_;
    bool audible_;
    bool cancelled_ = false;
    size_t expected_ = 0;
};

}  // namespace uaio::test
