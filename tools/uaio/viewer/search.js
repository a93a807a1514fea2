'use strict';
// Searching in arrays in ascending order, and a heap.

// The first index at which `sorted` is not below `value`.
function firstNotBelow(sorted, value, from = 0) {
    let low = from;
    let high = sorted.length;
    while (low < high) {
        const middle = (low + high) >>> 1;
        if (sorted[middle] < value) low = middle + 1;
        else high = middle;
    }
    return low;
}

// The least of the numbers in it comes out first.
class Heap {
    constructor() {
        this.items = [];
    }

    get least() {
        return this.items[0];
    }

    push(value) {
        const items = this.items;
        let at = items.push(value) - 1;
        while (at > 0) {
            const above = (at - 1) >> 1;
            if (items[above] <= value) break;
            items[at] = items[above];
            at = above;
        }
        items[at] = value;
    }

    pop() {
        const items = this.items;
        const least = items[0];
        const last = items.pop();
        if (items.length > 0) this.sink(last);
        return least;
    }

    // Puts `value` where the least one was.
    sink(value) {
        const items = this.items;
        let at = 0;
        for (let below = 1; below < items.length; below = 2 * at + 1) {
            if (items[below + 1] < items[below]) ++below;
            if (items[below] >= value) break;
            items[at] = items[below];
            at = below;
        }
        items[at] = value;
    }
}
