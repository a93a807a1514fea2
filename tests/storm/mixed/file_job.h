// FileJob: rounds of reads, writes and syncs on one descriptor of a file of its own, whose contents
// it knows at any time.
#pragma once

#include <atomic>
#include <vector>

#include "tests/storm/mixed/slot.h"
#include "tests/support/scratch_file.h"

namespace uaio::test {

class FileJob {
  public:
    explicit FileJob(bool closes);
    ~FileJob();

    // Some requests at once, singly or as a list; maybe some of them cancelled, or the descriptor
    // closed and opened anew; then all of them accounted for, and their data.
    void round(Random& random);

    // The descriptor now, for others to meddle with.
    int fd() const { return fd_; }

    // Reads the file and compares.
    void check_contents() const;

  private:
    static constexpr size_t kCells = 32;
    static constexpr size_t kCellBytes = 256;
    static constexpr size_t kSlots = 8;

    void prepare(size_t slot, Random& random);
    void submit(size_t slots, Random& random);
    void submit_list(size_t slots, Random& random);
    void disturb(Random& random);
    void account(size_t slot);

    const bool closes_;  // with requests in flight; the preload library allows it
    ScratchFile file_;
    std::atomic<int> fd_;
    uint64_t stamp_ = 0;
    std::vector<std::string> cells_;
    Slot slots_[kSlots];
    size_t cell_of_[kSlots] = {};
    Slot list_;  // rings for lists; no request of its own
};

}  // namespace uaio::test
