// browser - what Chromium makes of HTML pages: under their own policy they ask for nothing and say
// nothing, fit a narrow screen, follow light and dark, print light, and are whole without
// JavaScript.
//
// usage: node browser.mjs CHROMIUM MODULES SCRATCH FIRST PAGE...   (writes TAP, from FIRST + 1 on)
//
// How: each page is opened anew for each way to look at it, in a context of its own. Spoilt copies
// of the first page prove that a style or a script that is not the page's own would be noticed, and
// would not run. With PICTURES=FOLDER every look is kept there as a picture, to be looked at.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const [chromiumPath, modules, scratch, first, ...pages] = process.argv.slice(2);
const { chromium } = createRequire(modules + '/')('playwright-core');
const axeSource = readFileSync(modules + '/axe-core/axe.min.js', 'utf8');
const pictures = process.env.PICTURES;
const WIDE = 1100, NARROW = 360;
let number = Number(first);

function tell(good, name, said = []) {
    for (const line of [].concat(good ? [] : said))
        console.log('# ' + String(line).replace(/\n/g, '\n# '));
    console.log(`${good ? 'ok' : 'not ok'} ${++number} ${name}`);
}

const browser = await chromium.launch({
    executablePath: chromiumPath,
    args: ['--no-sandbox', '--disable-gpu', '--hide-scrollbars', '--disable-dev-shm-usage'],
});

// ---- a page, looked at in one way

// Opens a page; noise is all that it asked for or said.
async function open(page, { scheme = 'light', width = WIDE, script = true, before = '' } = {}) {
    const context = await browser.newContext({
        viewport: { width, height: 900 }, colorScheme: scheme, javaScriptEnabled: script,
    });
    const tab = await context.newPage(), noise = [], url = 'file://' + page;
    tab.on('request', (request) => request.url() !== url && noise.push('request: ' + request.url()));
    tab.on('console', (message) => noise.push('console: ' + message.text()));
    tab.on('pageerror', (error) => noise.push('error: ' + error.message));
    tab.on('dialog', (dialog) => { noise.push('dialog: ' + dialog.message()); dialog.dismiss(); });
    if (before)
        await tab.addInitScript({ content: before });
    await tab.goto(url);
    return { tab, noise, close: () => context.close() };
}

async function keep(tab, page, look) {
    if (pictures)
        await tab.screenshot({ fullPage: true,
            path: `${pictures}/${page.replace(/.*\/|\.html$/g, '')}-${look}.png` });
}

// How bright ground and text are, 0 to 255; how wide the page is; its words, folded away or not; how
// many of them are.
function measure() {
    const bright = (name) =>
        Math.max(...getComputedStyle(document.body)[name].match(/[0-9.]+/g).slice(0, 3).map(Number));
    return {
        ground: bright('backgroundColor'), ink: bright('color'),
        width: document.documentElement.scrollWidth,
        words: document.querySelector('main').textContent,
        folded: [...document.querySelectorAll('details dd, details td')]
            .filter((one) => one.getBoundingClientRect().height === 0).length,
    };
}

function unfold() {
    document.querySelectorAll('details').forEach((one) => one.open = true);
}

// What axe says of the page with everything unfolded.
async function violations(tab) {
    await tab.evaluate(unfold);
    return tab.evaluate(async () => (await axe.run()).violations.map((one) =>
        one.id + ': ' + one.help + ': ' + one.nodes.map((node) => node.html).join(' | ')));
}

async function looks(page, look, { media, asksAxe, unfolded, ...way }) {
    const { tab, noise, close } = await open(page, { ...way, before: asksAxe ? axeSource : '' });
    if (media)
        await tab.emulateMedia({ media, colorScheme: way.scheme });
    if (unfolded)
        await tab.evaluate(unfold);
    const measured = await tab.evaluate(measure);
    await keep(tab, page, look);
    if (media)
        measured.paper = await tab.pdf({ format: 'A4' });
    if (asksAxe)
        measured.violations = await violations(tab);
    await close();
    return { noise, ...measured };
}

// ---- what is asked of each page

