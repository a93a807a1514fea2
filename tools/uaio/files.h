// Small helpers over file descriptors that several commands need.
#pragma once

#include <stddef.h>
#include <sys/types.h>

#include <string>
#include <string_view>
#include <utility>

namespace uaio::tools {

// A file descriptor with one owner, closed at the end of its scope. -1: none.
class OwnedFd {
  public:
    OwnedFd() = default;
    explicit OwnedFd(int fd) : fd_(fd) {}
    OwnedFd(OwnedFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    OwnedFd& operator=(OwnedFd&& other) noexcept {
        std::swap(fd_, other.fd_);
        return *this;
    }
    ~OwnedFd();

    int get() const { return fd_; }
    bool valid() const { return fd_ >= 0; }

  private:
    int fd_ = -1;
};

// Opens close-on-exec; where it cannot, the result is not valid and errno says why. Does not wait
// for the writer of a FIFO.
OwnedFd open_for_reading(const std::string& path);

// Reads `bytes` bytes at `offset` with pread; false at end of file or on an error.
bool read_exactly(int fd, void* buffer, size_t bytes, off_t offset);

// The first line of the file at `path` without its newline; empty where there is none. For the
// one-line files of /proc.
std::string first_line(const std::string& path);

// The text up to its first zero. What a terminal may take for a command becomes "?", and so does
// all that is not ASCII.
std::string printable(std::string_view text);

// The directory part of `path`: "." for a name without a slash.
std::string directory_of(const std::string& path);

// `path` made absolute and free of links, as realpath(3); empty where it does not exist.
std::string real_path(const std::string& path);

}  // namespace uaio::tools
