// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Every screen in four languages, at three widths, light and dark: no text is cut off, lies on other text, makes the
// page scroll sideways, or is in another language than the rest. Pictures of all of it land in the build directory.
import { onScreen, picture, unlock } from './lib/browser.mjs';
import { LANGUAGES, layout, untranslated } from './lib/look.mjs';
import { test } from './lib/run.mjs';
import { usedSite, GOING } from './lib/site.mjs';
import { forumsOf, inLanguage, makeDrafts, tour, STOPS, DOOR } from './lib/tour.mjs';
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
    };
    await tour(page, site, language, look, stops);
    return findings;
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
