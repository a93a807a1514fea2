#include "tests/tools/own_trace.h"

#include <aio.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "tests/support/request.h"
#include "tests/support/require.h"
#include "tests/support/scratch_file.h"

namespace uaio::tools {
namespace {

using test::Request;
using test::require;
using test::ScratchFile;

constexpr size_t kRounds = kOwnCallbacks;
static_assert(kOwnListed == 2 * kRounds + 2 && kOwnRequests == 6 * kRounds + 4);

// A write with a callback, two that conflict with it, reads side by side, a sync, and a list.
void make_requests(int fd) {
    Request first(fd, std::string(8192, 'a'), 0);
    first.block().aio_sigevent = {};
    first.block().aio_sigevent.sigev_notify = SIGEV_THREAD;
    first.block().aio_sigevent.sigev_notify_function = [](sigval) {};
    first.write();
    Request second(fd, std::string(4096, 'b'), 4096);
    second.write();
    Request third(fd, 4096, 4096);
    third.read();
    Request sync(fd, std::string_view());
    sync.sync(O_SYNC);
    Request one(fd, 512, 0);
    Request other(fd, 512, 512);
    one.block().aio_lio_opcode = other.block().aio_lio_opcode = LIO_READ;
    aiocb* list[] = {&one.block(), &other.block()};
    lio_listio(LIO_NOWAIT, list, 2, nullptr);
    for (Request* each : {&first, &second, &third, &sync, &one, &other}) each->finish();
}

void use_a_pipe() {
    int ends[2];
    require(pipe(ends) == 0, "make a pipe");
    Request read(ends[0], 4);
    read.read();
    Request write(ends[1], "data");
    write.write();
    write.finish();
    read.finish();
    close(ends[0]);
    close(ends[1]);
}

// The second one is admitted while the first one waits, whatever the workers do.
void write_twice(int fd) {
    Request first(fd, "data");
    Request second(fd, "data");
    first.block().aio_lio_opcode = second.block().aio_lio_opcode = LIO_WRITE;
    aiocb* list[] = {&first.block(), &second.block()};
    lio_listio(LIO_WAIT, list, 2, nullptr);
}

Words contents(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::string text{std::istreambuf_iterator<char>(file), {}};
    Words words(text.size() / sizeof(uint64_t));
    std::copy_n(text.data(), words.size() * sizeof words[0], reinterpret_cast<char*>(words.data()));
    return words;
}

}  // namespace

std::span<const uint8_t> bytes_of(const Words& words) {
    return {reinterpret_cast<const uint8_t*>(words.data()), words.size() * sizeof words[0]};
}

const Words& recorded() {
    static const Words words = [] {
        std::string path = test::scratch_folder() + "/uaio-trace-own" + std::to_string(getpid());
        setenv("UAIO_TRACE", path.c_str(), 1);
        setenv("UAIO_EXPRESS", "0", 1);
        ScratchFile file(std::string(16384, '.'));
        for (size_t i = 0; i < kRounds; ++i) make_requests(file.fd());
        use_a_pipe();
        write_twice(file.fd());
        auto left = [&] {
            Trace trace = read_trace(path);
            return std::any_of(trace.requests.begin(), trace.requests.end(),
                               [](const TraceRequest& it) { return it.retired == kUnknown; });
        };
        while (left()) sched_yield();
        Words all = contents(path);
        unlink(path.c_str());
        uint32_t used = reinterpret_cast<const TraceHeader*>(all.data())->chunks_used;
        all.resize(used * kTraceChunkBytes / sizeof all[0]);
        return all;
    }();
    return words;
}

Trace own_trace() {
    return parse_trace(bytes_of(recorded()), "own");
}

}  // namespace uaio::tools
