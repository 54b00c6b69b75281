// pictures - photographs a terminal's text and a page. Colours of the terminal are read from the
// escapes that it would obey; nothing is drawn that the program did not say.
//
// usage: node pictures.mjs CHROMIUM MODULES TERMINAL.ansi REPORT.html FOLDER
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const [chromiumPath, modules, terminal, report, folder] = process.argv.slice(2);
const { chromium } = createRequire(modules + '/')('playwright-core');
const browser = await chromium.launch({
    executablePath: chromiumPath,
    args: ['--no-sandbox', '--disable-gpu', '--hide-scrollbars', '--disable-dev-shm-usage'],
});

// ---- the terminal

const classes = { 1: 'bold', 2: 'dim', 31: 'red', 33: 'yellow', 36: 'cyan' };
// A letter of this size is nine pixels wide: bars have no seams.
const terminalStyle = `
    body { margin: 0; background: #1b1f27; }
    pre { display: inline-block; margin: 0; padding: 18px 22px; color: #d5dae2;
          font: 14.95px/20px "DejaVu Sans Mono", monospace; }
    .bold { font-weight: 700; color: #ffffff; } .dim { color: #97a1b0; }
    .red { color: #ff8f85; } .yellow { color: #f0c069; } .cyan { color: #6fc7de; }`;

function escaped(text) {
    return text.replace(/&/g, '&amp;').replace(/</g, '&lt;');
}

// SGR escapes become spans; anything else that begins like an escape is an error of the program.
function pageOf(ansi) {
    const parts = ansi.split(/\x1b\[([0-9;]*)m/);
    let html = escaped(parts[0]);
    for (let i = 1; i < parts.length; i += 2) {
        const names = parts[i].split(';').map((code) => classes[code]).filter(Boolean).join(' ');
        html += names ? `<span class="${names}">${escaped(parts[i + 1])}</span>`
            : escaped(parts[i + 1]);
    }
    if (html.includes('\x1b'))
        throw new Error('the terminal was told more than colours');
    return `<style>${terminalStyle}</style><pre>${html}</pre>`;
}

async function photographTerminal() {
    const tab = await browser.newPage({ viewport: { width: 1200, height: 800 } });
    await tab.setContent(pageOf(readFileSync(terminal, 'utf8')));
    await tab.locator('pre').screenshot({ path: `${folder}/terminal.png` });
    await tab.close();
}

// ---- the page

// From the top of the page, or from the heading of a section on.
async function photographPage(name, { scheme, width, height, from, unfolded = 0, sharp = 1 }) {
    const tab = await browser.newPage({ viewport: { width, height }, colorScheme: scheme,
        deviceScaleFactor: sharp });
    await tab.goto('file://' + report);
    await tab.evaluate((count) => [...document.querySelectorAll('.card details')].slice(0, count)
        .forEach((one) => one.open = true), unfolded);
    const begin = from ? await tab.evaluate((selector) => scrollY - 24 +
        document.querySelector(selector).closest('section').getBoundingClientRect().top, from) : 0;
    await tab.screenshot({ path: `${folder}/${name}.png`, fullPage: true,
        clip: { x: 0, y: Math.max(0, begin), width, height } });
    await tab.close();
}

await photographTerminal();
await photographPage('page-light', { scheme: 'light', width: 1000, height: 1000, unfolded: 1 });
await photographPage('page-dark', { scheme: 'dark', width: 1000, height: 1000, from: 'figure' });
await photographPage('page-narrow', { scheme: 'light', width: 360, height: 760, sharp: 1.5 });
await browser.close();
