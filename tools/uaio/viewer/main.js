'use strict';
// Puts the page together, and draws it again whenever something has changed.

class Viewer {
    constructor(trace) {
        this.trace = trace;
        this.stages = new Stages(trace);
        this.view = new View(trace.end_ns);
        this.frames = 0;
        this.parts = Object.fromEntries(
            ['overview', 'scroller', 'content', 'timeline', 'panel', 'tip', 'range', 'live',
                'number'].map((id) => [id, document.getElementById(id)]));
        this.buildPicture();
        const select = (request) => this.select(request);
        this.panel = new Panel(this.parts.panel, trace, this.stages,
            {select, zoom: (request) => this.zoomTo(request)});
        this.input = new Input(this.parts.scroller, this.parts.timeline, this.picture, {
            select,
            changed: () => {
                this.hover(kNobody);
                this.redraw();
            },
            hover: (...where) => this.hover(...where),
            step: (by) => this.step(by),
            zoomToSelected: () => this.zoomTo(this.picture.selected),
        });
        this.panel.show(kNobody);
        this.watch();
    }

    buildPicture() {
        const {trace, stages, view, parts} = this;
        const rowOf = new Uint32Array(trace.count);
        const sections = [threadGroups(trace, stages), descriptorGroups(trace, stages, rowOf)];
        const depth = new Depth(trace, stages);
        const layout = new Layout(sections, trace, rowOf);
        this.picture = new Picture(parts.timeline, trace, stages, layout, depth, view);
        this.overview = new Overview(parts.overview, depth, view, () => this.redraw());
        parts.content.style.height = `${layout.height + kPinned}px`;
    }

    watch() {
        const {scroller, number} = this.parts;
        new ResizeObserver(() => this.resize()).observe(scroller);
        scroller.addEventListener('scroll', () => {
            this.hover(kNobody);
            this.redraw();
        });
        number.max = this.trace.count;
        number.addEventListener('change', () => this.goTo(number.valueAsNumber - 1));
        const zoom = (factor) => () => {
            this.view.zoom(factor);
            this.redraw();
        };
        const buttons = {
            in: zoom(2), out: zoom(0.5), all: zoom(1e-9),
            theme: () => {
                kTheme.toggle();
                this.useColours();
            },
        };
        for (const [id, act] of Object.entries(buttons)) {
            document.getElementById(id).addEventListener('click', act);
        }
        kTheme.onSystemChange(() => this.useColours());
        this.useColours();
    }

    resize() {
        const {scroller, overview} = this.parts;
        this.picture.resize(scroller.clientWidth, scroller.clientHeight);
        this.overview.resize(overview.parentElement.clientWidth);
        this.redraw();
    }

    useColours() {
        this.colours = readColours();
        this.redraw();
    }

    // Many changes between two frames are drawn once.
    redraw() {
        if (this.pending) return;
        this.pending = true;
        requestAnimationFrame(() => {
            this.pending = false;
            if (this.picture.width) this.draw();
        });
    }

    draw() {
        ++this.frames;
        this.picture.scroll = this.parts.scroller.scrollTop;
        this.picture.draw(this.colours);
        this.overview.draw(this.colours);
        const {from, to} = this.view;
        this.parts.range.textContent =
            `${timeText(to - from)} from ${timeText(Math.max(0, from), 6)}`;
    }

    select(request) {
        this.picture.selected = request;
        this.panel.show(request);
        this.parts.number.value = request === kNobody ? '' : request + 1;
        this.parts.live.textContent = request === kNobody ? 'No request is selected'
            : `Selected: ${this.trace.describe(request)}`;
        document.body.classList.toggle('has-selection', request !== kNobody);
        if (request !== kNobody) this.reveal(request);
        this.redraw();
    }

    // Moves the view as little as is needed to have the request in it.
    reveal(request) {
        const {view, trace, picture} = this;
        const [begin, end] = [trace.begin[request], trace.end[request]];
        if (!view.isVisible(begin, end)) {
            const half = Math.max(view.span, (end - begin) * 1.2) / 2;
            view.show((begin + end) / 2 - half, (begin + end) / 2 + half);
        }
        const {y} = picture.layout.place(request);
        const room = this.parts.scroller.clientHeight - kPinned;
        const top = this.parts.scroller.scrollTop;
        if (y < top || y > top + room - 20) this.parts.scroller.scrollTop = y - room / 2;
    }

    zoomTo(request) {
        if (request === kNobody) return;
        const {begin, end} = this.trace;
        const margin = Math.max(end[request] - begin[request], 1000) * 0.3;
        this.view.show(begin[request] - margin, end[request] + margin);
        this.reveal(request);
        this.redraw();
    }

    step(by) {
        const {selected} = this.picture;
        const first = this.trace.count > 0 ? firstNotBelow(this.trace.begin, this.view.from) : 0;
        this.goTo(selected === kNobody ? first : selected + by);
    }

    goTo(request) {
        if (request >= 0 && request < this.trace.count) this.select(request);
    }

    hover(request, x, y) {
        const {tip, timeline} = this.parts;
        tip.hidden = request === kNobody;
        timeline.style.cursor = request === kNobody ? '' : 'pointer';
        if (tip.hidden) return;
        const times = this.stages.times(request);
        const parts = kStages.map(({name}, i) => ({name, time: times[i]}))
            .filter(({time}) => time > 0).map(({name, time}) => `${name} ${timeText(time)}`);
        tip.replaceChildren(
            element('strong', {}, this.trace.describe(request)), element('br'),
            `descriptor ${this.trace.fd[request]} · ${parts.join(', ') || 'made at once'}`);
        const {width, height, scroll} = this.picture;
        const right = Math.max(4, width - tip.offsetWidth - 8);
        const below = y + 18;
        const hasRoom = below + tip.offsetHeight < height;
        tip.style.left = `${Math.min(x + 14, right)}px`;
        tip.style.top = `${scroll + (hasRoom ? below : y - tip.offsetHeight - 10)}px`;
    }
}

function describeTrace(facts) {
    document.title = `${facts.program} (${facts.pid}), trace`;
    document.getElementById('program').textContent = facts.program;
    const workers = facts.threads.filter(({worker}) => worker).length;
    document.getElementById('about').textContent = [`process ${facts.pid}`, timeText(facts.end_ns),
        plural(facts.requests, 'request'), plural(facts.threads.length, 'thread'),
        plural(workers, 'worker')].join(' · ');
    const lost = [];
    if (facts.dropped > 0) {
        lost.push(`The file was full: ${plural(facts.dropped, 'later step')} are not in it.`);
    }
    if (facts.left_out > 0) lost.push(`${plural(facts.left_out, 'damaged step')} left out.`);
    document.getElementById('lost').textContent = lost.join(' ');
}

function showLegend() {
    const items = kStages.map(({key, name, note}) => element('li', {title: note},
        element('i', {class: 'swatch', style: `background:var(--${key})`}), name));
    document.getElementById('legend').replaceChildren(...items);
}

let viewer;

function start() {
    const facts = JSON.parse(document.getElementById('facts').textContent);
    const bytes = document.getElementById('bytes');
    describeTrace(facts);
    showLegend();
    document.body.classList.toggle('is-empty', facts.requests === 0);
    viewer = new Viewer(new Trace(facts, bytes.textContent.trim()));
    bytes.remove();
    document.body.classList.add('is-ready');
}

// After the page itself has been shown: to read a long trace takes a while.
requestAnimationFrame(() => setTimeout(start));
