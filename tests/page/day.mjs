// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// A day at a forum, as a facilitator has it at the page: unlock, a planned forum, 25 contributions in four languages
// (rapid and in full; with sound, with a photograph, sealed, typed from paper), a laptop that dies in the middle of a
// sentence, the evening's reading and signing, the seal and its sheet, the way to the hub and an answer back. Then all
// of it is looked for where it counts: in the hub's record, verified.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { act, lineAddsUp, onScreen, picture, press, unlock } from './lib/browser.mjs';
import { png } from './lib/picture.mjs';
import { full, keep, openPlanned, printed, rapid, signAll, toForum, told, understood } from './lib/people.mjs';
import { test } from './lib/run.mjs';
import { contains, equal, expect, pause, shown, step, until } from './lib/world.mjs';

const CODE = 'XM-KIV-2026-003';
const RAPID = [
    ['sw', 'women', 'threat', 'Askari wa daraja wanachukua pesa kila asubuhi.'],
    ['sw', 'women', 'need', 'Tunahitaji taa kwenye njia ya kisima.'],
    ['sw', 'youth', 'cause', 'Hakuna kazi tangu mgodi ulipofungwa.'],
    ['sw', 'youth', 'proposal', 'Tupeni shule ya ufundi hapa Kivuré.'],
    ['fr', 'traditional', 'threat', 'Les éleveurs passent par nos champs avant la récolte.'],
    ['fr', 'traditional', 'need', 'Il faut un juge de paix au marché, chaque semaine.'],
    ['fr', 'women', 'experience', "Ma sœur a porté plainte il y a deux ans, rien n'est venu."],
    ['fr', 'elders', 'objection', 'Nous ne voulons pas de caserne près du puits.'],
    ['ar', 'women', 'threat', 'لا نشعر بالأمان في الطريق إلى البئر بعد غروب الشمس.'],
    ['ar', 'displaced', 'cause', 'أُغلقت الآبار على الطريق القديم، فصارت القطعان تمر بالحقول.'],
    ['ar', 'youth', 'question', 'لماذا لا يُسأل الشباب قبل القرار؟'],
    ['en', 'women', 'need', 'A woman at the police post, or we do not go there.'],
    ['en', 'religious', 'proposal', 'Let the elders and the imam sit with the police each month.'],
    ['en', 'youth', 'threat', 'At night there are men with guns at the ferry.'],
    ['en', 'displaced', 'proposal', 'Mark the old route with stones, and open two wells.'],
    ['en', 'elders', 'experience', 'When I was young the chief kept one key and the women kept the other.'],
];
const FORMS = [
    [1, 'The school has no roof.'],
    [2, 'Nobody answers the telephone of the police.'],
    [4, 'The bridge is the only way, and it is closed at six.'],
];
const PLEA = 'The stone quarry pays children, and';
const PLEA_END = ' the chief looks away.';

// What a printed page holds, by its text, as a PDF.
async function pdfText(world, popup, name) {
    const file = path.join(shown, 'print', `${name}.pdf`);
    const bytes = await popup.pdf({ format: 'A4' });
    execFileSync('mkdir', ['-p', path.dirname(file)]);
    writeFileSync(file, bytes);
    await popup.close();
    return execFileSync('pdftotext', ['-layout', file, '-'], { encoding: 'utf8' });
}

async function inFull(page, fields, more) {
    await press(page, 'rapid-detail', 'full');
    await full(page, fields);
    if (more) await more();
    await keep(page, 'rapid');
}

async function recordSound(page) {
    await press(page, 'sound');
    await act(page, 'sound-stop').waitFor();
    await pause(4000);
    await press(page, 'sound-stop');
    await act(page, 'attach-show').waitFor();
    await press(page, 'attach-show');
    await page.waitForFunction(() => document.querySelector('audio')?.readyState >= 1);
}

async function takePhoto(page, file) {
    const [chooser] = await Promise.all([page.waitForEvent('filechooser'), act(page, 'photo-file').click()]);
    await chooser.setFiles(file);
    await act(page, 'attach-show').waitFor();
    await press(page, 'attach-show');
    await page.waitForFunction(() => document.querySelector('main img')?.naturalWidth > 0);
}

