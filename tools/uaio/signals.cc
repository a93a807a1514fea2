#include "tools/uaio/signals.h"

#include <signal.h>

namespace uaio::tools {

void stop_by_terminal() {
    struct sigaction standard = {};
    standard.sa_handler = SIG_DFL;
    struct sigaction before;
    sigaction(SIGTSTP, &standard, &before);
    raise(SIGTSTP);
    sigset_t own;
    sigemptyset(&own);
    sigaddset(&own, SIGTSTP);
    sigprocmask(SIG_UNBLOCK, &own, nullptr);
    sigprocmask(SIG_BLOCK, &own, nullptr);
    sigaction(SIGTSTP, &before, nullptr);
}

bool is_ignored(int number) {
    struct sigaction present;
    return sigaction(number, nullptr, &present) == 0 && present.sa_handler == SIG_IGN;
}

}  // namespace uaio::tools
