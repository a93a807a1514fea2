#include "tests/faults/ledger.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <new>
#include <string>

#include "tests/support/require.h"
#include "tests/support/scratch_file.h"
#include "tests/support/signals.h"

namespace uaio::test {
namespace {

constexpr int kRingsMax = 256;  // notices asked for by one process

int wrong_count = 0;
int rings_asked = 0;
std::atomic<int> rings[kRingsMax];
const StatsHeader* header = nullptr;

// Relaxed: a count is all that is told; the request's status has its own order.
void book(sigval value) {
    if (value.sival_int < 0 || value.sival_int >= kRingsMax) abort();
    rings[value.sival_int].fetch_add(1, std::memory_order_relaxed);
}

void book_signal(int, siginfo_t* info, void*) {
    book(info->si_value);
}

pthread_attr_t* own_attributes() {
    static pthread_attr_t attributes;
    static const int error = pthread_attr_init(&attributes);
    require(error == 0, "make attributes");
    return &attributes;
}

}  // namespace

void expect(bool right, const char* what, long seen) {
    if (right) return;
    ++wrong_count;
    fprintf(stderr, "wrong: %s (%ld)\n", what, seen);
}

int wrongs() {
    return wrong_count;
}

int set_ring(sigevent* event, Ring ring) {
    require(rings_asked < kRingsMax, "book another notice");
    memset(event, 0, sizeof *event);
    event->sigev_notify = SIGEV_NONE;
    event->sigev_value.sival_int = rings_asked;
    event->sigev_signo = SIGRTMIN;
    if (ring == Ring::kSignal) event->sigev_notify = SIGEV_SIGNAL;
    if (ring == Ring::kThreadSignal) set_thread_signal(event, SIGRTMIN, thread_number());
    if (ring == Ring::kThread || ring == Ring::kOwnThread) {
        event->sigev_notify = SIGEV_THREAD;
        event->sigev_notify_function = book;
        event->sigev_notify_attributes = ring == Ring::kOwnThread ? own_attributes() : nullptr;
    }
    return rings_asked++;
}

int rung(int number) {
    return rings[number].load(std::memory_order_relaxed);
}

int rung_in_all() {
    int all = 0;
    for (int i = 0; i < rings_asked; ++i) all += rung(i);
    return all;
}

void listen_for_rings() {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    sigemptyset(&action.sa_mask);
    action.sa_sigaction = book_signal;
    action.sa_flags = SA_SIGINFO | SA_RESTART;
    require(sigaction(SIGRTMIN, &action, nullptr) == 0, "handle a signal");
}

void open_books() {
    static ScratchFile file;
    require(ftruncate(file.fd(), kStatsFileBytes) == 0, "size the statistics file");
    void* pages = mmap(nullptr, kStatsFileBytes, PROT_READ | PROT_WRITE, MAP_SHARED, file.fd(), 0);
    require(pages != MAP_FAILED, "map the statistics file");
    auto* fresh = new (pages) StatsHeader{};
    fresh->magic = kStatsMagic;
    fresh->record_bytes = sizeof(CounterRecord);
    fresh->records_max = kStatsRecordsMax;
    header = fresh;
    std::string path = "/proc/self/fd/" + std::to_string(file.fd());
    char name[4096];
    ssize_t length = readlink(path.c_str(), name, sizeof name - 1);
    require(length > 0, "name the statistics file");
    name[length] = '\0';
    setenv("UAIO_STATS", name, 1);
}

// Acquire pairs with the release of the engine that claims the record.
const CounterRecord* books() {
    auto* records = reinterpret_cast<const CounterRecord*>(header + 1);
    return records->pid.load(std::memory_order_acquire) == getpid() ? records : nullptr;
}

}  // namespace uaio::test
