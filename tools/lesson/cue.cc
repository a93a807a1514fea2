#include "tools/lesson/cue.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include <iterator>
#include <sstream>

#include "tools/uaio/failure.h"

namespace uaio::lesson {

void send_cue(int fd, const Cue& cue) {
    std::ostringstream out;
    out << static_cast<char>(cue.kind) << cue.name << ' ' << cue.pid << ' ' << cue.steps << ' '
        << cue.text << '\n';
    std::string line = out.str();
    if (write(fd, line.data(), line.size()) != std::ssize(line)) {
        throw tools::system_failure(tools::kExitFailure, "cannot report from the lesson", errno);
    }
}

void send_failure(int fd, const char* why) noexcept {
    send_cue(fd, {Cue::Kind::kFailure, '-', getpid(), 0, why});
}

std::vector<Cue> receive_cues(int fd, int stop) {
    std::string text;
    char buffer[4096];
    for (;;) {
        pollfd sources[] = {{fd, POLLIN, 0}, {stop, POLLIN, 0}};
        if (poll(sources, std::size(sources), -1) < 0) continue;
        if (sources[1].revents != 0) break;
        ssize_t bytes = read(fd, buffer, sizeof buffer);
        if (bytes <= 0) break;
        text.append(buffer, static_cast<size_t>(bytes));
    }
    std::vector<Cue> cues;
    std::istringstream lines(text);
    char kind;
    Cue cue{};
    while (lines.get(kind).get(cue.name) && lines >> cue.pid >> cue.steps && lines.get() &&
           std::getline(lines, cue.text)) {
        cue.kind = static_cast<Cue::Kind>(kind);
        cues.push_back(cue);
    }
    return cues;
}

}  // namespace uaio::lesson
