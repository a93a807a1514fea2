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
        this.makeSteps(this.step_count);
        let submitted = 0;
        for (let r = 0, s = 0; r < count; ++r) {
            this.kind[r] = numbers.next();
            this.priority[r] = numbers.nextSigned();
            this.fd[r] = numbers.nextSigned();
            this.offset[r] = numbers.nextSigned();
            this.list[r] = numbers.next() - 1;
            const end = s + numbers.next();
            this.first[r + 1] = end;
            for (let time = submitted; s < end; ++s) time = this.readStep(numbers, s, r, time);
            submitted = this.time[this.first[r]];
        }
    }

    makeSteps(count) {
        this.step = new Uint8Array(count);
        this.state = new Uint8Array(count);
        this.thread = new Uint32Array(count);
        this.other = new Int32Array(count);
        this.time = new Float64Array(count);
        this.value = new Float64Array(count);
    }

    // Step s, of a request, that follows one at the time `before`; the result is its time.
    readStep(numbers, s, request, before) {
        this.step[s] = numbers.next();
        this.time[s] = before + numbers.next();
        this.thread[s] = numbers.next();
        this.state[s] = numbers.next();
        this.value[s] = numbers.nextSigned();
        const away = numbers.nextSigned();
        this.other[s] = away === 0 ? kNobody : request - away;
        return this.time[s];
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
