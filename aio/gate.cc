#include "aio/gate.h"

#include "aio/request.h"

namespace uaio {
namespace {

bool may_overtake(const Gate& gate, const Request& newcomer) {
    return gate.solo != nullptr && newcomer.order < gate.solo->order &&
           gate.solo->state.load(std::memory_order_relaxed) == State::kReady &&  // under the lock
           !gate.solo->tried;
}

void let_in(Gate& gate, Request& request) {
    ++gate.inside;
    request.gated = true;
    gate.solo = request.gate_limit == 1 ? &request : nullptr;
}

}  // namespace

GateMove enter(Gate& gate, Request& request) {
    if (gate.inside < request.gate_limit) {
        let_in(gate, request);
        return {&request, nullptr};
    }
    if (request.gate_limit == 1 && may_overtake(gate, request)) {
        Request& overtaken = *gate.solo;
        overtaken.gated = false;
        request.gated = true;
        gate.solo = &request;
        return {&request, &overtaken};
    }
    gate.outside.push(request);
    return {nullptr, nullptr};
}

void hold(Gate& gate, Request& request) {
    gate.outside.push(request);
}

GateMove leave(Gate& gate, Request& request) {
    request.gated = false;
    --gate.inside;
    gate.solo = nullptr;
    Request* follower = gate.outside.pop();
    if (follower != nullptr) {
        let_in(gate, *follower);
    }
    return {follower, nullptr};
}

void give_up(Gate& gate, Request& request) {
    gate.outside.remove(request);
}

}  // namespace uaio
