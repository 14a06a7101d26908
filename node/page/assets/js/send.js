// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What waits here and how it gets away: by the network, now, or in a bundle on a stick that a courier carries and
// cannot read. And back again: the bundle that the hub made, or one of a colleague that is to be carried along.
import { h, fill, title, notice, code } from './dom.js';
import { t, rich, bytes, ago } from './lang.js';
import { ApiError, call, callBytes, fetchBytes } from './api.js';
import { screen, page, refresh, go, draw, onState, onForget } from './app.js';
import { does, leads, keepFile, pickFile, done } from './acts.js';
import { heard } from './list.js';

let live = null;
onState((state) => live && live(state));
onForget(() => { live = null; });

function waits(state) {
    if (!state) {
        return null;
    }
    const left = state.waiting_bytes || { text: 0, sound: 0 };
    return [h('p', null, rich(state.waiting ? 'send.waits' : 'send.nothing', { n: state.waiting,
        text: bytes(left.text), sound: bytes(left.sound) })),
    state.exclusive && state.exclusive.count ? h('p', null, rich('send.only-here', { n: state.exclusive.count,
        ago: ago(state.exclusive.oldest_s) })) : null,
    h('p', { class: 'muted' }, heard())];
}

// What came of bundles that were read: what is new here, what is carried along, and why each other was not taken. file:
// what the only one is called where it came from.
function read(answer, file) {
    const refused = (answer.refused || []).map((each) => h('p', null, rich('send.refused', {
        name: code(file || each.file), why: h('span', null, t(`bundle.${each.reason}`)) })));
    return notice(refused.length ? 'warn' : 'ok', [answer.taken || !refused.length ? rich('send.read', {
        n: answer.received, confirmed: answer.confirmed }) : null,
    answer.kept ? [' ', rich('send.carried', { n: answer.kept })] : null, refused]);
}

const PIECE = 200000; // bytes of one call up
const LOOK_MS = 400;

// Work that may take long is done beside the daemon: it begins, and is looked at until it is over.
async function errand(name, what, told) {
    await call(name, what);
    for (;;) {
        const job = await call('bundle/job');
        if (job.failed) {
            fill(told);
            throw new ApiError(500, { error: job.failed });
        }
        if (!job.doing) {
            return job.result;
        }
        fill(told, h('p', null, job.of > 1 ? rich('send.working-of', { done: job.done, all: job.of })
            : t('send.working')));
        await new Promise((later) => { setTimeout(later, LOOK_MS); });
    }
}

async function download(made) {
    const parts = [];
    for (let offset = 0; offset < made.bytes; offset += parts[parts.length - 1].size) {
        parts.push(await fetchBytes('bundle/get', { offset }));
    }
    keepFile(new Blob(parts, { type: 'application/octet-stream' }), made.name.replace(/^.*\//, ''));
}

async function upload(file) {
    for (let offset = 0; offset === 0 || offset < file.size; offset += PIECE) {
        await callBytes('bundle/put', { Offset: offset }, file.slice(offset, offset + PIECE));
    }
}

async function show() {
    // Without sticks one can still send.
    const { sticks } = await call('sticks').catch(() => ({ sticks: [] }));
    const told = h('div', { class: 'stack', 'aria-live': 'polite' });
    const state = h('div', { class: 'stack' }, waits(page.state));
    live = (now) => fill(state, waits(now));
    const now = async () => {
        await call('send');
        done(t('send.trying'));
        await refresh();
    };
    const toStick = (stick) => async () => {
        const made = await errand('bundle/out', { stick: stick.id }, told);
        fill(told, notice('ok', rich('send.written', { name: code(made.name), size: bytes(made.bytes),
            n: made.entries })));
        await refresh();
    };
    const toFile = async () => {
        await download(await errand('bundle/out', {}, told));
        fill(told, notice('ok', t('send.file-made')));
        await refresh();
    };
    const fromStick = (stick) => async () => {
        fill(told, read(await errand('bundle/in', { stick: stick.id }, told)));
        await refresh();
    };
    const fromFile = async () => {
        const file = await pickFile('');
        if (file) {
            await upload(file);
            fill(told, read(await errand('bundle/in', {}, told), file.name));
            await refresh();
        }
    };
    return [title(t('send.title')), told,
        h('div', { class: 'two' },
            h('section', { class: 'panel' }, h('h2', null, t('send.network')), state,
                h('p', { class: 'actions' }, does('send', t('list.send'), now, 'primary'))),
            h('section', { class: 'panel' }, h('h2', null, t('send.stick')), h('p', null, t('send.stick-what')),
                sticks.length ? h('ul', { class: 'cards' }, sticks.map((stick) => h('li', { class: 'stack' },
                    h('p', null, rich('send.stick-free', { name: h('bdi', null, stick.label),
                        free: bytes(stick.free) })),
                    h('p', { class: 'actions' }, does('bundle-out', t('send.make'), toStick(stick)),
                        does('bundle-in', t('send.take'), fromStick(stick))))))
                    : h('p', null, t('send.no-stick')),
                h('p', { class: 'actions' }, leads('sticks', t('send.look'), draw)),
                h('details', null, h('summary', null, t('send.files')), h('div', { class: 'stack' },
                    h('p', null, t('send.files-what')),
                    h('p', { class: 'actions' }, does('bundle-file', t('send.make-file'), toFile),
                        does('bundle-read', t('send.take-file'), fromFile)))))),
        h('p', { class: 'actions' }, leads('go-wipe', t('send.wipe'), () => go('wipe')))];
}

screen('send', { show, leave: () => { live = null; } });
