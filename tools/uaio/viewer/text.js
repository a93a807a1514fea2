'use strict';
// Numbers and names as people read them.

const kUnits = [[1e9, 's'], [1e6, 'ms'], [1e3, 'µs'], [1, 'ns']];

// A time in nanoseconds, in a unit that suits it: "12.3 µs".
function timeText(ns, digits = 3) {
    const [unit, name] = kUnits.find(([size]) => Math.abs(ns) >= size) ?? kUnits[3];
    const value = ns / unit;
    const decimals = Math.max(0, digits - Math.max(1, Math.floor(Math.log10(Math.abs(value))) + 1));
    return `${value === 0 ? 0 : value.toFixed(unit === 1 ? 0 : decimals)} ${name}`;
}

function countText(number) {
    return number.toLocaleString('en');
}

function plural(number, noun) {
    return `${countText(number)} ${noun}${number === 1 ? '' : 's'}`;
}

function sizeText(bytes) {
    const power = ['bytes', 'KiB', 'MiB', 'GiB'];
    let size = bytes;
    let i = 0;
    for (; i < 3 && size >= 1024 && size % 1024 === 0; ++i) size /= 1024;
    return `${countText(size)} ${power[i]}`;
}

// Marks of a scale between `from` and `to`, about `wanted` of them: 1, 2 or 5 times a power of ten.
function scaleStep(from, to, wanted) {
    const rough = (to - from) / wanted;
    const power = 10 ** Math.floor(Math.log10(rough));
    return [1, 2, 5, 10].map((each) => each * power).find((each) => each >= rough);
}

// An element with attributes (functions are listeners) and children (elements and texts).
function element(tag, attributes = {}, ...children) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
        if (typeof value === 'function') made.addEventListener(name, value);
        else made.setAttribute(name, value);
    }
    made.append(...children);
    return made;
}
