'use strict';
// Mouse, fingers and keys on the time line. Each changes the view, then calls `changed`.

const kWheelZoom = 0.0016;     // by which power of e one unit of the wheel zooms
const kKeyZoom = 1.6;
const kKeyPan = 0.15;          // of what is to be seen
const kKeysOfOthers = new Set(['ArrowLeft', 'ArrowRight', 'Home', 'End', 'Enter']);
const kClickReach = 4;         // pixels: a pointer that moves farther drags

class Input {
    constructor(scroller, canvas, picture, actions) {
        Object.assign(this, {scroller, canvas, picture, view: picture.view, actions});
        this.pointers = new Map();
        canvas.addEventListener('wheel', (event) => this.onWheel(event), {passive: false});
        canvas.addEventListener('pointerdown', (event) => this.onDown(event));
        canvas.addEventListener('pointermove', (event) => this.onMove(event));
        canvas.addEventListener('pointerup', (event) => this.onUp(event));
        canvas.addEventListener('pointercancel', (event) => this.pointers.delete(event.pointerId));
        canvas.addEventListener('pointerleave', () => actions.hover(kNobody));
        canvas.addEventListener('dblclick', (event) => this.zoomAt(event.offsetX, 3));
        document.addEventListener('keydown', (event) => this.onKey(event));
    }

    // Beside the rows, and with Alt, the wheel scrolls, as anywhere; with Shift it pans.
    onWheel(event) {
        if (event.offsetX < this.view.left || event.altKey) return;
        event.preventDefault();
        const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 33 : 1;
        const across = event.shiftKey && event.deltaX === 0 ? event.deltaY : event.deltaX;
        if (event.shiftKey || Math.abs(across) > Math.abs(event.deltaY)) {
            this.panPixels(across * unit);
        } else {
            this.zoomAt(event.offsetX, Math.exp(-event.deltaY * unit * kWheelZoom));
        }
    }

    zoomAt(x, factor) {
        this.view.zoom(factor, this.view.time(Math.max(x, this.view.left)));
        this.actions.changed();
    }

    panPixels(pixels) {
        this.view.pan(pixels / this.view.width * this.view.span);
        this.actions.changed();
    }

    onDown(event) {
        if (event.button !== 0) return;
        this.canvas.setPointerCapture(event.pointerId);
        this.pointers.set(event.pointerId, {x: event.offsetX, y: event.offsetY});
        this.travelled = this.pointers.size > 1 ? Infinity : 0;
        this.actions.hover(kNobody);
    }

    onMove(event) {
        const {offsetX: x, offsetY: y} = event;
        const before = this.pointers.get(event.pointerId);
        if (!before) {
            this.actions.hover(this.picture.requestAt(x, y), x, y);
            return;
        }
        this.travelled += Math.hypot(x - before.x, y - before.y);
        if (this.travelled <= kClickReach) return;
        if (this.pointers.size === 2) this.pinch(event.pointerId, x);
        this.panPixels((before.x - x) / this.pointers.size);
        this.scroller.scrollTop += (before.y - y) / this.pointers.size;
        this.pointers.set(event.pointerId, {x, y});
    }

    // Two fingers: as far as they move apart from each other.
    pinch(id, x) {
        const before = this.pointers.get(id);
        const other = [...this.pointers].find(([each]) => each !== id)[1];
        const least = 10;
        const wide = Math.max(least, Math.abs(x - other.x));
        this.zoomAt(other.x, wide / Math.max(least, Math.abs(before.x - other.x)));
    }

    onUp(event) {
        if (!this.pointers.delete(event.pointerId) || this.travelled > kClickReach) return;
        this.actions.select(this.picture.requestAt(event.offsetX, event.offsetY));
    }

    // Wherever the focus is, unless the key has a meaning there.
    onKey(event) {
        if (event.ctrlKey || event.metaKey || event.altKey) return;
        if (event.target.matches('input')) return;
        const isHere = event.target === this.scroller || event.target === document.body;
        if (!isHere && kKeysOfOthers.has(event.key)) return;
        const {view, actions} = this;
        const keys = {
            '+': () => view.zoom(kKeyZoom),
            '=': () => view.zoom(kKeyZoom),
            '-': () => view.zoom(1 / kKeyZoom),
            'ArrowLeft': () => view.pan(-kKeyPan * view.span),
            'ArrowRight': () => view.pan(kKeyPan * view.span),
            'Home': () => view.show(view.least, view.least + view.span),
            'End': () => view.show(view.most - view.span, view.most),
            '0': () => view.showAll(),
            'n': () => actions.step(1),
            'p': () => actions.step(-1),
            'Enter': () => actions.zoomToSelected(),
            'Escape': () => actions.select(kNobody),
        };
        const act = keys[event.key];
        if (!act) return;  // up, down and pages scroll by themselves
        event.preventDefault();
        act();
        actions.changed();
    }
}
