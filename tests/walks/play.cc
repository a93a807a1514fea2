#include "tests/walks/play.h"

#include <algorithm>

#include "tests/aio/make_request.h"
#include "tests/walks/require.h"
#include "threadpool/base/check.h"

namespace uaio {

// In the place of the library's own, which ends the process: a walk has to be named first.
void check_failed(const char* file, int line, const char* condition) {
    throw test::Broken(std::string(file) + ":" + std::to_string(line) +
                       ": broken invariant: " + condition);
}

}  // namespace uaio

namespace uaio::test {
namespace {

// More urgent, or as urgent and ready for a longer time.
bool goes_first(const Outstanding& one, const Outstanding& other) {
    int urgency = one.operation.priority;
    int other_urgency = other.operation.priority;
    return urgency != other_urgency ? urgency > other_urgency : one.ready_since < other.ready_since;
}

bool moves_bytes(const Outstanding& request) {
    return !is_sync(request.operation.kind) && request.operation.bytes > 0;
}

// A read's bytes until it has read them.
constexpr char kUnread = '?';

std::string bytes_for(const Operation& operation, int number) {
    bool write = operation.kind == Kind::kWrite;
    return std::string(operation.bytes,
                       write ? static_cast<char>('A' + (number - 1) % 26) : kUnread);
}

}  // namespace

Play::Play(Order order, const Plant& plant, Looks looks)
    : order_(order), looks_(looks), machine_(plant.machine(order)) {}

const Outstanding* Play::find(int number) const {
    auto found = std::find_if(requests_.begin(), requests_.end(),
                              [&](const Outstanding& request) { return request.number == number; });
    return found != requests_.end() ? &*found : nullptr;
}

Outstanding& Play::at(int number) {
    return const_cast<Outstanding&>(*find(number));
}

size_t Play::ready() const {
    return machine_->schedule().ready();
}

bool Play::possible(const Step& step) const {
    const Outstanding* request = find(step.number);
    Stage stage = request != nullptr ? request->stage : Stage::kRunning;
    switch (step.move) {
        case Move::kAdmit:
            return true;
        case Move::kTake:
        case Move::kTakeAndTransfer:
            return ready() != 0;
        case Move::kUnparkAll:
            return machine_->schedule().parked() != 0;
        case Move::kJoin:
            return request != nullptr && stage == Stage::kRunning && !request->transferred &&
                   !is_sync(request->operation.kind) &&
                   goes_along(requests_, *request, order_) != nullptr;
        case Move::kRetire:
            return request != nullptr && stage == Stage::kRunning;
        case Move::kPark:
            return request != nullptr && stage == Stage::kRunning && !request->transferred &&
                   moves_bytes(*request) && is_stream(request->lane);
        case Move::kUnpark:
        case Move::kResume:
            return stage == Stage::kParked;
        case Move::kWithdraw:  // what has moved some bytes is not given back half done
            return request != nullptr && stage != Stage::kRunning && request->moved == 0;
    }
    return false;
}

void Play::make(const Step& step, bool look_afterwards) {
    ++steps_;
    switch (step.move) {
        case Move::kAdmit:
            admit(step.admission);
            break;
        case Move::kTake:
        case Move::kTakeAndTransfer:
            take(step.move == Move::kTakeAndTransfer);
            break;
        case Move::kJoin:
            take_along(at(step.number));
            break;
        case Move::kRetire:
            retire(step.number);
            break;
        case Move::kWithdraw:
            withdraw(step.number);
            break;
        case Move::kPark:
            park(step.number);
            break;
        case Move::kUnpark:
            machine_->unpark(*at(step.number).record);
            at(step.number).stage = Stage::kAgain;
            break;
        case Move::kUnparkAll:
            unpark_all();
            break;
        case Move::kResume:
            machine_->schedule().resume(*at(step.number).record);
            at(step.number).stage = Stage::kRunning;
            break;
    }
    note_ready();
    if (look_afterwards) {
        look();
    }
}

// The length of the file is what it is now, with writes in flight that may change it.
Descriptor Play::descriptor_of(const Admission& admission) const {
    size_t medium = medium_of(admission.lane);
    Descriptor descriptor = file(medium + 1, static_cast<int64_t>(media_[medium].bytes.size()));
    if (is_stream(admission.lane)) {
        return stream(medium + 1);
    }
    descriptor.seekable = !admission.own_position;
    descriptor.append = admission.append;
    descriptor.direct = admission.direct;
    return descriptor;
}

void Play::admit(const Admission& admission) {
    if (free_.empty()) {
        free_.push_back(&records_.emplace_back());
    }
    Request& record = *free_.back();
    free_.pop_back();
    Operation operation = operation_of(admission.kind, descriptor_of(admission), admission.offset,
                                       admission.bytes, admission.priority);
    make_request(record, lanes_[admission.lane], operation);
    record.wave = wave_for(admission.kind);
    int number = ++admitted_;
    requests_.push_back({number, admission.lane, operation, Stage::kWaiting, &record,
                         bytes_for(operation, number), 0, false, 0});
    machine_->admit(record);
}

// A write brings a record, another one than those that the schedule uses.
Wave* Play::wave_for(Kind kind) {
    if (kind != Kind::kWrite) {
        return nullptr;
    }
    Wave* unused = machine_->schedule().take_unused_wave();
    return unused != nullptr ? unused : &waves_.fresh();
}

void Play::take(bool transfer_now) {
    auto best = requests_.end();
    for (auto request = requests_.begin(); request != requests_.end(); ++request) {
        if (request->ready_since != 0 && (best == requests_.end() || goes_first(*request, *best))) {
            best = request;
        }
    }
    const Request* record = machine_->schedule().take();
    auto taken = std::find_if(requests_.begin(), requests_.end(),
                              [&](const Outstanding& request) { return request.record == record; });
    require(taken != requests_.end(), "what was taken is not outstanding");
    require(!looks_.states || (best != requests_.end() && !goes_first(*best, *taken)),
            "what was taken is not the most urgent, or not the first, of those that are ready");
    if (taken->stage == Stage::kWaiting) {
        look_at_order(*taken);
        note_turn(*taken);
    }
    taken->stage = Stage::kRunning;
    taken->ready_since = 0;
    if (transfer_now) {
        transfer(*taken);
    }
    while (is_sync(taken->operation.kind) && take_along(*taken)) {
    }
}

// What is taken along retires on its own, in any order. Whether there was any.
bool Play::take_along(const Outstanding& taken) {
    const Outstanding* expected = goes_along(requests_, taken, order_);
    const Request* record = machine_->schedule().take_along(*taken.record, SIZE_MAX);
    require(record == (expected != nullptr ? expected->record : nullptr),
            "not the request that should be taken along");
    if (expected == nullptr) {
        return false;
    }
    Outstanding& along = at(expected->number);
    look_at_order(along);
    note_turn(along);
    along.along = !along.record->gated;
    along.stage = Stage::kRunning;
    along.ready_since = 0;
    return true;
}

Turn Play::turn_of(const Outstanding& request) const {
    return {request.number, request.lane, request.operation,
            bytes_for(request.operation, request.number)};
}

void Play::note_turn(const Outstanding& taken) {
    if (moves_bytes(taken)) {
        size_t medium = medium_of(taken.lane, taken.operation);
        users_[medium] |= 1u << taken.lane;
        shared_[medium] = (users_[medium] & (users_[medium] - 1)) != 0;
        turns_.push_back(turn_of(taken));
    }
}

void Play::transfer(Outstanding& request) {
    if (!request.transferred) {
        request.transferred = true;
        size_t medium = medium_of(request.lane, request.operation);
        media_[medium].transfer(request.operation, request.bytes, request.moved);
    }
}

void Play::retire(int number) {
    Outstanding& request = at(number);
    transfer(request);
    if (moves_bytes(request) && serial(request)) {
        Media media = media_at_start();
        std::vector<Turn> turns = turns_;
        execute(media, turns);
        auto turn = std::find_if(turns.begin(), turns.end(),
                                 [&](const Turn& other) { return other.number == number; });
        if (turn->bytes != request.bytes) {
            throw Broken(request_text(number) + " read '" + request.bytes + "' and not '" +
                         turn->bytes + "'");
        }
    }
    Request& record = *request.record;
    machine_->schedule().retire(record);
    record.state = State::kPublished;
    forget(number);
}

void Play::withdraw(int number) {
    Request& record = *at(number).record;
    std::erase_if(turns_, [&](const Turn& turn) { return turn.number == number; });
    require(machine_->withdraw(record), "a request that does not run cannot be withdrawn");
    require(record.state == State::kWithdrawn, "a withdrawn request is not in kWithdrawn");
    forget(number);
}

void Play::forget(int number) {
    free_.push_back(at(number).record);
    std::erase_if(requests_, [&](const Outstanding& request) { return request.number == number; });
}

// The stream has nothing to be read, or room for one byte.
void Play::park(int number) {
    Outstanding& request = at(number);
    if (request.operation.kind == Kind::kWrite && request.moved == 0 && request.bytes.size() > 1) {
        media_[medium_of(request.lane)].bytes += request.bytes[0];
        request.moved = request.record->operation.progress = 1;
    }
    machine_->schedule().park(*request.record);
    request.stage = Stage::kParked;
}

void Play::unpark_all() {
    machine_->schedule().unpark_all();
    for (Outstanding& request : requests_) {
        request.stage = request.stage == Stage::kParked ? Stage::kAgain : request.stage;
    }
}

void Play::note_ready() {
    for (Outstanding& request : requests_) {
        bool ready = state_of(*request.record) == State::kReady;
        request.ready_since = !ready ? 0 : request.ready_since != 0 ? request.ready_since : steps_;
    }
}

// A sync of every file passes: no write is left in the table of files.
void Play::end() {
    require(requests_.empty(), "there are requests, and no step is possible");
    require(machine_->schedule().take() == nullptr, "something can be taken at rest");
    size_t unused = 0;
    while (machine_->schedule().take_unused_wave() != nullptr) {
        ++unused;
    }
    require(unused == waves_.size(), "the record of a wave is lost");
    Request probe = {};
    for (size_t lane = 0; lane < kWalkLanes; ++lane) {
        make_request(probe, lanes_[lane], syncing(descriptor_of({.lane = lane})));
        machine_->schedule().admit(probe);
        require(state_of(probe) == State::kReady, "a write is left in the table of files");
        require(machine_->schedule().withdraw(probe), "a request cannot be withdrawn at rest");
    }
}

}  // namespace uaio::test
