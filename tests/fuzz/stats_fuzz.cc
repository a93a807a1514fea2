// The statistics file after a program had its way with it, from both sides: `uaio run --stats`
// reads it and prints the table, and the engine of one more program attaches to it and counts.
//
// Input: how many bytes of the file are left, then patches (place, length, bytes) to the header and
// the first records.
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <vector>

#include "aio/counters.h"
#include "tests/fuzz/bytes.h"
#include "tests/support/require.h"
#include "tests/support/scratch_file.h"
#include "threadpool/base/check.h"
#include "tools/uaio/stats_file.h"
#include "tools/uaio/stats_table.h"

namespace uaio::fuzz {
namespace {

using test::require;

constexpr size_t kPatchedBytes = sizeof(StatsHeader) + 4 * sizeof(CounterRecord);
constexpr size_t kPatchesMax = 64;
constexpr size_t kColumns = 100;

void spoil(const std::string& path, Bytes& bytes) {
    int fd = open(path.c_str(), O_RDWR | O_CLOEXEC);
    require(fd >= 0, "open the statistics file");
    bool cut = bytes.below(4) == 3;
    size_t kept = cut ? bytes.take<uint16_t>() % kPatchedBytes : kStatsFileBytes;
    for (size_t i = 0; i < kPatchesMax && !bytes.empty(); ++i) {
        size_t at = bytes.take<uint16_t>() % kPatchedBytes;
        std::vector<char> patch(std::min(bytes.below(64) + 1, kPatchedBytes - at));
        bytes.fill(patch.data(), patch.size());
        ssize_t written = pwrite(fd, patch.data(), patch.size(), static_cast<off_t>(at));
        require(written == std::ssize(patch), "patch the statistics file");
    }
    require(ftruncate(fd, static_cast<off_t>(kept)) == 0, "cut the statistics file");
    close(fd);
}

void read_and_print(const tools::StatsFile& file) {
    tools::Statistics statistics = file.read();
    UAIO_CHECK(statistics.processes.size() <= kStatsRecordsMax);
    std::string table = tools::format_statistics(statistics, kColumns);
    UAIO_CHECK(std::none_of(table.begin(), table.end(), [](unsigned char c) {
        return c != '\n' && (c < ' ' || c > '~');
    }));
}

}  // namespace
}  // namespace uaio::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    using namespace uaio::fuzz;
    setenv("TMPDIR", uaio::test::scratch_folder().c_str(), 1);
    Bytes bytes(data, size);
    uaio::tools::StatsFile file;
    spoil(file.path(), bytes);
    read_and_print(file);
    uaio::open_counters(file.path().c_str());
    uaio::count(uaio::Counter::kLists);
    read_and_print(file);
    uaio::close_counters();
    return 0;
}
