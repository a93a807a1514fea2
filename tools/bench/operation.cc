#include "tools/bench/operation.h"

namespace uaio::bench {
namespace {

constexpr unsigned kMixedParts = 10;
constexpr unsigned kMixedReads = 7;
constexpr uint64_t kSyncEvery = 8;

}  // namespace

// Submitters that read in sequence begin at places of their own, as processes with files of their
// own would.
OperationStream::OperationStream(Pattern pattern, size_t blocks, uint64_t seed)
    : pattern_(pattern), blocks_(blocks), random_(seed), sequential_(random_() % blocks) {}

Operation OperationStream::next() {
    Action action = next_action();
    off_t offset = static_cast<off_t>(next_block() * kBlockBytes);
    ++made_;
    return {action, -1, offset, nullptr};
}

size_t OperationStream::next_block() {
    if (pattern_ == Pattern::kSequentialRead) return sequential_++ % blocks_;
    return random_() % blocks_;
}

Action OperationStream::next_action() {
    switch (pattern_) {
        case Pattern::kRandomRead:
        case Pattern::kSequentialRead:
            return Action::kRead;
        case Pattern::kRandomWrite:
            return Action::kWrite;
        case Pattern::kMixed:
            return random_() % kMixedParts < kMixedReads ? Action::kRead : Action::kWrite;
        case Pattern::kSyncedWrite:
            return made_ % kSyncEvery == kSyncEvery - 1 ? Action::kSync : Action::kWrite;
    }
    return Action::kRead;
}

}  // namespace uaio::bench
