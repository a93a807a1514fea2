'use strict';
// The viewer as its reader has it: by mouse, by fingers, by keys, in a large and a small window,
// with few requests and with many. Traces are those of sample_trace.cc.

const assert = require('node:assert');
const {after, before, test} = require('node:test');
const {close, drawn, open, picture, placeOf, range, show, walk} = require('./browser.js');

const kFew = 400;
const kMany = 100000;

before(open);
after(close);

// One that waited for another request.
function findWaiter(page) {
    return page.evaluate(() => {
        const {trace, stages} = viewer;
        for (let request = 0; request < trace.count; ++request) {
            const [wait] = waitsOf(trace, stages, request);
            if (wait) return {request, blocker: wait.blocker};
        }
        return undefined;
    });
}

// What a turn of the wheel does reaches the page later.
async function turnWheel(page, by) {
    const {span} = await range(page);
    await page.mouse.wheel(0, by);
    await page.waitForFunction((before) => viewer.view.span !== before, span);
}

function assertNear(one, other) {
    assert.ok(Math.abs(one - other) < 1, `${one} is not ${other}`);
}

async function zoomTo(page, request) {
    await page.evaluate((it) => viewer.zoomTo(it), request);
    await drawn(page);
}

test('all requests are there, and nothing is loaded', async () => {
    const {page, done} = await show(kFew);
    const about = await page.locator('#about').textContent();
    assert.match(about, /400 requests · 7 threads · 6 workers/);
    assert.strictEqual(await page.locator('h1').textContent(), '</script>sample');
    const shown = await page.evaluate(() => viewer.picture.layout.groups
        .filter((group) => group.isWhole)
        .flatMap((group) => group.rows.flatMap((row) => [...row.requests])));
    assert.deepStrictEqual(shown.sort((one, other) => one - other), [...Array(kFew).keys()]);
    assert.strictEqual(await page.locator('#legend li').count(), 7);
    assert.ok(await page.evaluate(() => viewer.picture.painted) > 0);
    await picture(page, 'whole');
    await done();
});

test('no two bars of a row overlap', async () => {
    const {page, done} = await show(kFew);
    const overlaps = await page.evaluate(() => viewer.picture.layout.lines.filter(({row}) => {
        for (let i = 1; i < row.count; ++i) if (row.begins[i] < row.ends[i - 1]) return true;
        return false;
    }).length);
    assert.strictEqual(overlaps, 0);
    await done();
});

test('a long bar is not lost among short ones in one pixel', async () => {
    const {page, done} = await show(kFew);
    const ends = await page.evaluate(() => {
        const bars = new Bars();
        for (let i = 0; i < 10; ++i) bars.add(i, i + 0.5, 0, kRead);
        bars.add(10, 9000, 0, kSync);
        const view = Object.assign(new View(10000), {width: 1000});
        view.show(0, 10000);
        const painted = [];
        const paper = {fillRect: (x, y, width) => painted.push(x + width)};
        const brush = new Brush(paper, readColours());
        brush.row(new Row(bars), view, 0, 10, (_, x, end) => brush.fill('', x, 0, end - x, 10));
        return painted;
    });
    assert.strictEqual(ends.length, 2);
    assertNear(ends[0], 1);
    assertNear(ends[1], 900);
    await done();
});

test('the wheel zooms, and what is under the pointer stays there', async () => {
    const {page, done} = await show(kFew);
    const {x: anywhere, y} = await placeOf(page, 200);
    const x = Math.round(anywhere);  // as the page sees it
    const timeAt = () => page.evaluate((at) => viewer.view.time(at), x);
    const [first, time] = [await range(page), await timeAt()];
    await page.mouse.move(x, y);
    await turnWheel(page, -400);
    const closer = await range(page);
    assert.ok(closer.span < first.span * 0.7);
    assertNear(await timeAt(), time);
    await turnWheel(page, 4000);
    assertNear((await range(page)).span, first.span);
    await done();
});

test('keys zoom and pan', async () => {
    const {page, done} = await show(kFew);
    const whole = await range(page);
    const press = async (key) => {
        await page.keyboard.press(key);
        await drawn(page);
        return range(page);
    };
    const closer = await press('+');
    assert.ok(closer.span < whole.span);
    const right = await press('ArrowRight');
    assert.ok(right.from > closer.from);
    assertNear(right.span, closer.span);
    assertNear((await press('Home')).from, whole.from);
    assertNear((await press('End')).to, whole.to);
    assert.ok((await press('-')).span > closer.span);
    assertNear((await press('0')).span, whole.span);
    await done();
});

test('buttons zoom', async () => {
    const {page, done} = await show(kFew);
    const whole = await range(page);
    await page.getByRole('button', {name: 'Zoom in'}).click();
    assert.ok((await range(page)).span < whole.span);
    await page.getByRole('button', {name: 'Zoom out'}).click();
    await page.getByRole('button', {name: 'all', exact: true}).click();
    assertNear((await range(page)).span, whole.span);
    await done();
});

