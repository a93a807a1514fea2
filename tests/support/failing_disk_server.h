// The process behind a FailingDisk.
#pragma once

namespace uaio::test {

// Mounts on `folder`, writes an int to `ready` (0, or the errno value of the mount that failed),
// closes it, and serves until it is killed. Dies with its parent. One thread.
[[noreturn]] void serve_failing_disk(const char* folder, int ready);

}  // namespace uaio::test
