// Runs requests of every kind through libaio.so.1 twice in one process: under a plan, and then with
// the plan lifted, when everything has to succeed again.
//
//     libaio_victim FUNCTION SELECTOR ERROR FIRST once|ever BELOW
//
// FIRST 0 only counts. The last line of the output has the calls counted and those that failed; the
// status is 0 if nothing was wrong: what was taken has its event, what was not has an errno value,
// and the context can be destroyed.
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <string>

#include "aio/libaio/libaio.h"
#include "tests/faults/faults.h"
#include "tests/support/scratch_file.h"

using namespace uaio::test;

namespace {

constexpr unsigned kPatienceSeconds = 60;  // ends a process that hangs; nothing is judged by it
constexpr int kRequests = 9;

int wrongs = 0;

void expect(bool right, const char* what, long value) {
    if (!right) {
        printf("wrong: %s (%ld)\n", what, value);
        ++wrongs;
    }
}

struct World {
    World() {
        expect(pipe(ends) == 0, "a pipe", 0);
        bell = eventfd(0, EFD_NONBLOCK);
    }

    void prepare() {
        iovec pieces[6];
        for (size_t i = 0; i < 6; ++i) pieces[i] = {data + i, 1};
        memcpy(all_pieces, pieces, sizeof pieces);
        io_prep_pread(&blocks[0], file.fd(), data, 100, 0);
        io_prep_pread(&blocks[1], file.fd(), data + 100, 100, 0);
        blocks[1].aio_rw_flags = 4;  // RWF_SYNC: not at once
        io_prep_pwrite(&blocks[2], file.fd(), data + 200, 100, 1'000);
        io_prep_preadv(&blocks[3], file.fd(), all_pieces, 6, 0);
        io_prep_fdsync(&blocks[4], file.fd());
        io_prep_fsync(&blocks[5], file.fd());
        io_prep_pread(&blocks[6], ends[0], data + 300, 1, 0);
        io_prep_poll(&blocks[7], ends[0], POLLIN);
        io_prep_pread(&blocks[8], file.fd(), data + 400, 100, 0);
        io_set_eventfd(&blocks[8], bell);
    }

    ScratchFile file{std::string(4'096, 'f')};
    int ends[2];
    int bell;
    char data[512];
    iovec all_pieces[6];
    struct iocb blocks[kRequests];
};

void collect(World& world, io_context_t context, int taken, bool demanding) {
    int came = 0;
    for (int turn = 0; came < taken && turn < 1'000; ++turn) {
        struct io_event events[kRequests];
        timespec soon = {0, 20'000'000};
        int count = io_getevents(context, 1, kRequests, events, &soon);
        expect(count >= 0, "io_getevents", count);
        for (int i = 0; i < count; ++i) {
            long result = static_cast<long>(events[i].res);
            expect(!demanding || result >= 0, "a result", result);
        }
        came += count > 0 ? count : 0;
        if (turn > 5 && !demanding) {  // where nothing can be polled, nothing is ready
            io_cancel(context, &world.blocks[7], nullptr);
            io_cancel(context, &world.blocks[6], nullptr);
        }
    }
    expect(came == taken, "events missing", taken - came);
}

void run(World& world, bool demanding) {
    io_context_t context = nullptr;
    int error = io_setup(16, &context);
    if (error != 0) {
        expect(!demanding && context == nullptr, "io_setup", error);
        return;
    }
    world.prepare();
    int taken = 0;
    for (struct iocb& block : world.blocks) {
        struct iocb* list[] = {&block};
        int answer = io_submit(context, 1, list);
        expect(answer == 1 || (answer < 0 && !demanding), "io_submit", answer);
        taken += answer == 1;
    }
    expect(write(world.ends[1], "xx", 2) == 2, "write to the pipe", 0);
    collect(world, context, taken, demanding);
    char rest[8];
    fcntl(world.ends[0], F_SETFL, O_NONBLOCK);
    while (read(world.ends[0], rest, sizeof rest) > 0) {
    }
    fcntl(world.ends[0], F_SETFL, 0);
    error = io_destroy(context);
    expect(error == 0, "io_destroy", error);
}

}  // namespace

int main(int count, char** arguments) {
    if (count != 7) return 2;
    alarm(kPatienceSeconds);
    Plan plan = {arguments[1],
                 atol(arguments[2]),
                 atoi(arguments[3]),
                 atol(arguments[4]),
                 strcmp(arguments[5], "ever") == 0,
                 arguments[6]};
    World world;
    install("libaio.so.1", plan);
    run(world, plan.first == 0 && plan.below.empty());
    lift();
    run(world, true);
    printf("%ld %ld\n", calls_counted(), calls_failed());
    return wrongs == 0 ? 0 : 1;
}
