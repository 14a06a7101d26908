// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What is wrong or waits, as long as it does: the notices that `state` names, each in words with what to do and, where
// a screen does it, the button that leads there. It knows the codes and nothing of what they rest on.
import { h, fill, notice } from './dom.js';
import { t, rich, bytes, date, listed } from './lang.js';
import { onState, onForget, go } from './app.js';
import { leads } from './acts.js';

const send = () => [leads('notice-send', t('act.send'), () => go('send'))];
const bundle = () => [leads('notice-bundle', t('act.bundle'), () => go('send'))];
const room = () => [leads('notice-send', t('act.send'), () => go('send')),
    leads('notice-wipe', t('act.make-room'), () => go('wipe'))];
const refused = () => [leads('notice-refused', t('act.show'), () => go('list', { state: 'refused' }))];
const forum = (args) => (args.session ? [leads('notice-forum', t('act.open'), () =>
    go(args.drafts ? 'review' : 'closing', { session: args.session }))] : []);

// kind, buttons
const ROWS = {
    'disk-low': ['warn', room],
    'disk-full': ['bad', room],
    'clock': ['warn', () => []],
    'hub-silent': ['warn', send],
    'hub-never': ['info', send],
    'refused': ['bad', refused],
    'deferred': ['info', () => []],
    'not-sealed': ['warn', forum],
    'not-carried': ['warn', bundle],
    'damaged': ['bad', () => []],
    'key-ended': ['bad', () => []],
    'hub-forked': ['bad', () => []],
};

// Numbers of bytes and seconds become what a person reads; n chooses the plural.
export function worded(args) {
    const told = {};
    for (const [name, value] of Object.entries(args || {})) {
        told[name] = typeof value !== 'number' ? Array.isArray(value) ? listed(value) : value
            : /(^|_)(bytes|free|limit|text|sound|size)$/.test(name) ? bytes(value)
                : /_s$|^(now|checkpoint|since)$/.test(name) ? date(value) : value;
    }
    return told;
}

let shown = '';

function draw(state) {
    const box = document.getElementById('notices');
    if (!box || !state) {
        return;
    }
    const now = `${document.documentElement.lang} ${JSON.stringify(state.notices || [])}`;
    if (now === shown && box.childElementCount === (state.notices || []).length) {
        return;
    }
    shown = now;
    fill(box, (state.notices || []).map(({ code, args }) => {
        const [kind, buttons] = ROWS[code] || ['warn', () => []];
        const words = notice(kind, rich(`notice.${code}`, worded(args)), ...buttons(args || {}));
        return h('div', { 'data-notice': code }, words);
    }));
}

onState(draw);
onForget(() => { shown = ''; });
