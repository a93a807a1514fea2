// Gates: pipes that hold an operation for exactly as long as a test wants.
//
// A test that needs "this request is still running" or "these requests are still queued" submits
// them to a gate's descriptor, looks, and then opens the gate. No test sleeps to be in time.
//
// Destroying a gate ends what it holds (end of file, or a pipe with room), so that a failed case
// leaves nothing behind either. Make the requests first and the gate after them.
#pragma once

#include <stddef.h>

#include <string>
#include <string_view>

namespace uaio::test {

// Holds reads: the pipe is empty until `release`.
class ReadGate {
  public:
    ReadGate();
    ~ReadGate();
    ReadGate(const ReadGate&) = delete;
    ReadGate& operator=(const ReadGate&) = delete;

    // The descriptor whose reads are held.
    int fd() const { return reader_; }

    // Gives these bytes to whoever reads next.
    void release(std::string_view bytes);

    // No more bytes will come: reads end with 0.
    void end();

  private:
    int reader_;
    int writer_;
};

// Holds writes: the pipe is full until `release`.
class WriteGate {
  public:
    WriteGate();
    ~WriteGate();
    WriteGate(const WriteGate&) = delete;
    WriteGate& operator=(const WriteGate&) = delete;

    // The descriptor whose writes are held.
    int fd() const { return writer_; }

    // Makes room for as much as the pipe can hold (at least 4,096 bytes).
    void release();

    // The next bytes that came through, exactly this many; waits for them.
    std::string receive(size_t bytes);

  private:
    int reader_;
    int writer_;
    size_t filler_bytes_ = 0;  // what keeps the pipe full; 0 once released
};

}  // namespace uaio::test
