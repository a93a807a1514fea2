// A door of the tests' own: owners whose statuses they can wait for, and how to submit for them.
//
//     Owner owner;
//     owner.submit(write_at(fd, 0, "text"));
//     Status status = owner.finish();            // waits; must be the only one
//     BOOST_TEST(status.result == 4);
#pragma once

#include <sched.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <atomic>
#include <ostream>
#include <string_view>

#include "aio/descriptor.h"
#include "aio/engine.h"
#include "aio/operation.h"
#include "tests/support/bell.h"
#include "tests/support/require.h"

namespace uaio::test {

struct Status {
    ssize_t result;
    int error;

    bool operator==(const Status&) const = default;
};

inline std::ostream& operator<<(std::ostream& out, const Status& status) {
    return out << "{result " << status.result << ", error " << status.error << "}";
}

class Owner {
  public:
    // Into the engine, on its own.
    void submit(const Operation& operation, const sigevent* event = nullptr) {
        Request& request = prepare(operation, event, nullptr);
        engine.post(request, request);
    }

    // The same, to be made though its descriptor is closed meanwhile.
    void submit_to_outlive(const Operation& operation) {
        int error = 0;
        Request* request =
            engine.prepare({operation, this, publish, nullptr, nullptr, true}, error);
        require(request != nullptr, "prepare a request");
        engine.post(*request, *request);
    }

    // At once; returns whether that was possible.
    bool run_at_once(const Operation& operation) {
        return engine.run_at_once({operation, this, publish, nullptr, nullptr});
    }

    // Only prepared, for a chain.
    Request& prepare(const Operation& operation, const sigevent* event, Batch* batch) {
        int error = 0;
        Request* request = engine.prepare({operation, this, publish, event, batch}, error);
        require(request != nullptr, "prepare a request");
        number_ = request->number;
        return *request;
    }

    // Waits for the status.
    Status finish() {
        bell_.wait();
        return {result_, error_};
    }

    // How often a status was published.
    int published() const { return published_.load(std::memory_order_acquire); }

    // The status, which has been published.
    Status status() const { return {result_, error_}; }

    // Of the request that serves this owner, or did last.
    uint32_t number() const { return number_; }

  private:
    static void publish(void* owner, ssize_t result, int error) {
        auto& self = *static_cast<Owner*>(owner);
        self.result_ = result;
        self.error_ = error;
        self.published_.fetch_add(1, std::memory_order_seq_cst);  // as the waiting room wants it
        self.bell_.ring();
    }

    uint32_t number_ = 0;
    ssize_t result_ = -2;
    int error_ = -2;
    std::atomic<int> published_{0};
    Bell bell_;
};

inline Operation operation_on(Kind kind, int fd, void* buffer, size_t bytes, int64_t offset,
                              int priority = 0) {
    Operation operation = {.kind = kind,
                           .priority = static_cast<int8_t>(priority),
                           .fd = fd,
                           .buffer = buffer,
                           .bytes = bytes,
                           .offset = offset,
                           .descriptor = {}};
    require(describe(fd, operation.descriptor) == 0, "describe a descriptor");
    return operation;
}

inline Operation read_at(int fd, int64_t offset, char* buffer, size_t bytes, int priority = 0) {
    return operation_on(Kind::kRead, fd, buffer, bytes, offset, priority);
}

// `text` must live until the request is done.
inline Operation write_at(int fd, int64_t offset, std::string_view text, int priority = 0) {
    return operation_on(Kind::kWrite, fd, const_cast<char*>(text.data()), text.size(), offset,
                        priority);
}

inline Operation sync_of(int fd) {
    return operation_on(Kind::kFileSync, fd, nullptr, 0, 0);
}

// Nothing of the descriptor is on its way any more. The engine lets go of a request a moment after
// its status is published.
inline void let_go(int fd) {
    while (engine.has_requests(fd)) {
        sched_yield();
    }
}

}  // namespace uaio::test
