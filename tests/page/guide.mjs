// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The guide to the page (docs/guides/page.LANGUAGE.html) against the page: what it calls a button is what stands on it,
// and its pictures are taken here, on the day that it tells of, in its language. They come out in the folder `guide`
// beside the screenshots; tools/guide-pictures takes them, and the names, over into the guide.
import { copyFileSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { onScreen, press } from './lib/browser.mjs';
import { catalogue } from './lib/look.mjs';
import { test } from './lib/run.mjs';
import { PHRASE, contains, equal, expect, root, shown, step, until } from './lib/world.mjs';

const LANGUAGES = ['en', 'fr'];
const PICTURES = {
    unlock: 490,
    forums: 400,
    open: 800,
    rapid: 910,
    review: 830,
    closing: 800,
    seal: 520,
    print: 660,
    list: 480,
}; // and how high each is
const WIDTH = 900;
const LARGEST = 40 * 1024; // bytes of a picture in the guide
const CODE = 'XM-KIV-2026-003';
const SAID = {
    en: [
        ['The bridge guards take money every morning.', 'women', 'threat'],
        ['We need light on the path to the well.', 'women', 'need'],
        ['There is no work since the mine was closed.', 'youth', 'cause'],
    ],
    fr: [
        ['Les gardes du pont prennent de l’argent chaque matin.', 'women', 'threat'],
        ['Il faut de la lumière sur le chemin du puits.', 'women', 'need'],
        ['Il n’y a plus de travail depuis la fermeture de la mine.', 'youth', 'cause'],
    ],
};

const guideOf = (language) => path.join(root, 'docs/guides', `page.${language}.html`);

// The name of a button, as the guide has it: <b data-key="act.lock">Lock</b>.
const NAMED = /(data-key="([^"]+)">)([^<]*)/g;
const escaped = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

// Which apostrophe and which blank it is, nobody reads.
const plain = (text) => text.replaceAll('’', "'").replaceAll(/[\u00a0\u202f]/g, ' ');

// Every button is called what stands on it, and no picture is missing.
function reads(language) {
    const guide = readFileSync(guideOf(language), 'utf8');
    const words = catalogue(language);
    const named = [...guide.matchAll(NAMED)];
    expect(named.length >= 20, `the guide (${language}) names only ${named.length} buttons`);
    for (const [, , key, text] of named) {
        const wanted = plain(escaped(words[key] ?? ''));
        equal(`what the guide (${language}) calls ${key} (tools/guide-pictures mends it)`, plain(text), wanted);
    }
    for (const name of Object.keys(PICTURES)) {
        const file = `pictures/page-${name}.${language}.webp`;
        const place = path.join(root, 'docs/guides', file);
        expect(guide.includes(`src="${file}"`), `the guide (${language}) does not show ${file}`);
        expect(existsSync(place) && statSync(place).size < LARGEST, `docs/guides/${file}: run tools/guide-pictures`);
    }
}

// Calls every button what stands on it, and takes over the pictures of this run.
function mend(language) {
    const words = catalogue(language);
    const guide = readFileSync(guideOf(language), 'utf8');
    writeFileSync(
        guideOf(language),
        guide.replace(NAMED, (_, before, key) => before + escaped(words[key]))
    );
    for (const name of Object.keys(PICTURES)) {
        const file = `page-${name}.${language}.webp`;
        copyFileSync(path.join(shown, 'guide', file), path.join(root, 'docs/guides/pictures', file));
    }
}

// Taken as it is on the screen, and made small enough for a guide by the browser itself.
async function take(page, language, name) {
    const folder = path.join(shown, 'guide');
    mkdirSync(folder, { recursive: true });
    await page.setViewportSize({ width: WIDTH, height: PICTURES[name] });
    await page.evaluate(() => {
        document.activeElement.blur();
        window.scrollTo(0, 0);
    });
    const png = await page.screenshot();
    const blank = await page.context().newPage();
    const small = await blank.evaluate(async (bytes) => {
        const image = await createImageBitmap(await (await fetch(`data:image/png;base64,${bytes}`)).blob());
        const canvas = Object.assign(document.createElement('canvas'), { width: image.width, height: image.height });
        canvas.getContext('2d').drawImage(image, 0, 0);
        return canvas.toDataURL('image/webp', 0.72).split(',')[1];
    }, png.toString('base64'));
    await blank.close();
    const bytes = Buffer.from(small, 'base64');
    expect(bytes.length < LARGEST, `the picture ${name} (${language}) has ${bytes.length} bytes`);
    writeFileSync(path.join(folder, `page-${name}.${language}.webp`), bytes);
}

