'use strict';
// Who waited for whom.

// The times that a request waited for something else than a worker, in order: from when until
// when, in which state, for which request (or kNobody), and what the step says with it.
function waitsOf(trace, stages, request) {
    const waits = [];
    stages.forEachPart(request, (stage, from, until, step) => {
        if (stage !== kLane && stage !== kStream) return;
        waits.push({
            from, until, stage, state: trace.states[trace.state[step]],
            blocker: trace.other[step], value: trace.value[step],
        });
    });
    return waits;
}

// Why, for people; without the name of the one it waited for.
function reasonOf({state, stage, value}) {
    if (stage === kStream) return 'its pipe, socket or terminal had nothing for it';
    if (state === 'held') {
        return value === 1 ? 'one at a time at its gate' : `its gate lets in ${countText(value)}`;
    }
    if (state === 'barred') return 'the writes of its file that came before it';
    return 'a request that it conflicts with';
}

// The requests that waited for this one, and those that its system call performed too.
function followersOf(trace, request) {
    const waited = new Set();
    const joined = new Set();
    trace.forEachThatNames(request, (step, other) => {
        (trace.step[step] === trace.stepCode.join ? joined : waited).add(other);
    });
    return {waited: [...waited], joined: [...joined]};
}
