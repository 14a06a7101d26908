// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Every screen of the page with something on it, for tests that look at all of them. Each stop is a name and a way
// there; what is folded is unfolded, and what is asked over the page is a stop of its own.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { act, onScreen, press } from './browser.mjs';
import { GOING, PLANNED, SEALED } from './site.mjs';
import { root } from './world.mjs';

// To a screen, as its own buttons would go. params are ids, as in the page.
export async function visit(page, screen, params = {}) {
    await page.evaluate(([name, what]) => import('/js/app.js').then((app) => app.go(name, what)), [screen, params]);
    await onScreen(page, screen);
}

const unfold = (page) =>
    page.evaluate(() => document.querySelectorAll('main details').forEach((each) => (each.open = true)));

// The ids of the forums of usedSite().
export async function forumsOf(page) {
    const { open } = await page.evaluate(() => import('/js/api.js').then((api) => api.call('forums', {})));
    return Object.fromEntries(open.map((forum) => [forum.code, forum.id]));
}

export async function inLanguage(page, language) {
    await page.selectOption('select[name="language"]', language);
    await page.waitForFunction((wanted) => document.documentElement.lang === wanted, language);
}

// Three drafts as a day leaves them: complete, with nobody who spoke, and with everything a form has.
export async function makeDrafts(page, session) {
    const drafts = [
        { text: 'They closed the well, and nobody asked us.', lang: 'en', groups: ['women'], kind: 'threat' },
        { text: 'نريد طريقاً آمناً إلى السوق', lang: 'ar' },
        {
            text: 'The school has no teacher since the flood.',
            lang: 'en',
            summary: 'No teacher.',
            ask: 'Send one.',
            groups: ['youth', 'elders'],
            kind: 'need',
            support: 'most',
            hands: [34, 50],
            sensitivity: 'restricted',
            flags: ['names-unit'],
        },
    ];
    for (const fields of drafts) {
        await page.evaluate(
            ([id, fill]) =>
                import('/js/api.js').then((api) =>
                    api.call('draft/keep', { id: api.newId(), session: id, version: 0, fields: fill })
                ),
            [session, fields]
        );
    }
}

// A notice of each row of the node's table, with values of every kind.
function everyNotice() {
    const table = readFileSync(path.join(root, 'node/desk/notices.h'), 'utf8');
    const value = (name) =>
        name.endsWith('_bytes')
            ? 6291456
            : name.endsWith('_s')
              ? 1795100000
              : name === 'reason'
                ? 'too-large'
                : name === 'forum'
                  ? GOING
                  : name === 'area'
                    ? 'XM-KIV'
                    : name === 'session'
                      ? '0'.repeat(64)
                      : 3;
    return [...table.matchAll(/X\(\w+, "([\w-]+)", NOTICE_(\w+), "([^"]*)"\)/g)].map(([, code, weight, names]) => ({
        code,
        weight: weight.toLowerCase(),
        args: Object.fromEntries(
            names
                .split(' ')
                .filter(Boolean)
                .map((name) => [name, value(name)])
        ),
    }));
}

