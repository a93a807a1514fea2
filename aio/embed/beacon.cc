#include "aio/embed/beacon.h"

#include <errno.h>
#include <stdint.h>
#include <sys/stat.h>
#include <unistd.h>

#include "aio/embed/platform/beacon_ends.h"

namespace uaio {
namespace {

void close_both(int reader, int writer) {
    ::close(reader);
    if (writer != reader) {
        ::close(writer);
    }
}

}  // namespace

int Beacon::open() {
    int saved = errno;
    int ends[2];
    int error = make_beacon_ends(ends);
    struct stat status;
    if (error == 0 && fstat(ends[0], &status) != 0) {
        error = errno;
        close_both(ends[0], ends[1]);
    }
    if (error == 0) {
        reader_ = ends[0];
        writer_ = ends[1];
        device_ = static_cast<uint64_t>(status.st_dev);
        inode_ = status.st_ino;
    }
    errno = saved;
    return error;
}

// What has no file has one inode for all of its kind on some systems: there the bytes of light()
// are no data to any.
bool Beacon::is_ours() const {
    const int ends[] = {reader_, writer_};
    for (int end : ends) {
        struct stat status;
        if (end < 0 || fstat(end, &status) != 0 ||
            static_cast<uint64_t>(status.st_dev) != device_ || status.st_ino != inode_) {
            return false;
        }
    }
    return true;
}

void Beacon::light() {
    int saved = errno;
    uint64_t one = 1;
    if (is_ours()) {
        [[maybe_unused]] ssize_t written = write(writer_, &one, sizeof one);
    }
    errno = saved;
}

void Beacon::put_out() {
    int saved = errno;
    uint64_t count;
    if (is_ours()) {
        [[maybe_unused]] ssize_t taken = read(reader_, &count, sizeof count);
    }
    errno = saved;
}

void Beacon::close() {
    int saved = errno;
    if (is_ours()) {
        close_both(reader_, writer_);
    }
    reader_ = writer_ = -1;
    errno = saved;
}

}  // namespace uaio
