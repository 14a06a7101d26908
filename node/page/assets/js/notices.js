// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What is wrong or waits, as long as it does: the notices that `state` names, each in words with what to do and, where
// a screen does it, the button that leads there. It knows the codes and nothing of what they rest on.
import { h, fill, notice } from './dom.js';
import { t, rich, bytes, date, listed } from './lang.js';
import { onState, onForget, go } from './app.js';
import { leads, refusal } from './acts.js';

const send = () => leads('notice-send', t('nav.send'), () => go('send'));
const wipe = () => leads('notice-wipe', t('send.wipe'), () => go('wipe'));
const show = () => leads('notice-refused', t('act.show'), () => go('list', { state: 'refused' }));
const forum = ({ session }) => (session ? leads('notice-forum', t('forum.review'), () => go('review', { session }))
    : null);

const BUTTONS = { 'disk-low': [send, wipe], 'disk-full': [send, wipe], 'hub-silent': [send], 'hub-never': [send],
    'not-carried': [send], refused: [show], 'not-sealed': [forum] };

// Bytes and times become what a person reads; n chooses the plural.
function worded(args) {
    return Object.fromEntries(Object.entries(args).map(([name, value]) => [name, name.endsWith('_bytes') ? bytes(value)
        : name.endsWith('_s') ? date(value) : name === 'reason' ? refusal({ code: value })
            : Array.isArray(value) ? listed(value) : value]));
}

let shown = '';

function draw({ notices }) {
    const box = document.getElementById('notices');
    const now = `${document.documentElement.lang} ${JSON.stringify(notices)}`;
    if (!box || (now === shown && box.childElementCount === notices.length)) {
        return;
    }
    shown = now;
    fill(box, notices.map(({ code, weight, args }) => h('div', { 'data-notice': code }, notice(weight,
        rich(`notice.${code}`, worded(args)), ...(BUTTONS[code] || []).map((make) => make(args)).filter(Boolean)))));
}

onState(draw);
onForget(() => { shown = ''; });
