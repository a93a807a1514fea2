// The simulated files and streams, behind a table of descriptors.
//
// A transfer may be interrupted, may fail, may move fewer bytes and takes its time, as the faults
// say. Each system call that does its work leaves a Run with the thread that made it, and one for
// each piece that it has moved if it has several; the scenario (scenario.cc) claims it when that
// thread publishes a status.
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/uio.h>

#include <deque>
#include <map>
#include <vector>

#include "aio/operation.h"

namespace uaio::sim {

struct File {
    uint64_t number = 0;
    bool stream = false;

    std::vector<char> bytes;  // what is in it, if it is no stream

    std::deque<char> input;  // of a stream: what can be read
    size_t room = 0;         // and how much can be written
    bool hung_up = false;
};

struct Run {
    int fd;
    Kind kind;
    const File* file;
    const void* buffer;
    uint64_t began;  // in steps of the world
    uint64_t ended;
    ssize_t result;
    int error;
    Run* next = nullptr;  // of the same system call, for another request
};

class Disk {
  public:
    // A new descriptor of a new or a known file.
    int open(File& file, bool append = false, bool direct = false);
    File& make_file(size_t bytes);
    File& make_stream();

    // What close and open of another file make of a descriptor's number. The engine has been told
    // (Engine::clear_descriptor), or not.
    void replace(int fd, File& file);

    // What a peer of a stream does.
    void feed(File& stream, size_t bytes);
    void hang_up(File& stream);

    // The life of a peer of all streams: feeds some now and then, and hangs up at last.
    void feed_streams();

    struct Open {
        File* file;
        bool append;
        bool direct;
    };
    Open* find(int fd);

    std::deque<File>& files() { return files_; }

    // How far a read that was not made at once in the end has filled a buffer.
    std::map<const void*, size_t> glimpses;

    // For the back ends. -----------------------------------------------------------------------

    ssize_t transfer(Kind kind, int fd, void* buffer, size_t bytes, int64_t offset);
    ssize_t transfer_pieces(Kind kind, int fd, const iovec* pieces, int count, int64_t offset);
    ssize_t transfer_now(Kind kind, int fd, void* buffer, size_t bytes, int64_t offset);
    ssize_t transfer_stream(Kind kind, int fd, void* buffer, size_t bytes, bool may_wait);
    int sync(Kind kind, int fd);

    static bool is_ready(const File& stream, bool input);
    std::vector<std::pair<int, bool>> armed;  // descriptor, whether for input
    bool set_open = false;

  private:
    Run& begin(Kind kind, int fd, const File& file, const void* buffer);
    ssize_t move_stream(Kind kind, int fd, File& stream, void* buffer, size_t bytes);
    ssize_t end(Run& run, ssize_t result, int error);
    ssize_t move(Run& run, const Open& open, void* buffer, size_t bytes, int64_t offset);
    void changed();

    std::deque<File> files_;
    std::map<int, Open> open_;
};

extern Disk disk;

// What the running thread's last system call did, null if nothing is left to be claimed.
Run* take_run();

// What take_run() has returned in the running thread before there was nothing left.
Run* last_run();

}  // namespace uaio::sim
