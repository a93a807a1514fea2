#include "tests/faults/workload.h"

#include <aio.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <string>
#include <thread>

#include "tests/faults/errand.h"
#include "tests/faults/ledger.h"
#include "tests/storm/tasks.h"
#include "tests/support/gate.h"
#include "tests/support/request.h"
#include "tests/support/require.h"
#include "tests/support/scratch_file.h"
#include "tests/support/signals.h"

namespace uaio::test {
namespace {

const std::string kBeginning = "0123456789abcdef";

// Lists that ring: those that got as far as their entries. For a caller, EAGAIN does not tell.
long lists_to_ring = 0;

long sum(Counter counter) {
    return static_cast<long>(books()->sum(counter));
}

// The file of a workload, and what it must hold by what the requests said.
struct Model {
    ScratchFile file{kBeginning};
    std::string contents = kBeginning;

    void written(const std::string& bytes, size_t offset) {
        contents.replace(offset, bytes.size(), bytes);
    }
};

// --- files ------------------------------------------------------------------------------------

void read_back(Model& model, Ring ring) {
    Errand read(model.file.fd(), 6, 3, ring);
    if (read.read() && read.settle()) {
        expect(read.bytes() == model.contents.substr(3, 6), "a read brings what was written");
    }
}

void write_at(Model& model, const std::string& bytes, off_t offset, Ring ring) {
    Errand write(model.file.fd(), bytes, offset, ring);
    if (write.write() && write.settle()) model.written(bytes, static_cast<size_t>(offset));
}

void append(Model& model) {
    int end = model.file.open_again(O_WRONLY | O_APPEND);
    Errand write(end, "tail", 0, Ring::kThread);
    if (write.write() && write.settle()) model.contents += "tail";
    close(end);
}

void sync(Model& model) {
    for (int how : {O_SYNC, O_DSYNC}) {
        Errand sync(model.file.fd(), "", 0, how == O_SYNC ? Ring::kThread : Ring::kSignal);
        if (sync.sync(how)) sync.settle();
    }
}

// More than a submitter reads at once.
constexpr size_t kTooLarge = 65'537;

// A character device, of which must be found out whether it can seek.
void use_zeros() {
    int zeros = open("/dev/zero", O_RDWR | O_CLOEXEC);
    require(zeros >= 0, "open /dev/zero");
    Errand read(zeros, kTooLarge);
    if (read.read() && read.settle()) expect(read.bytes() == std::string(kTooLarge, '\0'), "zeros");
    Errand write(zeros, "....");
    if (write.write()) write.settle();
    close(zeros);
}

// --- lists ------------------------------------------------------------------------------------

// The status of one entry. A refused one and one that failed look alike from here.
bool settle_entry(Errand& entry, size_t bytes) {
    Outcome outcome = finish(&entry.block());
    expect(outcome.error == 0 ? outcome == transferred(bytes) : outcome.result == -1,
           "an entry's result", outcome.result);
    expect(outcome.error == 0 || outcome.error == demands.planned_error ||
               outcome.error == EAGAIN || outcome.error == EBADF,
           "an entry's status", outcome.error);
    expect(outcome.error == 0 || !demands.all_succeed, "an entry fails", outcome.error);
    return outcome.error == 0;
}

// Two writes and two reads, each of which goes on where the one before ends: so they may be made
// together.
struct List {
    List(Model& model, const std::string& bytes)
        : entries{Errand(model.file.fd(), bytes.substr(0, 1), 0),
                  Errand(model.file.fd(), bytes.substr(1), 1), Errand(model.file.fd(), 2, 8),
                  Errand(model.file.fd(), 2, 10)} {
        for (int i = 0; i < 4; ++i) {
            entries[i].block().aio_lio_opcode = i < 2 ? LIO_WRITE : LIO_READ;
        }
    }

    bool over() {
        return std::none_of(entries, entries + 4,
                            [](Errand& entry) { return aio_error(&entry.block()) == EINPROGRESS; });
    }

