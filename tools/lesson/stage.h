// Where a lesson's program acts: files and a socket, requests with letters for names, and a disk
// that is as slow as the program wants.
//
//     Part& a = stage.write(stage.slow_file(), {0, 4}, "write bytes 0-3");
//     Part& b = stage.read(stage.slow_file(), {0, 4}, "read bytes 0-3");
//     stage.disk_ends(a);
//     stage.finish();
//
// Every call returns when all that it has set in motion has come to rest (stillness.h): so what is
// recorded comes in the same order each time. One per process; only the process's first thread uses
// it. Throws Failure.
#pragma once

#include <aio.h>
#include <stdint.h>

#include <deque>
#include <string>
#include <vector>

#include "tools/bench/posix_functions.h"
#include "tools/lesson/cue.h"
#include "tools/lesson/slow_disk.h"
#include "tools/uaio/files.h"

namespace uaio::lesson {

inline constexpr size_t kPartBytesMax = 16;

// One request of the play.
struct Part {
    char name;
    aiocb block;
    char data[kPartBytesMax];
};

struct Bytes {
    off_t offset;
    size_t count;
};

class Stage {
  public:
    // `folder` is for scratch files, `trace` what UAIO_TRACE says, `cues` where remarks go.
    Stage(const std::string& folder, const std::string& trace, int cues);

    // From now on transfers of the slow file last until disk_ends(), or those at `offset` alone;
    // the others do not.
    void slow_down(off_t offset = SlowDisk::kEverywhere);

    int slow_file() const { return slow_file_.get(); }
    int quick_file() const { return quick_file_.get(); }
    int other_file() const { return other_file_.get(); }
    int socket() const { return socket_.get(); }

    Part& read(int fd, Bytes bytes, const std::string& label, int reqprio = 0);
    Part& write(int fd, Bytes bytes, const std::string& label, int reqprio = 0);
    Part& sync(int fd, const std::string& label);

    // Reads of the slow file by one lio_listio. Its end is told by a callback, as is that of the
    // first.
    void list(const std::vector<std::pair<Bytes, std::string>>& reads);

    // Says what aio_cancel said.
    void cancel(Part& part);

    // Lets the disk end the system call that serves `part`, if one does: it may not have come so
    // far.
    void disk_ends(const Part& part);

    // The same for all, one after the other, the oldest first, until no request is in flight.
    void finish();

    // Bytes come in at the other end of the socket.
    void peer_sends(const std::string& text);

    // Calls `act` in a child of fork(), and waits for its end.
    void in_child(void (*act)(Stage&, Part&), Part& part);

    // A line in the table.
    void remark(const std::string& text);

    // Whether the last request has taken the express lane.
    bool was_read_at_once() const;

    int error_of(const Part& part) const { return functions_.error(&part.block); }

  private:
    Part& enter(int fd, Bytes bytes, int reqprio, const std::string& label);
    void check(int result, const Part& part) const;
    void cue(Cue::Kind kind, char name, const std::string& text) const;
    void lead(const HeldCall& call);
    const Part* served_by(const HeldCall& call) const;
    const HeldCall* call_of(const Part& part);

    bench::PosixFunctions functions_;
    std::string trace_;
    int cues_;
    tools::OwnedFd slow_file_;
    tools::OwnedFd quick_file_;
    tools::OwnedFd other_file_;
    tools::OwnedFd socket_;
    tools::OwnedFd peer_;
    SlowDisk disk_;
    std::deque<Part> parts_;  // a deque does not move them
};

}  // namespace uaio::lesson
