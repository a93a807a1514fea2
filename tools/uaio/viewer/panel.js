'use strict';
// Beside the time line: the walk of the selected request; or, if none is, the slowest ones.

class Panel {
    // `select(request)` is called when another request is asked for, `zoom(request)` to see it.
    constructor(root, trace, stages, {select, zoom}) {
        Object.assign(this, {root, trace, stages, select, zoom});
    }

    show(request) {
        const parts = request === kNobody ? this.slowest() : this.details(request);
        const hadFocus = this.root.contains(document.activeElement);
        this.root.replaceChildren(...parts);
        this.root.scrollTop = 0;
        if (hadFocus) this.root.querySelector('h2').focus();
    }

    // --- nobody is selected ---------------------------------------------------------------------

    slowest() {
        const rows = this.trace.slowest.map(({request, why}) => element('li', {},
            this.link(request, this.trace.describe(request)),
            element('span', {class: 'amount'},
                timeText(this.trace.end[request] - this.trace.begin[request])),
            element('p', {}, why.replace(/^[^:]*: | \(.*\)$/g, ''))));
        return [
            element('h2', {tabindex: '-1'}, 'The slowest requests'),
            element('p', {class: 'hint'},
                'Click a request here or in the time line to see its walk.'),
            element('ol', {class: 'slowest'}, ...rows),
        ];
    }

    // --- the walk of one ------------------------------------------------------------------------

    details(request) {
        const {trace} = this;
        return [
            this.heading(request),
            element('p', {class: 'facts'}, this.facts(request)),
            this.stageBar(request),
            ...this.section('Waited for', this.waits(request)),
            ...this.section('Waited for it', this.followers(request).waited),
            ...this.section('Performed with it', this.followers(request).joined),
            element('h3', {}, 'Its walk'),
            this.walk(request),
            element('nav', {'aria-label': 'Other requests'},
                this.button('‹ previous', () => this.select(request - 1), request === 0),
                this.button('next ›', () => this.select(request + 1),
                    request === trace.count - 1)),
        ];
    }

    heading(request) {
        return element('div', {class: 'heading'},
            element('h2', {tabindex: '-1'}, this.trace.describe(request)),
            this.button('show', () => this.zoom(request), false, 'Zoom to this request'),
            this.button('×', () => this.select(kNobody), false, 'Close'));
    }

    facts(request) {
        const {trace} = this;
        const facts = [`descriptor ${trace.fd[request]}`, this.resultOf(request),
            `submitted by ${trace.threads[trace.thread[trace.first[request]]].name}`
            + ` at ${timeText(trace.begin[request], 6)}`,
            `took ${timeText(trace.end[request] - trace.begin[request])}`];
        if (trace.priority[request] !== 0) facts.push(`priority ${trace.priority[request]}`);
        if (trace.list[request] >= 0) facts.push(`of list ${trace.list[request]}`);
        return facts.filter((fact) => fact !== '').join(' · ');
    }

    resultOf(request) {
        const {trace} = this;
        if (trace.isExpress(request)) return 'made at once by its submitter';
        const publish = trace.find(request, 'publish');
        if (publish === kNobody) return 'not done when the trace ends';
        return resultText(trace.value[publish], trace.isSync(request));
    }

    // How its time is divided, as one bar and as a list.
    stageBar(request) {
        const times = this.stages.times(request);
        const whole = times.reduce((sum, time) => sum + time, 0);
        if (whole === 0) return '';
        const present = kStages.map((stage, i) => ({...stage, time: times[i]}))
            .filter(({time}) => time > 0);
        const pieces = present.map(({key, time}) => element('span',
            {style: `flex-grow:${time / whole};background:var(--${key})`}));
        const items = present.map(({key, name, time}) => element('li', {},
            element('i', {class: 'swatch', style: `background:var(--${key})`}), name,
            element('span', {class: 'amount'}, timeText(time))));
        return element('div', {class: 'stages'},
            element('div', {class: 'bar', 'aria-hidden': 'true'}, ...pieces),
            element('ul', {}, ...items));
    }

    section(title, items) {
        if (items.length === 0) return [];
        return [element('h3', {}, title), element('ul', {class: 'others'}, ...items)];
    }

    waits(request) {
        return waitsOf(this.trace, this.stages, request).map((wait) => element('li', {},
            wait.blocker === kNobody ? reasonOf(wait)
                : this.link(wait.blocker, this.trace.describe(wait.blocker)),
            element('span', {class: 'amount'}, timeText(wait.until - wait.from))));
    }

    followers(request) {
        const shown = 20;
        const list = (requests) => {
            const items = requests.slice(0, shown).map((each) => element('li', {},
                this.link(each, this.trace.describe(each))));
            const left = requests.length - shown;
            if (left > 0) items.push(element('li', {}, `and ${countText(left)} more`));
            return items;
        };
        const {waited, joined} = followersOf(this.trace, request);
        return {waited: list(waited), joined: list(joined)};
    }

    walk(request) {
        const {trace} = this;
        const rows = [];
        for (let s = trace.first[request]; s < trace.first[request + 1]; ++s) {
            const stage = this.stages.after(s, request);
            rows.push(element('tr', {},
                element('td', {class: 'amount'}, timeText(trace.time[s] - trace.begin[request])),
                element('td', {}, element('i', stage === kDone ? {class: 'swatch'}
                    : {class: 'swatch', style: `background:var(--${kStages[stage].key})`}),
                trace.steps[trace.step[s]]),
                element('td', {}, trace.threads[trace.thread[s]].name),
                element('td', {}, this.noteOf(s, request))));
        }
        const titles = ['after', 'step', 'thread', ''].map(
            (title) => element('th', {scope: 'col'}, title));
        return element('table', {}, element('thead', {}, element('tr', {}, ...titles)),
            element('tbody', {}, ...rows));
    }

    noteOf(step, request) {
        const {trace} = this;
        const name = trace.steps[trace.step[step]];
        const other = trace.other[step];
        if (other !== kNobody) {
            const link = this.link(other, trace.title(other));
            return element('span', {}, name === 'join' ? 'with ' : 'behind ', link);
        }
        if (name === 'admit' || name === 'wait') return trace.states[trace.state[step]];
        if (name === 'end' || name === 'publish') {
            return resultText(trace.value[step], trace.isSync(request));
        }
        return name === 'deliver' && trace.value[step] !== 0
            ? resultText(trace.value[step], true) : '';
    }

    link(request, text) {
        return element('button', {type: 'button', class: 'link', click: () => this.select(request)},
            text);
    }

    button(text, click, isOff = false, name = '') {
        const attributes = {type: 'button', click};
        if (isOff) attributes.disabled = '';
        if (name) attributes['aria-label'] = attributes.title = name;
        return element('button', attributes, text);
    }
}

// What a system call has returned.
function resultText(value, isSync) {
    if (value < 0) return `error ${-value}`;
    return isSync ? 'done' : sizeText(value);
}
