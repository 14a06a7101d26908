// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What goes wrong at a forum, and what the page says then: power lost while typing or recording, two tabs with one
// draft, two people at one laptop, a wrong passphrase, a page that was left alone, a full disk. Nothing that was typed
// is lost but the words since the last pause, and nobody sees another's drafts. (All notices: the tour of words.mjs.)
import { act, onScreen, picture, press, unlock } from './lib/browser.mjs';
import { rapid, toForum, understood } from './lib/people.mjs';
import { test } from './lib/run.mjs';
import { contains, equal, expect, pause, step, until } from './lib/world.mjs';

const CODE = 'XM-KIV-2026-003';
const PAUSED = 'They took the ferry rope, and since then';
const LOST = ' nobody';

const field = (page) => page.locator('textarea[name="text"]');

const keptSoFar = (page) =>
    until('the pause to be kept', 10, () =>
        page.evaluate(() => /\d\d:\d\d:\d\d/.test(document.getElementById('rapid-state').textContent))
    );

async function toRapid(page, address, name) {
    await page.goto(address);
    await unlock(page, name);
    await onScreen(page, 'forums');
    await press(page, 'forum-rapid', 'rapid');
}

async function powerLost(world, browser, address) {
    step('power is lost in the middle of a word: all but the last moment is there again');
    const doomed = await browser('doomed');
    const page = await doomed.tab(address);
    await unlock(page, 'Heron');
    await understood(page);
    await press(page, 'forum-rapid', 'rapid');
    await field(page).click();
    await page.keyboard.type(PAUSED);
    await keptSoFar(page);
    await page.keyboard.type(LOST);
    doomed.kill();
    await world.sh('stop_hard heron');
    await world.startNode('heron');
}

async function resumed(page, address) {
    await toRapid(page, address, 'Heron');
    await press(page, 'draft-continue');
    const text = await field(page).inputValue();
    expect(text.startsWith(PAUSED) && (PAUSED + LOST).startsWith(text), `what is left is "${text}"`);
    await field(page).press('Enter');
    await act(page, 'draft-change').first().waitFor();
}

async function twoTabs(browser, page, address) {
    step('two tabs with one draft: the second is told, and no words are lost');
    await press(page, 'draft-change', 'full');
    const other = await browser.tab(address);
    await unlock(other, 'Heron');
    await onScreen(other, 'forums');
    await press(other, 'forum-review', 'review');
    await press(other, 'draft-change', 'full');
    await field(other).fill('The second tab says this.');
    await until('the second tab to be kept', 10, () =>
        other.evaluate(() => /\d\d:\d\d:\d\d/.test(document.querySelector('main').innerText))
    );
    await pause(600);
    await field(page).fill('The first tab says that.');
    await page.waitForSelector('dialog');
    const asked = await page.locator('dialog').innerText();
    contains('the question', asked, 'The second tab says this.');
    contains('the question', asked, 'The first tab says that.');
    await press(page, 'ask-both');
    await page.waitForSelector('dialog', { state: 'detached' });
    await press(page, 'draft-keep', 'rapid');
    await toForum(page, 'review');
    const all = await page.locator('main').innerText();
    for (const words of ['The second tab says this.', 'The first tab says that.']) contains('the drafts', all, words);
    await other.close();
}

async function twoPeople(browser, page, address) {
    step('two people at one laptop: each sees her own drafts, and no others');
    const hers = await browser('acacia');
    const other = await hers.tab(address);
    await unlock(other, 'Acacia');
    await understood(other);
    await press(other, 'forum-rapid', 'rapid');
    await rapid(other, { text: 'Only Acacia knows this.', group: 'women' });
    await toForum(other, 'review');
    const seen = await other.locator('main').innerText();
    contains('her drafts', seen, 'Only Acacia knows this.');
    expect(!seen.includes('tab says'), "Heron's drafts are shown to Acacia");
    const listed = await other.evaluate(() =>
        import('/js/api.js').then((api) => api.call('draft/list', {}).then((reply) => JSON.stringify(reply)))
    );
    expect(!listed.includes('tab says'), "Heron's drafts are given to Acacia");
    await page.reload();
    await unlock(page, 'Heron');
    await onScreen(page, 'forums');
    await press(page, 'forum-review', 'review');
    expect(!(await page.locator('main').innerText()).includes('Only Acacia'), "Acacia's drafts are shown to Heron");
    await press(other, 'draft-discard').catch(() => {});
    await hers.close();
}

async function wrongPhrase(page) {
    step('a wrong passphrase is said in words, and the next try waits');
    await page.keyboard.press('F9');
    await onScreen(page, 'unlock');
    await page.getByRole('radio', { name: 'Heron', exact: true }).check();
    await page.fill('#passphrase', 'not this one');
    await press(page, 'unlock');
    const words = await page.locator('.errors').innerText();
    contains('what is said', words, 'Capitals');
    equal('the field', await page.inputValue('#passphrase'), '');
    const seconds = Number(words.match(/(\d+) second/)?.[1] ?? 1);
    await pause(seconds * 1000 + 200);
    await unlock(page, 'Heron');
    await press(page, 'nav-forums', 'forums');
}

