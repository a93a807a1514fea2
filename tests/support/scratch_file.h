// ScratchFile: a file of a test's own, gone when the object is.
//
// It lies in TEST_TMPDIR (which Bazel sets and clears), else in TMPDIR, else in /tmp. The
// descriptor is opened for reading and writing, with `flags` (O_APPEND, O_DIRECT, …) added.
#pragma once

#include <stdint.h>
#include <sys/types.h>

#include <string>
#include <string_view>

namespace uaio::test {

// The folder where tests may make files.
std::string scratch_folder();

class ScratchFile {
  public:
    // Creates the file with these contents. Throws where the file system refuses a flag; `errno`
    // is in the exception.
    explicit ScratchFile(std::string_view contents = {}, int flags = 0);
    ~ScratchFile();
    ScratchFile(const ScratchFile&) = delete;
    ScratchFile& operator=(const ScratchFile&) = delete;

    int fd() const { return fd_; }

    // The whole file as it is now, read through a descriptor of its own.
    std::string contents() const;

    // The size now, in bytes.
    int64_t size() const;

    // One more descriptor for the file, with exactly these flags. The caller closes it.
    int open_again(int flags) const;

  private:
    std::string path_;
    int fd_;
};

}  // namespace uaio::test
