#include <libaio.h>

#include <errno.h>

#include <vector>

#include "tools/bench/other_drivers.h"
#include "tools/uaio/failure.h"

namespace uaio::bench {
namespace {

using tools::kExitFailure;
using tools::system_failure;

constexpr size_t kEventsMax = 64;  // taken at once; what more there are wait in the kernel

class LibaioDriver : public Driver {
  public:
    explicit LibaioDriver(size_t depth) : blocks_(depth) {
        int error = -io_setup(static_cast<int>(depth), &context_);
        if (error != 0) throw system_failure(kExitFailure, "io_setup", error);
    }
    ~LibaioDriver() override { io_destroy(context_); }

    void submit(size_t slot, const Operation& operation) override {
        iocb* block = &blocks_[slot];
        switch (operation.action) {
            case Action::kRead:
                io_prep_pread(block, operation.fd, operation.block, kBlockBytes, operation.offset);
                break;
            case Action::kWrite:
                io_prep_pwrite(block, operation.fd, operation.block, kBlockBytes, operation.offset);
                break;
            case Action::kSync:
                io_prep_fdsync(block, operation.fd);
                break;
        }
        int submitted = io_submit(context_, 1, &block);
        if (submitted != 1) throw system_failure(kExitFailure, "io_submit", -submitted);
    }

    Done collect() override {
        while (next_ == count_) wait();
        const io_event& event = events_[next_++];
        return {static_cast<size_t>(event.obj - blocks_.data()), static_cast<ssize_t>(event.res)};
    }

  private:
    void wait() {
        int count = io_getevents(context_, 1, kEventsMax, events_, nullptr);
        if (count < 0 && count != -EINTR)
            throw system_failure(kExitFailure, "io_getevents", -count);
        next_ = 0;
        count_ = count > 0 ? static_cast<size_t>(count) : 0;
    }

    io_context_t context_ = nullptr;
    std::vector<iocb> blocks_;
    io_event events_[kEventsMax];
    size_t next_ = 0;
    size_t count_ = 0;
};

}  // namespace

std::unique_ptr<Driver> make_libaio_driver(size_t depth) {
    return std::make_unique<LibaioDriver>(depth);
}

}  // namespace uaio::bench
