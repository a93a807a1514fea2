#include "tools/bench/closed_loop.h"

#include <algorithm>
#include <cstring>
#include <future>
#include <vector>

#include "tools/bench/block.h"
#include "tools/bench/histogram.h"
#include "tools/bench/usage.h"
#include "tools/uaio/failure.h"

namespace uaio::bench {
namespace {

constexpr double kNsPerSecond = 1e9;
constexpr double kNsPerMicrosecond = 1e3;
constexpr double kMicrosecondsPerSecond = 1e6;
constexpr double kMebibyte = 1 << 20;

void check(const Operation& operation, ssize_t result) {
    if (result != expected_result(operation)) {
        std::string what = result < 0 ? std::strerror(static_cast<int>(-result))
                                      : std::to_string(result) + " bytes were moved";
        throw tools::Failure(tools::kExitFailure, "an operation failed: " + what);
    }
    if (operation.action == Action::kRead && !is_labelled(operation.block, operation.offset)) {
        throw tools::Failure(tools::kExitFailure, "a read brought another block than asked for");
    }
}

// One submitter: a thread of its own, or the caller's.
class Submitter {
  public:
    Submitter(const DriverMaker& maker, OperationStream stream,
              const std::vector<tools::OwnedFd>& fds, size_t depth)
        : stream_(std::move(stream)),
          fds_(fds),
          memory_(depth),
          operations_(depth),
          starts_(depth),
          driver_(maker(depth)) {}

    void run(uint64_t end_ns, size_t operations_max) {
        size_t slots = std::min(operations_.size(), operations_max);
        size_t left = operations_max - slots;
        uint64_t now = now_ns();
        for (size_t slot = 0; slot < slots; ++slot) {
            submit(slot, now);
            now = now_ns();
        }
        for (size_t outstanding = slots; outstanding > 0;) {
            Done done = driver_->collect();
            now = now_ns();
            latencies_.add(now - starts_[done.slot]);
            check(operations_[done.slot], done.result);
            if (now < end_ns && left > 0) {
                --left;
                submit(done.slot, now);
            } else {
                --outstanding;
            }
        }
    }

    const Histogram& latencies() const { return latencies_; }

  private:
    void submit(size_t slot, uint64_t now) {
        Operation& operation = operations_[slot];
        operation = stream_.next();
        operation.fd = fds_[slot % fds_.size()].get();
        operation.block = memory_.block(slot);
        if (operation.action == Action::kWrite) label(operation.block, operation.offset);
        starts_[slot] = now;
        driver_->submit(slot, operation);
    }

    OperationStream stream_;
    const std::vector<tools::OwnedFd>& fds_;
    Blocks memory_;
    std::vector<Operation> operations_;
    std::vector<uint64_t> starts_;
    std::unique_ptr<Driver> driver_;  // last made, first destroyed
    Histogram latencies_;
};

using Submitters = std::vector<std::unique_ptr<Submitter>>;

void run_all(const Submitters& submitters, double seconds, size_t operations_max) {
    uint64_t end_ns = now_ns() + static_cast<uint64_t>(seconds * kNsPerSecond);
    size_t each = std::max<size_t>(operations_max / submitters.size(), 1);
    std::vector<std::future<void>> others;
    for (size_t i = 1; i < submitters.size(); ++i) {
        Submitter* submitter = submitters[i].get();
        others.push_back(std::async(std::launch::async, [=] { submitter->run(end_ns, each); }));
    }
    submitters[0]->run(end_ns, each);
    for (auto& other : others) other.get();
}

Histogram merged(const Submitters& submitters) {
    Histogram all;
    for (const auto& submitter : submitters) all.merge(submitter->latencies());
    return all;
}

}  // namespace

Sample run_closed_loop(const DriverMaker& maker, const Workload& workload, size_t depth,
                       const Scratch& scratch, const LoopSettings& settings) {
    std::vector<tools::OwnedFd> fds = scratch.open_for(workload.cache, workload.descriptors);
    Submitters submitters;
    for (unsigned i = 0; i < workload.submitters; ++i) {
        OperationStream stream(workload.pattern, scratch.blocks_for(workload.cache),
                               settings.seed + i);
        submitters.push_back(std::make_unique<Submitter>(maker, stream, fds, depth));
    }
    double processor = processor_seconds();
    uint64_t start = now_ns();
    run_all(submitters, settings.seconds, scratch.operations_max(workload.cache));
    double elapsed = static_cast<double>(now_ns() - start) / kNsPerSecond;
    processor = processor_seconds() - processor;

    Histogram latencies = merged(submitters);
    auto count = static_cast<double>(latencies.count());
    return {
        {kRate, count / elapsed},
        {kP50, latencies.quantile(0.5) / kNsPerMicrosecond},
        {kP99, latencies.quantile(0.99) / kNsPerMicrosecond},
        {kP999, latencies.quantile(0.999) / kNsPerMicrosecond},
        {kProcessor, processor * kMicrosecondsPerSecond / count},
        {kMemoryMax, static_cast<double>(resident_bytes_max()) / kMebibyte},
    };
}

}  // namespace uaio::bench
