#include "tests/fuzz/posix_program.h"

#include <aio.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <iterator>

#include "tests/fuzz/posix_world.h"
#include "tests/support/require.h"
#include "threadpool/base/check.h"

namespace uaio::fuzz {
namespace {

constexpr size_t kStepsMax = 256;  // an input of the usual size has fewer
constexpr size_t kListMax = 8;

// <aio.h> may declare that a pointer is never null, and compilers and sanitizers act on it. These
// copies have lost the declaration, and are volatile so that no compiler finds it again.
int (*volatile read_door)(aiocb*) = aio_read;
int (*volatile write_door)(aiocb*) = aio_write;
int (*volatile sync_door)(int, aiocb*) = aio_fsync;
int (*volatile cancel_door)(int, aiocb*) = aio_cancel;
int (*volatile error_door)(const aiocb*) = aio_error;
ssize_t (*volatile return_door)(aiocb*) = aio_return;
int (*volatile suspend_door)(const aiocb* const*, int, const timespec*) = aio_suspend;
int (*volatile list_door)(int, aiocb* const*, int, sigevent*) = lio_listio;
void (*volatile init_door)(const aioinit*) = aio_init;

// Every call answers 0, or -1 with an errno value.
void note(World& world, const aiocb* block, int answer) {
    UAIO_CHECK(answer == 0 || (answer == -1 && errno > 0));
    if (answer == 0) world.accepted(block);
}

void do_aim(World& world, Bytes& bytes) {
    if (aiocb* block = world.any_block(bytes)) world.aim(*block, bytes);
}

void do_read(World& world, Bytes& bytes) {
    aiocb* block = world.any_block(bytes);
    note(world, block, read_door(block));
}

void do_write(World& world, Bytes& bytes) {
    aiocb* block = world.any_block(bytes);
    note(world, block, write_door(block));
}

void do_sync(World& world, Bytes& bytes) {
    const int kinds[] = {O_SYNC, O_DSYNC, 0, bytes.take<int>()};
    int kind = kinds[bytes.below(std::size(kinds))];
    aiocb* block = world.any_block(bytes);
    note(world, block, sync_door(kind, block));
}

void do_cancel(World& world, Bytes& bytes) {
    aiocb* block = world.any_block(bytes);
    int fd = block != nullptr && bytes.below(4) != 0 ? block->aio_fildes : world.any_fd(bytes);
    int answer = cancel_door(fd, block);
    UAIO_CHECK(answer == AIO_CANCELED || answer == AIO_NOTCANCELED || answer == AIO_ALLDONE ||
               (answer == -1 && (errno == EBADF || errno == EINVAL)));
}

void do_ask(World& world, Bytes& bytes) {
    aiocb* block = world.any_block(bytes);
    UAIO_CHECK(block != nullptr || error_door(block) == -1);
    if (block != nullptr) error_door(block);
    return_door(block);
}

void do_suspend(World& world, Bytes& bytes) {
    const aiocb* list[kListMax];
    for (const aiocb*& entry : list) entry = world.any_block(bytes);
    int count = static_cast<int>(bytes.below(kListMax + 2)) - 1;
    // Without end only where the input could not wait for ever: never.
    const timespec times[] = {{0, 0}, {0, 1'000}, {0, -1}, {-1, 0}, {0, 1'000'000'000}};
    int answer = suspend_door(bytes.below(16) == 0 ? nullptr : list, count,
                              &times[bytes.below(std::size(times))]);
    UAIO_CHECK(answer == 0 || (answer == -1 && errno > 0));
}

// LIO_WAIT only for entries that end by themselves.
int list_mode(const World& world, aiocb* const list[], int count, Bytes& bytes) {
    const int modes[] = {LIO_NOWAIT, LIO_WAIT, bytes.take<int8_t>()};
    int mode = modes[bytes.below(std::size(modes))];
    for (int i = 0; i < count && mode == LIO_WAIT; ++i) {
        if (list[i] != nullptr && world.may_wait(*list[i])) mode = LIO_NOWAIT;
    }
    return mode;
}

void do_list(World& world, Bytes& bytes) {
    aiocb* list[kListMax];
    for (aiocb*& entry : list) {
        entry = world.any_block(bytes);
        if (entry != nullptr && bytes.below(4) != 0) entry->aio_lio_opcode = LIO_WRITE;
    }
    int count = static_cast<int>(bytes.below(kListMax + 2)) - 1;
    int mode = list_mode(world, list, count, bytes);
    sigevent event;
    World::set_event(event, bytes);
    bool silent = bytes.below(2) == 0;
    bool accepted = list_door(mode, list, count, silent ? nullptr : &event) == 0;
    for (int i = 0; i < count && accepted; ++i) {
        if (list[i] != nullptr && list[i]->aio_lio_opcode != LIO_NOP) world.accepted(list[i]);
    }
}

// Whatever the block was, and whether or not it is in flight.
void do_scribble(World& world, Bytes& bytes) {
    aiocb* block = world.any_block(bytes);
    if (block == nullptr) return;
    aiocb fresh;
    bytes.fill(&fresh, sizeof fresh);
    world.aim(fresh, bytes);
    memcpy(block, &fresh, sizeof fresh);
    world.garbled(block);
}

void do_spoil_private(World& world, Bytes& bytes) {
    aiocb* block = world.any_block(bytes);
    if (block == nullptr) return;
    block->__error_code = bytes.below(2) == 0 ? EINPROGRESS : bytes.take<int>();
    block->__next_prio = reinterpret_cast<aiocb*>(
        bytes.below(2) == 0 ? bytes.take<uint8_t>() : bytes.take<uintptr_t>());
    block->__return_value = bytes.take<ssize_t>();
    world.garbled(block);
}

void do_copy(World& world, Bytes& bytes) {
    const aiocb* from = world.any_block(bytes);
    aiocb* to = world.any_block(bytes);
    if (from == nullptr || to == nullptr || from == to) return;
    memcpy(to, from, sizeof *to);
    world.garbled(to);
}

void do_init(World& /*world*/, Bytes& bytes) {
    aioinit init;
    bytes.fill(&init, sizeof init);
    init_door(bytes.below(8) == 0 ? nullptr : &init);
}

using Step = void (*)(World&, Bytes&);
constexpr Step kSteps[] = {
    do_aim,
    do_read,
    do_write,
    do_sync,
    do_cancel,
    do_ask,
    do_suspend,
    do_list,
    do_scribble,
    do_spoil_private,
    do_copy,
    do_init,
    [](World& world, Bytes& bytes) { world.feed(bytes); },
    [](World& world, Bytes& /*bytes*/) { world.drain(); },
    [](World& world, Bytes& /*bytes*/) { world.replace_file(); },
    [](World& world, Bytes& bytes) { world.truncate_file(bytes); },
};

}  // namespace

void start_posix(const char* strict, const char* order) {
    signal(SIGRTMIN + 1, SIG_IGN);
    bool set = setenv("UAIO_THREADS", "4", 1) == 0 && setenv("UAIO_STRICT", strict, 1) == 0 &&
               setenv("UAIO_ORDER", order, 1) == 0;
    test::require(set, "set the environment");
}

void run_posix(const uint8_t* data, size_t size) {
    Bytes bytes(data, size);
    World world;
    for (size_t i = 0; i < kStepsMax && !bytes.empty(); ++i) {
        kSteps[bytes.below(std::size(kSteps))](world, bytes);
    }
}

}  // namespace uaio::fuzz
