#include "tools/lesson/walk.h"

#include <errno.h>
#include <string.h>

#include <algorithm>

namespace uaio::lesson {
namespace {

using tools::kNobody;
using tools::Trace;
using tools::TraceRequest;
using tools::TraceStep;

class Writer {
  public:
    explicit Writer(const Recording& recording) : trace_(recording.trace) {
        for (const Cue& cue : recording.cues) {
            if (cue.kind == Cue::Kind::kRemark) remarks_.push_back(cue);
            if (cue.kind != Cue::Kind::kRequest) continue;
            walk_.names.push_back(cue.name);
            walk_.labels.push_back(cue.text);
        }
        // A request that nobody has announced would have no name.
        for (size_t i = walk_.names.size(); i < trace_.requests.size(); ++i) {
            walk_.names.push_back('?');
            walk_.labels.push_back(describe(trace_, i));
        }
        rooms_.resize(walk_.names.size(), Room::kNowhere);
    }

    Walk write() {
        for (size_t i = 0; i < trace_.steps.size(); ++i) {
            remarks_before(i);
            step(i);
        }
        remarks_before(trace_.steps.size());
        return std::move(walk_);
    }

  private:
    void remarks_before(size_t steps) {
        for (; next_remark_ < remarks_.size() && remarks_[next_remark_].steps <= steps;
             ++next_remark_) {
            add(kNoOne, remarks_[next_remark_].text);
        }
    }

    Row& add(size_t mover, const std::string& text) {
        walk_.rows.push_back({text, mover, rooms_});
        return walk_.rows.back();
    }

    Row& move(size_t mover, Room room, const std::string& text) {
        rooms_[mover] = room;
        auto working = std::count(rooms_.begin(), rooms_.end(), Room::kWorker);
        walk_.most_at_work = std::max(walk_.most_at_work, static_cast<size_t>(working));
        return add(mover, text);
    }

    std::string name(size_t request) const {
        return request == kNobody ? "?" : std::string(1, walk_.names[request]);
    }

    void step(size_t index) {
        const TraceStep& step = trace_.steps[index];
        if (step.step == Step::kRing) add(kNoOne, "the list's owner is told");
        if (step.step == Step::kMiss) add(kNoOne, "tried at once: not in the cache");
        if (step.request == kNobody) return;
        switch (step.step) {
            case Step::kSubmit:
            case Step::kHit:
                return enter(step);
            case Step::kAdmit:
            case Step::kWait:
            case Step::kPark:
                return stand(step);
            case Step::kReady:
                move(step.request, Room::kReady, name(step.request) + " may run now");
                return;
            case Step::kTake:
                return take(index);
            default:
                return leave(step);
        }
    }

    void enter(const TraceStep& step) {
        std::string text = name(step.request) + ": " + walk_.labels[step.request];
        if (step.step == Step::kSubmit) {
            move(step.request, Room::kInbox, text).submission = true;
            return;
        }
        walk_.published += name(step.request);
        move(step.request, Room::kPublish, text).express = true;
        rooms_[step.request] = Room::kNowhere;
    }

    // Into the schedule, or back into it.
    void stand(const TraceStep& step) {
        std::string who = name(step.request);
        if (step.step == Step::kPark) {
            move(step.request, Room::kLane, who + " finds nothing: parked");
        } else if (step.state == State::kBlocked) {
            move(step.request, Room::kLane, who + " waits for " + name(step.other_request));
        } else if (step.state == State::kHeld) {
            move(step.request, Room::kLane, who + " waits for its turn");
        } else if (step.state == State::kBarred) {
            move(step.request, Room::kLane, who + " waits for older writes");
        } else {
            move(step.request, Room::kReady, who + " may run");
        }
    }

    // The next step of the same request; null after its last one.
    const TraceStep* step_after(size_t index) const {
        const std::vector<size_t>& steps = trace_.requests[trace_.steps[index].request].steps;
        auto next = std::upper_bound(steps.begin(), steps.end(), index);
        return next != steps.end() ? &trace_.steps[*next] : nullptr;
    }

    // If it is performed by another one's system call, the very next step of it says so.
    void take(size_t index) {
        const TraceStep& step = trace_.steps[index];
        const TraceStep* next = step_after(index);
        bool joins = next != nullptr && next->step == Step::kJoin;
        if (!joins) walk_.taken += name(step.request);
        move(step.request, Room::kWorker,
             joins ? name(next->other_request) + "'s call serves " + name(step.request) + " too"
                   : "a worker takes " + name(step.request));
    }

    void leave(const TraceStep& step) {
        std::string who = name(step.request);
        if (step.step == Step::kWithdraw) {
            move(step.request, Room::kPublish, who + " is withdrawn");
        } else if (step.step == Step::kPublish) {
            walk_.published += who;
            move(step.request, Room::kPublish, who + " published: " + result_of(step));
        } else if (step.step == Step::kDeliver) {
            move(step.request, Room::kDeliver, who + "'s owner is told");
        } else if (step.step == Step::kRetire) {
            move(step.request, Room::kNowhere, who + " retired");
        }
    }

    static std::string result_of(const TraceStep& step) {
        if (step.value == -ECANCELED) return "ECANCELED";
        if (step.value < 0) return strerror(static_cast<int>(-step.value));
        return is_sync(step.kind) ? "done" : std::to_string(step.value) + " bytes";
    }

    const Trace& trace_;
    std::vector<Cue> remarks_;
    size_t next_remark_ = 0;
    std::vector<Room> rooms_;
    Walk walk_;
};

}  // namespace

const char* name_of(Room room) {
    static constexpr const char* kNames[kRooms] = {"",      "door",   "desk",    "inbox",  "lane",
                                                   "ready", "worker", "publish", "deliver"};
    return kNames[static_cast<size_t>(room)];
}

Walk make_walk(const Recording& recording) {
    return Writer(recording).write();
}

}  // namespace uaio::lesson
