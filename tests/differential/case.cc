#include "tests/differential/case.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

// The thread sanitizer takes a close that meets a transfer of the same descriptor for a mistake. It
// looks before the close that uaio puts in its place has waited for the transfer. And it does not
// know that a child has none of the threads whose work it forgets.
extern "C" __attribute__((visibility("default"))) const char* __tsan_default_suppressions() {
    return "race:interceptor_close$\n"
           "race:uaio::Engine::forked_child\n"
           "race:uaio::Engine::start_once\n";
}

namespace differential {

void wrong(const char* format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    printf("\n");
    fflush(stdout);
    _exit(1);
}

void not_here(const char* why) {
    printf("%s\n", why);
    fflush(stdout);
    _exit(77);
}

void ensure(bool done, const char* step) {
    if (done) return;
    printf("cannot %s: %s\n", step, strerror(errno));
    fflush(stdout);
    _exit(70);
}

int scratch_file(const std::string& contents, int flags) {
    std::string folder = "/tmp";
    for (const char* name : {"TMPDIR", "TEST_TMPDIR"}) {
        const char* value = getenv(name);
        if (value != nullptr && value[0] != '\0') folder = value;
    }
    std::string path = folder + "/differential-XXXXXX";
    int plain = mkstemp(path.data());
    ensure(plain >= 0, "make a scratch file");
    bytes_into(plain, contents);
    int fd = open(path.c_str(), O_RDWR | O_CLOEXEC | flags);
    ensure(fd >= 0, "open a scratch file");
    close(plain);
    unlink(path.c_str());
    return fd;
}

int reopened(int fd, int flags) {
    std::string path = "/proc/self/fd/" + std::to_string(fd);
    int again = open(path.c_str(), flags | O_CLOEXEC);
    ensure(again >= 0, "open a file again");
    return again;
}

std::string contents_of(int fd) {
    int again = reopened(fd, O_RDONLY);
    struct stat status;
    ensure(fstat(again, &status) == 0, "measure a file");
    std::string bytes = bytes_from(again, static_cast<size_t>(status.st_size));
    close(again);
    return bytes;
}

Pipe empty_pipe() {
    int ends[2];
    ensure(pipe2(ends, O_CLOEXEC) == 0, "make a pipe");
    return {ends[0], ends[1]};
}

Pipe full_pipe(size_t& filler) {
    Pipe pipe = empty_pipe();
    const std::string page(4096, '.');
    ensure(fcntl(pipe.writer, F_SETFL, O_NONBLOCK) == 0, "make a pipe non-blocking");
    filler = 0;
    for (size_t step : {page.size(), size_t{1}}) {
        ssize_t count;
        while ((count = write(pipe.writer, page.data(), step)) > 0) {
            filler += static_cast<size_t>(count);
        }
    }
    ensure(fcntl(pipe.writer, F_SETFL, 0) == 0, "make a pipe blocking");
    return pipe;
}

std::string bytes_from(int reader, size_t bytes) {
    std::string text(bytes, '\0');
    size_t have = 0;
    while (have < bytes) {
        ssize_t count = read(reader, text.data() + have, bytes - have);
        if (count < 0 && errno == EINTR) continue;
        ensure(count > 0, "read");
        have += static_cast<size_t>(count);
    }
    return text;
}

void bytes_into(int writer, const std::string& bytes) {
    size_t gone = 0;
    while (gone < bytes.size()) {
        ssize_t count = write(writer, bytes.data() + gone, bytes.size() - gone);
        if (count < 0 && errno == EINTR) continue;
        ensure(count > 0, "write");
        gone += static_cast<size_t>(count);
    }
}

aiocb block_for(int fd, const void* buffer, size_t bytes, off_t offset) {
    aiocb block;
    memset(&block, 0, sizeof block);
    block.aio_fildes = fd;
    block.aio_buf = const_cast<void*>(buffer);
    block.aio_nbytes = bytes;
    block.aio_offset = offset;
    block.aio_sigevent.sigev_notify = SIGEV_NONE;
    return block;
}

aiocb block_for(int fd, const std::string& bytes, off_t offset) {
    return block_for(fd, bytes.data(), bytes.size(), offset);
}

void begin_read(aiocb& block) {
    if (aio_read(&block) != 0) wrong("aio_read refuses the request: %s", strerror(errno));
}

void begin_write(aiocb& block) {
    if (aio_write(&block) != 0) wrong("aio_write refuses the request: %s", strerror(errno));
}

void begin_sync(aiocb& block, int op) {
    if (aio_fsync(op, &block) != 0) wrong("aio_fsync refuses the request: %s", strerror(errno));
}

void await(aiocb& block) {
    const aiocb* list[] = {&block};
    while (aio_error(&block) == EINPROGRESS) {
        if (aio_suspend(list, 1, nullptr) != 0 && errno != EINTR) {
            wrong("aio_suspend fails: %s", strerror(errno));
        }
    }
}

void expect(aiocb& block, int error, ssize_t result, const char* name) {
    await(block);
    int seen_error = aio_error(&block);
    ssize_t seen = aio_return(&block);
    if (seen_error != error || seen != result) {
        wrong("%s ends with %s and %zd", name, strerror(seen_error), seen);
    }
}

const char* cancel_answer(int answer) {
    switch (answer) {
        case AIO_CANCELED:
            return "AIO_CANCELED";
        case AIO_NOTCANCELED:
            return "AIO_NOTCANCELED";
        case AIO_ALLDONE:
            return "AIO_ALLDONE";
        default:
            return answer == -1 ? strerror(errno) : "nonsense";
    }
}

void pool_of_one() {
    aioinit init = {};
    init.aio_threads = 1;
    init.aio_num = 64;
    aio_init(&init);
}

void in_child(void (*body)()) {
    fflush(stdout);
    pid_t child = fork();
    ensure(child >= 0, "fork");
    if (child == 0) {
        body();
        fflush(stdout);
        _exit(0);
    }
    int status = 0;
    while (waitpid(child, &status, 0) < 0) ensure(errno == EINTR, "wait for a child");
    if (WIFSIGNALED(status)) wrong("the child dies: %s", strsignal(WTERMSIG(status)));
    if (WEXITSTATUS(status) != 0) _exit(WEXITSTATUS(status));  // its line is out already
}

void ring_every(int microseconds, void (*handler)(int)) {
    struct sigaction action = {};
    action.sa_handler = handler;
    sigfillset(&action.sa_mask);
    ensure(sigaction(SIGALRM, &action, nullptr) == 0, "install a handler");
    itimerval interval = {{0, microseconds}, {0, microseconds}};
    ensure(setitimer(ITIMER_REAL, &interval, nullptr) == 0, "set a timer");
}

}  // namespace differential
