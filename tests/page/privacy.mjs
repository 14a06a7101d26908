// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What the browser must not keep: after a day with words that are found nowhere else, its profile and its temporary
// files hold none of them, in eight encodings; nothing is in address, title, history or storage; no cookie; no request
// leaves this computer; Lock empties the page in every tab, and its token opens nothing any more.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { act, onScreen, press, unlock } from './lib/browser.mjs';
import { png, CAMERA_WORDS } from './lib/picture.mjs';
import { full, keep, rapid, signAll } from './lib/people.mjs';
import { test } from './lib/run.mjs';
import { equal, expect, fail, programs, step, until } from './lib/world.mjs';

const CODE = 'XM-KIV-2026-003';
const canary = path.join(programs, '../tests/e2e/canary');

const WORDS = {
    rapid: 'Les gendarmes du pont Otembé gardent le troupeau de Zéfira',
    arabic: 'أخذ الحرس مواشي عائشة قرب البئر القديم عند الفجر',
    full: 'Her brother Wamba was taken to the mill behind Kivuré',
    emoji: 'They came 🐘🔥 with lorries for the ferry rope of Nadu',
    summary: 'Summary: the mill behind Kivuré is a prison of theirs',
    identity: 'Adjoua Keïta-Zongo, the one with the blue bicycle',
    search: 'lorries for the ferry rope of Nadu',
    corrected: 'Corrected: it was the river police of Otembé alone',
    passphrase: 'a phrase for trials',
    camera: CAMERA_WORDS.slice(8),
};

function scan(folder, ...places) {
    const result = spawnSync(canary, [folder, ...places], { encoding: 'utf8' });
    if (result.status === 2) fail(`the scanner: ${result.stderr}`);
    return result.status === 0 ? '' : result.stdout;
}

// Everything that the page can find of itself in the browser.
const traces = (page) =>
    page.evaluate(async () => ({
        address: location.href,
        title: document.title,
        local: localStorage.length + sessionStorage.length,
        databases: (await indexedDB.databases()).length,
        caches: (await caches.keys()).length,
        cookies: document.cookie,
        workers: (await navigator.serviceWorker.getRegistrations()).length,
        state: JSON.stringify(history.state),
        fields: [...document.querySelectorAll('input, textarea')]
            .filter((el) => !['checkbox', 'radio', 'file', 'hidden', 'number', 'date'].includes(el.type))
            .filter((el) => el.autocomplete !== 'off' || el.getAttribute('spellcheck') !== 'false')
            .map((el) => el.name || el.id),
    }));

async function noTraces(page, address, where) {
    const found = await traces(page);
    equal(`the address at ${where}`, found.address, address);
    equal(`the title at ${where}`, found.title, 'Baraza');
    for (const name of ['local', 'databases', 'caches', 'workers']) equal(`${name} at ${where}`, found[name], 0);
    equal(`cookies at ${where}`, found.cookies, '');
    equal(`fields that the browser may remember at ${where}`, found.fields.join(), '');
    for (const words of Object.values(WORDS)) expect(!found.state.includes(words), `words in the history at ${where}`);
}

async function wordsIn(page) {
    const all = await page.evaluate(
        () =>
            document.documentElement.outerHTML + [...document.querySelectorAll('input, textarea')].map((el) => el.value)
    );
    return Object.values(WORDS).filter((words) => all.includes(words));
}