    // Whether all went well.
    bool settle(Model& model) {
        bool well = true;
        for (Errand& entry : entries) {
            size_t bytes = entry.bytes().size();
            auto offset = static_cast<size_t>(entry.block().aio_offset);
            bool succeeds = settle_entry(entry, bytes);
            if (succeeds && &entry < entries + 2) {
                model.written(entry.bytes(), offset);
            } else if (succeeds) {
                expect(entry.bytes() == model.contents.substr(offset, bytes), "a list's read");
            }
            well = well && succeeds;
        }
        return well;
    }

    Errand entries[4];
};

void run_list(Model& model, int mode, Ring ring) {
    List list(model, mode == LIO_WAIT ? "AB" : "YZ");
    aiocb* blocks[] = {&list.entries[0].block(), &list.entries[1].block(), nullptr,
                       &list.entries[2].block(), &list.entries[3].block()};
    sigevent event;
    int number = set_ring(&event, ring);
    account.asked += 4;
    long opened = books() != nullptr ? sum(Counter::kLists) : 0;
    int answer = lio_listio(mode, blocks, 5, &event);
    int error = answer == 0 ? 0 : errno;
    expect(answer == 0 || !demands.all_succeed, "a list fails", error);
    expect(error == 0 || error == EAGAIN || error == EIO, "a list fails with EAGAIN or EIO", error);
    expect(mode != LIO_WAIT || list.over(), "LIO_WAIT has waited");
    bool well = list.settle(model);
    expect(mode != LIO_WAIT || well == (error == 0), "LIO_WAIT tells if all went well", error);
    if (ring == Ring::kNot) return;
    lists_to_ring += books() != nullptr ? sum(Counter::kLists) - opened : answer == 0;
    expect(rung(number) <= 1, "a list rings at most once", rung(number));
}

// --- streams ----------------------------------------------------------------------------------

// Lets the engine come to rest: what waits has been parked, and the poller waits for it. Where a
// plan keeps the poller from sleeping, that does not happen, and the workload goes on all the same.
void let_settle() {
    constexpr int kLooksMax = 500;
    int looks = 0;
    for (int quiet = 0; quiet < 2 && looks < kLooksMax; ++looks) {
        quiet = others_asleep() ? quiet + 1 : 0;
        sched_yield();
    }
}

// Submits from another thread: one that gets no worker does the work itself, and may wait for ever.
// The request has been parked when the object is there, if that is possible.
class Submission {
  public:
    explicit Submission(std::function<bool()> submit)
        : thread_([this, submit = std::move(submit)] {
              number_ = thread_number();
              accepted_ = submit();
              over_ = true;
          }) {
        while (number_ == 0) sched_yield();
        while (!over_ && !is_asleep(number_)) sched_yield();
        let_settle();
    }

    // What the submission returned.
    bool accepted() {
        thread_.join();
        return accepted_;
    }

