'use strict';
// The time line: a scale and the depth of the queue, which stay in place, and the rows below them.

const kScaleHeight = 22;
const kDepthHeight = 64;
const kPinned = kScaleHeight + kDepthHeight + 8;
const kGutter = 128;
const kGutterSmall = 92;
const kSmall = 560;        // pixels: a picture of less has the small gutter
const kTitleMin = 22;      // pixels: there is no room for a title in less
const kTitleHeightMin = 12;
const kLabelHeight = 26;     // of a name with a note below it
const kFont = '12px system-ui, sans-serif';

class Picture {
    constructor(canvas, trace, stages, layout, depth, view) {
        Object.assign(this, {canvas, trace, stages, layout, depth, view});
        this.context = canvas.getContext('2d');
        this.selected = kNobody;
        this.scroll = 0;
        this.painted = 0;      // rectangles of the last time, to see that they stay few
    }

    resize(width, height) {
        this.width = width;
        this.height = height;
        fitCanvas(this.canvas, width, height);
        this.view.left = width < kSmall ? kGutterSmall : kGutter;
        this.view.width = Math.max(1, width - this.view.left - 1);
    }

    draw(colours) {
        this.colours = colours;
        const context = this.context;
        context.font = kFont;
        context.textBaseline = 'middle';
        context.fillStyle = colours.paper;
        context.fillRect(0, 0, this.width, this.height);
        const marks = this.marks();
        this.clipped(this.view.left, kPinned, this.view.width, this.height - kPinned, () => {
            context.translate(0, kPinned - this.scroll);
            this.drawRows(marks);
            if (this.selected !== kNobody) this.drawSelection();
        });
        this.clipped(0, kPinned, this.width, this.height - kPinned, () => {
            context.translate(0, kPinned - this.scroll);
            this.drawLabels();
        });
        this.drawScale(marks);
        this.drawDepth();
    }

    clipped(x, y, width, height, paint) {
        this.context.save();
        this.context.beginPath();
        this.context.rect(x, y, width, height);
        this.context.clip();
        paint();
        this.context.restore();
    }

    marks() {
        const {from, to, width} = this.view;
        const step = scaleStep(from, to, Math.max(2, width / 110));
        const marks = [];
        for (let i = Math.ceil(from / step); i * step <= to; ++i) {
            marks.push({time: i * step, text: markText(i * step, step, to)});
        }
        return marks;
    }

    drawScale(marks) {
        const {context, colours, view} = this;
        context.fillStyle = colours.soft;
        for (const {time, text} of marks) {
            const x = view.x(time);
            if (x + context.measureText(text).width + 4 > this.width) continue;
            context.fillRect(x, kScaleHeight - 6, 1, 6);
            context.fillText(text, x + 4, kScaleHeight / 2);
        }
    }

    drawDepth() {
        const {context, colours, view} = this;
        const box = {x: view.left, y: kScaleHeight, width: view.width, height: kDepthHeight};
        const columns = this.depth.columns(view.from, view.to, Math.max(1, Math.floor(view.width)));
        const most = Math.max(1, highest(columns));
        this.clipped(box.x, box.y, box.width, box.height, () => {
            paintDepth(context, columns, most, box, colours);
        });
        context.fillStyle = colours.line;
        context.fillRect(0, box.y + box.height, this.width, 1);
        this.label('in flight', `up to ${Math.ceil(most - 0.05)}`, box.y, box.height);
    }

    drawRows(marks) {
        const {context, colours, view} = this;
        const bottom = this.scroll + this.height - kPinned;
        for (const group of this.layout.visible(this.layout.groups, this.scroll, bottom)) {
            context.fillStyle = colours.band;
            const [begin, end] = this.lifeOf(group);
            const x = Math.max(view.left, view.x(begin));
            context.fillRect(x, group.y - 1, Math.min(view.x(end), this.width) - x, group.height);
        }
        context.fillStyle = colours.line;
        for (const {time} of marks) {
            context.fillRect(Math.round(view.x(time)), this.scroll, 1, this.height);
        }
        const brush = new Brush(context, colours);
        for (const line of this.layout.visible(this.layout.lines, this.scroll, bottom)) {
            brush.row(line.row, view, line.y, line.height, (i, left, right) => {
                this.drawBar(brush, line, i, left, right);
            });
        }
        this.painted = brush.painted;
    }

    // The time in which a thread is known to have been there; of a descriptor, all the time.
    lifeOf(group) {
        return group.thread ? [group.thread.begin_ns, group.thread.end_ns] : [0, this.trace.end_ns];
    }

    drawBar(brush, line, i, left, right) {
        const request = line.row.requests[i];
        const part = (stage, x, end, step) => {
            if (end <= x) return;
            brush.fill(this.colours.stage[stage], x, line.y, end - x, line.height);
            this.drawTitle(brush, line, stage, x, end, request, step);
        };
        if (line.group.isWhole) {
            this.stages.forEachPart(request, (stage, begin, end, step) => {
                part(stage, Math.max(this.view.x(begin), left),
                    Math.min(this.view.x(end), right), step);
            });
        } else {
            part(line.row.stages[i], left, right, kNobody);
        }
        brush.flush();
    }

