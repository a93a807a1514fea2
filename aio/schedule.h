// Schedule: all requests that are in flight and have not been taken, and the rules for taking them.
//
// Pure: no locks, threads, clocks, system calls or memory of its own, so it can be stepped through
// in a lesson and enumerated in a test. Whoever owns it guards it (engine.h: under the engine's
// lock).
//
//     schedule.admit(request);           // O(log n), like everything here
//     Request* next = schedule.take();   // null: nothing may run now
//     ...                                // it runs
//     schedule.retire(*next);            // what waited for it may run now
//     schedule.withdraw(request);        // instead of running, if it was not taken yet
//
// retire() and withdraw() are one function underneath: whatever the reason for which a request
// goes, those that waited for it are looked at again in one place.
#pragma once

#include "aio/file_table.h"
#include "aio/lane.h"
#include "aio/policy.h"
#include "threadpool/ready_queue.h"

namespace uaio {

class Schedule {
  public:
    // Before the first request.
    void set_policy(Policy policy) { policy_ = policy; }

    // Is told of each change of state that is made here, after it. It may not call the schedule.
    using Observer = void (*)(const Request& request, State before);
    void set_observer(Observer observer) { observer_ = observer; }

    // Brings a request in state kPosted, with its operation and lane set, and `wave` if it is a
    // write and null if not (file_table.h), into the schedule.
    void admit(Request& request);

    // The most urgent request that may run now; it becomes kRunning. Null if there is none.
    Request* take();

    // `request` has been taken and has not begun. Another one that the same system call serves; it
    // becomes kRunning. With a sync: one that waits for its turn at the same gate, for the same
    // file. With a transfer: the one that was admitted next to its descriptor, if it goes on where
    // `request` ends (operation.h), nothing holds it back but the gate, and it has at most
    // `bytes_max` bytes. Null if there is none.
    Request* take_along(const Request& request, size_t bytes_max);

    // A request that was taken is done: it leaves the schedule.
    void retire(Request& request);

    // The stream of a request that was taken has nothing for it now: it becomes kParked and stays
    // at the head of its direction.
    void park(Request& request);

    // The stream may have something for a parked request: it becomes kReady, still at the head of
    // its direction, whoever comes.
    void unpark(Request& request);

    // The same for all that are parked.
    void unpark_all();

    // The parked request that has been named here the longest ago; null if none is parked.
    Request* next_parked();

    // A parked request is taken again by whoever parked it.
    void resume(Request& request);

    // Takes a request out of the schedule that does not run; it becomes kWithdrawn. Returns false,
    // and changes nothing, if it runs.
    bool withdraw(Request& request);

    // The record of a wave that some write has brought and that is not used; null if there is none.
    Wave* take_unused_wave() { return files_.take_unused(); }

    size_t ready() const { return ready_.size(); }
    size_t parked() const { return parked_count_; }
    size_t outstanding() const { return outstanding_; }

    // Writes and syncs of files among them: what a program may want to see done before it ends.
    size_t owed() const { return owed_; }

    // The number that the next admitted request gets.
    uint64_t next_sequence() const { return next_sequence_; }

  private:
    void enter_lane(Request& request);
    Request* blocker_of(const Request& request, const Placement& placement) const;
    void yield_to(Request& request, const Placement& placement);
    void step_back(Request& request);
    void leave_parking(Request& request);
    void pass_gate(Request& request);
    void make(GateMove move);
    void make_ready(Request& request);
    void change(Request& request, State state);
    void start(Request& request);
    void block(Request& request, Request& blocker);
    static Request* sync_beside(const Request& sync);
    static Request* transfer_after(const Request& request, size_t bytes_max);
    void remove(Request& request);

    Policy policy_ = place_by_conflict;
    Observer observer_ = nullptr;
    ReadyQueue<Request, WaitTag> ready_;
    List<Request, WaitTag> parked_;
    size_t parked_count_ = 0;
    FileTable files_;
    uint64_t next_sequence_ = 1;
    size_t outstanding_ = 0;
    size_t owed_ = 0;
};

}  // namespace uaio
