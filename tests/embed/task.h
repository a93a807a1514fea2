// Task: an operation that can be waited for, or, without `done`, taken from its engine.
#pragma once

#include <uaio/engine.h>

#include <condition_variable>
#include <functional>
#include <mutex>
#include <utility>

namespace uaio::test {

class Task {
  public:
    Task(uaio_opcode opcode, int fd, void* buffer = nullptr, size_t bytes = 0, int64_t offset = 0) {
        operation = {};
        operation.opcode = opcode;
        operation.fd = fd;
        operation.buffer = buffer;
        operation.bytes = bytes;
        operation.offset = offset;
        operation.done = note;
        operation.user = this;
    }
    Task(const Task&) = delete;
    Task& operator=(const Task&) = delete;

    int submit() { return submit(uaio_engine_shared()); }
    int submit(uaio_engine* engine) {
        uaio_operation* all[] = {&operation};
        int error = 0;
        size_t taken = uaio_submit(engine, all, 1, &error);
        return taken == 1 ? 0 : error;
    }

    size_t cancel() { return cancel(uaio_engine_shared()); }
    size_t cancel(uaio_engine* engine) {
        uaio_operation* all[] = {&operation};
        return uaio_cancel(engine, all, 1);
    }

    // The result, or the negated errno value.
    ssize_t wait() {
        std::unique_lock lock(mutex_);
        ended_.wait(lock, [this] { return ends_ > 0; });
        return error_ != 0 ? -error_ : result_;
    }

    int ends() {
        std::lock_guard lock(mutex_);
        return ends_;
    }

    // What uaio_waitn() has told, or uaio_engine_destroy() has left, as wait() has it.
    ssize_t outcome() const { return operation.error != 0 ? -operation.error : operation.result; }

    uaio_operation operation;
    std::function<void()> at_end;  // called by `done`, before it can be waited for

  private:
    static void note(void* user, ssize_t result, int error) {
        auto& self = *static_cast<Task*>(user);
        if (self.at_end) self.at_end();
        std::lock_guard lock(self.mutex_);
        self.result_ = result;
        self.error_ = error;
        ++self.ends_;
        self.ended_.notify_all();
    }

    std::mutex mutex_;
    std::condition_variable ended_;
    ssize_t result_ = 0;
    int error_ = 0;
    int ends_ = 0;
};

}  // namespace uaio::test
