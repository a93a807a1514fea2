#include "signals/notice.h"

#include <errno.h>

#include "signals/late_signals.h"
#include "signals/notifier.h"
#include "signals/platform/queue_signal.h"

namespace uaio {
namespace {

// A number that is too large for any signal must not become that of one.
int16_t narrowed(int signal_number) {
    return signal_number >= 0 && signal_number <= INT16_MAX ? static_cast<int16_t>(signal_number)
                                                            : int16_t{-1};
}

}  // namespace

int prepare_notice(const sigevent& event, Notice& notice) {
    notice = {Notice::Kind::kNone, narrowed(event.sigev_signo), 0, {.value = event.sigev_value}};
    int thread = 0;
    if (event.sigev_notify == SIGEV_SIGNAL && event.sigev_signo != 0) {
        notice.kind = Notice::Kind::kSignal;
    } else if (event.sigev_notify == SIGEV_THREAD && event.sigev_notify_function != nullptr) {
        Call* call = take_call(event);
        if (call == nullptr) {
            return EAGAIN;
        }
        if (!notifier.can_promise()) {
            give_call(*call);
            return EAGAIN;
        }
        notice.kind = Notice::Kind::kCall;
        notice.call = call;
    } else if (names_thread(event, thread) && event.sigev_signo != 0) {
        notice.kind = Notice::Kind::kThreadSignal;
        notice.thread = thread;
    }
    return 0;
}

int queue_notice(const Notice& notice) {
    return notice.kind == Notice::Kind::kThreadSignal
               ? queue_thread_signal(notice.thread, notice.signal_number, notice.value)
               : queue_signal(notice.signal_number, notice.value);
}

int deliver_notice(Notice& notice, Starts starts) {
    if (notice.kind == Notice::Kind::kNone) {
        return 0;
    }
    if (notice.kind == Notice::Kind::kCall) {
        notifier.owe(*notice.call, starts);
        return 0;
    }
    int error = queue_notice(notice);
    return error == EAGAIN && late_signals.owe(notice) == 0 ? EINPROGRESS : error;
}

void drop_notice(Notice& notice) {
    if (notice.kind == Notice::Kind::kCall) {
        give_call(*notice.call);
    }
    notice.kind = Notice::Kind::kNone;
}

}  // namespace uaio
