// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// A forum that nobody planned: what is missing is asked for, an area that is not hers is asked about before anything is
// opened there, and what was typed stays; the break-out groups it was given are there to write at.
import { act, onScreen, press } from './lib/browser.mjs';
import { test } from './lib/run.mjs';
import { PHRASE, contains, equal, expect, step, until } from './lib/world.mjs';

await test({}, async (world, browse) => {
    await world.join('heron', 'Heron');
    await world.startHub();
    await world.sh('sync founder heron');
    const browser = await browse('forum');
    const page = await browser.tab(await world.startNode('heron'));
    await onScreen(page, 'unlock');
    await page.fill('#passphrase', PHRASE);
    await press(page, 'unlock');
    await onScreen(page, 'explain');
    await press(page, 'explain-done', 'forums');

    step('what is missing is said, and what is known is there: the only area she may hold forums in');
    await press(page, 'forum-open-other', 'open');
    equal('the area', await page.inputValue('input[name="area"]'), 'XM-KIV');
    await press(page, 'forum-open-now');
    await page.locator('main [role="alert"]').waitFor();

    step('another area is asked about first; nothing is opened, and what was typed stays');
    await page.fill('input[name="code"]', 'XM-ZAM-2026-001');
    await page.fill('input[name="area"]', 'XM-ZAM');
    await page.fill('input[name="languages"]', 'sw');
    await page.keyboard.press('Enter');
    await press(page, 'forum-open-now');
    const question = page.locator('dialog[open]');
    await question.waitFor();
    contains('what is asked', await question.innerText(), 'XM-ZAM');
    await press(page, 'ask-back');
    equal('the code', await page.inputValue('input[name="code"]'), 'XM-ZAM-2026-001');
    equal('forums', (await world.json('heron', 'session', 'list')).length, 0);

    step('in her own it opens at once, with its observers and groups');
    await page.fill('input[name="code"]', 'XM-KIV-2026-007');
    await page.fill('input[name="area"]', 'XM-KIV');
    await page.locator('details:has(input[name="tables"])').evaluate((el) => (el.open = true));
    await page.fill('input[name="tables"]', '2');
    await page.fill('input[name="observers"]', 'League of women');
    await press(page, 'forum-open-now', 'rapid');
    await page.selectOption('select[name="table"]', '2');
    await page.fill('textarea[name="text"]', 'The path to the well is dark.');
    await page.locator('[data-name="groups"] input[value="women"]').check();
    await page.press('textarea[name="text"]', 'Enter');
    await until('the draft to be kept', 10, () => act(page, 'draft-change').count());
    equal('the group of the next one', await page.inputValue('select[name="table"]'), '2');
    expect(await page.locator('[data-name="groups"] input[value="women"]').isChecked(), 'who sits there stays');
    const [forum] = await world.json('heron', 'session', 'list');
    const shown = await world.as('heron', 'show', forum.id, '--json');
    contains('the session', shown, '"observers":"League of women"');
    contains('the session', shown, '"tables":[{"name":"1"},{"name":"2"}]');
});
