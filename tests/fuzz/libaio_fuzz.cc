// The libaio door, as a hostile client uses it: blocks of arbitrary bytes, wild pointers and
// contexts, a ring whose header is written over, in any order. Whatever comes, each call returns
// one of the answers that it may give, no more events come than were asked for, none comes that was
// not submitted, and the context can be destroyed, once.
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "aio/libaio/abi.h"
#include "aio/libaio/door.h"
#include "tests/fuzz/bytes.h"
#include "tests/support/require.h"
#include "tests/support/scratch_file.h"
#include "threadpool/base/check.h"

namespace uaio::fuzz {
namespace {

using test::require;

constexpr size_t kBlocks = 8;
constexpr size_t kEvents = 16;
constexpr size_t kStepsMax = 200;

struct World {
    explicit World(Bytes& given) : bytes(given), file(std::string(4'096, 'f')) {
        require(pipe(ends) == 0, "make a pipe");
        require(setup_context(4, &context) == 0, "set up a context");
    }
    ~World() {
        UAIO_CHECK(destroy_context(context) == 0);
        UAIO_CHECK(destroy_context(context) == -EINVAL);
        close(ends[0]);
        close(ends[1]);
    }

    // A pointer that may be wild. Never one to what belongs to somebody else.
    void* pointer(void* good) {
        switch (bytes.below(8)) {
            case 0:
                return nullptr;
            case 1:
                return reinterpret_cast<void*>(bytes.take<uint8_t>());
            case 2:
                return reinterpret_cast<void*>(UINTPTR_MAX - bytes.take<uint8_t>());
            default:
                return good;
        }
    }

    int descriptor() {
        const int all[] = {file.fd(), ends[0], ends[1], -1, 1'000'000, file.fd()};
        return all[bytes.below(std::size(all))];
    }

    // Bytes as they come, but for what would leave this process.
    void fill(IoBlock& block) {
        bytes.fill(&block, sizeof block);
        block.fd = descriptor();
        block.bell = descriptor();
        block.opcode %= 10;
        block.offset %= 8'192;
        if (bytes.below(4) != 0) {
            block.reserved = 0;
            block.rw_flags &= 0x1f;
            block.flags &= 2;
        }
        if (block.opcode == kPreadv || block.opcode == kPwritev) {
            for (iovec& piece : pieces) piece = {pointer(data), bytes.below(64)};
            block.buffer = reinterpret_cast<uintptr_t>(pointer(pieces));
            block.bytes %= std::size(pieces) + 1;
        } else if (block.opcode <= kPwrite) {
            block.buffer = reinterpret_cast<uintptr_t>(pointer(data));
            block.bytes %= sizeof data + 1;
        }
    }

    void submit() {
        IoBlock* list[kBlocks];
        size_t count = 1 + bytes.below(kBlocks);
        for (size_t i = 0; i < count; ++i) {
            fill(blocks[i]);
            list[i] = static_cast<IoBlock*>(pointer(&blocks[i]));
        }
        auto from = static_cast<IoBlock* const*>(pointer(list));
        long taken = submit_blocks(context, static_cast<long>(count), from);
        UAIO_CHECK(taken <= static_cast<long>(count) && taken >= -4'095);
        submitted += taken > 0 ? taken : 0;
    }

    void collect() {
        IoEvent events[kEvents];
        long least = static_cast<int8_t>(bytes.take<uint8_t>());
        long most = static_cast<int8_t>(bytes.take<uint8_t>());
        most = most > static_cast<long>(kEvents) ? static_cast<long>(kEvents) : most;
        timespec limit = {0, static_cast<long>(bytes.below(2))};
        auto to = static_cast<IoEvent*>(pointer(events));
        long count = collect_events(context, least, most, to, &limit, nullptr);
        UAIO_CHECK(count <= most || count < 0);
        UAIO_CHECK(count >= 0 || count == -EINVAL || count == -EFAULT || count == -EINTR);
        if (!lied) {
            collected += count > 0 ? count : 0;
            UAIO_CHECK(collected <= submitted);
        }
    }

    void lie() {
        auto* header = reinterpret_cast<uint8_t*>(context);
        size_t at = bytes.below(48);  // and into the first event
        header[at] = bytes.take<uint8_t>();
        lied = true;
    }

    void step() {
        switch (bytes.below(6)) {
            case 0:
            case 1:
                return submit();
            case 2:
                return collect();
            case 3:
                return lie();
            case 4:
                (void)!cancel_block(context,
                                    static_cast<IoBlock*>(pointer(&blocks[bytes.below(kBlocks)])));
                return;
            default:
                auto wild = reinterpret_cast<uintptr_t>(pointer(nullptr));
                UAIO_CHECK(submit_blocks(wild, 0, nullptr) == -EINVAL);
                UAIO_CHECK(destroy_context(wild) == -EINVAL);
        }
    }

    Bytes& bytes;
    test::ScratchFile file;
    int ends[2];
    uintptr_t context = 0;
    IoBlock blocks[kBlocks] = {};
    iovec pieces[6] = {};
    char data[512] = {};
    long submitted = 0;
    long collected = 0;
    bool lied = false;  // about what it has read
};

}  // namespace
}  // namespace uaio::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    uaio::fuzz::Bytes bytes(data, size);
    uaio::fuzz::World world(bytes);
    for (size_t step = 0; step < uaio::fuzz::kStepsMax && !bytes.empty(); ++step) world.step();
    return 0;
}
