// What the commands ask of signals.
#pragma once

namespace uaio::tools {

// Stops this process as a SIGTSTP that nobody catches would, until a SIGCONT comes. In an orphaned
// process group nobody could continue it, so the system stops none there, and it returns at once
// (POSIX.1-2024, 2.4.3). SIGTSTP must be blocked, and is afterwards; for one thread.
void stop_by_terminal();

// Whether the signal is ignored, because whoever has started this process wants it so.
bool is_ignored(int number);

}  // namespace uaio::tools
