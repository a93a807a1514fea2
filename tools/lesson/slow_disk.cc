#include "tools/lesson/slow_disk.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <bit>

#include "tools/uaio/failure.h"

namespace uaio::lesson {
namespace {

using tools::kExitFailure;
using tools::system_failure;

struct Kind {
    unsigned number;
    bool sync;
    uint32_t answer;
};

constexpr uint32_t kHeld = SECCOMP_RET_USER_NOTIF;
constexpr uint32_t kNothingAtOnce = SECCOMP_RET_ERRNO | EAGAIN;

constexpr Kind kKinds[] = {
    {SYS_pread64, false, kHeld},
    {SYS_preadv, false, kHeld},
    {SYS_preadv2, false, kNothingAtOnce},
    {SYS_pwrite64, false, kHeld},
    {SYS_pwritev, false, kHeld},
    {SYS_pwritev2, false, kNothingAtOnce},
    {SYS_fsync, true, kHeld},
    {SYS_fdatasync, true, kHeld},
};

constexpr uint32_t kFdArgument = 0;
constexpr uint32_t kOffsetArgument = 3;

using Program = std::vector<sock_filter>;

// The lower half of an argument.
uint32_t argument_at(uint32_t index) {
    uint32_t half = std::endian::native == std::endian::big ? 4 : 0;
    return static_cast<uint32_t>(offsetof(seccomp_data, args) + index * sizeof(uint64_t) + half);
}

void load(Program& program, uint32_t where) {
    program.push_back(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, where));
}

// Goes on with the next instruction if the word is `value`, else skips `skip` of them.
void unless_equal(Program& program, uint32_t value, size_t skip) {
    program.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, static_cast<uint8_t>(skip)));
}

void answer(Program& program, uint32_t action) {
    program.push_back(BPF_STMT(BPF_RET | BPF_K, action));
}

Program program_for(std::span<const int> fds, off_t offset) {
    Program program;
    for (const Kind& kind : kKinds) {
        bool by_offset = offset != SlowDisk::kEverywhere;
        if (by_offset && kind.sync) continue;
        Program inner;
        if (by_offset) {
            load(inner, argument_at(kOffsetArgument));
            // What follows: the load of the descriptor, and for each a comparison and an answer.
            unless_equal(inner, static_cast<uint32_t>(offset), 1 + 2 * fds.size());
        }
        load(inner, argument_at(kFdArgument));
        for (int fd : fds) {
            unless_equal(inner, static_cast<uint32_t>(fd), 1);
            answer(inner, kind.answer);
        }
        load(program, offsetof(seccomp_data, nr));
        unless_equal(program, kind.number, inner.size());
        program.insert(program.end(), inner.begin(), inner.end());
    }
    answer(program, SECCOMP_RET_ALLOW);
    return program;
}

bool is_sync(int number) {
    auto found = std::find_if(std::begin(kKinds), std::end(kKinds), [&](const Kind& kind) {
        return kind.number == static_cast<unsigned>(number);
    });
    return found != std::end(kKinds) && found->sync;
}

}  // namespace

void SlowDisk::hold(std::span<const int> fds, off_t offset) {
    Program program = program_for(fds, offset);
    sock_fprog filter = {static_cast<unsigned short>(program.size()), program.data()};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0) {
        listener_ = static_cast<int>(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
                                             SECCOMP_FILTER_FLAG_NEW_LISTENER, &filter));
    }
    if (listener_ < 0) {
        throw system_failure(kExitFailure,
                             "this system does not let a lesson hold system calls "
                             "(seccomp)",
                             errno);
    }
}

const std::vector<HeldCall>& SlowDisk::calls() {
    pollfd ready = {listener_, POLLIN, 0};
    while (listener_ >= 0 && poll(&ready, 1, 0) == 1 && (ready.revents & POLLIN) != 0) {
        seccomp_notif notice = {};
        if (ioctl(listener_, SECCOMP_IOCTL_NOTIF_RECV, &notice) != 0) {
            if (errno == EINTR || errno == ENOENT) continue;  // ENOENT: its thread is gone
            throw system_failure(kExitFailure, "cannot receive a held system call", errno);
        }
        calls_.push_back({notice.id, static_cast<int>(notice.data.args[kFdArgument]),
                          is_sync(notice.data.nr),
                          static_cast<off_t>(notice.data.args[kOffsetArgument])});
    }
    return calls_;
}

void SlowDisk::let_go(const HeldCall& call) {
    uint64_t id = call.id;
    std::erase_if(calls_, [&](const HeldCall& each) { return each.id == id; });
    seccomp_notif_resp response = {};
    response.id = id;
    response.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
    if (ioctl(listener_, SECCOMP_IOCTL_NOTIF_SEND, &response) != 0) {
        throw system_failure(kExitFailure, "cannot let a held system call go", errno);
    }
}

}  // namespace uaio::lesson