test('dragging pans, and the strip at the top goes anywhere', async () => {
    const {page, done} = await show(kFew);
    await page.evaluate(() => viewer.view.zoom(4));
    const middle = await range(page);
    await page.mouse.move(500, 400);
    await page.mouse.down();
    await page.mouse.move(300, 400, {steps: 4});
    await page.mouse.up();
    const right = await range(page);
    assert.ok(right.from > middle.from);
    assertNear(right.span, middle.span);
    await page.locator('#overview').click({position: {x: 5, y: 20}});
    assert.ok((await range(page)).from < middle.from);
    assert.strictEqual(await page.evaluate(() => viewer.picture.selected), -1);
    await done();
});

test('two fingers zoom', async () => {
    const {page, done} = await show(kFew, {hasTouch: true});
    const whole = await range(page);
    const fingers = await page.context().newCDPSession(page);
    const touch = (type, ...points) => fingers.send('Input.dispatchTouchEvent',
        {type, touchPoints: points.map((x, id) => ({x, y: 300, id}))});
    await touch('touchStart', 400, 500);
    for (const apart of [20, 40, 80, 120]) await touch('touchMove', 400 - apart, 500 + apart);
    await touch('touchEnd');
    await drawn(page);
    assert.ok((await range(page)).span < whole.span * 0.5);
    await done();
});

test('a click shows the walk of a request, and whom it waited for', async () => {
    const {page, done} = await show(kFew);
    const {request, blocker} = await findWaiter(page);
    await zoomTo(page, request);
    const {x, y} = await placeOf(page, request);
    await page.mouse.click(x, y);
    await drawn(page);
    const panel = page.locator('#panel');
    const title = () => panel.locator('h2').textContent();
    assert.match(await title(), new RegExp(`^#${request + 1} write of 4 KiB`));
    assert.deepStrictEqual(await walk(page), ['submit', 'admit', 'ready', 'take', 'begin', 'end',
        'publish', 'deliver', 'retire']);
    await picture(page, 'walk');
    await panel.locator('.others button').first().click();
    assert.match(await title(), new RegExp(`^#${blocker + 1} write`));
    assert.ok(await panel.locator('h2').evaluate((it) => it === document.activeElement));
    const followers = panel.locator('h3:text-is("Waited for it") + ul button');
    assert.match(await followers.first().textContent(), new RegExp(`^#${request + 1} write`));
    await done();
});

test('what was made at once, and what was never finished, say so', async () => {
    const {page, done} = await show(kFew);
    const facts = async (number) => {
        await page.getByLabel('request', {exact: true}).fill(String(number));
        await page.keyboard.press('Enter');
        return page.locator('#panel .facts').textContent();
    };
    assert.match(await facts(5), /made at once/);
    assert.deepStrictEqual(await walk(page), ['express']);
    assert.match(await facts(kFew), /not done when the trace ends/);
    assert.deepStrictEqual((await walk(page)).slice(-2), ['take', 'begin']);
    await done();
});

