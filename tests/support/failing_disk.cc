#include "tests/support/failing_disk.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <iterator>

#include "tests/support/failing_disk_server.h"
#include "tests/support/require.h"
#include "tests/support/scratch_file.h"

namespace uaio::test {
namespace {

// What the server says once it has mounted, or failed to: 0 or an errno value.
int told_by(int pipe) {
    int error = EPIPE;
    if (read(pipe, &error, sizeof error) != sizeof error) error = EPIPE;
    return error;
}

}  // namespace

FailingDisk::FailingDisk() : folder_(scratch_folder() + "/uaio-disk-XXXXXX") {
    require(mkdtemp(folder_.data()) != nullptr, "make a folder to mount on");
    int ends[2];
    require(pipe2(ends, O_CLOEXEC) == 0, "make a pipe");
    server_ = fork();
    require(server_ >= 0, "start the server of a disk");
    if (server_ == 0) {
        close(ends[0]);
        serve_failing_disk(folder_.c_str(), ends[1]);
    }
    close(ends[1]);
    int error = told_by(ends[0]);
    close(ends[0]);
    if (error == 0) {
        orders_ = ::open((folder_ + "/orders").c_str(), O_WRONLY | O_CLOEXEC);
        error = orders_ < 0 ? errno : 0;
    }
    if (error != 0) why_not_ = std::string("no FUSE mount: ") + strerror(error);
}

FailingDisk::~FailingDisk() {
    abort();
    rmdir(folder_.c_str());
}

int FailingDisk::open(int flags) const {
    int fd = ::open((folder_ + "/disk").c_str(), flags | O_CLOEXEC);
    require(fd >= 0, "open the disk");
    return fd;
}

void FailingDisk::say(const std::string& order) const {
    require(write(orders_, order.data(), order.size()) == std::ssize(order), order.c_str());
}

// The connection ends with its server.
void FailingDisk::abort() {
    if (server_ < 0) return;
    kill(server_, SIGKILL);
    waitpid(server_, nullptr, 0);
    server_ = -1;
    if (orders_ >= 0) close(orders_);
    orders_ = -1;
    umount2(folder_.c_str(), MNT_DETACH);
}

}  // namespace uaio::test
