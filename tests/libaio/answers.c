#include "tests/libaio/answers.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

char data[65536] __attribute__((aligned(4096)));
io_context_t context;
char path[4096];

bool begin(const char* folder, int events) {
    snprintf(path, sizeof path, "%s/scratch", folder);
    setvbuf(stdout, NULL, _IOLBF, 0);
    int error = io_setup(events, &context);
    if (error != 0) say("io_setup: %s", name(error));
    return error == 0;
}

void say(const char* format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    putchar('\n');
}

int scratch(int flags) {
    int fd = open(path, O_RDWR | O_CREAT | flags, 0600);
    if (fd < 0 || ftruncate(fd, 0) != 0) exit(3);
    for (int i = 0; i < 8192; ++i) data[i] = (char)('a' + i % 26);
    if (pwrite(fd, data, 8192, 0) != 8192) exit(3);
    memset(data, '.', sizeof data);
    return fd;
}

const char* name(long result) {
    static char text[4][40];
    static int turn;
    char* to = text[turn++ % 4];
    if (result >= 0) {
        snprintf(to, 40, "%ld", result);
    } else {
        snprintf(to, 40, "-%s", strerrorname_np((int)-result));
    }
    return to;
}
