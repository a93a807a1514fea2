// Whichever of the queued requests are cancelled, all others run.
//
// Eight writes to two files queue behind a held worker; each of the 256 subsets is cancelled once.
#include <errno.h>

#include "tests/differential/case.h"
#include "tests/differential/hold.h"

using namespace differential;

namespace {

constexpr int kWrites = 8;
int busy;
int files[2];

void cancel_subset(unsigned subset, Hold& hold) {
    char byte = 0;
    aiocb running = block_for(busy, &byte, 1);
    begin_read(running);
    Hold::Call call = hold.wait();
    aiocb writes[kWrites];
    for (int i = 0; i < kWrites; ++i) {
        writes[i] = block_for(files[i % 2], "w", 1, i);
        begin_write(writes[i]);
    }
    for (int i = 0; i < kWrites; ++i) {
        if ((subset >> i & 1) == 0) continue;
        int answer = aio_cancel(files[i % 2], &writes[i]);
        if (answer != AIO_CANCELED) {
            wrong("subset %u: aio_cancel of %d says %s", subset, i, cancel_answer(answer));
        }
    }
    hold.let_go(call);
    expect(running, 0, 1, "the read");
    for (int i = 0; i < kWrites; ++i) {
        bool cancelled = (subset >> i & 1) != 0;
        expect(writes[i], cancelled ? ECANCELED : 0, cancelled ? -1 : 1,
               cancelled ? "a cancelled write" : "a write beside cancelled ones");
    }
}

}  // namespace

int main() {
    pool_of_one();
    busy = scratch_file("x");
    files[0] = scratch_file();
    files[1] = scratch_file();
    Hold hold({busy});
    for (unsigned subset = 0; subset < 1u << kWrites; ++subset) cancel_subset(subset, hold);
    return 0;
}