async function aDay(world, page, address) {
    await rapid(page, { text: WORDS.rapid, group: 'women', kind: 'threat' });
    await rapid(page, { text: WORDS.arabic, lang: 'ar' });
    await rapid(page, { text: WORDS.emoji, lang: 'en' });
    await noTraces(page, address, 'rapid');
    await press(page, 'rapid-detail', 'full');
    await full(page, { text: WORDS.full, summary: WORDS.summary, groups: ['youth'], lang: 'en' });
    await page.locator('details[data-part="identity"]').evaluate((el) => (el.open = true));
    await page.fill('input[name="identity"]', WORDS.identity);
    const photo = world.write('IMG_0002.png', png(1200, 900));
    const [chooser] = await Promise.all([page.waitForEvent('filechooser'), act(page, 'photo-file').click()]);
    await chooser.setFiles(photo);
    await act(page, 'attach-show').waitFor();
    await press(page, 'attach-show');
    await page.waitForFunction(() => document.querySelector('main img')?.naturalWidth > 0);
    await noTraces(page, address, 'the full form');
    await keep(page, 'rapid');
    await signAll(page);
    await noTraces(page, address, 'the slips');
    await press(page, 'nav-list', 'list');
    await page.fill('input[name="search"]', WORDS.search);
    await page.waitForFunction(() => document.querySelectorAll('.entry').length === 1);
    await press(page, 'entry-open', 'entry');
    await noTraces(page, address, 'one contribution');
    await press(page, 'go-correct', 'correct');
    await page.getByRole('radio').first().check();
    await page.fill('textarea[name="text"]', WORDS.corrected);
    await press(page, 'correct', 'entry');
}

await test({ practice: false }, async (world, browser) => {
    step('canaries, and that the scanner finds them');
    for (const folder of ['words', 'planted', 'tmp']) mkdirSync(world.path(folder));
    for (const [name, text] of Object.entries(WORDS)) writeFileSync(world.path('words', name), text);
    execFileSync(canary, ['--plant', world.path('words'), world.path('planted')]);
    expect(scan(world.path('words'), world.path('planted')).includes('rapid'), 'the scanner finds nothing');

    step('a day with words that are found nowhere else');
    await world.join('heron', 'Heron');
    await world.as(
        'heron',
        'session',
        'open',
        CODE,
        '--area',
        'XM-KIV',
        '--type',
        'town-hall',
        '--lang',
        'fr',
        '--lang',
        'ar'
    );
    const address = await world.startNode('heron');
    process.env.TMPDIR = world.path('tmp');
    const own = await browser('heron');
    const page = await own.tab(address);
    let token = null;
    page.on('request', (request) => {
        token = request.headers()['baraza-login'] ?? token;
    });
    await unlock(page, 'Heron');
    await onScreen(page, 'explain');
    await press(page, 'explain-done', 'forums');
    await press(page, 'forum-rapid', 'rapid');
    await aDay(world, page, address);

    step('what is seen while it is open is what is typed; another tab, too');
    expect((await wordsIn(page)).length, 'the test does not see what is on the page');
    const second = await own.tab(address);
    await unlock(second, 'Heron');
    await press(second, 'nav-list', 'list');
    expect((await second.locator('.entry').count()) === 4, 'the second tab shows nothing');

    step('Lock empties every tab; what the page held opens nothing');
    await page.keyboard.press('F9');
    await onScreen(page, 'unlock');
    equal('words on the locked page', (await wordsIn(page)).join(), '');
    await second.evaluate(() => import('/js/app.js').then((app) => app.refresh()));
    await onScreen(second, 'unlock');
    equal('words in the other tab', (await wordsIn(second)).join(), '');
    const status = await page.evaluate(
        (dead) =>
            fetch('/api/state', {
                method: 'POST',
                headers: { 'Content-Type': 'application/json', 'Baraza-Login': dead },
                body: '{}',
            }).then((reply) => reply.status),
        token
    );
    equal('what the token of before gets', status, 401);
    await page.goBack().catch(() => {});
    await until('the page to stay locked', 5, async () => (await page.locator('#passphrase').count()) === 1);
    equal('words after Back', (await wordsIn(page)).join(), '');
    equal('cookies', (await own.context.cookies()).length, 0);
    expect(own.requests.length > 20, 'requests were not watched');

    step('nothing of it is in the profile, nor in the temporary files');
    await own.close();
    const left = scan(world.path('words'), own.profile, world.path('tmp'));
    if (left) fail(`the browser kept words: ${left}`);
});
