// browser - what Chromium makes of HTML pages: under their own policy they ask for nothing and say
// nothing, fit a narrow screen, follow light and dark, print light, and need no JavaScript.
//
// usage: node browser.mjs CHROMIUM AXE SCRATCH FIRST PAGE...   (writes TAP, from number FIRST + 1 on)
//
// How: the DevTools protocol over Chromium's own pipe (file descriptors 3 and 4, messages that end
// in a NUL), so that nothing but Node.js is needed. Two spoilt copies of the first page prove that
// the test would notice a style or a script that is not the page's own.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';

const [chromium, axeFile, scratch, first, ...pages] = process.argv.slice(2);
const WIDE = 1100, NARROW = 360;
let number = Number(first);

function tell(good, name, said = []) {
    for (const line of [].concat(good ? [] : said))
        console.log('# ' + String(line).replace(/\n/g, '\n# '));
    console.log(`${good ? 'ok' : 'not ok'} ${++number} ${name}`);
}

// ---- the protocol

const browser = spawn(chromium, [
    '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
    '--disable-background-networking', '--disable-component-update', '--disable-sync',
    '--disable-dev-shm-usage', '--hide-scrollbars', `--user-data-dir=${scratch}/profile`,
    '--remote-debugging-pipe', 'about:blank',
], { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] });
const waiting = new Map();
let heard = () => {}, rest = '', calls = 0;

browser.stdio[4].setEncoding('utf8').on('data', (text) => {
    const messages = (rest + text).split('\0');
    rest = messages.pop();
    for (const message of messages.map((one) => JSON.parse(one))) {
        if (!waiting.has(message.id)) {
            heard(message);
            continue;
        }
        const { resolve, reject } = waiting.get(message.id);
        waiting.delete(message.id);
        message.error ? reject(new Error(message.error.message)) : resolve(message.result);
    }
});

function call(method, params = {}, sessionId = undefined) {
    const id = ++calls;
    browser.stdio[3].write(JSON.stringify({ id, method, params, sessionId }) + '\0');
    return new Promise((resolve, reject) => waiting.set(id, { resolve, reject }));
}

// ---- a page, looked at in one way

// Opens a page in a tab of its own; noise is all that it asked for or said.
async function open(page, { dark = false, width = WIDE, script = true, print = false }) {
    const { targetId } = await call('Target.createTarget', { url: 'about:blank' });
    const { sessionId } = await call('Target.attachToTarget', { targetId, flatten: true });
    const tab = (method, params) => call(method, params, sessionId);
    const noise = [], url = 'file://' + page;
    let loaded;
    const done = new Promise((resolve) => { loaded = resolve; });
    heard = ({ method, params }) => {
        if (method === 'Page.loadEventFired')
            loaded();
        else if (method === 'Network.requestWillBeSent' && params.request.url !== url)
            noise.push('request: ' + params.request.url);
        else if (method === 'Log.entryAdded')
            noise.push('log: ' + params.entry.text);
        else if (method === 'Runtime.consoleAPICalled' || method === 'Runtime.exceptionThrown' ||
                 method === 'Page.javascriptDialogOpening')
            noise.push(method + ': ' + JSON.stringify(params).slice(0, 300));
    };
    for (const domain of ['Page', 'Network', 'Log', 'Runtime'])
        await tab(domain + '.enable');
    await tab('Emulation.setScriptExecutionDisabled', { value: !script });
    await tab('Emulation.setDeviceMetricsOverride',
        { width, height: 900, deviceScaleFactor: 1, mobile: false });
    await tab('Emulation.setEmulatedMedia', {
        media: print ? 'print' : 'screen',
        features: [{ name: 'prefers-color-scheme', value: dark ? 'dark' : 'light' }],
    });
    await tab('Page.navigate', { url });
    await done;
    return { tab, noise, close: () => call('Target.closeTarget', { targetId }) };
}

