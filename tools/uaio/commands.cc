// The table of commands: the one place to touch for a new one, besides its own file.
#include "tools/uaio/command.h"

namespace uaio::tools {

extern const Command kRunCommand;
extern const Command kTraceCommand;
extern const Command kLessonCommand;
extern const Command kTopCommand;
extern const Command kDumpCommand;
extern const Command kInfoCommand;
extern const Command kBenchCommand;
extern const Command kCpCommand;
extern const Command kHelpCommand;

std::span<const Command* const> commands() {
    static constexpr const Command* kCommands[] = {
        &kRunCommand,  &kTraceCommand, &kTopCommand, &kDumpCommand, &kLessonCommand,
        &kInfoCommand, &kBenchCommand, &kCpCommand,  &kHelpCommand,
    };
    return kCommands;
}

}  // namespace uaio::tools
