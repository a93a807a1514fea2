'use strict';
// How many requests there are at a time, and in which stage.

// How many intervals contain a moment, and how many do on average. Begins and ends are counted
// apart from each other, each in ascending order: what began before less what ended before.
class Count {
    constructor(begins, ends) {
        this.moments = [begins, ends].map((list) => new Float64Array(list).sort());
        this.sums = this.moments.map((sorted) => {
            const sums = new Float64Array(sorted.length + 1);
            for (let i = 0; i < sorted.length; ++i) sums[i + 1] = sums[i] + sorted[i];
            return sums;
        });
    }

    // The average between two times that are not the same.
    mean(from, to) {
        const [begun, ended] = [0, 1].map((which) => this.meanOf(which, from, to));
        return begun - ended;
    }

    meanOf(which, from, to) {
        const sorted = this.moments[which];
        const before = firstNotBelow(sorted, from);
        const until = firstNotBelow(sorted, to, before);
        const inside = until - before;
        if (inside === 0) return before;
        const sum = this.sums[which][until] - this.sums[which][before];
        return before + (inside * to - sum) / (to - from);
    }
}

// From the bottom to the top. Who has only to be told is in flight no more.
const kDepthStages = [kRead, kWrite, kSync, kQueued, kLane, kStream];

class Depth {
    constructor(trace, stages) {
        const begins = kStages.map(() => []);
        const ends = kStages.map(() => []);
        for (let request = 0; request < trace.count; ++request) {
            stages.forEachPart(request, (stage, begin, end) => {
                begins[stage].push(begin);
                ends[stage].push(end);
            });
        }
        this.counts = kDepthStages.map((stage) => new Count(begins[stage], ends[stage]));
    }

    // One array for each stage: averages over `columns` equal pieces of the time.
    columns(from, to, columns) {
        const piece = (to - from) / columns;
        return this.counts.map((count) => Float64Array.from({length: columns},
            (_, i) => Math.max(0, count.mean(from + i * piece, from + (i + 1) * piece))));
    }
}

// Paints the parts, one on top of the other, with their base at y + height; `most` is the top.
function paintDepth(context, columns, most, box, colours) {
    const base = new Float64Array(columns[0].length);
    columns.forEach((values, part) => {
        const height = (i) => box.y + box.height - base[i] / most * box.height;
        context.beginPath();
        for (let i = base.length - 1; i >= 0; --i) {
            context.lineTo(box.x + i + 1, height(i));
            context.lineTo(box.x + i, height(i));
        }
        for (let i = 0; i < base.length; ++i) {
            base[i] += values[i];
            context.lineTo(box.x + i, height(i));
            context.lineTo(box.x + i + 1, height(i));
        }
        context.closePath();
        context.fillStyle = colours.stage[kDepthStages[part]];
        context.fill();
    });
}

function highest(columns) {
    let most = 0;
    for (let i = 0; i < columns[0].length; ++i) {
        most = Math.max(most, columns.reduce((sum, values) => sum + values[i], 0));
    }
    return most;
}
