// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Every screen in four languages, at three widths, light and dark: no text is cut off, lies on other text, makes the
// page scroll sideways, or is in another language than the rest. Pictures of all of it land in the build directory.
import { onScreen, picture, unlock } from './lib/browser.mjs';
import { catalogue, LANGUAGES, layout, untranslated } from './lib/look.mjs';
import { test } from './lib/run.mjs';
import { usedSite, GOING } from './lib/site.mjs';
import { forumsOf, inLanguage, makeDrafts, tour, visit, STOPS, DOOR } from './lib/tour.mjs';
import { understood } from './lib/people.mjs';
import { fail, step } from './lib/world.mjs';

const WIDTHS = [360, 768, 1280];

async function walk(page, site, language, stops) {
    const findings = [];
    const look = async (name) => {
        for (const width of WIDTHS) {
            await page.setViewportSize({ width, height: 800 });
            for (const theme of ['light', 'dark']) {
                await page.emulateMedia({ colorScheme: theme });
                const found = await layout(page);
                findings.push(...found.map((each) => `${name}, ${language}, ${width}, ${theme}: ${each}`));
                const kept = theme === 'light' ? width !== 768 : width === 768;
                if (kept) await picture(page, `${language}/${name}-${width}-${theme}`);
            }
        }
        findings.push(...(await untranslated(page, language)).map((each) => `${name}: ${each}`));
        if (!(await page.locator('.practice').isVisible()))
            findings.push(`${name}: nothing says that this is practice`);
    };
    await tour(page, site, language, look, stops);
    return findings;
}

// Each fault is planted in the page as it stands, and must be found.
async function spoiled(page) {
    await inLanguage(page, 'fr');
    const heading = page.locator('h1');
    const trials = [
        ['clipped text', (el) => Object.assign(el.style, { width: '20px', overflow: 'hidden', whiteSpace: 'nowrap' })],
        [
            'overlapped',
            (el) => {
                const below = el.nextElementSibling.getBoundingClientRect().top - el.getBoundingClientRect().top;
                Object.assign(el.style, { position: 'relative', top: `${below}px` });
            },
        ],
        ['scrolls sideways', (el) => Object.assign(el.style, { width: '3000px' })],
        ['English in fr', (el, english) => (el.textContent = english)],
        ['a key instead of words', (el) => (el.textContent = 'list.title')],
        ['a placeholder', (el) => (el.textContent = 'Il y a {n} brouillons')],
    ];
    for (const [what, spoil] of trials) {
        await heading.evaluate(spoil, catalogue('en')['list.none']);
        const found = [...(await layout(page)), ...(await untranslated(page, 'fr'))];
        if (!found.some((each) => each.includes(what))) fail(`not noticed: ${what}; found: ${found.join('; ')}`);
        await visit(page, 'forums');
    }
}

await test({ practice: true }, async (world, browser) => {
    step('a site after some days of use');
    const site = await usedSite(world);
    const address = await world.startNode('heron');
    const first = await browser('first');
    const page = await first.tab(address);
    await unlock(page, 'Heron');
    await understood(page);
    site.forums = await forumsOf(page);
    await makeDrafts(page, site.forums[GOING]);
    step('what is spoiled is noticed: words cut off, on each other, in another language, a key');
    await spoiled(page);
    step('every screen, in every language, at every width, light and dark');
    const tabs = await Promise.all(
        LANGUAGES.map(async (language) => {
            const tab = await (await browser(language)).tab(address);
            await unlock(tab, 'Heron');
            await onScreen(tab, 'forums');
            await inLanguage(tab, language);
            return [language, tab];
        })
    );
    const walks = tabs.map(([language, tab]) => walk(tab, site, language, STOPS));
    const findings = (await Promise.all(walks)).flat();
    for (const [language, tab] of tabs) findings.push(...(await walk(tab, site, language, DOOR)));
    if (findings.length) fail(`${findings.length} findings:\n${findings.join('\n')}`);
});