async function value(tab, expression) {
    const { result, exceptionDetails } =
        await tab('Runtime.evaluate', { expression, returnByValue: true, awaitPromise: true });
    if (exceptionDetails)
        throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
}

// How bright ground and text are, 0 to 255.
const brightness = `['backgroundColor', 'color'].map((name) =>
    Math.max(...getComputedStyle(document.body)[name].match(/[0-9.]+/g).slice(0, 3).map(Number)))`;

async function looks(page, way) {
    const { tab, noise, close } = await open(page, way);
    const { cssContentSize } = await tab('Page.getLayoutMetrics');
    const picture = await tab('Page.captureScreenshot', { format: 'png' });
    const [ground, ink] = way.script === false ? [] : await value(tab, brightness);
    await close();
    return { noise, width: cssContentSize.width, picture: picture.data, ground, ink };
}

// ---- what is asked of each page

async function axe(page, dark) {
    const { tab, close } = await open(page, { dark });
    await value(tab, readFileSync(axeFile, 'utf8') + ';0');
    const found = await value(tab, `axe.run().then(({ violations }) => violations.map((one) =>
        one.id + ': ' + one.help + ': ' + one.nodes.map((node) => node.html).join(' | ')))`);
    await close();
    return found;
}

async function judge(page) {
    const name = page.replace(/.*\/|\.html$/g, '');
    const light = await looks(page, {});
    const dark = await looks(page, { dark: true, width: NARROW });
    const print = await looks(page, { dark: true, print: true });
    const still = await looks(page, { script: false });
    const noise = [light, dark, print, still].flatMap((one) => one.noise);

    tell(noise.length === 0, `${name}: asks for nothing and says nothing`, noise);
    tell(light.ground > 200 && light.ink < 80, `${name}: light`, `${light.ground} ${light.ink}`);
    tell(dark.ground < 60 && dark.ink > 180, `${name}: dark`, `${dark.ground} ${dark.ink}`);
    tell(print.ground > 250 && print.ink < 80, `${name}: prints light from a dark screen`,
        `${print.ground} ${print.ink}`);
    tell(dark.width <= NARROW, `${name}: fits ${NARROW} pixels`, dark.width);
    tell(still.picture === light.picture, `${name}: looks the same without JavaScript`);
    for (const isDark of existsSync(axeFile) ? [false, true] : []) {
        const found = await axe(page, isDark);
        tell(found.length === 0, `${name}: axe finds nothing, ${isDark ? 'dark' : 'light'}`, found);
    }
}

// A spoilt page must make noise, and its script must not run.
async function spoil(page, name, from, to) {
    const spoilt = scratch + '/spoilt.html', text = readFileSync(page, 'utf8');
    writeFileSync(spoilt, text.replace(from, to));
    const { tab, noise, close } = await open(spoilt, {});
    const title = await value(tab, 'document.title');
    await close();
    tell(text.includes(from) && noise.length > 0 && title !== 'ran', name, [title, ...noise]);
}

async function main() {
    for (const page of pages)
        await judge(page);
    if (!existsSync(axeFile))
        console.log(`ok ${++number} axe # SKIP axe-core is not in ${axeFile}`);
    await spoil(pages[0], 'a changed style is noticed', '--ink:', '--ink: ');
    await spoil(pages[0], 'a script would not run', '<main>', "<main><script>document.title = 'ran'</script>");
    await spoil(pages[0], 'a handler would not run', '<main>',
        '<main><img src="data:," onerror="document.title = \'ran\'">');
    console.log(`1..${number}`);
}

// A browser that cannot start, or dies, must not be waited for.
browser.on('exit', () => process.exit(1));
setTimeout(() => process.exit(1), 120000).unref();
try {
    await main();
} catch (error) {
    tell(false, 'the browser', error.stack);
    process.exitCode = 1;
}
// Its helpers may still write into the profile when it has gone.
browser.removeAllListeners('exit');
browser.on('exit', () => rmSync(scratch + '/profile',
    { recursive: true, force: true, maxRetries: 20, retryDelay: 100 }));
call('Browser.close');
