// O_DSYNC asks for what fdatasync does, O_SYNC for what fsync does, and anything else is EINVAL.
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "tests/differential/case.h"
#include "tests/differential/hold.h"

using namespace differential;

namespace {

void expect_call(int file, int op, Hold::Kind kind, const char* name, Hold& hold) {
    aiocb sync = block_for(file, nullptr, 0);
    begin_sync(sync, op);
    Hold::Call call = hold.wait();
    if (call.kind != kind) wrong("%s calls something else", name);
    hold.let_go(call);
    expect(sync, 0, 0, name);
}

}  // namespace

int main() {
    int file = scratch_file("x");
    Hold hold({file});
    expect_call(file, O_DSYNC, Hold::Kind::kDataSync, "O_DSYNC", hold);
    expect_call(file, O_SYNC, Hold::Kind::kFileSync, "O_SYNC", hold);
    aiocb sync = block_for(file, nullptr, 0);
    errno = 0;
    if (aio_fsync(O_APPEND, &sync) != -1 || errno != EINVAL) {
        wrong("an unknown operation: %s", strerror(errno));
    }
    return 0;
}
