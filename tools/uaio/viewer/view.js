'use strict';
// Which part of the time is to be seen, and where on the screen.

const kSpanMin = 50;           // ns: less than that no clock tells apart
const kMargin = 0.01;          // of the whole, left free on both sides of it

class View {
    constructor(end) {
        const whole = Math.max(end, 2 * kSpanMin);
        this.least = -kMargin * whole;
        this.most = (1 + kMargin) * whole;
        this.left = 0;         // pixels: where the time line begins
        this.width = 1;
        this.showAll();
    }

    get span() {
        return this.to - this.from;
    }

    x(time) {
        return this.left + (time - this.from) / this.span * this.width;
    }

    time(x) {
        return this.from + (x - this.left) / this.width * this.span;
    }

    showAll() {
        this.show(this.least, this.most);
    }

    // Shows that much from there on, or as near to it as there is a time line.
    show(from, to) {
        const span = Math.min(Math.max(to - from, kSpanMin), this.most - this.least);
        const middle = (from + to) / 2;
        this.from = Math.min(Math.max(middle - span / 2, this.least), this.most - span);
        this.to = this.from + span;
    }

    // Makes everything `factor` times as wide; what is at `time` stays where it is.
    zoom(factor, time = (this.from + this.to) / 2) {
        const span = Math.min(Math.max(this.span / factor, kSpanMin), this.most - this.least);
        const from = time - (time - this.from) / this.span * span;
        this.show(from, from + span);
    }

    pan(time) {
        this.show(this.from + time, this.to + time);
    }

    isVisible(begin, end) {
        return begin < this.to && end > this.from;
    }
}
