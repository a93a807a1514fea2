#include <errno.h>
#include <unistd.h>

#include "tools/bench/other_drivers.h"

namespace uaio::bench {
namespace {

class PlainDriver : public Driver {
  public:
    void submit(size_t slot, const Operation& operation) override {
        done_ = {slot, perform(operation)};
    }

    Done collect() override { return done_; }

  private:
    Done done_{};
};

ssize_t call(const Operation& operation) {
    switch (operation.action) {
        case Action::kRead:
            return pread(operation.fd, operation.block, kBlockBytes, operation.offset);
        case Action::kWrite:
            return pwrite(operation.fd, operation.block, kBlockBytes, operation.offset);
        case Action::kSync:
            return fdatasync(operation.fd);
    }
    return 0;
}

}  // namespace

std::unique_ptr<Driver> make_plain_driver() {
    return std::make_unique<PlainDriver>();
}

ssize_t perform(const Operation& operation) {
    ssize_t result = call(operation);
    return result < 0 ? -errno : result;
}

}  // namespace uaio::bench
