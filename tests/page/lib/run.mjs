// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// One test: its world and its browsers, ended in the right order whatever happens.
import { World } from './world.mjs';
import { Browser } from './browser.mjs';

export async function test(options, story) {
    const browsers = [];
    let world;
    let good = false;
    try {
        world = await World.found(options);
        await story(world, async (name, more) => {
            const browser = await Browser.open(world.path('profiles', name), more);
            browsers.push(browser);
            return browser;
        });
        for (const browser of browsers) {
            const left = browsers.indexOf(browser);
            browsers[left] = null;
            await browser?.close();
        }
        good = true;
    } catch (error) {
        console.log(`FAILED: ${error.stack ?? error}`);
        for (const browser of browsers) {
            for (const finding of browser?.findings ?? []) console.log(`also: ${finding}`);
        }
    }
    for (const browser of browsers) await browser?.context.close().catch(() => {});
    const status = await world?.end(good);
    process.exit(good ? status : 1);
}