    // Who it is, in the part of a system call, and whom he waits for; if there is room.
    drawTitle(brush, line, stage, left, right, request, step) {
        if (line.height < kTitleHeightMin || right - left < kTitleMin) return;
        const isCall = stage >= kRead && stage <= kSync;
        const blocker = stage === kLane && step !== kNobody ? this.trace.other[step] : kNobody;
        if (!isCall && blocker === kNobody) return;
        const texts = isCall ? [this.trace.title(request), `#${request + 1}`]
            : [`behind #${blocker + 1}`, `#${blocker + 1}`];
        const {context} = this;
        const text = texts.find((each) => context.measureText(each).width + 8 < right - left);
        if (!text) return;
        brush.flush();
        context.fillStyle = isCall ? this.colours['on-call'] : this.colours['on-wait'];
        context.fillText(text, left + 4, line.y + line.height / 2 + 0.5);
    }

    // Lines around the selected request, wherever it is, and from those that it waited for.
    drawSelection() {
        const {trace, layout, selected} = this;
        this.outline(layout.place(selected), trace.begin[selected], trace.end[selected], 2);
        this.stages.forEachPart(selected, (stage, begin, end, step) => {
            if (stage < kRead || stage > kSync) return;
            this.outline(layout.placeOfThread(trace.thread[step]), begin, end, 1.5);
        });
        for (const {blocker, until} of waitsOf(trace, this.stages, selected)) {
            if (blocker !== kNobody) this.arrow(blocker, selected, until);
        }
    }

    outline({y, height}, begin, end, width) {
        const {context, view} = this;
        const left = Math.max(view.x(begin), view.left - 5);
        const right = Math.min(Math.max(view.x(end), left + 2), this.width + 5);
        if (right < view.left || left > this.width) return;
        context.strokeStyle = this.colours.ink;
        context.lineWidth = width;
        context.strokeRect(left - 1.5, y - 1.5, right - left + 3, height + 3);
    }

    // From the request that another one waited for to that one, at the end of the wait.
    arrow(from, to, time) {
        const {context, view, layout} = this;
        const start = layout.place(from);
        const goal = layout.place(to);
        const x = view.x(time);
        if (x < view.left - 5 || x > this.width + 5) return;
        const down = start.y < goal.y ? 1 : -1;
        const tip = goal.y + goal.height / 2;
        context.strokeStyle = context.fillStyle = this.colours.accent;
        context.lineWidth = 2;
        context.beginPath();
        context.arc(x, start.y + start.height / 2, 3, 0, 2 * Math.PI);
        context.fill();
        context.beginPath();
        context.moveTo(x, start.y + start.height / 2);
        context.lineTo(x, tip - 5 * down);
        context.stroke();
        context.beginPath();
        context.moveTo(x, tip);
        context.lineTo(x - 4.5, tip - 8 * down);
        context.lineTo(x + 4.5, tip - 8 * down);
        context.fill();
    }

    drawLabels() {
        const bottom = this.scroll + this.height - kPinned;
        for (const group of this.layout.visible(this.layout.groups, this.scroll, bottom)) {
            // That of a tall group stays in sight.
            const end = group.y + group.height;
            const y = Math.max(group.y, Math.min(this.scroll, end - kLabelHeight));
            const note = group.isWhole ? plural(group.count, 'request') : '';
            this.label(group.title, note, y, end - y);
        }
    }

    // A name with a note below it, if there is room for it.
    label(title, note, y, height) {
        const {context, colours} = this;
        const two = note !== '' && height >= kLabelHeight;
        const room = this.view.left - 14;
        const middle = y + (two ? 8 : Math.min(height, 30) / 2 - 1);
        context.fillStyle = colours.ink;
        context.fillText(this.fitting(title, room), 10, middle);
        if (!two) return;
        context.fillStyle = colours.soft;
        context.fillText(this.fitting(note, room), 10, middle + 15);
    }

    fitting(text, room) {
        let fit = text.replace('descriptor', room < kGutter - 14 ? 'fd' : 'descriptor');
        while (fit.length > 1 && this.context.measureText(fit).width > room) fit = fit.slice(0, -1);
        return fit;
    }

    // The request at a place of the canvas; or kNobody.
    requestAt(x, y, reach = 4) {
        if (x < this.view.left || y < kPinned) return kNobody;
        const line = this.layout.lineAt(y - kPinned + this.scroll);
        if (!line) return kNobody;
        const i = line.row.nearest(this.view.time(x), reach / this.view.width * this.view.span);
        return i === kNobody ? kNobody : line.row.requests[i];
    }

    // The middle of a request's bar, on the canvas.
    placeOf(request) {
        const {y, height} = this.layout.place(request);
        const middle = (this.trace.begin[request] + this.trace.end[request]) / 2;
        return {x: this.view.x(middle), y: y + height / 2 + kPinned - this.scroll};
    }
}

// A canvas of that size on the screen, as sharp as the screen is.
function fitCanvas(canvas, width, height) {
    const dots = window.devicePixelRatio || 1;
    canvas.width = Math.round(width * dots);
    canvas.height = Math.round(height * dots);
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
    canvas.getContext('2d').setTransform(dots, 0, 0, dots, 0, 0);
}
