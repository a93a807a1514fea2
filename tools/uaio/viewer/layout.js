'use strict';
// Where the rows are: one below the other, from 0 on.

const kGroupGap = 6;
const kSectionGap = 18;
// A group of that many rows has rows of that height.
const kRowHeights = [{rows: 1, height: 17}, {rows: 24, height: 15}, {rows: 40, height: 8},
    {rows: Infinity, height: 4}];

class Layout {
    // Sections are lists of groups; `rowOf` says which row of its descriptor's group a request has.
    constructor(sections, trace, rowOf) {
        this.lines = [];
        this.groups = [];
        this.trace = trace;
        this.rowOf = rowOf;
        this.height = kGroupGap;
        for (const groups of sections) {
            for (const group of groups) this.add(group);
            this.height += kSectionGap;
        }
        this.ofDescriptor = new Map(
            this.groups.filter(({isWhole}) => isWhole).map((group) => [group.fd, group]));
        this.ofThread = new Map(
            this.groups.filter(({thread}) => thread).map((group) => [group.thread, group]));
    }

    add(group) {
        const {height} = kRowHeights.find(({rows}) => group.rows.length <= rows);
        const gap = height >= 8 ? 2 : 1;
        group.y = this.height;
        group.rowHeight = height;
        for (const row of group.rows) {
            this.lines.push({row, group, y: this.height, height: height - gap});
            this.height += height;
        }
        group.height = this.height - group.y;
        this.groups.push(group);
        this.height += kGroupGap;
    }

    // The lines that are to be seen between two heights.
    visible(items, top, bottom) {
        return items.slice(this.indexAt(items, top), this.indexAt(items, bottom) + 1);
    }

    // Of the last one that begins at or above y.
    indexAt(items, y) {
        let low = 0;
        let high = items.length;
        while (low < high) {
            const middle = (low + high) >> 1;
            if (items[middle].y <= y) low = middle + 1;
            else high = middle;
        }
        return Math.max(0, low - 1);
    }

    lineAt(y) {
        const line = this.lines[this.indexAt(this.lines, y)];
        return line && y >= line.y - 1 && y <= line.y + line.height + 1 ? line : undefined;
    }

    // The place of a request in the group of its descriptor.
    place(request) {
        const group = this.ofDescriptor.get(this.trace.fd[request]);
        const y = group.y + this.rowOf[request] * group.rowHeight;
        return {y, height: group.rowHeight - (group.rowHeight >= 8 ? 2 : 1)};
    }

    placeOfThread(thread) {
        const group = this.ofThread.get(this.trace.threads[thread]);
        return {y: group.y, height: group.rowHeight - 2};
    }
}
