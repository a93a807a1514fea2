'use strict';
// A browser without a screen, and what tests ask it. Nothing here has a time limit: a test that
// hangs is ended from outside.

const assert = require('node:assert');
const path = require('node:path');
const {chromium} = require('playwright-core');

let browser;

async function open() {
    const executablePath = '/usr/bin/chromium';
    // The page is ours, and the user may be root.
    const args = ['--no-sandbox', '--disable-gpu'];
    browser = await chromium.launch({executablePath, args, timeout: 0});
}

async function close() {
    await browser.close();
}

// Shows the trace of so many requests. Whatever the page complains of, or tries to load, fails the
// test in which `done` is called.
async function show(requests, options = {}) {
    const context = await browser.newContext({viewport: {width: 1280, height: 760}, ...options});
    const page = await context.newPage();
    page.setDefaultTimeout(0);
    const complaints = [];
    const url = `file://${process.env.VIEWER_PAGES}/${requests}.html`;
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.stack));
    page.on('request', (request) => {
        if (request.url() !== url) complaints.push(`loads ${request.url()}`);
    });
    await page.goto(url);
    await page.waitForSelector('body.is-ready', {state: 'attached'});
    await drawn(page);
    const done = async () => {
        await context.close();
        assert.deepStrictEqual(complaints, []);
    };
    return {page, done};
}

// Waits until what has been asked for is on the screen.
async function drawn(page) {
    await page.evaluate(() => new Promise((resolve) => {
        requestAnimationFrame(() => requestAnimationFrame(() => resolve()));
    }));
}

async function picture(page, name) {
    await page.screenshot({path: path.join(process.env.VIEWER_PICTURES, `${name}.png`)});
}

// The part of the time that is to be seen.
function range(page) {
    return page.evaluate(() => {
        const {from, to, span} = viewer.view;
        return {from, to, span};
    });
}

// Where a request is, in pixels of the page.
async function placeOf(page, request) {
    const box = await page.locator('#timeline').boundingBox();
    const place = await page.evaluate((it) => viewer.picture.placeOf(it), request);
    return {x: box.x + place.x, y: box.y + place.y};
}

// The steps in the panel.
function walk(page) {
    return page.locator('#panel tbody td:nth-child(2)').allTextContents();
}

module.exports = {close, drawn, open, picture, placeOf, range, show, walk};
