// The functions of <aio.h> as one peer has them: the C library's, or those of a uaio library that
// was loaded beside them.
#pragma once

#include <aio.h>

#include <string>

namespace uaio::bench {

struct PosixFunctions {
    int (*read)(aiocb*);
    int (*write)(aiocb*);
    int (*sync)(int, aiocb*);
    int (*error)(const aiocb*);
    ssize_t (*result)(aiocb*);
    int (*suspend)(const aiocb* const*, int, const timespec*);
    int (*cancel)(int, aiocb*);
    int (*list)(int, aiocb* const*, int, sigevent*);
};

// Those that a call in this program would reach. They are looked up when they are needed, because
// the program is linked with none of them: `uaio run` must show no trace of the C library's. Throws
// Failure where they are not the C library's, as in a program under `uaio run`.
PosixFunctions system_functions();

// Loads the library at `path` into this process. Throws Failure where that fails, or where a
// function comes from anywhere else.
PosixFunctions library_functions(const std::string& path);

// The absolute path of libuaio.so.1: installed, built or beside this program. Throws Failure where
// there is none.
std::string find_library();

}  // namespace uaio::bench