// The hub's own word: how many entries of a kind its record holds.
async function inRecord(world, kind) {
    const rows = await world.sh(`baraza log --state hub --kind ${kind} --json`);
    return rows.split('\n').filter(Boolean);
}

async function writeAll(world, page) {
    step('sixteen in rapid mode, in four languages');
    let [lang, group, kind] = ['', '', ''];
    for (const [a, b, c, text] of RAPID) {
        await rapid(page, {
            text,
            lang: a === lang ? null : a,
            group: b === group ? null : b,
            kind: c === kind ? null : c,
        });
        [lang, group, kind] = [a, b, c];
    }
    contains('what is said after Enter', await told(page), '16');

    step('five in full: everything, with sound, with a photograph, sealed, from two groups');
    await inFull(page, {
        text: 'Land is taken when the river moves, and the papers go with it.',
        lang: 'en',
        summary: 'Land lost to the river is not given back.',
        ask: 'A register that follows the river.',
        groups: ['traditional'],
        kind: 'threat',
        themes: ['land-disputes'],
        support: 'most',
        hands: [34, 50],
        consent: 'yes',
    });
    await inFull(page, { text: 'This one is told in her own voice.', lang: 'en', groups: ['women'] }, () =>
        recordSound(page)
    );
    const photo = world.write('IMG_0001.png', png(2400, 1600));
    await inFull(page, { text: 'The well as it is since the flood.', lang: 'en', groups: ['women'] }, () =>
        takePhoto(page, photo)
    );
    await inFull(page, {
        text: 'The patrol burned the granary, and we know who sent it.',
        lang: 'en',
        groups: ['traditional'],
        sensitivity: 'sealed',
        seal_to: ['lark', 'wren'],
    });
    await inFull(page, { text: 'نريد مدرسة للبنات قريبة من السوق.', lang: 'ar', groups: ['women', 'youth'] });
}

async function fromPaper(page) {
    step('three typed from paper forms, which were printed in the morning');
    await press(page, 'nav-forums', 'forums');
    await page.locator('[data-act="forum-full"]').click();
    await onScreen(page, 'full');
    for (const [form, text] of FORMS) {
        await full(page, { form, text, written_by: 'Second table', groups: ['youth'] });
        await press(page, 'draft-keep');
        await page.waitForFunction(() => document.querySelector('textarea[name="text"]')?.value === '');
    }
}

async function diesAndResumes(world, page, address) {
    step('the laptop dies in the middle of a sentence; the sentence is there again');
    await press(page, 'nav-forums', 'forums');
    await press(page, 'forum-rapid', 'rapid');
    await page.click('textarea[name="text"]');
    await page.keyboard.type(PLEA);
    await until('the pause to be kept', 10, () =>
        page.evaluate(() => /\d\d:\d\d:\d\d/.test(document.getElementById('rapid-state').textContent))
    );
    await world.sh('stop_hard heron');
    await page.keyboard.type(' I fear');
    await page.waitForSelector('[role="alert"]');
    await world.startNode('heron');
    await page.goto(address);
    await unlock(page, 'Heron');
    await onScreen(page, 'forums');
    await press(page, 'forum-rapid', 'rapid');
    await press(page, 'draft-continue');
    equal('what is left of the sentence', await page.inputValue('textarea[name="text"]'), PLEA);
    await page.focus('textarea[name="text"]');
    await page.keyboard.press('End');
    await page.keyboard.type(PLEA_END);
    await page.keyboard.press('Enter');
    await act(page, 'draft-change').first().waitFor();
}

