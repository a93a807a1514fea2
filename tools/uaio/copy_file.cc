#include "tools/uaio/copy_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/uaio/failure.h"
#include "tools/uaio/files.h"

namespace uaio::tools {
namespace {

constexpr mode_t kPermissions = S_IRWXU | S_IRWXG | S_IRWXO;
constexpr mode_t kOwnerAlone = S_IRUSR | S_IWUSR;

[[noreturn]] void fail(const std::string& path, const char* action, int error) {
    throw system_failure(kExitFailure, path + ": " + action, error);
}

bool is_same(const struct stat& a, const struct stat& b) {
    return a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

struct File {
    std::string path;
    OwnedFd fd;
    OwnedFd direct_fd;  // opened if asked for
    struct stat status = {};

    CopyEnd end() const { return {path, fd.get(), direct_fd.get()}; }
};

void look_at(File& file) {
    if (fstat(file.fd.get(), &file.status) != 0) fail(file.path, "stat", errno);
    if (S_ISREG(file.status.st_mode)) return;
    const char* kind = S_ISDIR(file.status.st_mode) ? ": is a directory" : ": is no regular file";
    throw Failure(kExitFailure, file.path + kind);
}

// Files of /proc and the like say 0 and have something nevertheless: the copy would be empty.
void require_honest_size(const File& file) {
    char byte;
    if (file.status.st_size == 0 && pread(file.fd.get(), &byte, 1, 0) > 0) {
        throw Failure(kExitFailure, file.path + ": has data, but says that its size is 0");
    }
}

void open_direct(File& file, int flags) {
#ifdef O_DIRECT
    file.direct_fd = OwnedFd(open(file.path.c_str(), flags | O_DIRECT | O_CLOEXEC));
    if (!file.direct_fd.valid()) fail(file.path, "open with O_DIRECT", errno);
    struct stat status;
    if (fstat(file.direct_fd.get(), &status) != 0) fail(file.path, "stat", errno);
    if (!is_same(status, file.status)) fail(file.path, "open with O_DIRECT", ESTALE);
#else
    (void)flags;
    fail(file.path, "open with O_DIRECT", EINVAL);
#endif
}

File open_source(const std::string& path, bool direct) {
    File file{.path = path, .fd = open_for_reading(path)};
    if (!file.fd.valid()) fail(path, "open", errno);
    look_at(file);
    require_honest_size(file);
    if (direct) open_direct(file, O_RDONLY);
    return file;
}

// The destination, and what becomes of it where the copy does not succeed.
class Destination {
  public:
    Destination(const std::string& path, const File& source) {
        file_.path = path;
        open_or_make();
        try {
            check(source);
        } catch (...) {
            take_back();
            throw;
        }
    }
    ~Destination() {
        if (!kept_) take_back();
    }
    Destination(const Destination&) = delete;
    Destination& operator=(const Destination&) = delete;

    File& file() { return file_; }

    void empty() {
        truncated_ = true;
        if (ftruncate(file_.fd.get(), 0) != 0) fail(file_.path, "truncate", errno);
    }

    void set_permissions(const File& source) {
        if (!made_) return;
        if (fchmod(file_.fd.get(), source.status.st_mode & kPermissions) != 0) {
            fail(file_.path, "chmod", errno);
        }
    }

    void keep() { kept_ = true; }

  private:
    void open_or_make() {
        constexpr int kFlags = O_WRONLY | O_CLOEXEC | O_NOCTTY;
        const char* path = file_.path.c_str();
        file_.fd = OwnedFd(open(path, kFlags | O_CREAT | O_EXCL, kOwnerAlone));
        made_ = file_.fd.valid();
        // Not to wait for the reader of a FIFO; a regular file does not mind the flag.
        if (!made_ && errno == EEXIST) file_.fd = OwnedFd(open(path, kFlags | O_NONBLOCK));
        if (!file_.fd.valid()) fail(file_.path, "open", errno);
    }

    void check(const File& source) {
        look_at(file_);
        if (is_same(file_.status, source.status)) {
            throw Failure(kExitFailure,
                          file_.path + ": is the same file as the source, " + source.path);
        }
    }

    // Unless somebody has put another file there meanwhile.
    void take_back() {
        struct stat now;
        if (made_ && lstat(file_.path.c_str(), &now) == 0 && is_same(now, file_.status)) {
            unlink(file_.path.c_str());
        } else if (truncated_ && ftruncate(file_.fd.get(), 0) != 0) {
            return;  // there is a failure on its way already, which says more
        }
    }

    File file_;
    bool made_ = false;
    bool truncated_ = false;
    bool kept_ = false;
};

}  // namespace

void copy_file(const std::string& source, const std::string& destination,
               const CopyFileSettings& settings, const CopyMeter& begin, const CopyMeter& meter) {
    File from = open_source(source, settings.direct);
    Destination to(destination, from);
    if (settings.direct) open_direct(to.file(), O_WRONLY);
    to.empty();
    to.set_permissions(from);
    begin(from.status.st_size);
    copy_data(from.end(), to.file().end(), from.status.st_size, settings.copy, meter);
    to.keep();
}

std::string destination_of(const std::string& source, const std::string& destination) {
    if (!is_directory(destination)) return destination;
    size_t end = source.find_last_not_of('/');
    std::string name = source.substr(0, end == std::string::npos ? 0 : end + 1);
    name.erase(0, name.find_last_of('/') + 1);
    return destination + (destination.back() == '/' ? "" : "/") + name;
}

bool is_directory(const std::string& path) {
    struct stat status;
    return stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

}  // namespace uaio::tools
