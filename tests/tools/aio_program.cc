// A program for `uaio run` to run: asynchronous I/O, and every way to end.
//
//     aio_program FILE WAY
//
// Does one aio_write of 512 bytes to FILE, and then, by WAY:
//     return   returns 0 from main
//     leave    leaves by _exit(3), which runs no destructor
//     die      dies by SIGKILL
//     fork     has a child that does two further writes and leaves by _exit; returns 0
//     wait     prints "ready", waits for SIGTERM and leaves by _exit(9)
//     hang     reads an empty pipe twice, prints its number, and goes on as for wait
#include <aio.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>

namespace {

constexpr int kBytes = 512;
constexpr int kScaffoldingFailed = 70;

void write_once(int fd) {
    static char buffer[kBytes];
    aiocb block = {};
    block.aio_fildes = fd;
    block.aio_buf = buffer;
    block.aio_nbytes = sizeof buffer;
    block.aio_sigevent.sigev_notify = SIGEV_NONE;
    if (aio_write(&block) != 0) _exit(kScaffoldingFailed);
    const aiocb* list[] = {&block};
    while (aio_error(&block) == EINPROGRESS) aio_suspend(list, 1, nullptr);
    if (aio_return(&block) != kBytes) _exit(kScaffoldingFailed);
}

void write_in_child(int fd) {
    pid_t child = fork();
    if (child == 0) {
        write_once(fd);
        write_once(fd);
        _exit(0);
    }
    int status;
    if (waitpid(child, &status, 0) != child || status != 0) _exit(kScaffoldingFailed);
}

void begin_to_hang() {
    static char buffer[kBytes];
    static aiocb blocks[2];
    int ends[2];
    if (pipe(ends) != 0) _exit(kScaffoldingFailed);
    for (aiocb& block : blocks) {
        block.aio_fildes = ends[0];
        block.aio_buf = buffer;
        block.aio_nbytes = sizeof buffer;
        block.aio_sigevent.sigev_notify = SIGEV_NONE;
        if (aio_read(&block) != 0) _exit(kScaffoldingFailed);
    }
}

void wait_for_term(const char* word) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigprocmask(SIG_BLOCK, &set, nullptr);
    puts(word);
    fflush(stdout);
    while (sigwaitinfo(&set, nullptr) < 0) {
    }
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3) return kScaffoldingFailed;
    int fd = open(argv[1], O_WRONLY | O_CREAT, 0600);
    if (fd < 0) return kScaffoldingFailed;
    write_once(fd);
    const char* way = argv[2];
    if (strcmp(way, "leave") == 0) _exit(3);
    if (strcmp(way, "die") == 0) raise(SIGKILL);
    if (strcmp(way, "fork") == 0) write_in_child(fd);
    if (strcmp(way, "wait") == 0) {
        wait_for_term("ready");
        _exit(9);
    }
    if (strcmp(way, "hang") == 0) {
        begin_to_hang();
        wait_for_term(std::to_string(getpid()).c_str());
        _exit(9);
    }
    return 0;
}
