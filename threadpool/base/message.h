// Message: one line on standard error, put together without stdio or allocation.
//
//     Message().text("UAIO_THREADS=").text(value).text(": not a number").send();
//
// prints "uaio: UAIO_THREADS=...: not a number". Text past the end of the buffer is cut,
// and a control character becomes a question mark: what is printed may come from anywhere.
// Async-signal-safe; keeps errno.
#pragma once

#include <stddef.h>

namespace uaio {

class Message {
  public:
    Message() { text("uaio: "); }

    Message& text(const char* text);
    Message& number(long number);

    // Writes the line with one write(2), so that lines of several threads do not mix.
    void send();

  private:
    static constexpr size_t kBytesMax = 512;

    char bytes_[kBytesMax];
    size_t used_ = 0;
};

}  // namespace uaio
