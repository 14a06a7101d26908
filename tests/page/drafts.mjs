// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Drafts as people meet them: two tabs that do not fight, a draft that another tab discarded, a daemon that is killed
// while somebody types, and a draft that the disk damaged, which stops no other.
import { act, onScreen, press, unlock } from './lib/browser.mjs';
import { test } from './lib/run.mjs';
import { contains, equal, expect, step, until } from './lib/world.mjs';

const FORUM = 'XM-KIV-2026-003';
const TEXT = 'textarea[name="text"]';

const state = (page) => page.locator('#rapid-state').innerText();
const kept = (page) => until('what is typed to be kept', 10, async () => /\d:\d\d/.test(await state(page)));

// From the unlocked page to writing in the forum.
async function write(page) {
    await page.locator('[data-act="forum-rapid"]').first().click();
    await onScreen(page, 'rapid');
}

async function drafts(world) {
    return world.json('heron', 'drafts', '--as', 'Heron');
}

async function textOf(world, id) {
    return (await world.json('heron', 'drafts', 'show', id, '--as', 'Heron'))[0].fields.text;
}

await test({}, async (world, open) => {
    await world.join('heron', 'Heron');
    await world.join('heron', 'Acacia', { helper: 'Heron' });
    const forum = [FORUM, '--area', 'XM-KIV', '--type', 'town-hall', '--lang', 'en'];
    await world.as('heron', 'session', 'open', ...forum, '--as', 'Heron');
    const address = await world.startNode('heron');
    const browser = await open('heron');

    step('what is typed in one tab is offered in another, as it was kept last');
    const one = await browser.tab(address);
    await unlock(one, 'Heron');
    await onScreen(one, 'explain');
    await press(one, 'explain-done', 'forums');
    await write(one);
    await one.fill(TEXT, 'They took the land by the river');
    await kept(one);
    const two = await browser.tab(address);
    await unlock(two, 'Heron');
    await onScreen(two, 'forums');
    await write(two);
    await press(two, 'draft-continue');
    equal('the words there', await two.inputValue(TEXT), 'They took the land by the river');

    step('both type on: neither writes over the other, and the person chooses');
    await two.fill(TEXT, 'They took the land by the river, said the elder');
    await kept(two);
    await one.fill(TEXT, 'They took the land by the river when the rain came');
    await act(one, 'ask-both').waitFor();
    const shown = await one.locator('dialog').innerText();
    contains('what is asked', shown, 'when the rain came');
    contains('what is asked', shown, 'said the elder');
    const [draft] = await drafts(world);
    contains('what is kept until then', await textOf(world, draft.id), 'said the elder');
    await press(one, 'ask-here');
    await until('this tab to win', 10, async () => (await textOf(world, draft.id)).includes('when the rain came'));

    step('a draft that was discarded elsewhere comes back only as a new one, when the person says so');
    await world.as('heron', 'drafts', 'discard', draft.id, '--yes', '--as', 'Heron');
    await one.fill(TEXT, 'They took the land by the river when the rain came, and the well');
    await act(one, 'ask-new').waitFor();
    equal('what is kept meanwhile', (await drafts(world)).length, 0);
    await press(one, 'ask-new');
    const [fresh] = await until('it to be kept anew', 10, async () => {
        const rows = await drafts(world);
        return rows.length === 1 && rows;
    });
    expect(fresh.id !== draft.id && fresh.number === draft.number + 1, 'it is the draft that was discarded');
    await one.press(TEXT, 'Enter');
    await two.close();

    step('the daemon is killed while she types: what she sees is what is there');
    await one.fill(TEXT, 'The school has no roof');
    await kept(one);
    await world.sh('stop_hard heron');
    await world.startNode('heron');
    await one.reload();
    await unlock(one, 'Heron');
    await onScreen(one, 'forums');
    await write(one);
    contains('what is offered', await one.locator('main').innerText(), 'The school has no roof');
    await press(one, 'draft-continue');
    equal('its words', await one.inputValue(TEXT), 'The school has no roof');
    await one.press(TEXT, 'Enter');
    await until('both to be kept', 10, async () => (await drafts(world)).length === 2);

    step('one that the disk damaged is named, can be discarded, and stops no other');
    await world.sh('stop heron');
    await world.sh(
        'byte=$(od -An -tu1 -j60 -N1 heron/keys/drafts) && [ "$(od -An -tu1 -j128 -N48 heron/keys/drafts | ' +
            'tr -d " 0\\n")" ] && printf "\\\\x$(printf %02x $((byte ^ 1)))" | ' +
            'dd of=heron/keys/drafts bs=1 seek=60 conv=notrunc status=none'
    );
    await world.startNode('heron');
    await one.reload();
    await unlock(one, 'Heron');
    await onScreen(one, 'forums');
    await write(one);
    await act(one, 'draft-discard').waitFor();
    await press(one, 'forum-review', 'review');
    equal('drafts that can be read', await one.locator('.cards > li').count(), 1);
    await press(one, 'draft-discard');
    await until('it to be gone', 10, async () => (await drafts(world)).length === 1);
    equal('notices that are left', await act(one, 'draft-discard').count(), 0);
});
