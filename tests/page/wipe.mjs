// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// An ordinary wipe at the page: words leave this computer once the hub has them, with a proof, and their forum is
// sealed; what does not is counted with its reason. The list keeps their numbers, the record keeps their words.
import { act, onScreen, picture, press, unlock } from './lib/browser.mjs';
import { understood } from './lib/people.mjs';
import { test } from './lib/run.mjs';
import { contains, equal, expect, step, until } from './lib/world.mjs';

const CODE = 'XM-KIV-2026-003';
const SAID = ['The road is unsafe after dark.', 'The well is dry.', 'The school has no roof.'];

const seen = (page) => page.locator('main').innerText();

async function toWipe(page) {
    await press(page, 'nav-send', 'send');
    await press(page, 'go-wipe', 'wipe');
}

await test({ practice: false }, async (world, browser) => {
    await world.join('heron', 'Heron');
    await world.as('heron', 'session', 'open', CODE, '--area', 'XM-KIV', '--lang', 'en');
    for (const words of SAID) await world.as('heron', 'add', '--group', 'women', words);
    const address = await world.startNode('heron');
    const page = await (await browser('heron')).tab(address);
    await unlock(page, 'Heron');
    await understood(page);

    step('a file that somebody thinks better of choosing stops nothing else');
    await press(page, 'nav-send', 'send');
    await page.locator('main details').evaluate((el) => (el.open = true));
    await Promise.all([page.waitForEvent('filechooser'), act(page, 'bundle-read').click()]);
    await press(page, 'send');
    await until('the hub to be tried', 10, async () => (await page.locator('#status').innerText()).includes('Trying'));

    step('what only this computer has stays, and it says why');
    await toWipe(page);
    contains('before it was sent', await seen(page), '3 stay');
    expect(!(await act(page, 'wipe').count()), 'what nobody else has can be wiped');

    step('once the forum is sealed and the hub has it all, the words leave');
    await world.as('heron', 'session', 'seal', CODE, '--yes');
    await world.startHub();
    await world.sh('sync founder; call heron; sync heron');
    await toWipe(page);
    contains('what may go', await seen(page), '3 contributions');
    await press(page, 'wipe');
    await press(page, 'ask-back');
    await press(page, 'nav-list', 'list');
    contains('before the second step', await seen(page), SAID[0]);
    await toWipe(page);
    await press(page, 'wipe');
    await picture(page, 'wipe/sure');
    await press(page, 'ask-wipe');
    await until('it to be said', 10, async () =>
        (await page.locator('#status').innerText()).includes('3 contributions')
    );

    step('their numbers stay here, their words in the record');
    await press(page, 'nav-list', 'list');
    await onScreen(page, 'list');
    const all = await seen(page);
    for (const words of SAID) expect(!all.includes(words), 'what was wiped is shown');
    equal('rows', await page.locator('.entry').count(), 3);
    await press(page, 'entry-open', 'entry');
    contains('one of them', await seen(page), 'wiped from this computer');
    const said = await world.sh('baraza log --state hub --kind contribution');
    for (const words of SAID) contains('the record', said, words);
});
