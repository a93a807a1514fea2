'use strict';
// Paints bars, and as few of them as it can: where many share a pixel, one stands for all of them,
// and neighbours that look the same become one.

const kLevels = ['55', '88', 'bb', 'ff'];  // of opacity, for shares of time
const kDetailMin = 3;                      // pixels: a bar of less is not shown in parts

function readColours() {
    const style = getComputedStyle(document.documentElement);
    const colour = (name) => style.getPropertyValue(`--${name}`).trim();
    const stage = kStages.map(({key}) => colour(key));
    return {
        stage,
        shades: stage.map((each) => kLevels.map((level) => each + level)),
        ...Object.fromEntries(
            ['paper', 'ink', 'soft', 'line', 'band', 'accent', 'on-call', 'on-wait']
                .map((name) => [name, colour(name)])),
    };
}

class Brush {
    constructor(context, colours) {
        this.context = context;
        this.colours = colours;
        this.painted = 0;  // rectangles
        this.run = null;
    }

    // Rectangles that touch each other and look the same are painted as one.
    fill(style, x, y, width, height) {
        const run = this.run;
        if (run && run.style === style && run.y === y && Math.abs(run.end - x) < 0.01) {
            run.end = x + width;
            return;
        }
        this.flush();
        this.run = {style, x, y, end: x + width, height};
    }

    flush() {
        if (!this.run) return;
        const {style, x, y, end, height} = this.run;
        this.context.fillStyle = style;
        this.context.fillRect(x, y, end - x, height);
        ++this.painted;
        this.run = null;
    }

    // A row of bars. `paintBar(i, x, end)` paints one that is wide enough to be seen in detail.
    row(row, view, y, height, paintBar) {
        let i = firstNotBelow(row.ends, view.from);
        while (i < row.count && row.begins[i] < view.to) {
            const x = Math.max(view.x(row.begins[i]), view.left);
            const end = Math.min(view.x(row.ends[i]), view.left + view.width);
            if (end - x >= kDetailMin) {
                paintBar(i++, x, end);
            } else {
                i = this.pixel(row, view, i, y, height);
            }
        }
        this.flush();
    }

    // Bar i and all that lie in the same pixel; the result is the first one that does not. Of those
    // that begin in it only the last one can be longer.
    pixel(row, view, i, y, height) {
        const x = Math.floor(view.x(row.begins[i]));
        const until = view.time(x + 1);
        let next = Math.max(firstNotBelow(row.begins, until, i + 1), i + 1);
        if (next > i + 1 && row.ends[next - 1] > until) --next;
        if (next === i + 1) {
            const width = Math.max(1, view.x(row.ends[i]) - x);
            this.fill(this.colours.stage[row.stages[i]], x, y, width, height);
            return next;
        }
        const share = (row.covered[next] - row.covered[i]) / (view.span / view.width);
        const level = Math.min(kLevels.length - 1, Math.floor(share * kLevels.length));
        this.fill(this.colours.shades[row.stageOf(i, next)][level], x, y, 1, height);
        return next;
    }
}
