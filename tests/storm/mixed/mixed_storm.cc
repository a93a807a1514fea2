// Everything that <aio.h> offers at once, for as long as one likes:
//
//     mixed_storm [--seconds N] [--seed N] [--threads N] [--jobs N] [--calm N] [--close]
//
// Threads (8) with files, pipes and sockets of their own (1,008 descriptors in all) make requests
// of all operations and notifications, singly and as lists, cancel their own and each other's, and
// fork children that work, one in --calm rounds. --close also closes descriptors under their
// requests, which is for the preload library. Each submission ends once, with a status that fits
// the data, and is notified once; no descriptor and no thread is left in the end.
// UAIO_STORM_SECONDS says for how long where --seconds does not.
#include <dirent.h>
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <deque>
#include <thread>

#include "tests/storm/child.h"
#include "tests/storm/mixed/file_job.h"
#include "tests/storm/mixed/stream_job.h"
#include "tests/storm/scale.h"
#include "tests/storm/tasks.h"
#include "tests/storm/work.h"
#include "tests/support/require.h"
#include "tests/support/seed.h"

namespace uaio::test {
namespace {

constexpr unsigned kSecondsPlain = 20;
constexpr unsigned kSecondsSanitized = 8;
constexpr bool kHasChildren = !kSanitizer;  // scale.h
constexpr uint64_t kRoundsPerIntrusion = 20;

struct Terms {
    unsigned seconds = kSanitizer ? kSecondsSanitized : kSecondsPlain;
    uint64_t seed = 20'261'121;
    unsigned threads = 8;
    unsigned jobs = 21;     // of each kind and thread: 2 descriptors each
    uint64_t calm = 1'000;  // rounds of a thread for each child that it forks
    bool closes = false;
};

// What a thread has.
struct Share {
    Share(unsigned jobs, bool closes) {
        for (unsigned i = 0; i < jobs; ++i) {
            files.emplace_back(closes);
            streams.emplace_back(false, closes);
            streams.emplace_back(true, closes);
        }
    }

    std::deque<FileJob> files;
    std::deque<StreamJob> streams;
    uint64_t rounds = 0;
    uint64_t children = 0;
};

using Clock = std::chrono::steady_clock;

// Somebody else's requests: the answer is not for us to know.
void intrude(std::deque<Share>& shares, Random& random) {
    Share& victim = shares[random() % shares.size()];
    size_t job = random() % victim.streams.size();
    aio_cancel(random() % 2 == 0 ? victim.files[job / 2].fd() : victim.streams[job].in(), nullptr);
}

void weather(std::deque<Share>& shares, Share& mine, const Terms& terms, uint64_t seed,
             Clock::time_point end) {
    Random random(seed);
    while (Clock::now() < end) {
        ++mine.rounds;
        if (random() % 2 == 0) {
            mine.files[random() % mine.files.size()].round(random);
        } else {
            mine.streams[random() % mine.streams.size()].round(random);
        }
        if (random() % kRoundsPerIntrusion == 0) {
            intrude(shares, random);
        }
        if (kHasChildren && random() % terms.calm == 0) {
            check_equal("what a child reports", 0, run_child(do_some_work));
            ++mine.children;
        }
    }
}

// The engine's own are anonymous.
int open_descriptors() {
    int count = 0;
    DIR* folder = opendir("/proc/self/fd");
    require(folder != nullptr, "list the descriptors");
    while (const dirent* entry = readdir(folder)) {
        char target[64] = {};
        bool link = readlinkat(dirfd(folder), entry->d_name, target, sizeof target - 1) > 0;
        count += link && std::string(target).find("anon_inode:") != 0;
    }
    closedir(folder);
    return count;
}

void allow_descriptors() {
    rlimit limit;
    require(getrlimit(RLIMIT_NOFILE, &limit) == 0, "getrlimit");
    limit.rlim_cur = limit.rlim_max;
    require(setrlimit(RLIMIT_NOFILE, &limit) == 0, "setrlimit");
}

void let_idle_threads_leave() {
    aioinit settings = {};
    settings.aio_threads = 8;
    settings.aio_idle_time = -1;
    aio_init(&settings);
}

void storm(const Terms& terms) {
    std::deque<Share> shares;
    for (unsigned i = 0; i < terms.threads; ++i) {
        shares.emplace_back(terms.jobs, terms.closes);
    }
    printf("%d descriptors\n", open_descriptors());
    Clock::time_point end = Clock::now() + std::chrono::seconds(terms.seconds);
    std::deque<std::thread> threads;
    for (unsigned i = 0; i < terms.threads; ++i) {
        threads.emplace_back(weather, std::ref(shares), std::ref(shares[i]), std::cref(terms),
                             terms.seed + i, end);
    }
    uint64_t rounds = 0;
    uint64_t children = 0;
    for (unsigned i = 0; i < terms.threads; ++i) {
        threads[i].join();
        rounds += shares[i].rounds;
        children += shares[i].children;
        for (const FileJob& file : shares[i].files) {
            file.check_contents();
        }
    }
    printf("%" PRIu64 " rounds, %" PRIu64 " submissions, %" PRIu64 " notifications, %" PRIu64
           " cancelled, %" PRIu64 " children\n",
           rounds, Slot::submissions(), Slot::notifications(), Slot::cancelled(), children);
}

Terms terms_from(int count, char** words) {
    constexpr option kOptions[] = {{"seconds", required_argument, nullptr, 's'},
                                   {"seed", required_argument, nullptr, 'r'},
                                   {"threads", required_argument, nullptr, 't'},
                                   {"jobs", required_argument, nullptr, 'j'},
                                   {"calm", required_argument, nullptr, 'm'},
                                   {"close", no_argument, nullptr, 'c'},
                                   {}};
    Terms terms;
    if (const char* seconds = getenv("UAIO_STORM_SECONDS")) {
        terms.seconds = static_cast<unsigned>(atoi(seconds));
    }
    int letter;
    while ((letter = getopt_long(count, words, "", kOptions, nullptr)) != -1) {
        switch (letter) {
            case 's':
                terms.seconds = static_cast<unsigned>(atoi(optarg));
                break;
            case 'r':
                terms.seed = strtoull(optarg, nullptr, 10);
                break;
            case 't':
                terms.threads = static_cast<unsigned>(atoi(optarg));
                break;
            case 'j':
                terms.jobs = static_cast<unsigned>(atoi(optarg));
                break;
            case 'm':
                terms.calm = strtoull(optarg, nullptr, 10);
                break;
            case 'c':
                terms.closes = true;
                break;
            default:
                exit(2);
        }
    }
    return terms;
}

}  // namespace
}  // namespace uaio::test

int main(int count, char** words) {
    using namespace uaio::test;
    setvbuf(stdout, nullptr, _IOLBF, 0);  // children do not say again what their parent has said
    Terms terms = terms_from(count, words);
    terms.seed = announced_seed(terms.seed);
    allow_descriptors();
    signal(SIGPIPE, SIG_IGN);
    Slot::handle_signals();
    let_idle_threads_leave();
    int before = open_descriptors();
    storm(terms);
    check_equal("descriptors in the end", before, open_descriptors());
    wait_until_no_thread_is_named("uaio-w");
    puts("nothing is left over");
}
