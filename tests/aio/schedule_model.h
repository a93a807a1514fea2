// ScheduleModel: what the schedule promises, worked out anew after every step by looking at every
// pair of outstanding requests. Slow, without any memory but the list of requests, and written from
// the contracts in policy.h, gate.h and file_table.h rather than from the code.
//
//     model.admitted(request); ... model.taken(request); ... model.gone(request);
//
// A request that was taken and then parked still has its place: for the others it runs.
//
//     Verdict verdict = model.verdict_on(request);   // which states are right for it now
#pragma once

#include <algorithm>
#include <vector>

#include "aio/limits.h"
#include "aio/request.h"

namespace uaio::test {

// What an outstanding request that was not taken must be now.
struct Verdict {
    State state;
    // A wide gate keeps no order among those that arrive while it is full, so only their number is
    // known: such a request may be kReady or kHeld, and `ready_of_gate` of them are kReady.
    bool either = false;
    size_t ready_of_gate = 0;
};

class ScheduleModel {
  public:
    explicit ScheduleModel(bool strict) : strict_(strict) {}

    void admitted(Request& request) { entries_.push_back({&request, ++admissions_, false}); }
    void taken(const Request& request) { entry_of(request).taken = true; }
    void gone(const Request& request) {
        std::erase_if(entries_, [&](const Entry& entry) { return entry.request == &request; });
    }

    size_t outstanding() const { return entries_.size(); }
    bool is_taken(const Request& request) const {
        return const_cast<ScheduleModel*>(this)->entry_of(request).taken;
    }

    // Of a request that was not taken.
    Verdict verdict_on(const Request& request) const {
        const Entry& entry = const_cast<ScheduleModel*>(this)->entry_of(request);
        if (is_barred(entry)) {
            return {State::kBarred};
        }
        if (is_blocked(entry)) {
            return {State::kBlocked};
        }
        return at_gate(entry);
    }

    // Those at the gate of `request`, itself among them, that were not taken.
    std::vector<const Request*> waiting_at_gate(const Request& request) const {
        const Entry& entry = const_cast<ScheduleModel*>(this)->entry_of(request);
        std::vector<const Request*> requests;
        for (const Entry& other : entries_) {
            if (!other.taken && same_gate(entry, other) && is_at_gate(other)) {
                requests.push_back(other.request);
            }
        }
        return requests;
    }

  private:
    struct Entry {
        Request* request;
        uint64_t admission;
        bool taken;
    };

    enum class GateName { kWide, kSerial, kStreamReads, kStreamWrites, kSyncs, kStrict };

    Entry& entry_of(const Request& request) {
        return *std::find_if(entries_.begin(), entries_.end(),
                             [&](const Entry& entry) { return entry.request == &request; });
    }

    static const Operation& operation(const Entry& entry) { return entry.request->operation; }
    static bool writes(const Entry& entry) { return operation(entry).kind == Kind::kWrite; }

    // Queue order: priority, then admission.
    static bool before(const Entry& one, const Entry& other) {
        int urgency = operation(one).priority;
        int other_urgency = operation(other).priority;
        return urgency != other_urgency ? urgency > other_urgency : one.admission < other.admission;
    }

    // The barrier: every older write of the file, through any descriptor, of any priority.
    bool is_barred(const Entry& entry) const {
        return is_sync(operation(entry).kind) &&
               std::any_of(entries_.begin(), entries_.end(), [&](const Entry& other) {
                   return writes(other) && other.admission < entry.admission &&
                          operation(other).descriptor.identity ==
                              operation(entry).descriptor.identity;
               });
    }

    // As if serial: one that runs already or comes before in queue order, where it matters.
    bool is_blocked(const Entry& entry) const {
        return !strict_ && std::any_of(entries_.begin(), entries_.end(), [&](const Entry& other) {
            return (other.taken || before(other, entry)) && conflict(entry, other);
        });
    }

    static bool conflict(const Entry& one, const Entry& other) {
        return one.request != other.request && one.request->lane == other.request->lane &&
               is_positioned(one) && is_positioned(other) && (writes(one) || writes(other)) &&
               overlap(extent(one), extent(other));
    }

    static bool is_positioned(const Entry& entry) {
        return !is_sync(operation(entry).kind) && operation(entry).descriptor.seekable;
    }

    static bool overlap(Range one, Range other) {
        return std::max(one.begin, other.begin) < std::min(one.end, other.end);
    }

    // The bytes that decide about others, or that others decide about.
    static Range extent(const Entry& entry) {
        const Operation& op = operation(entry);
        int64_t end = op.offset + static_cast<int64_t>(op.bytes);
        if (!writes(entry)) {
            return {op.offset, end};
        }
        if (op.descriptor.append) {
            return {op.descriptor.size, INT64_MAX};
        }
        return {end > op.descriptor.size ? std::min(op.offset, op.descriptor.size) : op.offset,
                end};
    }

    GateName gate_of(const Entry& entry) const {
        const Operation& op = operation(entry);
        if (strict_) {
            return GateName::kStrict;
        }
        if (is_sync(op.kind)) {
            return GateName::kSyncs;
        }
        if (!op.descriptor.seekable) {
            return writes(entry) ? GateName::kStreamWrites : GateName::kStreamReads;
        }
        bool serial = writes(entry) && (op.descriptor.append || !op.descriptor.direct);
        return serial ? GateName::kSerial : GateName::kWide;
    }

    bool same_gate(const Entry& one, const Entry& other) const {
        return one.request->lane == other.request->lane && gate_of(one) == gate_of(other);
    }

    bool is_at_gate(const Entry& entry) const { return !is_barred(entry) && !is_blocked(entry); }

    Verdict at_gate(const Entry& entry) const {
        size_t inside = 0;
        size_t waiting = 0;
        bool first = true;
        for (const Entry& other : entries_) {
            if (!same_gate(entry, other)) {
                continue;
            }
            if (other.taken) {
                ++inside;
            } else if (is_at_gate(other)) {
                ++waiting;
                first = first && !before(other, entry);
            }
        }
        switch (gate_of(entry)) {
            case GateName::kSyncs:
                return {State::kReady};
            case GateName::kWide: {
                size_t room = kLaneFanOut - inside;
                bool all = waiting <= room;
                return {State::kReady, !all, std::min(waiting, room)};
            }
            default:
                return {inside == 0 && first ? State::kReady : State::kHeld};
        }
    }

    bool strict_;
    uint64_t admissions_ = 0;
    std::vector<Entry> entries_;
};

}  // namespace uaio::test
