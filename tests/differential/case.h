// What the programs of this folder share. Each of them, g01_… to p15_…, shows one clause of POSIX
// or one defect in one process, with <aio.h> and nothing else of whoever implements it.
//
//     status 0       right; a line on stdout is a measurement, else there is none
//     status 1       wrong; one line on stdout says what was seen
//     status 77      this system does not let the program look; one line says why
//     anything else  broken, or killed by what it shows
//
// A program that never ends has found something too: whoever runs it (differential.cc) sets the
// limit, so no program has one. None sleeps to be in time either: pipes hold what has to wait, and
// hold.h stops a transfer of a file in the middle.
#pragma once

#include <aio.h>
#include <signal.h>
#include <stddef.h>
#include <sys/types.h>

#include <string>

namespace differential {

// --- how a program ends early -------------------------------------------------------------------

// What was seen is wrong: prints the line and ends the program.
[[noreturn]] void wrong(const char* format, ...) __attribute__((format(printf, 1, 2)));

// The program cannot look at what it is meant to show.
[[noreturn]] void not_here(const char* why);

// A step of the scaffolding that has to work, with errno.
void ensure(bool done, const char* step);

// --- descriptors --------------------------------------------------------------------------------

// A file with no name in $TEST_TMPDIR, $TMPDIR or /tmp, open for reading and writing.
int scratch_file(const std::string& contents = "", int flags = 0);

// One more descriptor for the file that `fd` has open.
int reopened(int fd, int flags);

// The whole file, read through a descriptor of its own.
std::string contents_of(int fd);

struct Pipe {
    int reader;
    int writer;
};

Pipe empty_pipe();

// A pipe that takes no more bytes; `filler` is how many have to be read before it does.
Pipe full_pipe(size_t& filler);

// Exactly so many bytes. Interrupted calls go on.
std::string bytes_from(int reader, size_t bytes);
void bytes_into(int writer, const std::string& bytes);

// --- requests -----------------------------------------------------------------------------------

// Control blocks without notification. The buffer is the caller's.
aiocb block_for(int fd, const void* buffer, size_t bytes, off_t offset = 0);
aiocb block_for(int fd, const std::string& bytes, off_t offset = 0);

// aio_read, aio_write, aio_fsync; it is wrong if the call does not take the request.
void begin_read(aiocb& block);
void begin_write(aiocb& block);
void begin_sync(aiocb& block, int op);

// Waits in aio_suspend until the request is done; signals do not disturb.
void await(aiocb& block);

// The same, and it is wrong if the request `name` does not end with this.
void expect(aiocb& block, int error, ssize_t result, const char* name);

// An answer of aio_cancel, in words.
const char* cancel_answer(int answer);

// --- the process --------------------------------------------------------------------------------

// At most one thread works for AIO. Call before the first request.
void pool_of_one();

// Forks and runs `body` in the child. The child's status, and its line on stdout, are the caller's
// to pass on: it is wrong if the child does not end with 0.
void in_child(void (*body)());

// Sends this process SIGALRM so often from now on, and 0 ends it. The handler interrupts system
// calls (no SA_RESTART).
void ring_every(int microseconds, void (*handler)(int));

}  // namespace differential
