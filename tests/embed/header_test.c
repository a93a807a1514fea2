/*
 * <uaio/engine.h> in C11. Goal: a C program can write, sync and read back, and learns of each end
 * once. Method: the ends are counted by semaphores; the exit status says what went wrong.
 */
#define _DEFAULT_SOURCE

#include <errno.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include <uaio/engine.h>

struct end {
    ssize_t result;
    int error;
    sem_t told;
};

static void note(void *user, ssize_t result, int error) {
    struct end *end = user;
    end->result = result;
    end->error = error;
    sem_post(&end->told);
}

static ssize_t run(struct uaio_operation operation, struct end *end) {
    struct uaio_operation *all[] = {&operation};
    int error = 0;
    operation.done = note;
    operation.user = end;
    if (uaio_submit(uaio_engine_shared(), all, 1, &error) != 1) {
        return -error;
    }
    while (sem_wait(&end->told) != 0) {
    }
    return end->error != 0 ? -end->error : end->result;
}

static int check(int right, const char *what) {
    if (!right) {
        fprintf(stderr, "header_test: %s\n", what);
    }
    return right;
}

/* The same from an engine of its own, by uaio_waitn(). */
static ssize_t take(struct uaio_operation operation) {
    struct uaio_options options = {.size = sizeof options};
    struct uaio_engine *engine = uaio_engine_create(&options, NULL);
    struct uaio_operation *all[] = {&operation};
    struct uaio_operation *ended = NULL;
    int error = 0;
    if (engine == NULL || uaio_submit(engine, all, 1, &error) != 1 ||
        uaio_waitn(engine, &ended, 1, 1, -1, &error) != 1 || ended != &operation) {
        return -error;
    }
    uaio_engine_destroy(engine);
    return operation.error != 0 ? -operation.error : operation.result;
}

int main(void) {
    char text[] = "one two";
    char first[4] = "";
    char second[8] = "";
    struct iovec pieces[] = {{first, 3}, {second, sizeof second}};
    struct end end;
    FILE *file = tmpfile();
    int right;
    if (file == NULL || sem_init(&end.told, 0, 0) != 0) {
        perror("header_test");
        return EXIT_FAILURE;
    }
    struct uaio_operation write = {.opcode = UAIO_WRITE, .fd = fileno(file), .buffer = text,
                                   .bytes = 7};
    struct uaio_operation sync = {.opcode = UAIO_SYNC_DATA, .fd = fileno(file)};
    struct uaio_operation read = {.opcode = UAIO_READ, .fd = fileno(file), .buffer = pieces,
                                  .pieces = 2};
    struct uaio_operation wrong = {.opcode = UAIO_READ, .fd = -1};
    right = check(run(write, &end) == 7, "a write");
    right = check(run(sync, &end) == 0, "a sync") && right;
    right = check(run(read, &end) == 7, "a read in pieces") && right;
    right = check(strcmp(first, "one") == 0 && strcmp(second, " two") == 0, "the data") && right;
    right = check(take(read) == 7, "a read that is taken") && right;
    right = check(run(wrong, &end) == -EBADF, "no descriptor") && right;
    fclose(file);
    return right ? EXIT_SUCCESS : EXIT_FAILURE;
}