async function closeForum(world, page) {
    step('who came; and a seal that reads back what it seals');
    await toForum(page, 'closing');
    const cell = page.locator('input[name^="count-"]').first();
    await cell.fill('41');
    await press(page, 'attendance');
    await until('the count to be said', 10, async () => (await told(page)).includes('41'));
    await page.fill('input[name="blank"]', '1');
    await page.fill('input[name="spoiled"]', '0');
    await press(page, 'seal');
    await page.waitForSelector('.errors');
    await page.fill('input[name="spoiled"]', '1');
    await press(page, 'seal');
    const back = await page.locator('dialog .read-back').innerText();
    for (const part of ['25 contributions', '41 people', '5 paper forms = 3 typed in + 1 spoiled + 1 blank']) {
        contains('what is read back', back, part);
    }
    await picture(page, 'day/read-back');
    await press(page, 'ask-seal');
    await page.waitForSelector('.seal');
    const seal = (await page.locator('.seal').innerText()).trim();

    step('the sheet is printed, signed and photographed');
    await press(page, 'go-print', 'print');
    const sheet = await pdfText(world, await printed(page, 'print-sheet'), 'sheet');
    for (const part of [CODE, ...seal.split(/\s+/)]) contains('the sheet', sheet, part);
    for (const [, , , text] of RAPID) expect(!sheet.includes(text), 'words are on the sheet');
    await press(page, 'print-back', 'closing');
    const photo = world.write('sheet.png', png(1800, 2400));
    const [chooser] = await Promise.all([page.waitForEvent('filechooser'), act(page, 'attest-file').click()]);
    await chooser.setFiles(photo);
    await until('the sheet to be added', 10, async () =>
        (await page.locator('main').innerText()).includes('1 signed sheet')
    );
}

