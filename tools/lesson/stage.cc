#include "tools/lesson/stage.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>

#include "tools/lesson/stillness.h"
#include "tools/uaio/failure.h"
#include "tools/uaio/trace_file.h"

namespace uaio::lesson {
namespace {

using tools::Failure;
using tools::kExitFailure;
using tools::OwnedFd;
using tools::system_failure;

// All of it lies in the first block of a file, with some to spare.
constexpr size_t kFileBytes = 65'536;

void ensure(bool done, const std::string& what) {
    if (!done) throw system_failure(kExitFailure, what, errno);
}

// A file without a name, with something in it.
OwnedFd scratch_file(const std::string& folder) {
    std::string path = folder + "/file-XXXXXX";
    OwnedFd fd(mkostemp(path.data(), O_CLOEXEC));
    ensure(fd.valid(), "cannot make a file in " + folder);
    unlink(path.c_str());
    std::string contents(kFileBytes, '.');
    ensure(::write(fd.get(), contents.data(), contents.size()) == std::ssize(contents),
           "cannot fill a file in " + folder);
    return fd;
}

sigevent callback() {
    sigevent event{};
    event.sigev_notify = SIGEV_THREAD;
    event.sigev_notify_function = [](sigval) {};
    return event;
}

const char* name_of_answer(int answer) {
    return answer == AIO_CANCELED      ? "AIO_CANCELED"
           : answer == AIO_NOTCANCELED ? "AIO_NOTCANCELED"
                                       : "AIO_ALLDONE";
}

}  // namespace

Stage::Stage(const std::string& folder, const std::string& trace, int cues)
    : functions_(bench::library_functions(bench::find_library())),
      trace_(trace),
      cues_(cues),
      slow_file_(scratch_file(folder)),
      quick_file_(scratch_file(folder)),
      other_file_(scratch_file(folder)) {
    int ends[2];
    ensure(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0, "cannot make a socket");
    socket_ = OwnedFd(ends[0]);
    peer_ = OwnedFd(ends[1]);
}

void Stage::slow_down(off_t offset) {
    int fds[] = {slow_file()};
    disk_.hold(fds, offset);
}

// --- requests ---------------------------------------------------------------------------------

Part& Stage::enter(int fd, Bytes bytes, int reqprio, const std::string& label) {
    Part& part = parts_.emplace_back();
    part.name = static_cast<char>('A' + parts_.size() - 1);
    memset(part.data, part.name, sizeof part.data);
    part.block.aio_fildes = fd;
    part.block.aio_buf = part.data;
    part.block.aio_nbytes = bytes.count;
    part.block.aio_offset = bytes.offset;
    part.block.aio_reqprio = reqprio;
    part.block.aio_sigevent.sigev_notify = SIGEV_NONE;
    cue(Cue::Kind::kRequest, part.name, label);
    return part;
}

void Stage::check(int result, const Part& part) const {
    ensure(result == 0, std::string("cannot submit request ") + part.name);
    wait_for_stillness();
}

Part& Stage::read(int fd, Bytes bytes, const std::string& label, int reqprio) {
    Part& part = enter(fd, bytes, reqprio, label);
    check(functions_.read(&part.block), part);
    return part;
}

Part& Stage::write(int fd, Bytes bytes, const std::string& label, int reqprio) {
    Part& part = enter(fd, bytes, reqprio, label);
    check(functions_.write(&part.block), part);
    return part;
}

Part& Stage::sync(int fd, const std::string& label) {
    Part& part = enter(fd, {0, 0}, 0, label);
    check(functions_.sync(O_DSYNC, &part.block), part);
    return part;
}

void Stage::list(const std::vector<std::pair<Bytes, std::string>>& reads) {
    std::vector<aiocb*> blocks;
    for (const auto& [bytes, label] : reads) {
        Part& part = enter(slow_file(), bytes, 0, label);
        part.block.aio_lio_opcode = LIO_READ;
        if (blocks.empty()) part.block.aio_sigevent = callback();
        blocks.push_back(&part.block);
    }
    sigevent event = callback();
    int result =
        functions_.list(LIO_NOWAIT, blocks.data(), static_cast<int>(blocks.size()), &event);
    check(result, parts_.back());
}

void Stage::cancel(Part& part) {
    std::string call = std::string("aio_cancel(") + part.name + ")";
    remark("the program calls " + call);
    int answer = functions_.cancel(part.block.aio_fildes, &part.block);
    ensure(answer >= 0, call);
    wait_for_stillness();
    remark(call + " says " + name_of_answer(answer));
}

// --- what lets them end -----------------------------------------------------------------------

// One call may serve several requests, and begins where the first of them does.
const Part* Stage::served_by(const HeldCall& call) const {
    auto found = std::find_if(parts_.begin(), parts_.end(), [&](const Part& part) {
        bool sync = part.block.aio_nbytes == 0;
        return part.block.aio_fildes == call.fd && sync == call.sync &&
               (sync || part.block.aio_offset == call.offset) &&
               functions_.error(&part.block) == EINPROGRESS;
    });
    return found == parts_.end() ? nullptr : &*found;
}

const HeldCall* Stage::call_of(const Part& part) {
    for (const HeldCall& call : disk_.calls()) {
        if (served_by(call) == &part) return &call;
    }
    return nullptr;
}

void Stage::lead(const HeldCall& call) {
    const Part* part = served_by(call);
    if (part == nullptr) throw Failure(kExitFailure, "a system call for no request of the lesson");
    remark(std::string("the disk is done with ") + part->name);
    disk_.let_go(call);
    wait_for_stillness();
}

void Stage::disk_ends(const Part& part) {
    const HeldCall* call = call_of(part);
    if (call != nullptr) lead(HeldCall(*call));
}

void Stage::finish() {
    while (!disk_.calls().empty()) lead(HeldCall(disk_.calls().front()));
    for (const Part& part : parts_) {
        if (error_of(part) == EINPROGRESS) {
            throw Failure(kExitFailure, std::string("request ") + part.name + " does not end");
        }
    }
}

void Stage::peer_sends(const std::string& text) {
    remark("the peer sends " + std::to_string(text.size()) + " bytes");
    ensure(::write(peer_.get(), text.data(), text.size()) == std::ssize(text), "cannot send");
    wait_for_stillness();
}

// The child records to a file of its own, and must not run what is the parent's to end.
void Stage::in_child(void (*act)(Stage&, Part&), Part& part) {
    pid_t child = fork();
    ensure(child >= 0, "cannot fork");
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);  // the folder goes with the lesson
        trace_ += "." + std::to_string(getpid());
        int status = 0;
        try {
            act(*this, part);
        } catch (const std::exception& error) {
            send_failure(cues_, error.what());
            status = kExitFailure;
        }
        _exit(status);
    }
    int status;
    while (waitpid(child, &status, 0) < 0) ensure(errno == EINTR, "cannot wait for the child");
    if (status != 0) throw Failure(kExitFailure, "the child failed");
}

bool Stage::was_read_at_once() const {
    tools::Trace trace = tools::read_trace(trace_);
    return !trace.requests.empty() && trace.requests.back().express;
}

// --- for the table ----------------------------------------------------------------------------

void Stage::remark(const std::string& text) {
    cue(Cue::Kind::kRemark, '-', text);
}

// Before the first request there is no trace.
void Stage::cue(Cue::Kind kind, char name, const std::string& text) const {
    size_t steps = 0;
    if (kind == Cue::Kind::kRemark && access(trace_.c_str(), F_OK) == 0) {
        steps = tools::read_trace(trace_).steps.size();
    }
    send_cue(cues_, {kind, name, getpid(), steps, text});
}

}  // namespace uaio::lesson