async function write(page, language) {
    for (const [text, group, kind] of SAID[language]) {
        // Women sit at one table, youth at the other: who sits there comes with the table once it was said.
        const table = group === 'women' ? '1' : '2';
        const again = await page.inputValue('select[name="table"]') === table;
        await page.selectOption('select[name="table"]', table);
        if (again) {
            expect(await page.locator(`[data-name="groups"] input[value="${group}"]`).isChecked(), 'who spoke stays');
        }
        await page.locator(`[data-name="groups"] input[value="${group}"]`).check();
        await page.locator(`[data-name="kind"] input[value="${kind}"]`).check();
        await page.fill('textarea[name="text"]', text);
        if (text === SAID[language].at(-1)[0]) await take(page, language, 'rapid');
        await page.press('textarea[name="text"]', 'Enter');
        await until(
            'the draft to be kept',
            10,
            async () =>
                (await page.inputValue('textarea[name="text"]')) === '' &&
                (await page.locator('.recent > li').first().innerText()).includes(text.slice(0, 20))
        );
    }
}

async function day(world, browser, language) {
    const site = `heron-${language}`;
    const shot = (page, name) => take(page, language, name);
    await world.join(site, 'Heron');
    await world.sh(`sync founder ${site}`);
    const page = await browser.tab(await world.startNode(site));
    await onScreen(page, 'unlock');
    await page.selectOption('select[name="language"]', language);
    await onScreen(page, 'unlock');
    await shot(page, 'unlock');
    await page.fill('#passphrase', PHRASE);
    await press(page, 'unlock');
    await onScreen(page, 'explain');
    await press(page, 'explain-done', 'forums');
    await shot(page, 'forums');
    await page.locator(`[data-act="forum-open"][data-id="${CODE}"]`).click();
    await onScreen(page, 'open');
    await page.fill('input[name="languages"]', language);
    await page.keyboard.press('Enter');
    await shot(page, 'open');
    await page.locator('details:has(input[name="tables"])').evaluate((el) => (el.open = true));
    await page.fill('input[name="tables"]', '2');
    await press(page, 'forum-open-now', 'rapid');
    await write(page, language);
    await press(page, 'forum-review', 'review');
    await shot(page, 'review');
    await press(page, 'draft-sign', 'slips');
    await press(page, 'nav-forums', 'forums');
    await press(page, 'forum-rapid', 'rapid');
    await press(page, 'forum-closing', 'closing');
    await page.fill('input[name="count-female-18-35"]', '30');
    await page.fill('input[name="count-male-36-59"]', '28');
    await shot(page, 'closing');
    await press(page, 'attendance', 'closing');
    await press(page, 'seal');
    await page.locator('dialog[open]').waitFor();
    const told = await page.locator('dialog[open]').innerText();
    for (const [name, n] of [['1', '2'], ['2', '1']]) {
        const words = catalogue(language)['seal.table'].replace('{name}', name).replace('{n}', n);
        contains('what is read back', told, words);
    }
    await shot(page, 'seal');
    await press(page, 'ask-seal');
    await page.locator('.seal').waitFor();
    await press(page, 'go-print', 'print');
    await shot(page, 'print');
    await world.sh(`sync ${site}`);
    await press(page, 'nav-list', 'list');
    await shot(page, 'list');
    await world.sh(`stop ${site}`);
}

await test({}, async (world, browse) => {
    step('the secretariat plans a forum');
    await world.as(
        'founder',
        'forum',
        'plan',
        CODE,
        '--area',
        'XM-KIV',
        '--date',
        '2026-03-04',
        '--title',
        'Kivuli',
        '--place',
        'Kivuli',
        '--group',
        'women',
        '--group',
        'youth',
        '--as',
        'registrar'
    );
    world.write(
        'guide.json',
        JSON.stringify({
            asks: ['sex', 'age'],
            groups: ['community', 'women', 'youth', 'elders', 'traditional', 'religious', 'displaced', 'disabilities'],
        })
    );
    await world.startHub();
    await world.sh('sync founder');
    await world.as('founder', 'guide', 'publish', 'guide.json', '--as', 'registrar');
    const browser = await browse('guide', { width: WIDTH });
    for (const language of LANGUAGES) {
        step(`the day of the guide, in ${language}`);
        await day(world, browser, language);
    }
    if (process.env.BARAZA_GUIDE_MEND) LANGUAGES.forEach(mend);
    step('what the guide calls a button is what stands on it, and no picture is missing');
    LANGUAGES.forEach(reads);
});