await test({ practice: false }, async (world, browser) => {
    step('a consultation, a planned forum, a site');
    await world.sh(
        `baraza forum plan ${CODE} --area XM-KIV --date 2026-11-20 --group women --group youth ` +
            '--title "Kivuré town hall" --state founder --as registrar --passphrase-file "$PASS"'
    );
    await world.join('heron', 'Heron');
    await world.join('wren', 'Wren', { role: 'drafter', area: '' });
    await world.startHub();
    await world.sh('sync founder heron wren');
    await world.sh('stop hub');
    const address = await world.startNode('heron');
    const own = await browser('heron', { sound: true });
    const page = await own.tab(address);
    await unlock(page, 'Heron');
    await understood(page);
    await openPlanned(page, CODE, { languages: ['sw', 'fr', 'ar', 'en'] });

    step('five paper forms for when the generator fails');
    await toForum(page, 'closing');
    await press(page, 'go-print', 'print');
    await page.fill('input[name="count"]', '5');
    await page.selectOption('select[name="second"]', 'fr');
    const forms = await pdfText(world, await printed(page, 'print-forms'), 'forms');
    const formCodes = forms.match(/\b[0-9A-Z]{3}-[0-9A-Z]{3}-[0-9A-Z]{3}\b/g) ?? [];
    equal('codes on the forms', new Set(formCodes).size, 5);
    await press(page, 'nav-forums', 'forums');
    await press(page, 'forum-rapid', 'rapid');

    await writeAll(world, page);
    await fromPaper(page);
    await diesAndResumes(world, page, address);

    step('evening: all are read and signed');
    const slips = await signAll(page);
    equal('slips', slips, 25);
    const line = await lineAddsUp(page);
    equal('saved', line.saved, 25);
    const paper = await pdfText(world, await printed(page, 'print-slips'), 'slips');
    expect(
        (paper.match(/\b[0-9A-Z]{3}-[0-9A-Z]{3}-[0-9A-Z]{3}\b/g) ?? []).length >= 22,
        'codes are missing on the slips'
    );
    expect(!paper.includes('Kivur') && !paper.includes(CODE), 'a slip says where');

    step('one was misheard');
    await press(page, 'nav-list', 'list');
    await page.fill('input[name="search"]', 'guns at the ferry');
    await page.waitForFunction(() => document.querySelectorAll('.entry').length === 1);
    await press(page, 'entry-open', 'entry');
    await press(page, 'go-correct', 'correct');
    await page.getByRole('radio').first().check();
    await page.fill('textarea[name="text"]', 'At night there are men with guns at the mill.');
    await page.locator('fieldset[data-name="groups"] input[value="elders"]').check();
    await press(page, 'correct', 'entry');
    contains('the corrected one', await page.locator('main').innerText(), 'guns at the mill');

    await press(page, 'nav-forums', 'forums');
    await press(page, 'forum-rapid', 'rapid');
    await closeForum(world, page);

    step('a network, for a while: the ticks turn');
    await world.startHub();
    await press(page, 'nav-send', 'send');
    await picture(page, 'day/send');
    await press(page, 'send');
    await until('all to be confirmed', 60, async () => {
        await page.evaluate(() => import('/js/app.js').then((app) => app.refresh()));
        return (await lineAddsUp(page)).waiting === 0;
    });
    await press(page, 'nav-list', 'list');
    await until('the ticks to turn', 60, async () => {
        await page.evaluate(() => import('/js/app.js').then((app) => app.refresh()));
        const states = await page.locator('.entry-state').allInnerTexts();
        return states.length === 25 && states.every((state) => state.includes('confirmed'));
    });
    await picture(page, 'day/confirmed');

    step('what was recorded and photographed is at the hub, and is heard and seen here still');
    for (const [words, shows] of [
        ['in her own voice', () => document.querySelector('audio')?.readyState >= 1],
        ['since the flood', () => document.querySelector('main img')?.naturalWidth > 0],
    ]) {
        await press(page, 'nav-list', 'list');
        await page.fill('input[name="search"]', words);
        await page.waitForFunction(() => document.querySelectorAll('.entry').length === 1);
        await press(page, 'entry-open', 'entry');
        await until('the hub to have all of it', 60, async () => {
            const there = (await page.locator('main').innerText()).includes('The hub has all of it.');
            if (!there) await page.evaluate(() => import('/js/app.js').then((app) => app.draw()));
            return there;
        });
        await press(page, 'attach-show');
        await page.waitForFunction(shows);
    }
    await picture(page, 'day/photograph');

    step('an answer');
    await world.sh('baraza export --state hub --parts --out words.export');
    const rows = await world.json('heron', 'list');
    const well = rows.find((row) => JSON.stringify(row).includes('Mark the old route'));
    await world.as(
        'wren',
        'respond',
        well.id,
        '--disposition',
        'accepted',
        '--reason',
        'Two wells are in the plan.',
        '--record',
        'words.export'
    );
    await world.sh('sync wren');
    await press(page, 'nav-send', 'send');
    await press(page, 'send');
    await press(page, 'nav-list', 'list');
    await page.fill('input[name="search"]', 'old route with stones');
    await until('the answer to be seen', 60, async () => {
        await page.evaluate(() => import('/js/app.js').then((app) => app.refresh()));
        return (await page.locator('.entry-state').allInnerTexts()).join() === 'answered';
    });
    await press(page, 'entry-open', 'entry');
    contains('the answer', await page.locator('main').innerText(), 'Two wells are in the plan.');
    await picture(page, 'day/answered');
    await page.keyboard.press('F9');
    await onScreen(page, 'unlock');

    step('all of it is in the record, and the record verifies');
    equal('contributions', (await inRecord(world, 'contribution')).length, 25);
    for (const kind of ['correction', 'session-seal', 'attest', 'response', 'attendance']) {
        equal(`entries of kind ${kind}`, (await inRecord(world, kind)).length, 1);
    }
    await world.sh('baraza export --state hub --parts --out whole.export');
    contains('the auditor', await world.sh('baraza verify whole.export --charter founder/charter'), 'GOOD');
    const said = await world.sh('baraza log --record whole.export --charter founder/charter --json');
    const texts = [...RAPID.map(([, , , text]) => text), ...FORMS.map(([, text]) => text), PLEA + PLEA_END];
    for (const text of texts) contains('the record', said, text.slice(0, 40));
    expect(!said.includes('burned the granary'), 'what was sealed is readable');
    const show = await world.sh(`baraza session show ${CODE} --state hub --json`);
    for (const part of ['"sealed":25', '"people":41', '"attested_sheets":1', '"missing":0'])
        contains('the forum', show, part);
});