test('all of it can be done by keys', async () => {
    const {page, done} = await show(kFew);
    const focused = () => page.evaluate(() => document.activeElement.id);
    for (let i = 0; i < 10 && await focused() !== 'scroller'; ++i) await page.keyboard.press('Tab');
    assert.strictEqual(await focused(), 'scroller');
    const title = () => page.locator('#panel h2').textContent();
    await page.keyboard.press('n');
    assert.match(await title(), /^#1 /);
    await page.keyboard.press('n');
    await page.keyboard.press('n');
    await page.keyboard.press('p');
    assert.match(await title(), /^#2 /);
    assert.match(await page.locator('#live').textContent(), /^Selected: #2 /);
    const {span} = await range(page);
    await page.keyboard.press('Enter');
    assert.ok((await range(page)).span < span);
    await page.keyboard.press('Escape');
    assert.strictEqual(await title(), 'The slowest requests');
    await done();
});

test('the pointer shows a request', async () => {
    const {page, done} = await show(kFew, {viewport: {width: 1000, height: 420}});
    await zoomTo(page, 60);
    assert.ok(await page.evaluate(() => viewer.picture.scroll) > 0);
    const {x, y} = await placeOf(page, 60);
    await page.mouse.move(x, y);
    const tip = page.locator('#tip');
    await tip.waitFor({state: 'visible'});
    assert.match(await tip.textContent(), /^#61 .*descriptor 7/);
    const box = await tip.boundingBox();
    assert.ok(Math.min(Math.abs(box.y - y), Math.abs(box.y + box.height - y)) < 30);
    await page.mouse.move(20, y);
    await tip.waitFor({state: 'hidden'});
    await done();
});

test('the slowest requests are offered', async () => {
    const {page, done} = await show(kFew);
    const first = page.locator('.slowest button').first();
    const name = await first.textContent();
    await first.click();
    assert.strictEqual(await page.locator('#panel h2').textContent(), name);
    await done();
});

test('dark and light', async () => {
    const {page, done} = await show(kFew, {colorScheme: 'dark'});
    const corner = () => page.evaluate(() => {
        const canvas = document.getElementById('timeline');
        const copy = new OffscreenCanvas(1, 1).getContext('2d', {willReadFrequently: true});
        copy.drawImage(canvas, 2, canvas.height - 2, 1, 1, 0, 0, 1, 1);
        return copy.getImageData(0, 0, 1, 1).data[0];
    });
    assert.ok(await corner() < 64);
    await picture(page, 'dark');
    await page.getByRole('button', {name: 'Light or dark'}).click();
    await drawn(page);
    assert.ok(await corner() > 192);
    await done();
});

test('the system may change over to dark', async () => {
    const {page, done} = await show(kFew, {colorScheme: 'light'});
    const theme = () => page.evaluate(() => document.documentElement.dataset.theme);
    assert.strictEqual(await theme(), 'light');
    await page.emulateMedia({colorScheme: 'dark'});
    await page.waitForFunction(() => document.documentElement.dataset.theme === 'dark');
    await done();
});

test('texts of the panel can be copied', async () => {
    const {page, done} = await show(kFew);
    const copied = await page.evaluate(() => {
        getSelection().selectAllChildren(document.getElementById('panel'));
        return getSelection().toString();
    });
    assert.match(copied, /The slowest requests/);
    assert.match(copied, /#\d+ /);
    await done();
});

test('everything that can be used has a name', async () => {
    const {page, done} = await show(kFew);
    await page.evaluate(() => viewer.select(60));
    const nameless = await page.evaluate(() => [...document.querySelectorAll(
        'button, input, section, aside, nav, canvas:not([role=presentation])')].filter((it) => {
        const text = it.labels?.[0]?.textContent || it.textContent;
        return (it.getAttribute('aria-label') ?? text).trim() === '';
    }).map((it) => it.outerHTML));
    assert.deepStrictEqual(nameless, []);
    await page.getByRole('application', {name: /Time line/}).waitFor();
    await page.getByRole('img', {name: /Requests in flight/}).waitFor();
    await done();
});

test('a small window has room for everything', async () => {
    const {page, done} = await show(kFew, {viewport: {width: 400, height: 700}});
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(width <= 400, `the page is ${width} pixels wide`);
    await zoomTo(page, 60);
    const {x, y} = await placeOf(page, 60);
    await page.mouse.click(x, y);
    await drawn(page);
    assert.match(await page.locator('#panel h2').textContent(), /^#61 /);
    for (const part of ['#timeline', '#panel', '#legend', '#overview', '#theme']) {
        const box = await page.locator(part).boundingBox();
        assert.ok(box.width > 0 && box.x >= 0 && box.x + box.width <= 400.5, part);
    }
    await picture(page, 'small');
    await done();
});

test('an empty trace says so', async () => {
    const {page, done} = await show(0);
    assert.ok(await page.getByText('There is no request in this trace.').isVisible());
    await picture(page, 'empty');
    await done();
});

// At most two rectangles in a pixel of each row that is to be seen, whatever is in it.
async function checkFewPainted(page) {
    const {painted, lines, width} = await page.evaluate(() => {
        const {layout, scroll, height, view, painted: count} = viewer.picture;
        const visible = layout.visible(layout.lines, scroll, scroll + height).length;
        return {painted: count, lines: visible, width: view.width};
    });
    assert.ok(painted > 0 && painted <= 2 * lines * (width + 2), `${painted} in ${lines} rows`);
}

test('many requests are drawn with little', async () => {
    const {page, done} = await show(kMany);
    assert.match(await page.locator('#about').textContent(), /100,000 requests/);
    await checkFewPainted(page);
    await picture(page, 'many');
    // All of these turns of the wheel happen between two frames.
    const frames = await page.evaluate(async () => {
        const first = viewer.frames;
        const canvas = document.getElementById('timeline');
        for (let i = 0; i < 40; ++i) {
            canvas.dispatchEvent(new WheelEvent('wheel', {deltaY: -100, cancelable: true,
                clientX: canvas.getBoundingClientRect().x + 400, clientY: 300}));
        }
        await new Promise((resolve) => {
            requestAnimationFrame(() => requestAnimationFrame(() => resolve()));
        });
        return viewer.frames - first;
    });
    assert.strictEqual(frames, 1);
    assert.ok((await range(page)).span < 2e6);
    await checkFewPainted(page);
    await done();
});

test('one of many requests is found by its number', async () => {
    const {page, done} = await show(kMany);
    await page.getByLabel('request', {exact: true}).fill('77777');
    await page.keyboard.press('Enter');
    assert.match(await page.locator('#panel h2').textContent(), /^#77777 /);
    await zoomTo(page, 77776);
    const {from, to} = await range(page);
    const begin = await page.evaluate(() => viewer.trace.begin[77776]);
    assert.ok(from < begin && begin < to);
    await picture(page, 'one-of-many');
    await done();
});
