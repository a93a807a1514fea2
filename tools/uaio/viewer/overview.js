'use strict';
// The whole trace on one strip, and which part of it the time line shows. It can be moved there.

const kOverviewHeight = 44;

class Overview {
    constructor(canvas, depth, view, onMove) {
        Object.assign(this, {canvas, depth, view, onMove});
        this.context = canvas.getContext('2d');
        canvas.addEventListener('pointerdown', (event) => {
            canvas.setPointerCapture(event.pointerId);
            this.moveTo(event.offsetX);
        });
        canvas.addEventListener('pointermove', (event) => {
            if (event.buttons !== 0) this.moveTo(event.offsetX);
        });
    }

    resize(width) {
        this.width = width;
        fitCanvas(this.canvas, width, kOverviewHeight);
        const columns = Math.max(1, Math.floor(width));
        this.columns = this.depth.columns(this.view.least, this.view.most, columns);
        this.highest = Math.max(1, highest(this.columns));
    }

    moveTo(x) {
        const {least, most, span} = this.view;
        const middle = least + x / this.width * (most - least);
        this.view.show(middle - span / 2, middle + span / 2);
        this.onMove();
    }

    draw(colours) {
        const {context, view, width} = this;
        context.clearRect(0, 0, width, kOverviewHeight);
        const box = {x: 0, y: 4, width, height: kOverviewHeight - 4};
        paintDepth(context, this.columns, this.highest, box, colours);
        const x = (time) => (time - view.least) / (view.most - view.least) * width;
        const left = x(view.from);
        const right = Math.max(x(view.to), left + 2);
        context.globalAlpha = 0.65;
        context.fillStyle = colours.paper;
        context.fillRect(0, 0, left, kOverviewHeight);
        context.fillRect(right, 0, width - right, kOverviewHeight);
        context.globalAlpha = 1;
        context.strokeStyle = colours.ink;
        context.lineWidth = 1;
        context.strokeRect(left + 0.5, 0.5, right - left - 1, kOverviewHeight - 1);
    }
}
