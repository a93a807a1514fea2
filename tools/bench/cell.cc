#include "tools/bench/cell.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "tools/bench/closed_loop.h"
#include "tools/bench/parked.h"
#include "tools/bench/posix_driver.h"
#include "tools/bench/usage.h"
#include "tools/uaio/failure.h"

namespace uaio::bench {
namespace {

namespace json = boost::json;
using tools::kExitFailure;
using tools::OwnedFd;
using tools::system_failure;

constexpr double kParkingSeconds = 2;    // for one that grows with the square of the number
constexpr double kPatienceSeconds = 20;  // beyond the time that a cell should take
constexpr double kPatienceFactor = 4;
constexpr uint64_t kNsPerMs = 1'000'000;
constexpr double kMsPerSecond = 1000;
constexpr size_t kReportBytesMax = 65536;

std::string reported(const Sample& sample) {
    json::object numbers;
    for (const auto& [name, value] : sample) numbers[name] = value;
    return json::serialize(json::object{{"sample", numbers}});
}

CellResult result_of(const std::string& report, const std::string& end) {
    boost::system::error_code error;
    json::value tree = json::parse(report, error);
    if (error || !tree.is_object()) return {{}, end};
    const json::object& object = tree.get_object();
    if (const json::value* reason = object.if_contains("failure")) {
        return {{}, std::string(reason->as_string())};
    }
    CellResult result;
    for (const auto& [name, value] : object.at("sample").as_object()) {
        result.sample[std::string(name)] = value.to_number<double>();
    }
    return result;
}

void send(int fd, const std::string& report) {
    size_t done = 0;
    while (done < report.size()) {
        ssize_t n = write(fd, report.data() + done, report.size() - done);
        if (n < 0 && errno != EINTR) return;
        if (n > 0) done += static_cast<size_t>(n);
    }
}

[[noreturn]] void be_child(pid_t parent, const Peer& peer, int fd,
                           const std::function<Sample()>& work) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(kExitFailure);
    enter_peer(peer);
    hold_signals();
    std::string report;
    try {
        report = reported(work());
    } catch (const std::exception& error) {
        report = json::serialize(json::object{{"failure", error.what()}});
    }
    send(fd, report);
    _exit(0);  // the peers' threads may still be there, and no output of this program's is theirs
}

// Reads until the child closes its end; false when it took too long.
bool receive(int fd, double seconds_max, std::string& report) {
    uint64_t end = now_ns() / kNsPerMs + static_cast<uint64_t>(seconds_max * kMsPerSecond);
    while (report.size() < kReportBytesMax) {
        uint64_t now = now_ns() / kNsPerMs;
        pollfd ready{fd, POLLIN, 0};
        if (now >= end || poll(&ready, 1, static_cast<int>(end - now)) == 0) return false;
        char buffer[4096];
        ssize_t n = read(fd, buffer, sizeof buffer);
        if (n == 0 || (n < 0 && errno != EINTR)) return true;
        if (n > 0) report.append(buffer, static_cast<size_t>(n));
    }
    return true;
}

// Waits for the end and says how it came about.
std::string end_of(pid_t child) {
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    if (WIFSIGNALED(status)) return std::string("it died: ") + strsignal(WTERMSIG(status));
    return "it ended with status " + std::to_string(WEXITSTATUS(status)) + " and no report";
}

Sample try_out(const Peer& peer, const Scratch& scratch, const CellSettings& settings) {
    std::vector<OwnedFd> fds = scratch.open_for(Cache::kWarm, 1);
    std::unique_ptr<Driver> driver = driver_maker(peer, Notice::kWait, settings.library)(1);
    Blocks memory(1);
    auto offset = static_cast<off_t>((scratch.blocks_for(Cache::kWarm) - 1) * kBlockBytes);
    for (Action action : {Action::kWrite, Action::kRead, Action::kSync}) {
        Operation operation{action, fds[0].get(), offset, memory.block(0)};
        label(memory.block(0), action == Action::kWrite ? offset : -1);
        driver->submit(0, operation);
        ssize_t result = driver->collect().result;
        if (result < 0) throw system_failure(kExitFailure, "a trial", static_cast<int>(-result));
        bool right = action != Action::kRead || is_labelled(memory.block(0), offset);
        if (result != expected_result(operation) || !right) {
            throw tools::Failure(kExitFailure, "a trial moved the wrong data");
        }
    }
    return {};
}

}  // namespace

CellResult run_in_child(const Peer& peer, double seconds_max, const std::function<Sample()>& work) {
    int ends[2];
    if (pipe(ends) != 0) throw system_failure(kExitFailure, "cannot make a pipe", errno);
    OwnedFd reader(ends[0]);
    OwnedFd writer(ends[1]);
    pid_t parent = getpid();
    pid_t child = fork();
    if (child < 0) throw system_failure(kExitFailure, "cannot fork", errno);
    if (child == 0) be_child(parent, peer, writer.get(), work);
    writer = OwnedFd();
    std::string report;
    bool in_time = receive(reader.get(), seconds_max, report);
    if (!in_time) kill(child, SIGKILL);
    std::string end = end_of(child);
    if (!in_time) return {{}, "it did not end in time"};
    return result_of(report, end);
}

CellResult run_cell(const Peer& peer, const Workload& workload, const Scratch& scratch,
                    const CellSettings& settings) {
    double patience = settings.seconds * kPatienceFactor + kPatienceSeconds;
    return run_in_child(peer, patience, [&] {
        if (workload.outstanding > 0) {
            return run_parked(functions_of(peer, settings.library), workload.outstanding,
                              workload.descriptors, kParkingSeconds);
        }
        return run_closed_loop(driver_maker(peer, workload.notice, settings.library), workload,
                               depth_limit(peer, workload.depth), scratch,
                               {settings.seconds, settings.seed});
    });
}

std::string reason_against(const Peer& peer, const Scratch& scratch, const CellSettings& settings) {
    return run_in_child(peer, kPatienceSeconds, [&] { return try_out(peer, scratch, settings); })
        .failure;
}

}  // namespace uaio::bench
