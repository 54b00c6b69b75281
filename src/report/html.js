// html - what a page of html.c can do more where a browser runs it: tables are sorted by a click on
// a heading, and long ones show only the rows with a word. Without it the page is whole. src/style.sh
// takes comments out; one must begin its line. It reads the page and never makes markup of text.
'use strict';
const SORTED_FROM = 3, FILTERED_FROM = 10;

// What a row is sorted by: the number that shown amounts carry, else what they show.
function keyOf(row, at, isNumber) {
    const cell = (row.cells ? row : row.rows[0]).cells[at];
    const data = cell && cell.querySelector('data');
    const text = data ? data.value : cell ? cell.textContent.trim() : '';
    const number = parseFloat(text);
    return isNumber ? (isNaN(number) ? -1 : number) : text;
}

function sort(rows, heading, at) {
    const isNumber = heading.classList.contains('number');
    const before = heading.getAttribute('aria-sort');
    const down = before ? before === 'ascending' : isNumber;
    for (const other of heading.parentNode.cells)
        other.removeAttribute('aria-sort');
    heading.setAttribute('aria-sort', down ? 'descending' : 'ascending');
    const keyed = rows.map((row) => [keyOf(row, at, isNumber), row]);
    keyed.sort(([a], [b]) => (isNumber ? a - b : a.localeCompare(b)) * (down ? -1 : 1));
    rows[0].parentNode.append(...keyed.map(([, row]) => row));
}

function makeSortable(rows, heading, at) {
    const button = document.createElement('button');
    button.type = 'button';
    button.append(...heading.childNodes);
    heading.append(button);
    button.addEventListener('click', () => sort(rows, heading, at));
}

function makeFilter(rows, box) {
    const input = document.createElement('input');
    input.type = 'search';
    input.placeholder = document.body.dataset.filter;
    input.setAttribute('aria-label', document.body.dataset.filter);
    input.addEventListener('input', () => {
        const wanted = input.value.toLowerCase();
        for (const row of rows)
            row.hidden = !row.textContent.toLowerCase().includes(wanted);
    });
    box.before(input);
}

for (const box of document.querySelectorAll('.scroll')) {
    const table = box.firstElementChild, bodies = [...table.tBodies];
    const rows = bodies.length > 1 ? bodies : [...bodies[0].rows];
    let at = 0;
    for (const heading of rows.length < SORTED_FROM ? [] : [...table.tHead.rows[0].cells]) {
        makeSortable(rows, heading, at);
        at += heading.colSpan;
    }
    if (rows.length >= FILTERED_FROM)
        makeFilter(rows, box);
}
