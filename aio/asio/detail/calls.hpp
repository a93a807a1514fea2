// The system calls that files make themselves, with error codes.
#pragma once

#include <errno.h>
#include <fcntl.h>
#include <sys/uio.h>
#include <unistd.h>

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>
#include <boost/throw_exception.hpp>

namespace uaio::asio::detail {

using boost::system::error_code;

inline error_code system_error(int error) {
    return {error, boost::system::system_category()};
}

// Puts the call's error, if it has failed, else none into `error`. Returns whether it has worked.
inline bool set(error_code& error, bool worked) {
    error = worked ? error_code() : system_error(errno);
    return worked;
}

inline void throw_if(const error_code& error, const char* what) {
    if (error) {
        boost::throw_exception(boost::system::system_error(error, what));
    }
}

// Returns the descriptor, or -1 with the reason in `error`.
inline int open_file(const char* path, int flags, error_code& error) {
    constexpr mode_t kMode = 0777;  // less the process's umask, as Asio has it
    int fd = ::open(path, flags, kMode);
    set(error, fd >= 0);
    return fd;
}

// Closes the descriptor, unless somebody else has got it.
class OwnDescriptor {
  public:
    explicit OwnDescriptor(int fd) : fd_(fd) {}
    ~OwnDescriptor() {
        if (fd_ >= 0) {
            ::close(fd_);
        }
    }
    OwnDescriptor(const OwnDescriptor&) = delete;
    OwnDescriptor& operator=(const OwnDescriptor&) = delete;

    void release() { fd_ = -1; }

  private:
    int fd_;
};

enum class Use { kRandom, kSequential };

// Tells the system how the file is going to be used, where it wants to know.
inline void advise(int fd, Use use) {
#ifdef POSIX_FADV_RANDOM
    (void)posix_fadvise(fd, 0, 0, use == Use::kRandom ? POSIX_FADV_RANDOM : POSIX_FADV_SEQUENTIAL);
#else
    (void)fd;
    (void)use;
#endif
}

inline int sync_data(int fd) {
#if defined(_POSIX_SYNCHRONIZED_IO) && _POSIX_SYNCHRONIZED_IO > 0
    return fdatasync(fd);
#else
    return fsync(fd);
#endif
}

// A transfer that the caller waits for, where `call` makes it. Reads say by `is_read` that no bytes
// are the end of the file.
template <class Call>
std::size_t transfer(bool is_read, std::size_t wanted, error_code& error, Call call) {
    if (wanted == 0) {
        error = {};
        return 0;
    }
    ssize_t bytes;
    do {
        bytes = call();
    } while (bytes < 0 && errno == EINTR);
    if (set(error, bytes >= 0) && bytes == 0 && is_read) {
        error = boost::asio::error::eof;
    }
    return bytes < 0 ? 0 : static_cast<std::size_t>(bytes);
}

}  // namespace uaio::asio::detail
