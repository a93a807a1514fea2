// Streams: pipes and sockets with an end that requests are made on, and one that the test plays.
#pragma once

#include <aio.h>
#include <stddef.h>

#include <string>
#include <string_view>

#include "tests/storm/scale.h"
#include "tests/support/request.h"

namespace uaio::test {

class Stream {
  public:
    enum class Kind { kPipe, kSocket };
    enum class Way { kIn, kOut };  // of a pipe, seen from here()

    explicit Stream(Kind kind, Way way = Way::kIn);
    ~Stream();
    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;

    // The end for requests, and the other one.
    int here() const { return here_; }
    int there() const { return there_; }

    // Writes to the other end, all of it.
    void send(std::string_view bytes) const;

    // Reads exactly so many bytes from the other end; waits for them.
    std::string receive(size_t bytes) const;

    // Writes dots at this end until there is no room. Returns their number.
    size_t fill() const;

    // Closes the other end.
    void hang_up();

  private:
    int here_;
    int there_;
};

// Cancels a request that waits for a stream. It is tried now and then, and runs for that moment;
// then it is asked again. Returns what aio_cancel answers to one that does not run.
int cancel_waiting(Request& request);

}  // namespace uaio::test
