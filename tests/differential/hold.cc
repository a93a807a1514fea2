#include "tests/differential/hold.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sched.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <bit>
#include <vector>

#include "tests/differential/case.h"

namespace differential {
namespace {

struct HeldCall {
    unsigned number;
    Hold::Kind kind;
    bool positioned;
};

constexpr HeldCall kHeldCalls[] = {
    {SYS_pread64, Hold::Kind::kRead, true},    {SYS_preadv, Hold::Kind::kRead, true},
    {SYS_preadv2, Hold::Kind::kRead, true},    {SYS_read, Hold::Kind::kRead, false},
    {SYS_readv, Hold::Kind::kRead, false},     {SYS_pwrite64, Hold::Kind::kWrite, true},
    {SYS_pwritev, Hold::Kind::kWrite, true},   {SYS_pwritev2, Hold::Kind::kWrite, true},
    {SYS_write, Hold::Kind::kWrite, false},    {SYS_writev, Hold::Kind::kWrite, false},
    {SYS_fsync, Hold::Kind::kFileSync, false}, {SYS_fdatasync, Hold::Kind::kDataSync, false},
};

// What is held is on a slow device and in no cache: who asks for what can be done without waiting
// (RWF_NOWAIT, the one use of these calls) gets nothing.
uint32_t answer_to(unsigned number) {
    bool without_waiting = number == SYS_preadv2 || number == SYS_pwritev2;
    return without_waiting ? SECCOMP_RET_ERRNO | EAGAIN : SECCOMP_RET_USER_NOTIF;
}

constexpr uint32_t kOffsetArgument = 3;

using Program = std::vector<sock_filter>;

uint32_t number_at() {
    return offsetof(seccomp_data, nr);
}

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

Program holding(std::initializer_list<int> fds, off_t offset) {
    Program program;
    for (const HeldCall& held : kHeldCalls) {
        bool by_offset = offset != Hold::kAnywhere;
        if (by_offset && !held.positioned) continue;
        Program inner;
        if (by_offset) {
            load(inner, argument_at(kOffsetArgument));
            // The load of the descriptor and, for each, a comparison and an answer follow.
            unless_equal(inner, static_cast<uint32_t>(offset), 1 + 2 * fds.size());
        }
        load(inner, argument_at(0));
        for (int fd : fds) {
            unless_equal(inner, static_cast<uint32_t>(fd), 1);
            answer(inner, answer_to(held.number));
        }
        load(program, number_at());
        unless_equal(program, held.number, inner.size());
        program.insert(program.end(), inner.begin(), inner.end());
    }
    answer(program, SECCOMP_RET_ALLOW);
    return program;
}

// fork stays possible. clone3's flags lie in memory, where a filter cannot look, so it is declared
// missing and the C library uses clone.
Program denying_threads() {
    Program program;
    load(program, number_at());
    unless_equal(program, SYS_clone3, 1);
    answer(program, SECCOMP_RET_ERRNO | ENOSYS);
    unless_equal(program, SYS_clone, 3);
    load(program, argument_at(0));
    program.push_back(BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, CLONE_THREAD, 0, 1));
    answer(program, SECCOMP_RET_ERRNO | EAGAIN);
    answer(program, SECCOMP_RET_ALLOW);
    return program;
}

int install(Program program, unsigned flags) {
    sock_fprog filter = {static_cast<unsigned short>(program.size()), program.data()};
    ensure(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0, "renounce privileges");
    auto result = static_cast<int>(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &filter));
    if (result < 0) not_here("seccomp(2) is not to be had");
    return result;
}

void answer_with(int listener, uint64_t id) {
    seccomp_notif_resp response = {};
    response.id = id;
    response.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
    ensure(ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &response) == 0, "let a call go");
}

void receive(int listener, seccomp_notif& notice) {
    do {
        notice = {};
    } while (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &notice) != 0 && errno == EINTR);
    ensure(notice.id != 0, "wait for a call");
}

void* let_all_go(void* listener) {
    for (;;) {
        seccomp_notif notice;
        receive(*static_cast<int*>(listener), notice);
        answer_with(*static_cast<int*>(listener), notice.id);
    }
}

}  // namespace

Hold::Hold(std::initializer_list<int> fds, off_t offset)
    : listener_(install(holding(fds, offset), SECCOMP_FILTER_FLAG_NEW_LISTENER)) {}

Hold::Call Hold::wait() {
    seccomp_notif notice;
    receive(listener_, notice);
    Call call = {notice.id, static_cast<int>(notice.data.args[0]), Kind::kRead,
                 static_cast<off_t>(notice.data.args[kOffsetArgument])};
    for (const HeldCall& held : kHeldCalls) {
        if (static_cast<unsigned>(notice.data.nr) == held.number) call.kind = held.kind;
    }
    return call;
}

void Hold::let_go(const Call& call) {
    answer_with(listener_, call.id);
}

void Hold::end() {
    static int listener;
    listener = listener_;
    pthread_t thread;
    errno = pthread_create(&thread, nullptr, let_all_go, &listener);
    ensure(errno == 0, "make a thread");
    pthread_detach(thread);
}

void deny_threads() {
    install(denying_threads(), 0);
}

}  // namespace differential
