// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// One test: its world and its browsers, ended in the right order whatever happens.
import path from 'node:path';
import { shown, World } from './world.mjs';
import { Browser, picture } from './browser.mjs';

export async function test(options, story) {
    const browsers = [];
    let world;
    let good = false;
    let pictures = 0;
    try {
        world = await World.found(options);
        await story(world, async (name, more) => {
            const browser = await Browser.open(world.path('profiles', name), more);
            browsers.push(browser);
            return browser;
        });
        for (const browser of browsers) await browser.close();
        good = true;
    } catch (error) {
        console.log(`FAILED: ${error.stack ?? error}`);
        for (const browser of browsers) {
            for (const finding of browser.findings) console.log(`also: ${finding}`);
            for (const page of browser.killed ? [] : browser.context.pages()) {
                const name = `failed-${path.basename(process.argv[1], '.mjs')}-${pictures++}`;
                await picture(page, name).catch(() => {});
                console.log(`what is seen: ${path.join(shown, 'screens', name)}.png`);
            }
        }
    }
    for (const browser of browsers) await browser.close().catch(() => {});
    const status = await world?.end(good);
    process.exit(good ? status : 1);
}
