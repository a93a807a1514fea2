#include "tests/support/gate.h"

#include <fcntl.h>
#include <unistd.h>

#include <iterator>

#include "tests/support/require.h"

namespace uaio::test {
namespace {

void open_pipe(int* reader, int* writer) {
    int ends[2];
    require(pipe2(ends, O_CLOEXEC) == 0, "make a pipe");
    *reader = ends[0];
    *writer = ends[1];
}

// Writes until the pipe takes no more, even a single byte.
size_t fill(int writer) {
    const std::string page(4096, '.');
    int flags = fcntl(writer, F_GETFL);
    require(fcntl(writer, F_SETFL, flags | O_NONBLOCK) == 0, "make a pipe non-blocking");
    size_t filled = 0;
    for (size_t step : {page.size(), size_t{1}}) {
        ssize_t count;
        while ((count = write(writer, page.data(), step)) > 0) filled += static_cast<size_t>(count);
    }
    require(fcntl(writer, F_SETFL, flags) == 0, "make a pipe blocking");
    return filled;
}

}  // namespace

ReadGate::ReadGate() {
    open_pipe(&reader_, &writer_);
}

ReadGate::~ReadGate() {
    end();
    close(reader_);
}

void ReadGate::release(std::string_view bytes) {
    require(write(writer_, bytes.data(), bytes.size()) == std::ssize(bytes), "open a read gate");
}

void ReadGate::end() {
    if (writer_ >= 0) close(writer_);
    writer_ = -1;
}

WriteGate::WriteGate() {
    open_pipe(&reader_, &writer_);
    filler_bytes_ = fill(writer_);
}

WriteGate::~WriteGate() {
    if (filler_bytes_ != 0) release();
    close(writer_);
    close(reader_);
}

void WriteGate::release() {
    receive(filler_bytes_);
    filler_bytes_ = 0;
}

std::string WriteGate::receive(size_t bytes) {
    std::string text(bytes, '\0');
    size_t have = 0;
    while (have < bytes) {
        ssize_t count = read(reader_, text.data() + have, bytes - have);
        require(count > 0, "read behind a write gate");
        have += static_cast<size_t>(count);
    }
    return text;
}

}  // namespace uaio::test
