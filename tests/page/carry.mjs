// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// A site that never has a network, at the page: a bundle goes out on a stick and among the browser's downloads, the
// hub's answer comes back the same ways, and the ticks turn. In danger the keys are destroyed without logging in.
import { existsSync } from 'node:fs';
import { act, onScreen, picture, press, unlock, lineAddsUp } from './lib/browser.mjs';
import { understood } from './lib/people.mjs';
import { test } from './lib/run.mjs';
import { contains, equal, expect, step, until } from './lib/world.mjs';

const CODE = 'XM-KIV-2026-003';

const says = (world, text) => world.as('heron', 'add', '--session', CODE, '--group', 'women', '--kind', 'need', text);
const told = (page) => page.locator('main [aria-live]').innerText();
const received = async (page) => (await lineAddsUp(page)).received;

async function toSend(page) {
    await press(page, 'nav-list', 'list');
    await press(page, 'go-send', 'send');
}

// True when a stick could be mounted.
async function plug(world) {
    const made = 'mkdir -p media/papers && mount -t tmpfs -o size=8m stick "$WORK/media/papers" && echo yes || echo no';
    return (await world.sh(`export BARAZA_STICKS="$WORK/media"; ${made}`)).trim().endsWith('yes');
}

async function byStick(world, page) {
    step('out on a stick, to the hub, and back');
    contains('the stick', await page.locator('main').innerText(), 'papers');
    await press(page, 'bundle-out');
    await until('the bundle to be written', 20, async () => (await told(page)).includes('safe to unplug'));
    await picture(page, 'carry/written');
    await world.sh('baraza bundle in media/papers --state hub && baraza bundle out --all media/papers --state hub');
    await press(page, 'bundle-in');
    await until('it to be read', 20, async () => (await received(page)) === 2);
    await press(page, 'bundle-in');
    await until('it to be read again', 20, async () => (await told(page)).includes('0'));
}

async function byFile(world, page, before) {
    step('out among the downloads, and back from a file');
    await page.locator('details summary').last().click();
    const [download] = await Promise.all([page.waitForEvent('download'), press(page, 'bundle-file')]);
    expect(/^20\d+T\d+-from-[0-9a-f]{8}\.bundle$/.test(download.suggestedFilename()), download.suggestedFilename());
    await download.saveAs(world.path('down.bundle'));
    await world.sh('baraza bundle in down.bundle --state hub');
    const site = download.suggestedFilename().match(/from-(\w+)/)[1];
    await world.sh(`baraza bundle out answer.bundle --to ${site} --state hub`);
    const [chooser] = await Promise.all([page.waitForEvent('filechooser'), press(page, 'bundle-read')]);
    await chooser.setFiles(world.path('answer.bundle'));
    await until('it to be read', 20, async () => (await received(page)) === before);
    await world.sh('head -c 300 /dev/urandom >rubbish.bundle');
    const [again] = await Promise.all([page.waitForEvent('filechooser'), press(page, 'bundle-read')]);
    await again.setFiles(world.path('rubbish.bundle'));
    await until('rubbish to be refused', 20, async () => (await told(page)).includes('not a whole bundle'));
    contains('what is refused', await told(page), 'rubbish.bundle');
    await picture(page, 'carry/refused');
}

async function danger(world, page) {
    step('in danger: two presses, no passphrase, and nothing here opens anything any more');
    await press(page, 'lock', 'unlock');
    await press(page, 'emergency');
    await page.waitForSelector('dialog');
    await picture(page, 'carry/emergency');
    expect(existsSync(world.path('heron', 'keys', 'keyring')), 'one press destroyed the keyring');
    await press(page, 'ask-destroy');
    await page.waitForSelector('dialog', { state: 'detached' });
    await until('the keys to be gone', 10, () => !existsSync(world.path('heron', 'keys', 'keyring')));
    await picture(page, 'carry/destroyed');
    contains('what is said', await page.locator('main').innerText(), 'destroyed');
    await page.reload();
    await onScreen(page, 'unlock');
    equal('who can unlock', await page.locator('#passphrase').count(), 0);
}

await test({}, async (world, browser) => {
    await world.join('heron', 'Heron');
    await world.as('heron', 'session', 'open', CODE, '--area', 'XM-KIV', '--type', 'town-hall', '--lang', 'en');
    await world.as('founder', 'bundle', 'out', 'founder.bundle');
    await world.sh('baraza bundle in founder.bundle --state hub');
    await says(world, 'The survey of 1988 is on no map.');
    await says(world, 'The well is shared by three villages.');
    const mounted = await plug(world);
    try {
        const address = await world.startNode('heron');
        const own = await browser('heron');
        const page = await own.tab(address);
        await unlock(page, 'Heron');
        await understood(page);
        await toSend(page);
        if (mounted) {
            await byStick(world, page);
        } else {
            console.log('skipped: no stick can be mounted here (it takes root)');
        }
        await says(world, 'Three roads were promised.');
        await byFile(world, page, 3);
        await toSend(page);
        equal('sticks that are shown', await act(page, 'bundle-out').count(), mounted ? 1 : 0);
        await danger(world, page);
    } finally {
        await world.sh(mounted ? 'umount -l media/papers' : 'true');
    }
});
