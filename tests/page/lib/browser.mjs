// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Chromium as a test drives it: a profile directory of its own, no request but to this computer, and every error that
// the page writes to its console a finding. What is shown is named by data-act and data-screen, never by its words, so
// that the same walk goes in every language.
import { createRequire } from 'node:module';
import { mkdirSync, readlinkSync } from 'node:fs';
import path from 'node:path';
import { shown, fail, equal, until, PHRASE } from './world.mjs';

const require = createRequire(path.join(shown, 'packages', 'package.json'));
export const { chromium } = require('playwright-core');
export const axeSource = require.resolve('axe-core/axe.min.js');

const OWN = /^(http:\/\/(127\.0\.0\.1|localhost):\d+\/|blob:|data:|about:)/;
// Said by Chromium itself of an answer that the page shows in words.
const ANSWERED = /^Failed to load resource: (the server responded with a status of (4\d\d|50[37])|net::ERR_)/;

export class Browser {
    // A browser with this profile directory. sound: a microphone that needs no permission and hears a tone.
    static async open(profile, { sound = false, width = 1280, height = 800, theme = 'light', args = [] } = {}) {
        const browser = new Browser();
        mkdirSync(profile, { recursive: true });
        browser.findings = [];
        browser.requests = [];
        browser.profile = profile;
        browser.context = await chromium.launchPersistentContext(profile, {
            executablePath: '/usr/bin/chromium',
            headless: true,
            viewport: { width, height },
            colorScheme: theme,
            reducedMotion: 'reduce',
            permissions: sound ? ['microphone'] : [],
            args: [
                ...(process.getuid() === 0 ? ['--no-sandbox'] : []),
                ...(sound ? ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'] : []),
                '--disable-background-networking',
                '--disable-component-update',
                '--disable-breakpad',
                ...args,
            ],
        });
        browser.context.setDefaultTimeout(15000);
        browser.context.on('request', (request) => browser.asked(request));
        browser.context.on('page', (page) => browser.watch(page));
        for (const page of browser.context.pages()) browser.watch(page);
        return browser;
    }

    asked(request) {
        this.requests.push(request.url());
        if (!OWN.test(request.url())) this.findings.push(`a request left this computer: ${request.url()}`);
    }

    watch(page) {
        page.on('pageerror', (error) => this.findings.push(`an error in the page: ${error.stack ?? error}`));
        page.on('console', (message) => {
            const text = message.text();
            if (message.type() === 'error' && !ANSWERED.test(text)) this.findings.push(`on the console: ${text}`);
        });
    }

    // Opens the page in a tab of its own.
    async tab(address) {
        const pages = this.context.pages();
        const page = pages.length === 1 && pages[0].url() === 'about:blank' ? pages[0] : await this.context.newPage();
        await page.goto(address);
        return page;
    }

    // Ends Chromium as a power cut does. The profile's lock names its process.
    kill() {
        process.kill(Number(readlinkSync(path.join(this.profile, 'SingletonLock')).split('-').pop()), 'SIGKILL');
        this.killed = true;
    }

    async close() {
        if (this.closed) return;
        this.closed = true;
        if (!this.killed) await this.context.close();
        if (this.findings.length) fail(this.findings.join('\n'));
    }
}

export const act = (page, name) => page.locator(`[data-act="${name}"]:visible`);

// Waits until that screen is drawn with what belongs on it.
export async function onScreen(page, name) {
    try {
        await page.waitForFunction(
            (wanted) => document.body.dataset.screen === wanted && !('busy' in document.body.dataset),
            name,
            { timeout: 15000 }
        );
    } catch {
        const is = await page.evaluate(
            () => `${document.body.dataset.screen}: ${document.body.innerText.slice(0, 800)}`
        );
        fail(`the screen "${name}" did not come; there is ${is}`);
    }
}

export async function press(page, name, screen) {
    // An act ends before the next begins, but for the answer to what it asks.
    if (!name.startsWith('ask-')) await page.waitForFunction(() => !('acting' in document.body.dataset));
    await act(page, name).first().click();
    if (screen) await onScreen(page, screen);
}

export async function unlock(page, name, phrase = PHRASE) {
    await onScreen(page, 'unlock');
    const person = page.getByRole('radio', { name, exact: true });
    if ((await person.count()) && !(await person.isChecked())) await person.check();
    await page.fill('#passphrase', phrase);
    await press(page, 'unlock');
}

// What the reconciling line says, as numbers: they must add up wherever it is shown.
export async function lineAddsUp(page) {
    const text = await page.locator('#line').innerText();
    const [saved, received, waiting, refused] = (text.match(/\d+/g) ?? []).map(Number);
    if (saved !== received + waiting + refused) fail(`the line does not add up: ${text}`);
    return { text, saved, received, waiting, refused };
}

export async function picture(page, name) {
    const file = path.join(shown, 'screens', `${name}.png`);
    mkdirSync(path.dirname(file), { recursive: true });
    await page.screenshot({ path: file, fullPage: true });
}

export { equal, until };
