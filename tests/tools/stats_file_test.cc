// The statistics file from both sides. Method: claim records as a counting process does, spoil
// what such a process could spoil, and read.
#define BOOST_TEST_MODULE stats_file
#include "tools/uaio/stats_file.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>

#include <algorithm>

#include "tests/support/require.h"
#include "tests/support/scratch_file.h"
#include "tools/uaio/failure.h"

namespace uaio::tools {
namespace {

// The file as another process maps it.
class Client {
  public:
    explicit Client(const std::string& path) {
        int fd = open(path.c_str(), O_RDWR | O_CLOEXEC);
        test::require(fd >= 0, "open the statistics file");
        pages_ = mmap(nullptr, kStatsFileBytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        close(fd);
        test::require(pages_ != MAP_FAILED, "map the statistics file");
    }
    ~Client() { munmap(pages_, kStatsFileBytes); }

    StatsHeader& header() { return *static_cast<StatsHeader*>(pages_); }
    CounterRecord& record(size_t i) { return reinterpret_cast<CounterRecord*>(&header() + 1)[i]; }

    CounterRecord& claim(const char* name, pid_t pid) {
        CounterRecord& claimed = record(header().records_used.fetch_add(1));
        memcpy(claimed.name, name, std::min(strlen(name), sizeof claimed.name));
        claimed.pid = pid;
        return claimed;
    }

  private:
    void* pages_;
};

struct TemporaryFolder {
    TemporaryFolder() { setenv("TMPDIR", test::scratch_folder().c_str(), 1); }
};
BOOST_TEST_GLOBAL_FIXTURE(TemporaryFolder);

BOOST_AUTO_TEST_CASE(the_file_is_private_and_gone_afterwards) {
    std::string path;
    {
        StatsFile file;
        path = file.path();
        struct stat status;
        BOOST_TEST_REQUIRE(stat(path.c_str(), &status) == 0);
        BOOST_TEST((status.st_mode & 0777) == 0600);
        BOOST_TEST(status.st_size == static_cast<off_t>(kStatsFileBytes));
    }
    BOOST_TEST(access(path.c_str(), F_OK) != 0);
}

BOOST_AUTO_TEST_CASE(a_fresh_file_has_a_header_and_no_process) {
    StatsFile file;
    Client client(file.path());
    BOOST_TEST(client.header().magic == kStatsMagic);
    BOOST_TEST(client.header().record_bytes == sizeof(CounterRecord));
    BOOST_TEST(client.header().records_max == kStatsRecordsMax);
    BOOST_TEST(file.read().processes.empty());
}

BOOST_AUTO_TEST_CASE(stripes_are_summed) {
    StatsFile file;
    Client client(file.path());
    CounterRecord& record = client.claim("fio", getpid());
    constexpr auto kReads = static_cast<size_t>(Counter::kSubmittedReads);
    record.stripes[0].values[kReads] = 1;
    record.stripes[kCounterStripes - 1].values[kReads] = 2;
    record.workers_max = 3;
    Statistics statistics = file.read();
    BOOST_TEST_REQUIRE(statistics.processes.size() == 1u);
    BOOST_TEST(statistics.processes[0].name == "fio");
    BOOST_TEST(statistics.processes[0].pid == getpid());
    BOOST_TEST(statistics.processes[0].running);
    BOOST_TEST(statistics.processes[0].values[kReads] == 3u);
    BOOST_TEST(statistics.processes[0].workers_max == 3u);
}

BOOST_AUTO_TEST_CASE(a_record_claimed_but_not_set_up_is_left_out) {
    StatsFile file;
    Client client(file.path());
    client.header().records_used = 2;
    client.record(1).pid = 1;
    BOOST_TEST(file.read().processes.size() == 1u);
}

BOOST_AUTO_TEST_CASE(more_claims_than_records_are_counted_not_followed) {
    StatsFile file;
    Client client(file.path());
    client.header().records_used = kStatsRecordsMax + 5;
    BOOST_TEST(file.read().unplaced == 5u);
    client.header().records_used = UINT32_MAX;
    client.header().records_max = UINT32_MAX;
    BOOST_TEST(file.read().unplaced == UINT32_MAX - kStatsRecordsMax);
}

BOOST_AUTO_TEST_CASE(it_is_known_which_file_is_one_of_ours) {
    StatsFile file;
    Client client(file.path());
    int fd = open(file.path().c_str(), O_RDONLY | O_CLOEXEC);
    test::require(fd >= 0, "open the statistics file");
    BOOST_TEST((kind_of_statistics(fd) == StatisticsKind::kOurs));
    client.header().records_max -= 1;
    BOOST_TEST((kind_of_statistics(fd) == StatisticsKind::kOtherVersion));
    client.header().records_max += 1;
    client.header().record_bytes += 64;
    BOOST_TEST((kind_of_statistics(fd) == StatisticsKind::kOtherVersion));
    client.header().record_bytes -= 64;
    client.header().magic ^= uint64_t{1} << 56;
    BOOST_TEST((kind_of_statistics(fd) == StatisticsKind::kOtherVersion));
    client.header().magic ^= 1;
    BOOST_TEST((kind_of_statistics(fd) == StatisticsKind::kNone));
    test::require(truncate(file.path().c_str(), 4) == 0, "cut the file short");
    BOOST_TEST((kind_of_statistics(fd) == StatisticsKind::kNone));
    close(fd);
}

BOOST_AUTO_TEST_CASE(where_the_engine_lies_is_read_as_it_is) {
    StatsFile file;
    Client client(file.path());
    CounterRecord& record = client.claim("program", 1);
    record.layout = 1;
    record.desk = UINT64_MAX;
    record.workers = 3;
    Statistics statistics = file.read();
    BOOST_TEST_REQUIRE(statistics.processes.size() == 1u);
    BOOST_TEST(statistics.processes[0].window.layout == 1u);
    BOOST_TEST(statistics.processes[0].window.desk == UINT64_MAX);
    BOOST_TEST(statistics.processes[0].window.workers == 3u);
}

// The reader must not die of it.
BOOST_AUTO_TEST_CASE(a_file_cut_short_is_read_as_far_as_it_goes) {
    StatsFile file;
    {
        Client client(file.path());
        client.claim("first", 1);
        client.claim("second", 1);
    }
    off_t two = sizeof(StatsHeader) + 2 * sizeof(CounterRecord);
    test::require(truncate(file.path().c_str(), two - 1) == 0, "cut the file short");
    BOOST_TEST(file.read().processes.size() == 1u);
    test::require(truncate(file.path().c_str(), 0) == 0, "empty the file");
    BOOST_TEST(file.read().processes.empty());
    BOOST_TEST(file.read().unplaced == 0u);
}

BOOST_AUTO_TEST_CASE(a_name_cannot_write_to_the_terminal) {
    StatsFile file;
    Client client(file.path());
    client.claim("\x1b[2J\xff", 1);
    client.claim("sixteen letters!!", 1);  // leaves no room for the zero
    Statistics statistics = file.read();
    BOOST_TEST_REQUIRE(statistics.processes.size() == 2u);
    BOOST_TEST(statistics.processes[0].name == "?[2J?");
    BOOST_TEST(statistics.processes[1].name == "sixteen letters!");
}

BOOST_AUTO_TEST_CASE(a_folder_that_cannot_hold_it_is_named) {
    setenv("TMPDIR", "/nonexistent", 1);
    BOOST_CHECK_EXCEPTION(StatsFile(), Failure, [](const Failure& failure) {
        bool named = strstr(failure.what(), "/nonexistent/uaio-stats") != nullptr;
        return named && failure.status() == kExitRunFailure;
    });
    setenv("TMPDIR", test::scratch_folder().c_str(), 1);
}

}  // namespace
}  // namespace uaio::tools
