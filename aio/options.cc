#include "aio/options.h"

#include <stdlib.h>
#include <string.h>

#include "aio/platform/environment.h"
#include "threadpool/base/message.h"

namespace uaio {
namespace {

// A whole decimal number from least to most.
bool parse(const char* text, long least, long most, long& number) {
    if (*text < '0' || *text > '9') {
        return false;
    }
    long parsed = 0;
    for (; *text != '\0'; ++text) {
        if (*text < '0' || *text > '9' || parsed > most) {
            return false;
        }
        parsed = parsed * 10 + (*text - '0');
    }
    if (parsed < least || parsed > most) {
        return false;
    }
    number = parsed;
    return true;
}

void show_text(const char* value, char* text, size_t bytes) {
    size_t used = 0;
    for (; value[used] != '\0' && used + 1 < bytes; ++used) {
        text[used] = value[used];
    }
    text[used] = '\0';
}

void show_number(long number, char* text, size_t bytes) {
    char digits[24];
    size_t first = sizeof digits - 1;
    digits[first] = '\0';
    do {
        digits[--first] = static_cast<char>('0' + number % 10);
        number /= 10;
    } while (number > 0);
    show_text(digits + first, text, bytes);
}

bool set_threads(Options& options, const char* text) {
    long number;
    if (!parse(text, 1, kWorkersMax, number)) {
        return false;
    }
    options.threads = static_cast<unsigned>(number);
    options.threads_fixed = true;
    return true;
}

void show_threads(const Options& options, char* text, size_t bytes) {
    show_number(options.threads, text, bytes);
}

bool set_idle(Options& options, const char* text) {
    long number;
    if (!parse(text, 0, kIdleMsMax, number)) {
        return false;
    }
    options.idle_ms = static_cast<int>(number);
    options.idle_fixed = true;
    return true;
}

void show_idle(const Options& options, char* text, size_t bytes) {
    show_number(options.idle_ms, text, bytes);
}

bool set_order(Options& options, const char* text) {
    bool strict = strcmp(text, "strict") == 0;
    if (!strict && strcmp(text, "conflict") != 0) {
        return false;
    }
    options.order = strict ? Order::kStrict : Order::kConflict;
    return true;
}

void show_order(const Options& options, char* text, size_t bytes) {
    show_text(options.order == Order::kStrict ? "strict" : "conflict", text, bytes);
}

bool set_express(Options& options, const char* text) {
    long number;
    if (!parse(text, 0, kExpressBytesMax, number)) {
        return false;
    }
    options.express = static_cast<size_t>(number);
    return true;
}

void show_express(const Options& options, char* text, size_t bytes) {
    show_number(static_cast<long>(options.express), text, bytes);
}

bool set_strict(Options& options, const char* text) {
    long number;
    if (!parse(text, 0, 1, number)) {
        return false;
    }
    options.strict = number == 1;
    return true;
}

void show_strict(const Options& options, char* text, size_t bytes) {
    show_number(options.strict ? 1 : 0, text, bytes);
}

bool set_exit(Options& options, const char* text) {
    bool drain = strcmp(text, "drain") == 0;
    if (!drain && strcmp(text, "drop") != 0) {
        return false;
    }
    options.drain = drain;
    return true;
}

void show_exit(const Options& options, char* text, size_t bytes) {
    show_text(options.drain ? "drain" : "drop", text, bytes);
}

bool set_stats(Options& options, const char* text) {
    options.stats = *text != '\0' ? text : nullptr;
    return true;
}

void show_stats(const Options& options, char* text, size_t bytes) {
    show_text(options.stats != nullptr ? options.stats : "none", text, bytes);
}

bool set_trace(Options& options, const char* text) {
    options.trace = *text != '\0' ? text : nullptr;
    return true;
}

void show_trace(const Options& options, char* text, size_t bytes) {
    show_text(options.trace != nullptr ? options.trace : "none", text, bytes);
}

}  // namespace

constinit const OptionRow kOptionTable[kOptionRows] = {
    {"UAIO_THREADS", "1 to 4096", "64", "most worker threads at one time", set_threads,
     show_threads},
    {"UAIO_IDLE_MS", "0 to 86400000", "1000", "milliseconds that an idle worker stays", set_idle,
     show_idle},
    {"UAIO_ORDER", "conflict, strict", "conflict",
     "requests of a descriptor keep order: where it shows, or always", set_order, show_order},
    {"UAIO_EXPRESS", "0 to 1073741824", "65536",
     "largest transfer, in bytes, that the caller makes at once if the cache can serve it; 0: none",
     set_express, show_express},
    {"UAIO_EXIT", "drop, drain", "drop", "at exit, queued writes and syncs are lost, or finished",
     set_exit, show_exit},
    {"UAIO_STRICT", "0, 1", "0", "report every misuse that POSIX lets us detect (EINVAL, EBUSY)",
     set_strict, show_strict},
    {"UAIO_STATS", "a path", "none", "statistics file to count in; uaio run --stats makes one",
     set_stats, show_stats},
    {"UAIO_TRACE", "a path", "none", "file to create, and to record every step in, for uaio trace",
     set_trace, show_trace},
};

void read_environment(Options& options) {
    for (const OptionRow& row : kOptionTable) {
        const char* text = environment(row.name);
        if (text != nullptr && !row.set(options, text)) {
            Message()
                .text(row.name)
                .text("=")
                .text(text)
                .text(": ignored, expected ")
                .text(row.values)
                .send();
        }
    }
}

}  // namespace uaio
