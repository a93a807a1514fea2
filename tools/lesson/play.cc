#include "tools/lesson/play.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <thread>

#include "tools/uaio/failure.h"
#include "tools/uaio/files.h"
#include "tools/uaio/signals.h"

namespace uaio::lesson {
namespace {

using tools::directory_of;
using tools::Failure;
using tools::kExitFailure;
using tools::OwnedFd;
using tools::system_failure;

// Long enough for no worker to leave in the middle of a lesson.
constexpr const char* kIdleMs = "600000";
constexpr const char* kExpressBytes = "65536";

// What the library takes for a trace, once for the lesson and once for its child.
constexpr std::uintmax_t kTraceMib = 2 * 64;

// Threads besides the workers: a poller and a notifier.
constexpr int kHelpers = 2;

// Holds back the signals that end a program, until its destructor, so that it can clean up before.
// Those that are ignored or blocked stay so.
class HeldSignals {
  public:
    HeldSignals() {
        sigprocmask(SIG_BLOCK, nullptr, &before_);
        sigset_t held;
        sigemptyset(&held);
        for (int number : {SIGHUP, SIGINT, SIGQUIT, SIGTERM}) {
            bool blocked = sigismember(&before_, number) != 0;
            if (!blocked && !tools::is_ignored(number)) sigaddset(&held, number);
        }
        sigprocmask(SIG_BLOCK, &held, nullptr);
        arrived_ = OwnedFd(signalfd(-1, &held, SFD_CLOEXEC));
        if (!arrived_.valid()) throw system_failure(kExitFailure, "cannot hold signals", errno);
    }
    ~HeldSignals() { release(); }
    HeldSignals(const HeldSignals&) = delete;
    HeldSignals& operator=(const HeldSignals&) = delete;

    void release() { sigprocmask(SIG_SETMASK, &before_, nullptr); }

    // Can be read when one has arrived; it is not to be read.
    int fd() const { return arrived_.get(); }

    bool any() const {
        pollfd source = {fd(), POLLIN, 0};
        return poll(&source, 1, 0) > 0;
    }

  private:
    sigset_t before_;
    OwnedFd arrived_;
};

// A folder for the files of one performance.
class Scratch {
  public:
    Scratch() {
        const char* place = getenv("TMPDIR");
        path_ = std::string(place != nullptr && *place != '\0' ? place : "/tmp");
        path_ += "/uaio-lesson-XXXXXX";
        if (mkdtemp(path_.data()) == nullptr) {
            path_.erase(path_.rfind('/'));
            throw system_failure(kExitFailure, "cannot make a folder in " + path_ + " (TMPDIR)",
                                 errno);
        }
    }

    ~Scratch() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }

    // For the traces of the lesson and of a child.
    void check_room() const {
        std::error_code unknown;
        std::uintmax_t room = std::filesystem::space(path_, unknown).available;
        if (!unknown && room >> 20 < kTraceMib) {
            throw Failure(kExitFailure, "no room for traces of " + std::to_string(kTraceMib) +
                                            " MiB in " + directory_of(path_) + " (TMPDIR)");
        }
    }

    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;

    const std::string& path() const { return path_; }
    std::string trace() const { return path_ + "/trace"; }

  private:
    std::string path_;
};

// The settings of the lesson and no others.
void set_environment(const Lesson& lesson, Order order, const std::string& trace) {
    for (const char* name : {"UAIO_EXIT", "UAIO_STATS", "UAIO_STRICT"}) unsetenv(name);
    setenv("UAIO_TRACE", trace.c_str(), 1);
    setenv("UAIO_ORDER", order == Order::kStrict ? "strict" : "conflict", 1);
    setenv("UAIO_THREADS", std::to_string(lesson.threads).c_str(), 1);
    setenv("UAIO_IDLE_MS", kIdleMs, 1);
    setenv("UAIO_EXPRESS", lesson.express ? kExpressBytes : "0", 1);
}

// Without threads the library runs requests in their caller, and he would wait for himself: the one
// who lets the disk's calls go.
void check_threads(int count) {
    std::vector<std::thread> threads;
    try {
        for (int i = 0; i < count; ++i) threads.emplace_back([] {});
    } catch (const std::system_error& error) {
        for (std::thread& thread : threads) thread.join();
        throw system_failure(kExitFailure, "cannot make threads", error.code().value());
    }
    for (std::thread& thread : threads) thread.join();
}

// What happens in the process of the lesson. Its threads end with it, in whatever they are.
[[noreturn]] void perform(const Lesson& lesson, Order order, const Scratch& scratch, int cues) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    int status = 0;
    try {
        check_threads(lesson.threads + kHelpers);
        set_environment(lesson, order, scratch.trace());
        Stage stage(scratch.path(), scratch.trace(), cues);
        lesson.play(stage);
        _exit(0);
    } catch (const std::exception& error) {
        status = kExitFailure;
        send_failure(cues, error.what());
    }
    _exit(status);
}

void check_end(pid_t child, const std::vector<Cue>& cues) {
    int status;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
    for (const Cue& cue : cues) {
        if (cue.kind == Cue::Kind::kFailure) throw Failure(kExitFailure, cue.text);
    }
    if (status != 0) throw Failure(kExitFailure, "the lesson's process was killed");
}

// The first process's, then that of its child, which has a number behind the name.
std::vector<std::string> traces_in(const Scratch& scratch) {
    std::vector<std::string> paths;
    if (access(scratch.trace().c_str(), F_OK) == 0) paths.push_back(scratch.trace());
    for (const auto& entry : std::filesystem::directory_iterator(scratch.path())) {
        std::string path = entry.path();
        if (path.starts_with(scratch.trace() + ".")) paths.push_back(path);
    }
    return paths;
}

// Where the library could not record, it has said why.
void check_recordings(const std::vector<Recording>& recordings, const std::vector<Cue>& cues) {
    size_t requests = 0;
    for (const Recording& recording : recordings) requests += recording.trace.requests.size();
    auto announced = std::count_if(cues.begin(), cues.end(),
                                   [](const Cue& cue) { return cue.kind == Cue::Kind::kRequest; });
    if (requests != static_cast<size_t>(announced)) {
        throw Failure(kExitFailure, "not everything was recorded");
    }
}

}  // namespace

std::vector<Recording> play(const Lesson& lesson, Order order) {
    HeldSignals held;  // they strike when the folder is gone
    Scratch scratch;
    scratch.check_room();
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) {
        throw system_failure(kExitFailure, "cannot make a pipe", errno);
    }
    OwnedFd reader(ends[0]);
    OwnedFd writer(ends[1]);
    pid_t child = fork();
    if (child < 0) throw system_failure(kExitFailure, "cannot fork", errno);
    if (child == 0) {
        held.release();
        perform(lesson, order, scratch, writer.get());
    }
    writer = OwnedFd();
    std::vector<Cue> cues = receive_cues(reader.get(), held.fd());
    if (held.any()) kill(child, SIGKILL);
    check_end(child, cues);
    std::vector<Recording> recordings;
    for (const std::string& path : traces_in(scratch)) {
        tools::Trace trace = tools::read_trace(path);
        std::vector<Cue> own;
        std::copy_if(cues.begin(), cues.end(), std::back_inserter(own),
                     [&](const Cue& cue) { return cue.pid == trace.pid; });
        recordings.push_back({std::move(trace), std::move(own)});
    }
    check_recordings(recordings, cues);
    return recordings;
}

}  // namespace uaio::lesson
