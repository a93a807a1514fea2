#include <errno.h>
#include <liburing.h>

#include "tools/bench/other_drivers.h"
#include "tools/uaio/failure.h"

namespace uaio::bench {
namespace {

using tools::kExitFailure;
using tools::system_failure;

class IoUringDriver : public Driver {
  public:
    explicit IoUringDriver(size_t depth) {
        int error = -io_uring_queue_init(static_cast<unsigned>(depth), &ring_, 0);
        if (error != 0) throw system_failure(kExitFailure, "io_uring_setup", error);
    }
    ~IoUringDriver() override { io_uring_queue_exit(&ring_); }

    void submit(size_t slot, const Operation& operation) override {
        io_uring_sqe* entry = io_uring_get_sqe(&ring_);
        if (entry == nullptr) throw tools::Failure(kExitFailure, "the submission queue is full");
        prepare(entry, operation);
        io_uring_sqe_set_data64(entry, slot);
        int submitted = io_uring_submit(&ring_);
        if (submitted != 1) throw system_failure(kExitFailure, "io_uring_submit", -submitted);
    }

    Done collect() override {
        io_uring_cqe* entry;
        int error = -io_uring_wait_cqe(&ring_, &entry);
        while (error == EINTR) error = -io_uring_wait_cqe(&ring_, &entry);
        if (error != 0) throw system_failure(kExitFailure, "io_uring_wait_cqe", error);
        Done done{static_cast<size_t>(io_uring_cqe_get_data64(entry)), entry->res};
        io_uring_cqe_seen(&ring_, entry);
        return done;
    }

  private:
    static void prepare(io_uring_sqe* entry, const Operation& operation) {
        auto offset = static_cast<__u64>(operation.offset);
        switch (operation.action) {
            case Action::kRead:
                io_uring_prep_read(entry, operation.fd, operation.block, kBlockBytes, offset);
                return;
            case Action::kWrite:
                io_uring_prep_write(entry, operation.fd, operation.block, kBlockBytes, offset);
                return;
            case Action::kSync:
                io_uring_prep_fsync(entry, operation.fd, IORING_FSYNC_DATASYNC);
                return;
        }
    }

    io_uring ring_;
};

}  // namespace

std::unique_ptr<Driver> make_io_uring_driver(size_t depth) {
    return std::make_unique<IoUringDriver>(depth);
}

}  // namespace uaio::bench
