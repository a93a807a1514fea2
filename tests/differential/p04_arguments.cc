// lio_listio: EINVAL for a mode that does not exist and for more entries than AIO_LISTIO_MAX, and
// then nothing is started.
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <vector>

#include "tests/differential/case.h"

using namespace differential;

namespace {

void expect_refusal(int mode, aiocb* const* list, int entries, const char* name) {
    errno = 0;
    int result = lio_listio(mode, list, entries, nullptr);
    if (result != -1 || errno != EINVAL) wrong("%s: %d, %s", name, result, strerror(errno));
}

}  // namespace

int main() {
    int file = scratch_file();
    aiocb write = block_for(file, "x", 1);
    write.aio_lio_opcode = LIO_WRITE;
    aiocb* list[] = {&write};
    expect_refusal(77, list, 1, "a mode that does not exist");
    long limit = sysconf(_SC_AIO_LISTIO_MAX);
    if (limit > 0) {
        std::vector<aiocb*> longer(static_cast<size_t>(limit) + 1, nullptr);
        longer[0] = &write;
        expect_refusal(LIO_WAIT, longer.data(), static_cast<int>(limit) + 1, "too long a list");
    }
    if (!contents_of(file).empty()) wrong("a refused list writes");
    return 0;
}