// [name, way, after?]: ways are walked in this order by somebody who is unlocked; after() puts back what a way changed.
// `site`: what usedSite() gave, with `forums`.
export const STOPS = [
    ['forums', (page) => visit(page, 'forums')],
    ['explain', (page) => visit(page, 'explain')],
    ['keys', (page) => press(page, 'keys')],
    [
        'open',
        async (page) => {
            await visit(page, 'open', {});
            await unfold(page);
        },
    ],
    [
        'open-planned',
        async (page) => {
            await visit(page, 'forums');
            await page.locator(`[data-act="forum-open"][data-id="${PLANNED}"]`).click();
            await onScreen(page, 'open');
        },
    ],
    ['rapid', (page, site) => visit(page, 'rapid', { session: site.forums[GOING] })],
    [
        'full',
        async (page, site) => {
            await visit(page, 'full', { session: site.forums[GOING] });
            await unfold(page);
        },
    ],
    [
        'full-errors',
        async (page, site) => {
            await visit(page, 'full', { session: site.forums[GOING], paper: true });
            await press(page, 'draft-keep');
        },
    ],
    ['review', (page, site) => visit(page, 'review', { session: site.forums[GOING] })],
    ['list', (page) => visit(page, 'list')],
    [
        // Everything that the node can find wrong, at once, and a contribution that the hub refused.
        'notices',
        async (page) => {
            await page.route('**/api/state', async (route) => {
                const reply = await route.fetch();
                await route.fulfill({ response: reply, json: { ...(await reply.json()), notices: everyNotice() } });
            });
            await page.route('**/api/list', async (route) => {
                const answer = await (await route.fetch()).json();
                Object.assign(answer.rows[0], { state: 'refused', refusal: { code: 'not-enrolled' } });
                await route.fulfill({ json: answer });
            });
            await visit(page, 'list');
            await page.evaluate(() => import('/js/app.js').then((app) => app.refresh()));
            await page.waitForFunction(() => document.querySelectorAll('[data-notice]').length > 20);
        },
        async (page) => {
            await page.unroute('**/api/state');
            await page.unroute('**/api/list');
            await page.evaluate(() => import('/js/app.js').then((app) => app.refresh()));
            await page.waitForFunction(() => document.querySelectorAll('[data-notice]').length < 20);
        },
    ],
    [
        'list-none',
        async (page) => {
            await visit(page, 'list');
            await page.fill('input[name="search"]', 'zzzz');
            await page.waitForFunction(() => !document.querySelector('.entry'));
        },
    ],
    [
        'entry-answered',
        async (page, site) => {
            await visit(page, 'entry', { id: site.ids.answered });
            await unfold(page);
        },
    ],
    [
        'entry-corrected',
        async (page, site) => {
            await visit(page, 'entry', { id: site.ids.corrected });
            await unfold(page);
        },
    ],
    [
        'correct',
        async (page, site) => {
            await visit(page, 'correct', { id: site.ids.answered });
            await press(page, 'correct');
            await page.waitForSelector('.errors');
        },
    ],
    [
        'withdraw',
        async (page) => {
            await visit(page, 'withdraw', {});
            await page.locator('input[value="some"]').check();
        },
    ],
    [
        'slip',
        async (page) => {
            await visit(page, 'slip');
            await page.fill('input[name="slip"]', 'K7Q-42M-9XD');
            await press(page, 'slip');
            await page.waitForSelector('.errors, .told');
        },
    ],
    [
        'closing',
        async (page, site) => {
            await visit(page, 'closing', { session: site.forums[GOING] });
            await unfold(page);
        },
    ],
    ['sealed', (page, site) => visit(page, 'closing', { session: site.forums[SEALED] })],
    ['print', (page, site) => visit(page, 'print', { session: site.forums[SEALED] })],
    [
        'send',
        async (page) => {
            await visit(page, 'send');
            await unfold(page);
        },
    ],
    ['wipe', (page) => visit(page, 'wipe')],
    [
        'emergency',
        async (page) => {
            await visit(page, 'wipe');
            await press(page, 'emergency');
            await page.waitForSelector('dialog');
        },
    ],
];

// The stops at the door.
export const DOOR = [
    [
        'unlock',
        async (page, site, language) => {
            await page.reload();
            await onScreen(page, 'unlock');
            await inLanguage(page, language);
        },
    ],
    [
        'unlock-wrong',
        async (page) => {
            await page.getByRole('radio').first().check();
            await page.fill('#passphrase', 'not this one');
            await act(page, 'unlock').click();
            await page.waitForSelector('.errors');
        },
    ],
];

// Walks stops; look(name) is called at each.
export async function tour(page, site, language, look, stops = STOPS) {
    for (const [name, way, after] of stops) {
        await way(page, site, language);
        await look(name);
        if (after) await after(page);
        if (await page.locator('dialog[open]').count()) await page.keyboard.press('Escape');
    }
}
