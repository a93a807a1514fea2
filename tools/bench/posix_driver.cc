#include "tools/bench/posix_driver.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>

#include <vector>

#include "tools/bench/done_queue.h"
#include "tools/uaio/failure.h"

namespace uaio::bench {
namespace {

using tools::kExitFailure;
using tools::system_failure;

// What the drivers have in common: a control block for each slot.
class PosixDriver : public Driver {
  public:
    PosixDriver(const PosixFunctions& functions, size_t depth)
        : functions_(functions), blocks_(depth) {}

    void submit(size_t slot, const Operation& operation) override {
        prepare(slot, operation);
        start(slot, operation.action);
    }

  protected:
    void prepare(size_t slot, const Operation& operation) {
        aiocb& block = blocks_[slot];
        block.aio_fildes = operation.fd;
        block.aio_offset = operation.offset;
        block.aio_buf = operation.block;
        block.aio_nbytes = kBlockBytes;
        block.aio_lio_opcode = operation.action == Action::kRead ? LIO_READ : LIO_WRITE;
    }

    void start(size_t slot, Action action) {
        aiocb* block = &blocks_[slot];
        int status = action == Action::kRead    ? functions_.read(block)
                     : action == Action::kWrite ? functions_.write(block)
                                                : functions_.sync(O_DSYNC, block);
        if (status != 0) throw system_failure(kExitFailure, "submission refused", errno);
    }

    Done finish(size_t slot) {
        int error = functions_.error(&blocks_[slot]);
        ssize_t result = functions_.result(&blocks_[slot]);
        return {slot, error == 0 ? result : -error};
    }

    const PosixFunctions functions_;
    std::vector<aiocb> blocks_;
};

// Slots are collected in the order in which they were submitted.
class WaitingDriver : public PosixDriver {
  public:
    WaitingDriver(const PosixFunctions& functions, size_t depth)
        : PosixDriver(functions, depth), order_(depth) {
        for (aiocb& block : blocks_) block.aio_sigevent.sigev_notify = SIGEV_NONE;
    }

    void submit(size_t slot, const Operation& operation) override {
        PosixDriver::submit(slot, operation);
        order_[submitted_++ % order_.size()] = slot;
    }

    Done collect() override {
        size_t slot = order_[collected_++ % order_.size()];
        const aiocb* oldest = &blocks_[slot];
        while (functions_.error(oldest) == EINPROGRESS) {
            if (functions_.suspend(&oldest, 1, nullptr) != 0 && errno != EINTR) {
                throw system_failure(kExitFailure, "aio_suspend", errno);
            }
        }
        return finish(slot);
    }

  private:
    std::vector<size_t> order_;
    size_t submitted_ = 0;
    size_t collected_ = 0;
};

class SignalDriver : public PosixDriver {
  public:
    SignalDriver(const PosixFunctions& functions, size_t depth) : PosixDriver(functions, depth) {
        for (size_t slot = 0; slot < depth; ++slot) {
            sigevent& event = blocks_[slot].aio_sigevent;
            event.sigev_notify = SIGEV_SIGNAL;
            event.sigev_signo = SIGRTMIN;
            event.sigev_value.sival_int = static_cast<int>(slot);
        }
    }

    Done collect() override {
        sigset_t set;
        sigemptyset(&set);
        sigaddset(&set, SIGRTMIN);
        siginfo_t info;
        while (sigwaitinfo(&set, &info) < 0) {
            if (errno != EINTR) throw system_failure(kExitFailure, "sigwaitinfo", errno);
        }
        return finish(static_cast<size_t>(info.si_value.sival_int));
    }
};

class CallbackDriver : public PosixDriver {
  public:
    CallbackDriver(const PosixFunctions& functions, size_t depth)
        : PosixDriver(functions, depth), ended_(depth), callers_(depth) {
        for (size_t slot = 0; slot < depth; ++slot) {
            callers_[slot] = {this, slot};
            sigevent& event = blocks_[slot].aio_sigevent;
            event.sigev_notify = SIGEV_THREAD;
            event.sigev_notify_function = tell;
            event.sigev_value.sival_ptr = &callers_[slot];
        }
    }

    Done collect() override { return ended_.take(); }

  private:
    struct Caller {
        CallbackDriver* driver;
        size_t slot;
    };

    static void tell(sigval value) {
        auto* caller = static_cast<Caller*>(value.sival_ptr);
        caller->driver->ended_.put(caller->driver->finish(caller->slot));
    }

    DoneQueue ended_;
    std::vector<Caller> callers_;
};

class ListDriver : public PosixDriver {
  public:
    ListDriver(const PosixFunctions& functions, size_t depth) : PosixDriver(functions, depth) {
        for (aiocb& block : blocks_) block.aio_sigevent.sigev_notify = SIGEV_NONE;
    }

    void submit(size_t slot, const Operation& operation) override {
        if (operation.action == Action::kSync) {
            throw tools::Failure(kExitFailure, "lio_listio has no fdatasync");
        }
        prepare(slot, operation);
        gathered_.push_back(&blocks_[slot]);
    }

    Done collect() override {
        if (ended_.empty()) submit_list();
        size_t slot = static_cast<size_t>(ended_.back() - blocks_.data());
        ended_.pop_back();
        return finish(slot);
    }

  private:
    void submit_list() {
        int count = static_cast<int>(gathered_.size());
        // EIO: a block failed, which its own status says.
        if (functions_.list(LIO_WAIT, gathered_.data(), count, nullptr) != 0 && errno != EIO) {
            throw system_failure(kExitFailure, "lio_listio", errno);
        }
        ended_.swap(gathered_);
    }

    std::vector<aiocb*> gathered_;
    std::vector<aiocb*> ended_;
};

}  // namespace

std::unique_ptr<Driver> make_posix_driver(const PosixFunctions& functions, Notice notice,
                                          size_t depth) {
    switch (notice) {
        case Notice::kWait:
            return std::make_unique<WaitingDriver>(functions, depth);
        case Notice::kSignal:
            return std::make_unique<SignalDriver>(functions, depth);
        case Notice::kCallback:
            return std::make_unique<CallbackDriver>(functions, depth);
        case Notice::kList:
            return std::make_unique<ListDriver>(functions, depth);
    }
    return nullptr;
}

void hold_signals() {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGRTMIN);
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

}  // namespace uaio::bench
