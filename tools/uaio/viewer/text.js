'use strict';
// Numbers and names as people read them.

const kUnits = [[1e9, 's'], [1e6, 'ms'], [1e3, 'µs'], [1, 'ns']];

function unitOf(ns) {
    return kUnits.find(([size]) => Math.abs(ns) >= size) ?? kUnits.at(-1);
}

// A time in nanoseconds, in a unit that suits it: "12.3 µs".
function timeText(ns, digits = 3) {
    const [unit, name] = unitOf(ns);
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

// What lies between the marks of a scale, about `wanted` of them: 1, 2 or 5 times a power of ten.
function scaleStep(from, to, wanted) {
    const rough = (to - from) / wanted;
    const power = 10 ** Math.floor(Math.log10(rough));
    return [1, 2, 5, 10].map((each) => each * power).find((each) => each >= rough);
}

// A mark of that scale, with as many digits as tell it from the next one.
function markText(time, step, to) {
    if (Math.abs(time) < step / 2) return '0';
    const [unit, name] = unitOf(to);
    const decimals = Math.max(0, Math.ceil(-Math.log10(step / unit) - 1e-9));
    return `${(time / unit).toFixed(decimals)} ${name}`;
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
