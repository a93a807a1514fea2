// FailingDisk: a real file system (FUSE) with one file on it, whose I/O does what a script says.
//
//     FailingDisk disk;
//     if (!disk.mounted()) { printf("left out: %s\n", disk.why_not()); return; }
//     disk.say("write fail 28");     // every write from now on ends with ENOSPC
//     disk.say("read short 3");      // at most 3 bytes
//     disk.say("fsync hold");        // no answer until "release"
//     ...
//     disk.say("await 1");           // returns when one operation is being held
//     disk.say("release");           // held ones go on; later ones are held again
//     disk.say("fsync pass");
//
// Concept. A process of its own serves the mount, so that whatever it withholds, the test can go
// on. Orders are writes to a second file of the mount. The kernel caches nothing of the file, so
// each read, write and sync of the test is one operation here. Needs /dev/fuse and the right to
// mount: root, or a user name space that has both.
//
// Make it before any thread is started: it forks.
#pragma once

#include <sys/types.h>

#include <string>

namespace uaio::test {

class FailingDisk {
  public:
    FailingDisk();
    // Ends what is still held with an error.
    ~FailingDisk();
    FailingDisk(const FailingDisk&) = delete;
    FailingDisk& operator=(const FailingDisk&) = delete;

    bool mounted() const { return why_not_.empty(); }
    const char* why_not() const { return why_not_.c_str(); }

    // A descriptor of the file. The caller closes it.
    int open(int flags) const;

    // One order; see above. Throws where the server does not understand it.
    void say(const std::string& order) const;

    // The server is gone, as after umount -f: what is held ends with an error, and so does all I/O
    // on open descriptors from now on.
    void abort();

  private:
    std::string folder_;
    std::string why_not_;
    pid_t server_ = -1;
    int orders_ = -1;
};

}  // namespace uaio::test
