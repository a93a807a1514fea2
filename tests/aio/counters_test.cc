// Counters in memory and in a statistics file. Method: files made as counters.h says, sound and
// spoilt; what the process counts is read back through a mapping of the test's own.
#define BOOST_TEST_MODULE counters
#include "aio/counters.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <set>
#include <string>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/support/require.h"
#include "tests/support/scratch_file.h"

namespace uaio {
namespace {

using test::require;

std::string scratch_path(const char* name) {
    return test::scratch_folder() + "/uaio-counters-" + std::to_string(getpid()) + name;
}

// A statistics file as its creator makes it, mapped as its reader does.
class StatsFile {
  public:
    explicit StatsFile(size_t bytes = kStatsFileBytes) : bytes_(bytes) {
        int fd = open(path().c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        require(fd >= 0, "create a statistics file");
        require(ftruncate(fd, static_cast<off_t>(bytes)) == 0, "size a statistics file");
        pages_ = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        close(fd);
        require(pages_ != MAP_FAILED, "map a statistics file");
        header().magic = kStatsMagic;
        header().record_bytes = sizeof(CounterRecord);
        header().records_max = kStatsRecordsMax;
    }
    ~StatsFile() {
        close_counters();
        munmap(pages_, bytes_);
        unlink(path().c_str());
    }
    StatsFile(const StatsFile&) = delete;
    StatsFile& operator=(const StatsFile&) = delete;

    const std::string& path() const { return path_; }
    StatsHeader& header() { return *static_cast<StatsHeader*>(pages_); }
    CounterRecord& record(size_t slot) {
        return reinterpret_cast<CounterRecord*>(&header() + 1)[slot];
    }

  private:
    size_t bytes_;
    std::string path_ = scratch_path(".stats");
    void* pages_;
};

// Whether the counters are in this process's memory: counting leaves no trace in the file.
bool counts_in_memory(StatsFile& file) {
    count(Counter::kLists);
    return file.record(0).pid == 0 && file.record(0).sum(Counter::kLists) == 0 &&
           counters().sum(Counter::kLists) == 1;
}

// Every case starts from zero in static memory.
struct FromZero {
    FromZero() { close_counters(); }
    ~FromZero() { close_counters(); }
};

BOOST_FIXTURE_TEST_SUITE(from_zero, FromZero)

BOOST_AUTO_TEST_CASE(every_counter_has_a_name_of_its_own) {
    std::set<std::string> names;
    for (const char* name : kCounterNames) {
        BOOST_TEST_REQUIRE(name != nullptr);
        BOOST_TEST(strlen(name) > 0);
        names.insert(name);
    }
    BOOST_TEST(names.size() == kCounters);
}

BOOST_AUTO_TEST_CASE(each_counter_counts_for_itself) {
    for (size_t i = 0; i < kCounters; ++i) {
        count(static_cast<Counter>(i), i + 1);
        count(static_cast<Counter>(i));
    }
    for (size_t i = 0; i < kCounters; ++i) {
        BOOST_TEST(counters().sum(static_cast<Counter>(i)) == i + 2);
    }
}

BOOST_AUTO_TEST_CASE(threads_lose_no_count) {
    constexpr uint64_t kThreads = 4;
    constexpr uint64_t kSteps = 20'000;
    std::vector<std::thread> threads;
    for (uint64_t i = 0; i < kThreads; ++i) {
        threads.emplace_back([] {
            for (uint64_t step = 0; step < kSteps; ++step) {
                count(Counter::kBytesRead, 3);
                raise_to(counters().workers_max, step);
            }
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    BOOST_TEST(counters().sum(Counter::kBytesRead) == 3 * kThreads * kSteps);
    BOOST_TEST(counters().workers_max == kSteps - 1);
}

BOOST_AUTO_TEST_CASE(a_high_water_mark_only_rises) {
    std::atomic<uint64_t> mark{5};
    raise_to(mark, 4);
    BOOST_TEST(mark == 5u);
    raise_to(mark, 5);
    BOOST_TEST(mark == 5u);
    raise_to(mark, 9);
    BOOST_TEST(mark == 9u);
}

BOOST_AUTO_TEST_CASE(without_a_path_it_counts_in_memory) {
    count(Counter::kLists, 2);
    BOOST_TEST(!open_counters(nullptr));
    count(Counter::kLists);
    BOOST_TEST(counters().sum(Counter::kLists) == 3u);
}

BOOST_AUTO_TEST_CASE(the_file_says_what_was_counted_and_by_whom) {
    StatsFile file;
    BOOST_TEST(open_counters(file.path().c_str()));
    count(Counter::kSubmittedReads, 7);
    count(Counter::kBytesWritten, uint64_t{1} << 40);
    raise_to(counters().outstanding_max, 11);
    BOOST_TEST(file.header().records_used == 1u);
    CounterRecord& record = file.record(0);
    BOOST_TEST(record.pid == getpid());
    BOOST_TEST(record.parent == getppid());
    BOOST_TEST(strlen(record.name) > 0);
    BOOST_TEST(strlen(record.name) < sizeof record.name);
    BOOST_TEST(record.sum(Counter::kSubmittedReads) == 7u);
    BOOST_TEST(record.sum(Counter::kBytesWritten) == uint64_t{1} << 40);
    BOOST_TEST(record.sum(Counter::kSubmittedWrites) == 0u);
    BOOST_TEST(record.outstanding_max == 11u);
}

BOOST_AUTO_TEST_CASE(each_process_image_has_a_record_of_its_own) {
    StatsFile file;
    open_counters(file.path().c_str());
    count(Counter::kLists, 2);
    close_counters();
    open_counters(file.path().c_str());
    count(Counter::kLists, 3);
    BOOST_TEST(file.header().records_used == 2u);
    BOOST_TEST(file.record(0).sum(Counter::kLists) == 2u);
    BOOST_TEST(file.record(1).sum(Counter::kLists) == 3u);
}

BOOST_AUTO_TEST_CASE(closing_starts_from_zero) {
    StatsFile file;
    open_counters(file.path().c_str());
    count(Counter::kLists);
    close_counters();
    BOOST_TEST(counters().sum(Counter::kLists) == 0u);
    count(Counter::kLists, 5);
    BOOST_TEST(file.record(0).sum(Counter::kLists) == 1u);
    BOOST_TEST(counters().sum(Counter::kLists) == 5u);
    raise_to(counters().workers_max, 3);
    raise_to(counters().outstanding_max, 3);
    close_counters();
    BOOST_TEST(counters().workers_max == 0u);
    BOOST_TEST(counters().outstanding_max == 0u);
    BOOST_TEST(counters().sum(Counter::kLists) == 0u);
}

BOOST_AUTO_TEST_CASE(the_last_slot_is_used) {
    StatsFile file;
    file.header().records_used = kStatsRecordsMax - 1;
    open_counters(file.path().c_str());
    count(Counter::kLists, 4);
    BOOST_TEST(file.record(kStatsRecordsMax - 1).pid == getpid());
    BOOST_TEST(file.record(kStatsRecordsMax - 1).sum(Counter::kLists) == 4u);
}

BOOST_AUTO_TEST_CASE(a_full_file_is_left_alone) {
    StatsFile file;
    file.header().records_used = kStatsRecordsMax;
    open_counters(file.path().c_str());
    BOOST_TEST(counts_in_memory(file));
    BOOST_TEST(file.record(kStatsRecordsMax - 1).pid == 0);
}

BOOST_AUTO_TEST_CASE(another_programs_file_is_refused) {
    StatsFile file;
    file.header().magic ^= 1;
    open_counters(file.path().c_str());
    BOOST_TEST(counts_in_memory(file));
    BOOST_TEST(file.header().records_used == 0u);
}

BOOST_AUTO_TEST_CASE(a_file_of_another_layout_is_refused) {
    {
        StatsFile file;
        file.header().record_bytes -= 64;
        open_counters(file.path().c_str());
        BOOST_TEST(counts_in_memory(file));
        BOOST_TEST(file.header().records_used == 0u);
    }
    StatsFile file;
    file.header().records_max -= 1;
    open_counters(file.path().c_str());
    BOOST_TEST(counts_in_memory(file));
    BOOST_TEST(file.header().records_used == 0u);
}

BOOST_AUTO_TEST_CASE(a_short_file_is_refused) {
    StatsFile file(kStatsFileBytes - 1);
    open_counters(file.path().c_str());
    BOOST_TEST(counts_in_memory(file));
    BOOST_TEST(file.header().records_used == 0u);
}

BOOST_AUTO_TEST_CASE(a_longer_file_will_do) {
    StatsFile file(kStatsFileBytes + 4'096);
    open_counters(file.path().c_str());
    BOOST_TEST(file.record(0).pid == getpid());
}

BOOST_AUTO_TEST_CASE(a_symbolic_link_is_refused) {
    StatsFile file;
    std::string link = scratch_path(".link");
    require(symlink(file.path().c_str(), link.c_str()) == 0, "make a symbolic link");
    open_counters(link.c_str());
    unlink(link.c_str());
    BOOST_TEST(counts_in_memory(file));
    BOOST_TEST(file.header().records_used == 0u);
}

BOOST_AUTO_TEST_CASE(a_file_with_a_second_name_is_refused) {
    StatsFile file;
    std::string second = scratch_path(".second");
    require(link(file.path().c_str(), second.c_str()) == 0, "make a hard link");
    open_counters(second.c_str());
    unlink(second.c_str());
    BOOST_TEST(counts_in_memory(file));
    BOOST_TEST(file.header().records_used == 0u);
}

BOOST_AUTO_TEST_CASE(a_file_that_others_may_use_is_refused) {
    for (mode_t others : {0040, 0020, 0004, 0002}) {
        StatsFile file;
        require(chmod(file.path().c_str(), 0600 | others) == 0, "let others in");
        open_counters(file.path().c_str());
        BOOST_TEST(counts_in_memory(file));
        BOOST_TEST(file.header().records_used == 0u);
        close_counters();
    }
}

BOOST_AUTO_TEST_CASE(no_file_is_created) {
    std::string missing = scratch_path(".missing");
    open_counters(missing.c_str());
    BOOST_TEST(access(missing.c_str(), F_OK) != 0);
}

BOOST_AUTO_TEST_CASE(what_is_not_a_file_is_refused) {
    std::string fifo = scratch_path(".fifo");
    require(mkfifo(fifo.c_str(), 0600) == 0, "make a named pipe");
    for (const std::string& path : {fifo, test::scratch_folder(), fifo + "/none", fifo + ".none"}) {
        open_counters(path.c_str());
        count(Counter::kLists);
        BOOST_TEST(counters().sum(Counter::kLists) == 1u);
        close_counters();
    }
    unlink(fifo.c_str());
}

boost::test_tools::assertion_result rights_matter(boost::unit_test::test_unit_id /*unit*/) {
    boost::test_tools::assertion_result result(geteuid() != 0);
    result.message() << "the superuser may write to any file";
    return result;
}

BOOST_AUTO_TEST_CASE(a_file_that_may_only_be_read_is_refused,
                     *boost::unit_test::precondition(rights_matter)) {
    StatsFile file;
    require(chmod(file.path().c_str(), 0400) == 0, "take the right to write away");
    open_counters(file.path().c_str());
    BOOST_TEST(counts_in_memory(file));
}

constexpr uid_t kSomebody = 1;

bool give_away(int fd) {
    return fchown(fd, kSomebody, static_cast<gid_t>(-1)) == 0;
}

boost::test_tools::assertion_result files_change_hands(boost::unit_test::test_unit_id /*unit*/) {
    test::ScratchFile file;
    boost::test_tools::assertion_result result(give_away(file.fd()));
    result.message() << "files cannot be given to another user here: " << strerror(errno);
    return result;
}

BOOST_AUTO_TEST_CASE(a_file_of_another_user_is_refused,
                     *boost::unit_test::precondition(files_change_hands)) {
    StatsFile file;
    int fd = open(file.path().c_str(), O_RDWR | O_CLOEXEC);
    BOOST_TEST(give_away(fd));
    close(fd);
    open_counters(file.path().c_str());
    BOOST_TEST(counts_in_memory(file));
    BOOST_TEST(file.header().records_used == 0u);
}

BOOST_AUTO_TEST_CASE(errno_is_kept) {
    StatsFile file;
    for (const std::string& path : {file.path(), scratch_path(".none")}) {
        errno = E2BIG;
        open_counters(path.c_str());
        int after = errno;
        BOOST_TEST(after == E2BIG);
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace uaio
