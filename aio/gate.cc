#include "aio/gate.h"

#include "aio/request.h"

namespace uaio {
namespace {

uint64_t order(const Request& request) {
    return static_cast<const HeapNode&>(request).order;
}

bool may_overtake(const Gate& gate, const Request& newcomer) {
    return gate.solo != nullptr && order(newcomer) < order(*gate.solo) &&
           gate.solo->state.load(std::memory_order_relaxed) == State::kReady;  // under the lock
}

void let_in(Gate& gate, Request& request, uint32_t limit) {
    ++gate.inside;
    request.gated = true;
    gate.solo = limit == 1 ? &request : nullptr;
}

}  // namespace

GateMove enter(Gate& gate, Request& request, uint32_t limit) {
    if (gate.inside < limit) {
        let_in(gate, request, limit);
        return {&request, nullptr};
    }
    if (limit == 1 && may_overtake(gate, request)) {
        Request& overtaken = *gate.solo;
        overtaken.gated = false;
        gate.outside.push(overtaken);
        request.gated = true;
        gate.solo = &request;
        return {&request, &overtaken};
    }
    gate.outside.push(request);
    return {nullptr, nullptr};
}

GateMove leave(Gate& gate, Request& request) {
    request.gated = false;
    --gate.inside;
    bool solo = gate.solo == &request;
    gate.solo = nullptr;
    HeapNode* next = gate.outside.pop();
    if (next == nullptr) {
        return {nullptr, nullptr};
    }
    auto* follower = static_cast<Request*>(next);
    let_in(gate, *follower, solo ? 1 : 2);
    return {follower, nullptr};
}

void give_up(Gate& gate, Request& request) {
    gate.outside.remove(request);
}

}  // namespace uaio
