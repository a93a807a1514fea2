'use strict';
// What the time line consists of: rows of bars that do not overlap, one above the other.

const kLookedAt = 16;

// Bars as they come; a column for each of their properties, because there are many.
class Bars {
    constructor() {
        this.begins = [];
        this.ends = [];
        this.requests = [];
        this.stages = [];
    }

    get count() {
        return this.begins.length;
    }

    add(begin, end, request, stage) {
        this.begins.push(begin);
        this.ends.push(end);
        this.requests.push(request);
        this.stages.push(stage);
    }

    sort() {
        const order = Uint32Array.from(this.begins.keys());
        order.sort((one, other) => this.begins[one] - this.begins[other]);
        for (const name of Object.keys(this)) {
            const column = this[name];
            this[name] = [];
            for (const i of order) this[name].push(column[i]);
        }
    }
}

// Bars in order of time. `covered[i]` is how long the bars before i are together, so that a share
// of time is known without looking at each of them.
class Row {
    constructor(bars) {
        this.count = bars.count;
        this.begins = new Float64Array(bars.begins);
        this.ends = new Float64Array(bars.ends);
        this.requests = new Uint32Array(bars.requests);
        this.stages = new Uint8Array(bars.stages);
        this.covered = new Float64Array(this.count + 1);
        for (let i = 0; i < this.count; ++i) {
            this.covered[i + 1] = this.covered[i] + this.ends[i] - this.begins[i];
        }
    }

    // The stage of the longest of some bars; of so many that it is worth the while.
    stageOf(from, to) {
        let best = from;
        let longest = -1;
        for (let i = from; i < Math.min(to, from + kLookedAt); ++i) {
            const length = this.ends[i] - this.begins[i];
            if (length > longest) [best, longest] = [i, length];
        }
        return this.stages[best];
    }

    // The bar nearest to a time, if it is not farther away than `reach`; or kNobody.
    nearest(time, reach) {
        const after = firstNotBelow(this.begins, time);
        let best = kNobody;
        let away = reach;
        for (let i = Math.max(0, after - 1); i <= after && i < this.count; ++i) {
            const distance = Math.max(this.begins[i] - time, time - this.ends[i], 0);
            if (distance <= away) [best, away] = [i, distance];
        }
        return best;
    }
}

// Finds the lowest row that is free for each of many bars, in order of their begins.
class Packing {
    constructor() {
        this.rows = [];
        this.free = new Heap();
        this.ends = new Heap();      // of rows in use
        this.ending = new Map();     // rows by their ends
    }

    // The row in which there is room from `begin` on; it is taken until `end`.
    take(begin, end) {
        while (this.ends.least <= begin) this.release(this.ends.pop());
        const row = this.free.items.length > 0 ? this.free.pop() : this.rows.push(new Bars()) - 1;
        if (!this.ending.has(end)) this.ending.set(end, []);
        this.ending.get(end).push(row);
        this.ends.push(end);
        return row;
    }

    release(end) {
        const rows = this.ending.get(end);
        this.free.push(rows.pop());
        if (rows.length === 0) this.ending.delete(end);
    }
}

// One group of rows for each descriptor, in order of number; `rowOf` gets each request's row.
function descriptorGroups(trace, stages, rowOf) {
    const packings = new Map();
    for (let request = 0; request < trace.count; ++request) {
        const fd = trace.fd[request];
        if (!packings.has(fd)) packings.set(fd, new Packing());
        const packing = packings.get(fd);
        const [begin, end] = [trace.begin[request], trace.end[request]];
        rowOf[request] = packing.take(begin, end);
        packing.rows[rowOf[request]].add(begin, end, request, stages.longest(request));
    }
    return [...packings].sort(([one], [other]) => one - other).map(([fd, packing]) => ({
        fd,
        title: `descriptor ${fd}`,
        count: packing.rows.reduce((sum, bars) => sum + bars.count, 0),
        rows: packing.rows.map((bars) => new Row(bars)),
        isWhole: true,
    }));
}

// What a thread has done for requests: system calls, notifications, and (without length)
// submissions and what it made at once.
function threadBars(trace, stages) {
    const bars = trace.threads.map(() => new Bars());
    const {begin, end, publish, deliver, submit, express} = trace.stepCode;
    const {step, thread, time, first} = trace;
    for (let request = 0; request < trace.count; ++request) {
        let opened = kNobody;
        for (let s = first[request]; s < first[request + 1]; ++s) {
            let stage = kNobody;
            if (step[s] === end || step[s] === express) stage = stages.callOf(request);
            else if (step[s] === deliver) stage = kNotify;
            else if (step[s] === submit) stage = kQueued;
            else if (step[s] === begin || step[s] === publish) opened = s;
            if (stage === kNobody) continue;
            const isMoment = step[s] === submit || step[s] === express;
            const from = isMoment ? s : opened;
            if (from !== kNobody) bars[thread[s]].add(time[from], time[s], request, stage);
            opened = kNobody;
        }
    }
    for (const each of bars) each.sort();
    return bars;
}

// Workers first, then who submits.
function threadGroups(trace, stages) {
    const bars = threadBars(trace, stages);
    const groups = trace.threads.map((thread, i) => ({
        title: thread.name,
        thread,
        count: bars[i].length,
        rows: [new Row(bars[i])],
        isWhole: false,
    }));
    return [...groups.filter(({thread}) => thread.worker),
        ...groups.filter(({thread}) => !thread.worker)];
}
