// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// For everybody: axe-core finds nothing on any screen in two languages, light and dark; targets are large enough for a
// finger; whatever has the focus shows it, and Tab reaches all of it; and a forum's day is walked by keys alone.
import { axeFindings, focusShown, targets } from './lib/look.mjs';
import { act, onScreen, unlock } from './lib/browser.mjs';
import { test } from './lib/run.mjs';
import { usedSite, GOING } from './lib/site.mjs';
import { forumsOf, inLanguage, makeDrafts, tour, visit, DOOR, STOPS } from './lib/tour.mjs';
import { understood } from './lib/people.mjs';
import { equal, expect, fail, step, until, PHRASE } from './lib/world.mjs';

const TABS = 40; // steps of Tab on each screen

// Tab through a screen: each stop shows its focus, and the same one twice in a row is a trap.
async function tabThrough(page) {
    const findings = [];
    let before = null;
    let stays = 0;
    for (let i = 0; i < TABS; i++) {
        await page.keyboard.press('Tab');
        const here = await page.evaluate(() => {
            const el = document.activeElement;
            const words = (el.getAttribute('aria-label') ?? el.innerText ?? el.name ?? '').trim().slice(0, 40);
            const all = [...document.querySelectorAll('*')];
            return { index: all.indexOf(el), name: `${el.tagName} ${el.dataset.act ?? el.name ?? ''} "${words}"` };
        });
        // A date has three fields of its own, and a button.
        stays = here.index === before?.index ? stays + 1 : 0;
        if (stays === 4 && here.index > 4) findings.push(`the focus is caught at ${here.name}`);
        if (!(await focusShown(page))) findings.push(`the focus is not seen at ${here.name}`);
        before = here;
    }
    return findings;
}

async function look(page, name, language, findings) {
    const note = (found) => findings.push(...found.map((each) => `${name}, ${language}: ${each}`));
    for (const colorScheme of ['light', 'dark']) {
        await page.emulateMedia({ colorScheme });
        note(await axeFindings(page));
    }
    note(await targets(page));
    if (language === 'en') note(await tabThrough(page));
}

// Tab until the control of that act has the focus.
async function tabTo(page, wanted, limit = 80) {
    for (let i = 0; i < limit; i++) {
        const at = await page.evaluate(() => document.activeElement.dataset.act ?? document.activeElement.id);
        if (at === wanted) return;
        await page.keyboard.press('Tab');
    }
    fail(`Tab never came to ${wanted}`);
}

async function pressByKey(page, name, screen) {
    await tabTo(page, name);
    await page.keyboard.press('Enter');
    if (screen) await onScreen(page, screen);
}

// The main path of a day, touching nothing but the keyboard.
async function dayByKeys(page, address) {
    await page.goto(address);
    await onScreen(page, 'unlock');
    const people = page.getByRole('radio');
    if ((await people.count()) > 1) {
        while (!(await people.first().evaluate((el) => el === document.activeElement)))
            await page.keyboard.press('Tab');
        await page.keyboard.press('Space');
    }
    await tabTo(page, 'passphrase');
    await page.keyboard.type(PHRASE);
    await page.keyboard.press('Enter');
    await onScreen(page, 'forums');
    await pressByKey(page, 'forum-rapid', 'rapid');
    await page.keyboard.press('F2');
    await page.keyboard.press('2');
    await page.keyboard.press('F8');
    await page.keyboard.press('1');
    await page.keyboard.press('Escape');
    await page.keyboard.type('By keys alone, the first.');
    await page.keyboard.press('Shift+Enter');
    await page.keyboard.type('With a second line.');
    await page.keyboard.press('Enter');
    await page.keyboard.type('By keys alone, the second.');
    await page.keyboard.press('Enter');
    await until('two drafts to be kept', 10, async () => (await act(page, 'draft-change').count()) === 2);
    await pressByKey(page, 'forum-review', 'review');
    await page.keyboard.press('Control+Enter');
    await onScreen(page, 'slips');
    expect((await page.locator('.slip').count()) >= 2, 'fewer slips than were signed');
    await page.keyboard.press('F9');
    await onScreen(page, 'unlock');
}

await test({ practice: false }, async (world, browser) => {
    const site = await usedSite(world);
    const address = await world.startNode('heron');
    const one = await browser('one', { width: 1280 });
    const page = await one.tab(address);
    await unlock(page, 'Heron');
    await understood(page);
    site.forums = await forumsOf(page);
    await makeDrafts(page, site.forums[GOING]);
    step('axe, targets and focus on every screen');
    const arabic = await (await browser('ar', { width: 360 })).tab(address);
    await unlock(arabic, 'Heron');
    await onScreen(arabic, 'forums');
    await inLanguage(arabic, 'ar');
    const findings = [];
    await Promise.all([
        tour(page, site, 'en', (name) => look(page, name, 'en', findings)),
        tour(arabic, site, 'ar', (name) => look(arabic, name, 'ar', findings)),
    ]);
    await tour(page, site, 'en', (name) => look(page, name, 'en', findings), DOOR);
    if (findings.length) fail(`${findings.length} findings:\n${[...new Set(findings)].join('\n')}`);

    step('what is spoiled is noticed: a label, a target, a focus');
    await page.reload();
    await onScreen(page, 'unlock');
    await page.evaluate(() => document.querySelector('label[for="passphrase"]').remove());
    expect(
        (await axeFindings(page)).some((each) => each.startsWith('label')),
        'axe did not miss the label'
    );
    await page.evaluate(() => {
        const button = document.querySelector('[data-act="unlock"]');
        Object.assign(button.style, { minHeight: '20px', padding: '0', outline: 'none' });
        button.focus();
    });
    expect((await targets(page)).length, 'a target that is too small was not noticed');
    expect(!(await focusShown(page)), 'a focus that is not shown was not noticed');

    step('a day by keys alone');
    await arabic.close();
    const keys = await (await browser('keys')).tab(address);
    await dayByKeys(keys, address);
});