async function judge(page) {
    const name = page.replace(/.*\/|\.html$/g, '');
    const light = await looks(page, 'light', { asksAxe: true });
    const dark = await looks(page, 'dark', { scheme: 'dark', asksAxe: true });
    const narrow = await looks(page, 'narrow', { width: NARROW, unfolded: true });
    const print = await looks(page, 'print', { scheme: 'dark', media: 'print' });
    const still = await looks(page, 'still', { script: false });
    const noise = [light, dark, narrow, print, still].flatMap((one) => one.noise);

    tell(noise.length === 0, `${name}: asks for nothing and says nothing`, noise);
    tell(light.ground > 200 && light.ink < 80, `${name}: light`, `${light.ground} ${light.ink}`);
    tell(dark.ground < 60 && dark.ink > 180, `${name}: dark`, `${dark.ground} ${dark.ink}`);
    tell(print.ground > 250 && print.ink < 80, `${name}: prints light from a dark screen`,
        `${print.ground} ${print.ink}`);
    tell(print.folded === 0, `${name}: unfolds on paper`, print.folded);
    tell(print.paper.subarray(0, 5).toString() === '%PDF-', `${name}: prints`);
    tell(narrow.width <= NARROW, `${name}: fits ${NARROW} pixels`, narrow.width);
    tell(still.words === light.words, `${name}: is whole without JavaScript`);
    for (const [scheme, { violations }] of Object.entries({ light, dark }))
        tell(violations.length === 0, `${name}: axe finds nothing, ${scheme}`, violations);
}

// The last table of the page: its first column of numbers, and how many rows are shown.
function lastTable() {
    const table = [...document.querySelectorAll('.scroll table')].pop();
    const rows = [...table.tBodies].flatMap((body) => [...body.rows]);
    const heads = [...table.tHead.rows[0].cells];
    const at = heads.findIndex((cell) => cell.classList.contains('number'));
    return {
        numbers: rows.map((row) => parseInt(row.cells[at].textContent)),
        shown: rows.filter((row) => !row.hidden).length,
    };
}

// Sorts the last table of a page by its first numbers, then shows only rows with a word.
async function handle(page) {
    const { tab, noise, close } = await open(page);
    const box = tab.locator('.scroll').last();
    const { numbers } = await tab.evaluate(lastTable);
    const up = [...numbers].sort((a, b) => a - b).join();
    const down = [...numbers].sort((a, b) => b - a).join();
    for (const [order, name] of [[down, 'largest first'], [up, 'smallest first']]) {
        await box.locator('th.number button').first().click();
        const sorted = (await tab.evaluate(lastTable)).numbers.join();
        tell(sorted === order, `a table is sorted, ${name}`, sorted);
    }
    await box.locator('xpath=preceding-sibling::input').fill('ALERT');
    const { shown } = await tab.evaluate(lastTable);
    tell(shown === 1, 'a table shows only rows with a word', shown);
    tell(noise.length === 0, 'the script is let through', noise);
    await close();
}

// A spoilt page must make noise, and its script must not run.
async function spoil(page, name, from, to) {
    const spoilt = scratch + '/spoilt.html', text = readFileSync(page, 'utf8');
    writeFileSync(spoilt, text.replace(from, to));
    const { tab, noise, close } = await open(spoilt);
    const title = await tab.title();
    await close();
    tell(text.includes(from) && noise.length > 0 && title !== 'ran', name, [title, ...noise]);
}

try {
    for (const page of pages)
        await judge(page);
    await handle(pages[0]);
    await spoil(pages[0], 'a changed script is noticed', "'use strict'", "'use  strict'");
    await spoil(pages[0], 'a changed style is noticed', '--ink:', '--ink: ');
    await spoil(pages[0], 'a script would not run', '<main>',
        "<main><script>document.title = 'ran'</script>");
    await spoil(pages[0], 'a handler would not run', '<main>',
        '<main><img src="data:," onerror="document.title = \'ran\'">');
} catch (error) {
    tell(false, 'the browser', error.stack);
    process.exitCode = 1;
}
console.log(`1..${number}`);
await browser.close();
