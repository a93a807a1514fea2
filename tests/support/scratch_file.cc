// A file may be larger than a narrow off_t says.
#define _FILE_OFFSET_BITS 64
#include "tests/support/scratch_file.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <iterator>

#include "tests/support/require.h"

namespace uaio::test {

std::string scratch_folder() {
    for (const char* name : {"TEST_TMPDIR", "TMPDIR"}) {
        const char* folder = getenv(name);
        if (folder != nullptr && folder[0] != '\0') return folder;
    }
    return "/tmp";
}

ScratchFile::ScratchFile(std::string_view contents, int flags)
    : path_(scratch_folder() + "/uaio-scratch-XXXXXX") {
    int plain = mkstemp(path_.data());
    require(plain >= 0, "create a scratch file");
    ssize_t written = write(plain, contents.data(), contents.size());
    close(plain);
    fd_ = open(path_.c_str(), O_RDWR | O_CLOEXEC | flags);
    if (fd_ < 0) {
        int error = errno;
        unlink(path_.c_str());
        errno = error;
    }
    require(fd_ >= 0, "open a scratch file");
    require(written == std::ssize(contents), "fill a scratch file");
}

ScratchFile::~ScratchFile() {
    close(fd_);
    unlink(path_.c_str());
}

std::string ScratchFile::contents() const {
    std::string text(static_cast<size_t>(size()), '\0');
    int fd = open_again(O_RDONLY);
    size_t have = 0;
    while (have < text.size()) {
        ssize_t count = pread(fd, text.data() + have, text.size() - have, static_cast<off_t>(have));
        if (count <= 0) break;
        have += static_cast<size_t>(count);
    }
    close(fd);
    require(have == text.size(), "read a scratch file back");
    return text;
}

int64_t ScratchFile::size() const {
    struct stat status;
    require(fstat(fd_, &status) == 0, "measure a scratch file");
    return status.st_size;
}

int ScratchFile::open_again(int flags) const {
    int fd = open(path_.c_str(), flags | O_CLOEXEC);
    require(fd >= 0, "open a scratch file again");
    return fd;
}

}  // namespace uaio::test