async function leftAlone(page, address) {
    step('a page that is left alone locks; what was being typed is there again');
    await page.clock.install();
    await toRapid(page, address, 'Heron');
    await field(page).fill('Half of what she said');
    await page.clock.runFor(3000);
    await keptSoFar(page);
    await page.clock.fastForward('01:01:00');
    await onScreen(page, 'unlock');
    expect(!(await page.content()).includes('Half of what'), 'the locked page shows what was typed');
    await page.clock.resume();
    await page.reload();
    await toRapid(page, address, 'Heron');
    await press(page, 'draft-continue');
    equal('what is left', await field(page).inputValue(), 'Half of what she said');
    await field(page).press('Enter');
    await act(page, 'draft-change').first().waitFor();
}

async function soundInterrupted(world, browser, address) {
    step('power is lost while somebody speaks: all but the last seconds of the sound are kept');
    const doomed = await browser('recorder', { sound: true });
    const page = await doomed.tab(address);
    await unlock(page, 'Heron');
    await press(page, 'nav-forums', 'forums');
    await press(page, 'forum-rapid', 'rapid');
    await field(page).fill('Told in her own voice.');
    await press(page, 'rapid-detail', 'full');
    await press(page, 'sound');
    await act(page, 'sound-stop').waitFor();
    await pause(7500); // two pieces of it have gone to the node
    doomed.kill();
    await world.sh('stop_hard heron');
    await world.startNode('heron');
    const again = await browser('listener');
    const other = await again.tab(address);
    await unlock(other, 'Heron');
    await onScreen(other, 'forums');
    await press(other, 'forum-review', 'review');
    const card = other.locator('main li', { hasText: 'Told in her own voice.' });
    await card.locator('[data-act="draft-change"]').click();
    await onScreen(other, 'full');
    await press(other, 'attach-finish');
    await press(other, 'attach-show');
    const heard = await other.waitForFunction(() => {
        const sound = document.querySelector('audio');
        if (!sound || sound.readyState < 1) return 0;
        if (sound.duration === Infinity) sound.currentTime = 1e6; // a browser's recording says no length until its end
        return Number.isFinite(sound.duration) && sound.duration;
    });
    const seconds = await heard.jsonValue();
    expect(seconds > 4, `only ${seconds} seconds of more than seven are left`);
    await again.close();
}

// A site on a disk of its own, of 24 MB; false where nobody lets us mount one.
async function smallDisk(world) {
    await world.join('owl', 'Owl');
    await world.as('owl', 'session', 'open', 'XM-KIV-2026-004', '--area', 'XM-KIV', '--lang', 'en');
    const made =
        'truncate -s 24M small.img && mkfs.ext4 -q -m 0 small.img && mkdir small && mount -o loop small.img small';
    const mounted = await world.sh(`${made} && mv owl small/owl && ln -s small/owl owl && echo yes || echo no`);
    return mounted.trim().endsWith('yes');
}

async function fullDisk(world, browser) {
    step('the disk is full: it says so, the words stay, and are kept once there is room');
    if (!(await smallDisk(world))) {
        console.log('skipped: no small disk can be mounted here (root and a loop device are needed)');
        return;
    }
    try {
        const address = await world.startNode('owl');
        const own = await browser('owl');
        const page = await own.tab(address);
        await unlock(page, 'Owl');
        await understood(page);
        await press(page, 'forum-rapid', 'rapid');
        await rapid(page, { text: 'While there was room.', group: 'women' });
        await world.sh(
            'dd if=/dev/zero of=small/filler bs=64k 2>/dev/null; dd if=/dev/zero of=small/rest bs=1k 2>/dev/null; true'
        );
        const long = `No room for this. ${'It is long. '.repeat(2000)}`;
        await field(page).fill(long);
        await field(page).press('Enter');
        await page.waitForSelector('.recent [role="alert"]');
        contains('what is said', await page.locator('.recent [role="alert"]').innerText(), 'disk is full');
        contains('what is on the screen', await page.locator('.recent').innerText(), 'No room for this.');
        await page.evaluate(() => import('/js/app.js').then((app) => app.refresh()));
        await page.locator('[data-notice="disk-full"], [data-notice="disk-low"]').first().waitFor();
        await picture(page, 'trouble/disk-full');
        await world.sh('rm small/filler small/rest');
        await press(page, 'draft-again');
        await until('it to be kept', 10, async () => (await act(page, 'draft-change').count()) === 2);
        await own.close();
        await world.sh('stop owl');
    } finally {
        await world.sh('umount -l small');
    }
}

await test({ practice: true }, async (world, browser) => {
    await world.join('heron', 'Heron');
    await world.join('heron', 'Acacia', { helper: 'Heron' });
    await world.as('heron', 'session', 'open', CODE, '--area', 'XM-KIV', '--lang', 'en', '--as', 'Heron');
    const address = await world.startNode('heron');
    await powerLost(world, browser, address);
    const mine = await browser('heron');
    const page = await mine.tab(address);
    await resumed(page, address);
    await twoTabs(mine, page, address);
    await twoPeople(browser, page, address);
    await wrongPhrase(page);
    await leftAlone(page, address);
    await soundInterrupted(world, browser, address);
    await fullDisk(world, browser);
});
