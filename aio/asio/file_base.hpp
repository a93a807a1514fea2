// Flags and positions of files: the names and values of boost::asio::file_base, which Boost.Asio
// has only where it has files itself.
#pragma once

#include <fcntl.h>
#include <stdio.h>
#include <sys/types.h>

namespace uaio::asio {

static_assert(sizeof(off_t) == 8, "files of 2 GiB and more: compile with -D_FILE_OFFSET_BITS=64");

class file_base {
  public:
    // How a file is opened: the flags of open(2). One of the first three, with any of the others.
    enum flags {
        read_only = O_RDONLY,
        write_only = O_WRONLY,
        read_write = O_RDWR,
        append = O_APPEND,
        create = O_CREAT,
        exclusive = O_EXCL,
        truncate = O_TRUNC,
        sync_all_on_write = O_SYNC
    };

    // From where a position counts.
    enum seek_basis { seek_set = SEEK_SET, seek_cur = SEEK_CUR, seek_end = SEEK_END };

    friend constexpr flags operator&(flags x, flags y) { return flags(int(x) & int(y)); }
    friend constexpr flags operator|(flags x, flags y) { return flags(int(x) | int(y)); }
    friend constexpr flags operator^(flags x, flags y) { return flags(int(x) ^ int(y)); }
    friend constexpr flags operator~(flags x) { return flags(~int(x)); }
    friend constexpr flags& operator&=(flags& x, flags y) { return x = x & y; }
    friend constexpr flags& operator|=(flags& x, flags y) { return x = x | y; }
    friend constexpr flags& operator^=(flags& x, flags y) { return x = x ^ y; }

  protected:
    ~file_base() = default;
};

}  // namespace uaio::asio
