// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Another page in the same browser, while somebody is logged in, and even though it knows her token: it may neither
// change anything, nor read, frame, embed or open what is ours, also under a name that was made to point here.
import { createServer } from 'node:http';
import { onScreen, press, unlock } from './lib/browser.mjs';
import { test } from './lib/run.mjs';
import { equal, expect, freePort, step } from './lib/world.mjs';

const FOREIGN = 'records.evil.example';

// A page of somebody else on this same computer, which is as near as another page can come.
async function foreignPage(port) {
    const server = createServer((request, reply) => {
        reply.writeHead(200, { 'Content-Type': 'text/html' });
        reply.end('<!DOCTYPE html><title>Somebody else</title><body>');
    });
    await new Promise((done) => server.listen(port, '127.0.0.1', done));
    return server;
}

// Runs in the other page: each way in which it may try to change what is ours. What it hears of it, by name.
const tries = async ([ours, token]) => {
    const body = JSON.stringify({ language: 'xz' });
    const json = { 'Content-Type': 'application/json', 'Baraza-Login': token };
    const said = {};
    const attempt = async (name, work) => {
        said[name] = await work().then(
            (got) => String(got),
            () => 'refused'
        );
    };
    const url = `${ours}api/prefs`;
    await attempt('as our page does', () => fetch(url, { method: 'POST', headers: json, body }));
    await attempt('with cookies', () => fetch(url, { method: 'POST', headers: json, body, credentials: 'include' }));
    await attempt('reads a file', () => fetch(`${ours}js/main.js`));
    await attempt('reads hello', () => fetch(`${ours}api/hello`, { method: 'POST', body: '{}' }));
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data']) {
        const headers = { 'Content-Type': type };
        await fetch(url, { method: 'POST', mode: 'no-cors', headers, body }).catch(() => {});
    }
    navigator.sendBeacon(url, new Blob([body], { type: 'text/plain' }));
    navigator.sendBeacon(url, body);
    const embed = (tag, part) =>
        new Promise((done) => {
            const el = document.createElement(tag);
            el.onload = () => done('shown');
            el.onerror = () => done('refused');
            el.src = `${ours}${part}`;
            document.body.append(el);
        });
    said['as a script'] = await embed('script', 'js/lang.js');
    said['as a picture'] = await embed('img', 'icon.svg');
    await attempt(
        'as a socket',
        () =>
            new Promise((done, fail) => {
                const socket = new WebSocket(`${url.replace('http', 'ws')}`);
                socket.onopen = () => done('open');
                socket.onerror = fail;
            })
    );
    return said;
};

// A form of the other page, sent into a window of its own.
const sendForm = ([ours, type]) => {
    const form = document.createElement('form');
    Object.assign(form, { method: 'POST', action: `${ours}api/prefs`, enctype: type, target: '_blank' });
    const input = document.createElement('input');
    Object.assign(input, { name: '{"language":"xz","a":"', value: '"}' });
    form.append(input);
    document.body.append(form);
    form.submit();
};

const language = (page, token) =>
    page.evaluate(
        (login) =>
            fetch('/api/prefs', {
                method: 'POST',
                headers: { 'Content-Type': 'application/json', 'Baraza-Login': login },
                body: '{}',
            })
                .then((reply) => reply.json())
                .then((prefs) => prefs.language),
        token
    );

await test({ practice: false }, async (world, browser) => {
    await world.join('heron', 'Heron');
    const ours = await world.startNode('heron');
    const own = await browser('heron', { args: [`--host-resolver-rules=MAP ${FOREIGN} 127.0.0.1`] });
    const page = await own.tab(ours);
    let token = null;
    page.on('request', (request) => {
        token = request.headers()['baraza-login'] ?? token;
    });
    await unlock(page, 'Heron');
    await onScreen(page, 'explain');
    await press(page, 'explain-done', 'forums');
    expect(token, 'the token was not seen');
    const before = await language(page, token);
    equal('findings before', own.findings.join('\n'), '');
    const port = await freePort();
    const server = await foreignPage(port);
    try {
        step('another page asks in every way it has, and is refused');
        const other = await own.tab(`http://127.0.0.1:${port}/`);
        const said = await other.evaluate(tries, [ours, token]);
        for (const [name, answer] of Object.entries(said)) equal(name, answer, 'refused');
        for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data']) {
            const [opened] = await Promise.all([
                own.context.waitForEvent('page'),
                other.evaluate(sendForm, [ours, type]),
            ]);
            await opened.waitForLoadState();
            await opened.close();
        }
        equal('what was chosen, after all of it', await language(page, token), before);

        step('it can neither frame the page nor look into a window that it opened');
        await other.evaluate(
            (address) =>
                new Promise((done) => {
                    const frame = document.createElement('iframe');
                    frame.onload = done;
                    frame.src = address;
                    document.body.append(frame);
                }),
            ours
        );
        const frame = other.frames().find((f) => f !== other.mainFrame());
        expect(!(await frame.content()).includes('app.css'), 'the page is shown in a frame');
        const [window] = await Promise.all([
            own.context.waitForEvent('page'),
            other.evaluate((address) => {
                globalThis.opened = globalThis.open(address);
            }, ours),
        ]);
        await onScreen(window, 'unlock');
        equal('its hold on the window', await other.evaluate(() => globalThis.opened.closed), true);
        await window.close();

        step('a name that was made to point here gets nothing');
        const rebound = await own.context.newPage();
        const name = ours.replace('127.0.0.1', FOREIGN);
        await rebound.route(`${name}start`, (route) => route.fulfill({ contentType: 'text/html', body: '<body>' }));
        await rebound.goto(`${name}start`); // while the name still pointed to its owner
        const statuses = await rebound.evaluate(async (login) => {
            const headers = { 'Content-Type': 'application/json', 'Baraza-Login': login };
            const change = { method: 'POST', headers, body: '{"language":"xz"}' };
            const hello = { method: 'POST', headers, body: '{}' };
            const asked = [fetch('/'), fetch('/api/prefs', change), fetch('/api/hello', hello), fetch('/js/main.js')];
            const got = await Promise.allSettled(asked);
            return got.map((answer) => answer.value?.status ?? 'refused'); // by Chromium itself, which newer ones do
        }, token);
        for (const status of statuses) expect([421, 'refused'].includes(status), `under it ${status} is answered`);
        equal('what was chosen, at the end', await language(page, token), before);
    } finally {
        server.close();
        server.closeAllConnections?.();
    }
    const ofOurs = own.findings.filter((finding) => finding.startsWith('an error in the page'));
    equal('errors of our page', ofOurs.join('\n'), '');
    own.findings.length = 0; // what Chromium says of the other page's tries is what was wanted
});
