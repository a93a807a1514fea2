// The embedding interface: operations are described and handed to the engine, and their ends to the
// program's functions.
//
// An operation without `done` is published to the queue of its engine (ended_queue.h). Which one
// that is stands in its `link` until then.
//
// As in the other doors, what the cache can serve is made at once while nothing that was submitted
// by the same call waits to be handed over, and the rest goes to the engine as one chain.
#include "aio/engine.h"

#include <errno.h>

#include "aio/counters.h"
#include "aio/embed/arguments.h"
#include "aio/embed/export.h"
#include "aio/embed/instance.h"

namespace uaio {

constinit thread_local bool telling = false;

namespace {

// Of no request: nothing is found by it.
constexpr uint32_t kNoRecord = UINT32_MAX;

// The record may be the program's again as soon as it is told, so what is needed is read before.
void publish_operation(void* owner, ssize_t result, int error) {
    auto& operation = *static_cast<uaio_operation*>(owner);
    uaio_done done = operation.done;
    bool outer = telling;
    telling = true;
    done(operation.user, error != 0 ? -1 : result, error);
    telling = outer;
}

void leave_operation(void* owner, ssize_t result, int error) {
    auto& operation = *static_cast<uaio_operation*>(owner);
    operation.result = error != 0 ? -1 : result;
    operation.error = error;
    static_cast<EndedQueue*>(operation.link)->put(operation);
}

Submission submission_of(uaio_operation& wanted, const Operation& operation) {
    Publish publish = wanted.done != nullptr ? publish_operation : leave_operation;
    return {operation, &wanted, publish, nullptr, nullptr};
}

int prepare(Engine& engine, uaio_operation& wanted, Operation& operation, Chain& chain) {
    int error = end_wanted(operation);
    if (error != 0) {
        return error;
    }
    Request* request = engine.prepare(submission_of(wanted, operation), error);
    if (request == nullptr) {
        return error;
    }
    wanted.number = request->number;
    chain.add(*request);
    return 0;
}

int submit(Instance& instance, uaio_operation& wanted, Chain& chain) {
    Operation operation;
    int error = begin_wanted(wanted, operation);
    if (error == 0) {
        wanted.number = kNoRecord;
        if (wanted.done == nullptr) {
            wanted.link = &instance.ended;
        }
        if (chain.newest == nullptr && !telling &&
            instance.engine.run_at_once(submission_of(wanted, operation))) {
            return 0;
        }
        error = prepare(instance.engine, wanted, operation, chain);
    }
    if (error != 0) {
        count(Counter::kRefused);
    }
    return error;
}

}  // namespace
}  // namespace uaio

UAIO_EXPORT uaio_engine* uaio_engine_shared(void) {
    return uaio::handle_of(&uaio::shared_instance());
}

UAIO_EXPORT uaio_engine* uaio_engine_create(const uaio_options* options, int* error) {
    uaio::Options settings;
    int refusal = uaio::read_options(options, settings);
    uaio::Instance* instance = refusal == 0 ? uaio::make_instance(settings) : nullptr;
    if (error != nullptr && instance == nullptr) {
        *error = refusal != 0 ? refusal : ENOMEM;
    }
    return uaio::handle_of(instance);
}

UAIO_EXPORT void uaio_engine_destroy(uaio_engine* engine) {
    if (engine != nullptr) {
        uaio::end_instance(uaio::instance_of(engine));
    }
}

UAIO_EXPORT size_t uaio_submit(uaio_engine* engine, uaio_operation* const* operations, size_t count,
                               int* error) {
    uaio::Instance& instance = uaio::instance_of(engine);
    instance.engine.start();
    uaio::Chain chain;
    size_t taken = 0;
    int refusal = 0;
    while (taken < count && refusal == 0) {
        refusal = uaio::submit(instance, *operations[taken], chain);
        taken += refusal == 0;
    }
    instance.engine.post(chain);
    if (error != nullptr && refusal != 0) {
        *error = refusal;
    }
    return taken;
}

UAIO_EXPORT size_t uaio_cancel(uaio_engine* engine, uaio_operation* const* operations,
                               size_t count) {
    uaio::Engine& behind = uaio::instance_of(engine).engine;
    size_t withdrawn = 0;
    for (size_t i = 0; i < count; ++i) {
        uaio_operation* each = operations[i];
        withdrawn += behind.cancel(each->number, each, uaio::Engine::Wish::kFirm).withdrawn;
    }
    return withdrawn;
}

UAIO_EXPORT size_t uaio_cancel_descriptor(uaio_engine* engine, int fd) {
    return fd < 0 ? 0 : uaio::instance_of(engine).engine.cancel_all(fd).withdrawn;
}

UAIO_EXPORT size_t uaio_waitn(uaio_engine* engine, uaio_operation** ended, size_t min, size_t max,
                              int64_t timeout_ns, int* error) {
    int refusal = EINVAL;
    size_t taken = 0;
    if (min <= max) {
        taken = uaio::instance_of(engine).ended.wait(ended, min, max, timeout_ns, refusal);
    }
    if (error != nullptr && refusal != 0) {
        *error = refusal;
    }
    return taken;
}

UAIO_EXPORT int uaio_engine_descriptor(uaio_engine* engine, int* error) {
    int refusal = 0;
    int fd = uaio::instance_of(engine).ended.descriptor(refusal);
    if (error != nullptr && refusal != 0) {
        *error = refusal;
    }
    return fd;
}
