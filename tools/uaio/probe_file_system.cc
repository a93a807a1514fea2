#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <array>

#include "tools/uaio/failure.h"
#include "tools/uaio/files.h"
#include "tools/uaio/probes.h"

namespace uaio::tools {
namespace {

constexpr size_t kBlockBytes = 4096;  // what O_DIRECT is content with almost everywhere
constexpr size_t kFileBytes = 65536;
constexpr int kAttemptsMax = 3;  // the page may be busy at the first

// In memory aligned for O_DIRECT.
struct alignas(kBlockBytes) Block {
    std::array<char, kBlockBytes> bytes;
};

// A file without a name, in `directory`.
OwnedFd open_nameless(const std::string& directory) {
    OwnedFd fd(open(directory.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
    if (fd.valid()) return fd;
    // Not every file system has O_TMPFILE (EOPNOTSUPP; EISDIR and EINVAL on old ones).
    std::string path = directory + "/uaio-info-XXXXXX";
    fd = OwnedFd(mkostemp(path.data(), O_CLOEXEC));
    if (!fd.valid()) {
        throw system_failure(kExitFailure, directory + ": cannot make a temporary file", errno);
    }
    unlink(path.c_str());
    return fd;
}

void fill(int fd) {
    Block block = {};
    for (size_t offset = 0; offset < kFileBytes; offset += kBlockBytes) {
        ssize_t written = pwrite(fd, &block, kBlockBytes, static_cast<off_t>(offset));
        if (written == static_cast<ssize_t>(kBlockBytes)) continue;
        throw system_failure(kExitFailure, "cannot write to a temporary file",
                             written < 0 ? errno : ENOSPC);
    }
}

// Whether cached data moves without waiting. EAGAIN after the page is known to be cached means
// that the file system always wants to wait.
template <typename Transfer>
Report try_nowait(Transfer transfer) {
    Block block = {};
    iovec vector{&block, kBlockBytes};
    ssize_t moved = -1;
    for (int i = 0; i < kAttemptsMax; ++i) {
        moved = transfer(&vector);
        if (moved > 0 || errno != EAGAIN) break;
    }
    if (moved > 0) return supported();
    return moved == 0 ? unsupported("nothing was transferred") : unsupported_for(errno);
}

Report probe_direct(int fd) {
    int flags = fcntl(fd, F_GETFL);
    if (fcntl(fd, F_SETFL, flags | O_DIRECT) != 0) return unsupported_for(errno);
    Block block;
    ssize_t n = pread(fd, &block, kBlockBytes, 0);
    Report answer = n > 0 ? supported() : unsupported_for(n < 0 ? errno : EIO);
    fcntl(fd, F_SETFL, flags);
    return answer;
}

std::string file_system_name(int fd) {
    struct Name {
        unsigned long magic;
        const char* text;
    };
    static constexpr Name kNames[] = {
        {EXT4_SUPER_MAGIC, "ext2/ext3/ext4"},
        {0x58465342, "xfs"},
        {BTRFS_SUPER_MAGIC, "btrfs"},
        {F2FS_SUPER_MAGIC, "f2fs"},
        {0x2fc12fc1, "zfs"},
        {TMPFS_MAGIC, "tmpfs"},
        {RAMFS_MAGIC, "ramfs"},
        {OVERLAYFS_SUPER_MAGIC, "overlayfs"},
        {NFS_SUPER_MAGIC, "nfs"},
        {0xff534d42, "cifs"},
        {FUSE_SUPER_MAGIC, "fuse"},
        {V9FS_MAGIC, "9p"},
        {MSDOS_SUPER_MAGIC, "vfat"},
        {0x2011bab0, "exfat"},
    };
    struct statfs status;
    if (fstatfs(fd, &status) != 0) return "unknown";
    auto magic = static_cast<unsigned long>(status.f_type) & 0xffffffff;
    for (const Name& name : kNames) {
        if (name.magic == magic) return name.text;
    }
    char number[sizeof "0x" + 2 * sizeof magic];
    snprintf(number, sizeof number, "0x%lx", magic);
    return number;
}

}  // namespace

Report probe_file_system(const std::string& path) {
    struct stat status;
    if (stat(path.c_str(), &status) != 0) throw system_failure(kExitFailure, path, errno);
    std::string place = real_path(path);
    if (place.empty()) throw system_failure(kExitFailure, path, errno);
    std::string directory = S_ISDIR(status.st_mode) ? place : directory_of(place);
    OwnedFd fd = open_nameless(directory);
    fill(fd.get());
    return {
        {"path", path},
        {"type", file_system_name(fd.get())},
        {"nowait_cached_read",
         try_nowait([&](iovec* v) { return preadv2(fd.get(), v, 1, 0, RWF_NOWAIT); })},
        {"nowait_cached_write",
         try_nowait([&](iovec* v) { return pwritev2(fd.get(), v, 1, 0, RWF_NOWAIT); })},
        {"o_direct", probe_direct(fd.get())},
    };
}

}  // namespace uaio::tools