  private:
    std::atomic<int> number_{0};
    std::atomic<bool> over_{false};
    std::atomic<bool> accepted_{false};
    std::thread thread_;
};

void read_pipe(Ring ring) {
    ReadGate gate;
    Errand read(gate.fd(), 4, 0, ring);
    Submission submission([&] { return read.read(); });
    const aiocb* list[] = {&read.block()};
    timespec now = {};
    aio_suspend(list, 1, &now);
    gate.release("pipe");
    if (submission.accepted() && read.settle()) expect(read.bytes() == "pipe", "a pipe's bytes");
}

// Behind a read that waits, it must be known whether another one may go first. (Without workers
// they wait side by side, and anyone may be the first.) A number of its own, for which nothing has
// been tried in vain.
void read_pipe_twice() {
    constexpr int kFresh = 100;
    ReadGate gate;
    int fd = fcntl(gate.fd(), F_DUPFD_CLOEXEC, kFresh);
    require(fd >= 0, "duplicate a descriptor");
    Errand one(fd, 4);
    Errand other(fd, 4);
    Submission first([&] { return one.read(); });
    Submission second([&] { return other.read(); });
    gate.release("pipeline");
    bool accepted = first.accepted();
    if (second.accepted()) other.settle();
    if (accepted) one.settle();
    close(fd);
}

void cancel_read() {
    ReadGate gate;
    Errand read(gate.fd(), 4, 0, Ring::kThread);
    Submission submission([&] { return read.read(); });
    read.cancel();
    gate.release("late");
    if (submission.accepted()) read.settle();
}

// A named pipe cannot be tried without waiting (RWF_NOWAIT), so the ways around that are used. It
// is fed twice: if there is a single worker and no poller, the read holds that worker, and the
// write waits behind it until somebody else feeds the read.
void read_named_pipe() {
    std::string path = scratch_folder() + "/uaio-pipe-" + std::to_string(getpid());
    require(mkfifo(path.c_str(), 0600) == 0, "make a named pipe");
    int fd = open(path.c_str(), O_RDWR | O_CLOEXEC);
    unlink(path.c_str());
    require(fd >= 0, "open a named pipe");
    Errand read(fd, 4);
    Errand write(fd, "fifo", 0, Ring::kSignal);
    Submission submission([&] { return read.read(); });
    bool writing = write.write();
    require(::write(fd, "fifo", 4) == 4, "feed a named pipe");
    if (writing) write.settle();
    if (submission.accepted() && read.settle()) expect(read.bytes() == "fifo", "a fifo's bytes");
    close(fd);
}

// --- the end ----------------------------------------------------------------------------------

// Every notice comes, or is counted as failed. Without books nothing is known of the failed ones,
// and no plan that closes the books fails any.
void wait_for_notices() {
    auto missing = [] {
        long lost = books() != nullptr ? sum(Counter::kNoticesFailed) : 0;
        return account.audible + lists_to_ring - rung_in_all() - lost;
    };
    // The thread sanitizer runs handlers in calls that it knows, of which sched_yield is none.
    while (missing() > 0) poll(nullptr, 0, 0);
}

}  // namespace

void run_workload() {
    Model model;
    write_at(model, "first", 2, Ring::kNot);
    read_back(model, Ring::kSignal);
    read_back(model, Ring::kThread);
    read_back(model, Ring::kOwnThread);
    write_at(model, "second", 4, Ring::kThreadSignal);
    append(model);
    sync(model);
    use_zeros();
    run_list(model, LIO_WAIT, Ring::kNot);
    run_list(model, LIO_NOWAIT, Ring::kSignal);
    run_list(model, LIO_NOWAIT, Ring::kThread);
    read_pipe(Ring::kSignal);
    read_pipe_twice();
    cancel_read();
    read_named_pipe();
    read_back(model, Ring::kNot);
    wait_for_notices();
    expect(model.file.contents() == model.contents, "the file holds what was reported written");
}

void balance_books() {
    if (books() == nullptr) return;
    long submitted = sum(Counter::kSubmittedReads) + sum(Counter::kSubmittedWrites) +
                     sum(Counter::kSubmittedSyncs);
    long performed = sum(Counter::kPerformedReads) + sum(Counter::kPerformedWrites) +
                     sum(Counter::kPerformedSyncs);
    expect(submitted + sum(Counter::kRefused) == account.asked, "asked", account.asked - submitted);
    expect(performed + sum(Counter::kCancelled) == submitted, "performed or cancelled",
           submitted - performed);
    expect(sum(Counter::kCancelled) == account.cancelled, "cancelled", account.cancelled);
    expect(sum(Counter::kRefused) >= account.refused, "refused", account.refused);
    while (sum(Counter::kNoticesDelivered) < rung_in_all()) {
        sched_yield();  // the engine counts a notice a moment after it has made it
    }
    long notices = sum(Counter::kNoticesDelivered);
    expect(notices == rung_in_all(), "as many notices as sent", notices - rung_in_all());
}

}  // namespace uaio::test
