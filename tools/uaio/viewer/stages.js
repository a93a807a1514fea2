'use strict';
// What a request is doing between two of its steps: its stage, which is a colour in the picture.

const kStages = [
    {key: 'queued', name: 'queued', note: 'in the inbox, or ready with no worker free'},
    {key: 'lane', name: 'waits for its lane', note: 'for others of its descriptor or file'},
    {key: 'stream', name: 'waits for a stream', note: 'a pipe, socket or terminal has nothing'},
    {key: 'read', name: 'read', note: 'in the system call'},
    {key: 'write', name: 'write', note: 'in the system call'},
    {key: 'sync', name: 'sync', note: 'in the system call'},
    {key: 'notify', name: 'notifies', note: 'from the end of the call until its owner is told'},
];
const [kQueued, kLane, kStream, kRead, kWrite, kSync, kNotify] = kStages.keys();
const kDone = -1;
// Of a step after which the stage depends on the kind of the request, or on its state.
const kCall = -2;
const kByState = -3;

class Stages {
    constructor(trace) {
        this.trace = trace;
        const after = {
            submit: kQueued, admit: kByState, wait: kByState, ready: kQueued, take: kQueued,
            join: kCall, begin: kCall, end: kNotify, park: kStream, withdraw: kNotify,
            publish: kNotify, deliver: kNotify, retire: kDone, express: kDone,
        };
        const inState = {barred: kLane, blocked: kLane, held: kLane, parked: kStream};
        this.ofStep = trace.steps.map((name) => after[name] ?? kDone);
        this.ofState = trace.states.map((name) => inState[name] ?? kQueued);
        this.ofKind = trace.kinds.map((name) => ({read: kRead, write: kWrite})[name] ?? kSync);
    }

    // In which system call a request is, if it is in one.
    callOf(request) {
        return this.ofKind[this.trace.kind[request]];
    }

    // The stage that begins with a step.
    after(step, request) {
        const stage = this.ofStep[this.trace.step[step]];
        if (stage === kCall) return this.callOf(request);
        return stage === kByState ? this.ofState[this.trace.state[step]] : stage;
    }

    // Calls visit(stage, begin, end, step) for each part of a request's life, in order.
    forEachPart(request, visit) {
        const {first, time, end} = this.trace;
        for (let s = first[request]; s < first[request + 1]; ++s) {
            const until = s + 1 < first[request + 1] ? time[s + 1] : end[request];
            const stage = this.after(s, request);
            if (stage !== kDone && until > time[s]) visit(stage, time[s], until, s);
        }
    }

    // How long a request was in each stage.
    times(request) {
        const times = kStages.map(() => 0);
        this.forEachPart(request, (stage, begin, end) => { times[stage] += end - begin; });
        return times;
    }

    // The one it spent most of its time in; what was made at once has its system call's.
    longest(request) {
        const times = this.times(request);
        const most = Math.max(...times);
        return most === 0 ? this.callOf(request) : times.indexOf(most);
    }
}
