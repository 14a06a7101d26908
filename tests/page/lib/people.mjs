// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What people do at the page, one function an act, in any language: it presses what is named by data-act and fills what
// is named by name, and ends when the screen that follows is there.
import { act, onScreen, press } from './browser.mjs';
import { equal, expect, until } from './world.mjs';

const choice = (page, name, value) => page.locator(`[data-name="${name}"] input[value="${value}"]`);

export async function choose(page, name, ...values) {
    for (const value of values) await choice(page, name, value).check();
}

// The first screen after a first unlock explains the page.
export async function understood(page) {
    await onScreen(page, 'explain');
    await press(page, 'explain-done', 'forums');
}

export async function openPlanned(page, code, { languages = [] } = {}) {
    await page.locator(`[data-act="forum-open"][data-id="${code}"]`).click();
    await onScreen(page, 'open');
    for (const language of languages) {
        await page.fill('input[name="languages"]', language);
        await page.keyboard.press('Enter');
    }
    await press(page, 'forum-open-now', 'rapid');
}

// From wherever one is, to a part of a forum: rapid, review, closing.
export async function toForum(page, part) {
    await press(page, `forum-${part}`, part);
}

// What the status line says last.
export const told = (page) => page.locator('#status').innerText();

// One contribution in rapid mode: by keys alone once who and language are as they should be.
export async function rapid(page, { text, lang, group, kind }) {
    if (lang) await page.selectOption('select[name="lang"]', lang);
    if (group) await choose(page, 'groups', group);
    if (kind) await choose(page, 'kind', kind);
    const before = await page.locator('.recent > li').count();
    await page.fill('textarea[name="text"]', text);
    await page.press('textarea[name="text"]', 'Enter');
    equal('the field after Enter', await page.inputValue('textarea[name="text"]'), '');
    await until('the draft to be kept', 10, async () => {
        const kept = page.locator('.recent > li').first().locator('[data-act="draft-change"]');
        return (await page.locator('.recent > li').count()) >= Math.min(5, before + 1) && (await kept.count()) === 1;
    });
}

async function unfold(page, part) {
    await page.locator(`details[data-part="${part}"]`).evaluate((el) => (el.open = true));
}

// One contribution in the full form, which must be there; fields as the draft has them.
export async function full(page, fields) {
    for (const name of ['text', 'summary', 'ask']) {
        if (fields[name]) await page.fill(`textarea[name="${name}"]`, fields[name]);
    }
    if (fields.lang) await page.selectOption('select[name="lang"]', fields.lang);
    if (fields.groups) {
        await unfold(page, 'who');
        await choose(page, 'groups', ...fields.groups);
    }
    if (fields.kind) {
        await unfold(page, 'kind');
        await choose(page, 'kind', fields.kind);
    }
    for (const theme of fields.themes ?? []) {
        await unfold(page, 'kind');
        await page.fill('input[name="themes-search"]', theme);
        await choose(page, 'themes', theme);
    }
    if (fields.support) {
        await unfold(page, 'support');
        await choose(page, 'support', fields.support);
    }
    if (fields.hands) {
        await unfold(page, 'support');
        await page.fill('input[name="hands"]', String(fields.hands[0]));
        await page.fill('input[name="hands-of"]', String(fields.hands[1]));
    }
    if (fields.sensitivity) {
        await unfold(page, 'guard');
        await choose(page, 'sensitivity', fields.sensitivity);
    }
    if (fields.seal_to) await choose(page, 'seal_to', ...fields.seal_to);
    if (fields.consent) {
        await unfold(page, 'consent');
        await choose(page, 'consent', fields.consent);
    }
    if (fields.form) await page.fill('input[name="form"]', String(fields.form));
    if (fields.written_by) await page.fill('input[name="written_by"]', fields.written_by);
}

export async function keep(page, screen) {
    await press(page, 'draft-keep', screen);
}

// Evening: everything that is ticked is signed; gives how many slips are shown.
export async function signAll(page) {
    await toForum(page, 'review');
    await press(page, 'draft-sign', 'slips');
    return page.locator('.slip').count();
}

// Presses a button behind which a window with a page to print opens, and gives that window.
export async function printed(page, name) {
    const [popup] = await Promise.all([page.context().waitForEvent('page'), act(page, name).first().click()]);
    await popup.waitForLoadState();
    expect(!popup.url().includes('?'), `the address of a page to print: ${popup.url()}`);
    return popup;
}
