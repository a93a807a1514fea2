// No room: a full file system, /dev/full, and the largest size of a file that a process may make.
//
// Goal: ENOSPC and EFBIG are the status of the request that meets them, what fits is written and
// reported as written, and SIGXFSZ, which the system sends to the thread that writes, does not end
// a program whose writes are performed by workers. Method: a small tmpfs, /dev/full, and children
// with RLIMIT_FSIZE. What cannot be mounted is left out.
#define BOOST_TEST_MODULE full_disk
#include <boost/test/unit_test.hpp>

#include <aio.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <unistd.h>

#include <string>

#include "tests/storm/child.h"
#include "tests/support/request.h"
#include "tests/support/require.h"
#include "tests/support/scratch_file.h"
#include "tests/threadpool/refused_threads.h"

namespace uaio {
namespace {

using namespace test;

constexpr size_t kRoom = 65536;  // of the small file system: a few pages on any machine
constexpr rlim_t kLargest = 4096;

// A file system with so little room; not mounted where that is forbidden.
class SmallDisk {
  public:
    SmallDisk() : folder_(scratch_folder() + "/uaio-small-XXXXXX") {
        require(mkdtemp(folder_.data()) != nullptr, "make a folder to mount on");
        std::string options = "size=" + std::to_string(kRoom);
        error_ = mount("none", folder_.c_str(), "tmpfs", 0, options.c_str()) == 0 ? 0 : errno;
        if (error_ != 0) printf("left out: no tmpfs mount: %s\n", strerror(error_));
    }
    ~SmallDisk() {
        umount2(folder_.c_str(), MNT_DETACH);
        rmdir(folder_.c_str());
    }
    SmallDisk(const SmallDisk&) = delete;
    SmallDisk& operator=(const SmallDisk&) = delete;

    bool mounted() const { return error_ == 0; }

    int make_file(int flags) const {
        int fd = open((folder_ + "/file").c_str(), O_RDWR | O_CREAT | O_CLOEXEC | flags, 0600);
        require(fd >= 0, "make a file on a small disk");
        return fd;
    }

  private:
    std::string folder_;
    int error_;
};

Outcome write_to(int fd, const std::string& bytes, off_t offset) {
    Request write(fd, bytes, offset);
    int error = write.write();
    return error == 0 ? write.finish() : failed(error);
}

BOOST_AUTO_TEST_CASE(a_full_file_system_is_the_status) {
    SmallDisk disk;
    if (!disk.mounted()) return;
    int fd = disk.make_file(0);
    std::string more(kRoom + 8192, 'm');
    BOOST_TEST(write_to(fd, more, 0) == transferred(kRoom));
    BOOST_TEST(write_to(fd, "no room", kRoom) == failed(ENOSPC));
    BOOST_TEST(write_to(fd, "in place", 100) == transferred(8));
    Request sync(fd, 0);
    BOOST_TEST_REQUIRE(sync.sync(O_SYNC) == 0);
    BOOST_TEST(sync.finish() == transferred(0));
    BOOST_TEST(lseek(fd, 0, SEEK_END) == off_t{kRoom});
    require(ftruncate(fd, 0) == 0, "make room");
    BOOST_TEST(write_to(fd, "room again", kRoom) == transferred(10));
    close(fd);
}

BOOST_AUTO_TEST_CASE(an_append_to_a_full_file_system) {
    SmallDisk disk;
    if (!disk.mounted()) return;
    int fd = disk.make_file(O_APPEND);
    BOOST_TEST(write_to(fd, std::string(kRoom, 'a'), 0) == transferred(kRoom));
    BOOST_TEST(write_to(fd, "a", 0) == failed(ENOSPC));
    close(fd);
}

BOOST_AUTO_TEST_CASE(a_list_on_the_full_device) {
    int full = open("/dev/full", O_RDWR | O_CLOEXEC);
    if (full < 0) {
        printf("left out: no /dev/full: %s\n", strerror(errno));
        return;
    }
    Request write(full, "full", 0);
    Request read(full, 4, 0);
    write.block().aio_lio_opcode = LIO_WRITE;
    read.block().aio_lio_opcode = LIO_READ;
    aiocb* list[] = {&write.block(), &read.block()};
    BOOST_TEST(lio_listio(LIO_WAIT, list, 2, nullptr) == -1);
    BOOST_TEST(errno == EIO);
    BOOST_TEST(write.finish() == failed(ENOSPC));
    BOOST_TEST(read.finish() == transferred(4));
    close(full);
}

// In a child, whose limit it is. 0, or what was wrong as bits.
int write_past_the_limit(int fd) {
    rlimit limit = {kLargest, kLargest};
    require(setrlimit(RLIMIT_FSIZE, &limit) == 0, "limit the size of files");
    bool cut = write_to(fd, std::string(100, 'c'), kLargest - 60) == transferred(60);
    bool refused = write_to(fd, "x", kLargest) == failed(EFBIG);
    bool far = write_to(fd, "x", 100 * kLargest) == failed(EFBIG);
    bool inside = write_to(fd, "inside", 0) == transferred(6);
    sigset_t pending;
    sigpending(&pending);
    bool struck = sigismember(&pending, SIGXFSZ) != 0;
    return !cut << 0 | !refused << 1 | !far << 2 | !inside << 3 | struck << 4;
}

BOOST_AUTO_TEST_CASE(workers_are_not_struck_by_sigxfsz) {
    ScratchFile file;
    BOOST_TEST(run_child([&] {
                   signal(SIGXFSZ, SIG_DFL);
                   return write_past_the_limit(file.fd());
               }) == 0);
    BOOST_TEST(file.size() == off_t{kLargest});
}

volatile sig_atomic_t strikes = 0;

BOOST_AUTO_TEST_CASE(a_handler_of_sigxfsz_is_not_called) {
    ScratchFile file;
    BOOST_TEST(run_child([&] {
                   signal(SIGXFSZ, [](int) { strikes = strikes + 1; });
                   return write_past_the_limit(file.fd()) | (strikes != 0) << 5;
               }) == 0);
}

// Where no thread can be had the caller performs the write, in a worker's stead.
BOOST_AUTO_TEST_CASE(a_caller_that_performs_the_write_is_not_struck_either) {
    ScratchFile file;
    BOOST_TEST(run_child([&] {
                   RefusedThreads none;
                   signal(SIGXFSZ, [](int) { strikes = strikes + 1; });
                   int wrong = write_past_the_limit(file.fd());
                   return wrong | (strikes != 0) << 5;
               }) == 0);
}

// The system's own write does strike: without this the cases above would prove nothing.
BOOST_AUTO_TEST_CASE(the_callers_own_write_is_struck) {
    ScratchFile file;
    BOOST_TEST(run_child([&] {
                   signal(SIGXFSZ, SIG_DFL);
                   rlimit limit = {kLargest, kLargest};
                   require(setrlimit(RLIMIT_FSIZE, &limit) == 0, "limit the size of files");
                   return pwrite(file.fd(), "x", 1, kLargest) < 0 ? 1 : 2;
               }) == kKilled + SIGXFSZ);
}

}  // namespace
}  // namespace uaio
