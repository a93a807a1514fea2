'use strict';
// A trace in columns: requests and steps are numbers, what is known of them lies in typed arrays.
// The steps of request r are those from first[r] to first[r + 1] - 1.

const kNobody = -1;

// Numbers as tools/uaio/trace_bytes.h writes them. Shifts would cut them at 32 bits.
class Numbers {
    constructor(base64) {
        const text = atob(base64);
        this.bytes = new Uint8Array(text.length);
        for (let i = 0; i < text.length; ++i) this.bytes[i] = text.charCodeAt(i);
        this.at = 0;
    }

    next() {
        let byte = this.bytes[this.at++];
        let value = byte & 0x7f;
        for (let unit = 128; byte >= 0x80; unit *= 128) {
            byte = this.bytes[this.at++];
            value += (byte & 0x7f) * unit;
        }
        return value;
    }

    nextSigned() {
        const value = this.next();
        return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
    }
}

// Columns that grow: the number of steps is known only when they have been read.
class Steps {
    constructor(room) {
        this.count = 0;
        this.columns = {
            step: new Uint8Array(room),
            state: new Uint8Array(room),
            thread: new Uint32Array(room),
            other: new Int32Array(room),
            time: new Float64Array(room),
            value: new Float64Array(room),
        };
    }

    // Reads a step that follows one at `before`, and returns its time.
    read(numbers, before) {
        const {step, state, thread, time, value} = this.roomy();
        const at = this.count++;
        step[at] = numbers.next();
        time[at] = before + numbers.next();
        thread[at] = numbers.next();
        state[at] = numbers.next();
        value[at] = numbers.nextSigned();
        return time[at];
    }

    roomy() {
        if (this.count === this.columns.step.length) {
            for (const [name, column] of Object.entries(this.columns)) {
                this.columns[name] = new column.constructor(2 * column.length + 16);
                this.columns[name].set(column);
            }
        }
        return this.columns;
    }
}

class Trace {
    constructor(facts, base64) {
        Object.assign(this, facts);
        this.count = facts.requests;
        this.stepCode = Object.fromEntries(facts.steps.map((name, code) => [name, code]));
        this.readRequests(new Numbers(base64));
        this.findEnds();
    }

    readRequests(numbers) {
        const count = this.count;
        this.kind = new Uint8Array(count);
        this.priority = new Int8Array(count);
        this.fd = new Int32Array(count);
        this.offset = new Float64Array(count);
        this.list = new Float64Array(count);
        this.first = new Uint32Array(count + 1);
        const steps = new Steps(10 * count);
        let submitted = 0;
        for (let r = 0; r < count; ++r) {
            this.kind[r] = numbers.next();
            this.priority[r] = numbers.nextSigned();
            this.fd[r] = numbers.nextSigned();
            this.offset[r] = numbers.nextSigned();
            this.list[r] = numbers.next() - 1;
            let time = submitted;
            for (let left = numbers.next(); left > 0; --left) {
                time = steps.read(numbers, time);
                const away = numbers.nextSigned();
                steps.columns.other[steps.count - 1] = away === 0 ? kNobody : r - away;
            }
            submitted = steps.columns.time[this.first[r]];
            this.first[r + 1] = steps.count;
        }
        Object.assign(this, steps.columns);
    }

    // When each request was submitted, and its last step; the end of the trace if it is under way.
    findEnds() {
        this.begin = new Float64Array(this.count);
        this.end = new Float64Array(this.count);
        for (let r = 0; r < this.count; ++r) {
            const last = this.first[r + 1] - 1;
            this.begin[r] = this.time[this.first[r]];
            this.end[r] = this.isOutstanding(r) ? this.end_ns : this.time[last];
        }
    }

    // The first step `name` of a request; or kNobody.
    find(request, name) {
        const code = this.stepCode[name];
        const end = this.first[request + 1];
        for (let s = this.first[request]; s < end; ++s) if (this.step[s] === code) return s;
        return kNobody;
    }

    isExpress(request) {
        return this.step[this.first[request]] === this.stepCode.express;
    }

    isOutstanding(request) {
        return !this.isExpress(request) && this.find(request, 'publish') === kNobody;
    }

    isSync(request) {
        return this.kinds[this.kind[request]].endsWith('sync');
    }

    bytes(request) {
        return this.value[this.first[request]];
    }

    // "#7 write of 4 KiB at 8,192", and shorter "#7 write".
    describe(request) {
        const name = this.title(request);
        if (this.isSync(request)) return name;
        return `${name} of ${sizeText(this.bytes(request))} at ${countText(this.offset[request])}`;
    }

    title(request) {
        return `#${request + 1} ${this.kinds[this.kind[request]]}`;
    }

    // Calls visit(step, request) for each step of a request that names `other`.
    forEachThatNames(other, visit) {
        for (let r = 0; r < this.count; ++r) {
            for (let s = this.first[r]; s < this.first[r + 1]; ++s) {
                if (this.other[s] === other) visit(s, r);
            }
        }
    }
}
