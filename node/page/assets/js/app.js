// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The shell round every screen: which screen is shown, who is logged in, the one line that reconciles, Lock, language.
// Where one is lives in memory; the address never changes. It must never put content into the URL, the title or any
// storage, and leaves none of it in the page once that is locked. Read first: js/dom.js, js/api.js.
import { h, put, fill, button, icon, say, focusIn, troubleNotice, closeAll } from './dom.js';
import { t, rich, speak, language, languageName } from './lang.js';
import { call, setToken, unlocked, onLocked, ApiError } from './api.js';
import { keysHelp, composing } from './keys.js';

const POLL_MS = 10000;
const NAV = ['forums', 'list', 'send'];
const LATER = { explain: 'explain', list: 'list', entry: 'entry', correct: 'entry', withdraw: 'entry', slip: 'entry',
    full: 'full', review: 'review', slips: 'review', closing: 'closing', print: 'print', send: 'send',
    wipe: 'wipe' }; // screens whose script comes when one goes there first, and the script
const screens = new Map();
const watchers = new Set();
const forgetters = new Set();

// What everybody may read: `hello` {practice, people, languages …}, `login` of unlock, `state` (the last answer of the
// call state, or null), `place` (what the header says one is at).
export const page = { hello: null, login: null, state: null };

// A screen: show(params) gives its nodes, or a promise of them, with a title() among them. Optional: leave() before
// another comes (may be a promise of false: then it stays; must not throw); keys(event) for keys pressed anywhere.
// params hold ids and codes, never content.
export function screen(name, row) {
    screens.set(name, row);
}

// Called with every answer of `state` while somebody is logged in.
export function onState(act) {
    watchers.add(act);
}

// Called when the page locks or another person comes: whoever keeps content in memory drops it.
// act(same): same is true while the same person may come back (the login ran out), so unsent words may wait for her.
export function onForget(act) {
    forgetters.add(act);
}

let trail = [];      // [name, params] of the way here, the present one last
let turn = 0;        // counts the screens shown, so that a late answer does not replace a newer one
let shownLate = 0;
let idleTimer = 0;
let lastPerson = null;

const now = () => trail[trail.length - 1];

// False when the present screen has something that it could not put away: then it stays.
async function leave() {
    const row = now() && screens.get(now()[0]);
    return !row || !row.leave || await row.leave() !== false;
}

// Shows a screen. `replace`: Back does not return to the present one.
export async function go(name, params, replace) {
    if (!await leave()) {
        return;
    }
    replace && trail.pop();
    trail.push([name, params || {}]);
    replace || history.pushState({ at: trail.length }, '');
    await draw();
}

export async function back() {
    if (trail.length > 1 && await leave()) {
        trail.pop();
        await draw();
    }
}

let failures = 0;

// The screen of that name. A browser remembers that a script could not be had, hence another address for each try.
async function load(name) {
    if (!screens.has(name)) {
        try {
            await import(`./${LATER[name]}.js${failures ? `?${failures}` : ''}`);
        } catch (error) {
            failures += 1;
            console.error(error.stack || error);
            throw new ApiError(0);
        }
    }
    return screens.get(name);
}

// Shows the present screen anew, as after another language.
export async function draw() {
    turn += 1;
    const mine = turn;
    const [name, params] = now();
    const main = document.getElementById('main');
    delete document.body.dataset.screen;
    say('');
    place();
    let nodes;
    try {
        nodes = await (await load(name)).show(params);
    } catch (error) {
        nodes = [troubleNotice(error, button(t('act.again'), draw, 'primary', 'again'),
            name === 'forums' ? null : button(t('nav.forums'), () => go('forums')))];
        console.error(error.stack || error);
    }
    if (mine !== turn || !main.isConnected) {
        return;
    }
    main.className = `screen-${name}`;
    fill(main, nodes);
    drawNav();
    document.body.dataset.screen = name;
    window.scrollTo(0, 0);
    const heading = main.querySelector('[autofocus]') || main.querySelector('h1') || main.querySelector('.notice');
    heading && focusIn(heading);
}

// What the header says of where one is, "LR-NIM-2026-014 · Kpelle"; '' for nothing.
export function place(...words) {
    fill(document.getElementById('place'), words);
}

// The line: saved = received + waiting + refused; drafts. Zeros of what is rare are left out.
function drawLine() {
    const line = document.getElementById('line');
    const s = page.state;
    if (!line || !s) {
        return;
    }
    const sum = [rich('line.received', { n: s.received }), ' + ', rich('line.waiting', { n: s.waiting })];
    s.refused && sum.push(' + ', rich('line.refused', { n: s.refused }));
    s.lost && sum.push(' + ', rich('line.lost', { n: s.lost }));
    fill(line, rich('line.all', { saved: h('b', null, rich('line.saved', { n: s.saved })), sum: h('span', null, sum),
        drafts: h('span', null, rich('line.drafts', { n: s.drafts })) }));
}

// Asks for the state now: after every act that changes it. Silent when it fails; the next call of a person will say it.
export async function refresh() {
    if (!unlocked()) {
        return;
    }
    try {
        page.state = await call('state');
    } catch (error) {
        return;
    }
    drawLine();
    watchers.forEach((act) => act(page.state));
}

function drawNav() {
    const nav = document.getElementById('nav');
    if (!nav) {
        return;
    }
    fill(nav, NAV.map((name) => button(t(`nav.${name}`), () => go(name), 'tab', `nav-${name}`,
        now() && now()[0] === name ? { 'aria-current': 'page' } : {})));
}

function languageMenu() {
    const list = page.hello ? page.hello.languages : [language()];
    const select = h('select', { class: 'language', name: 'language', 'aria-label': t('act.language'),
        onchange: (event) => changeLanguage(event.target.value) },
        list.map((each) => h('option', { value: each, lang: each }, languageName(each))));
    select.value = language();
    return select;
}

async function changeLanguage(wanted) {
    if (!await leave()) {
        await frame();
        return;
    }
    await speak(wanted);
    if (unlocked()) {
        call('prefs', { language: wanted }).catch(() => {});
    }
    await frame();
    focusIn(document.querySelector('select.language'));
}

// Everything round the screen; then the screen.
async function frame() {
    const inside = unlocked();
    fill(document.getElementById('app'),
        h('a', { class: 'skip', href: '#main', onclick: skip }, t('act.skip')),
        h('header', { class: 'top' },
            page.hello && page.hello.practice
                ? h('p', { class: 'practice' }, icon('warn'), ' ', t('practice.strip')) : null,
            h('div', { class: 'bar' },
                h('span', { class: 'brand' }, t('lang.baraza')), h('span', { id: 'place' }),
                h('span', { class: 'tools' },
                    inside ? button([icon('keys'), h('span', { class: 'word' }, t('act.keys'))], keysHelp, 'quiet',
                        'keys',
                        { 'aria-label': t('act.keys') }) : null,
                    inside ? button([icon('help'), h('span', { class: 'word' }, t('act.help'))], () => go('explain'),
                        'quiet', 'help', { 'aria-label': t('act.help') }) : null,
                    languageMenu(),
                    inside ? button([icon('lock'), ' ', t('act.lock')], lock, 'lock', 'lock', { title: 'F9' }) : null)),
            inside ? h('div', { class: 'frame-foot' }, h('nav', { id: 'nav', 'aria-label': t('nav.label') }),
                h('p', { id: 'line', class: 'line' })) : null),
        h('div', { id: 'notices', role: 'region', 'aria-label': t('notices.label') }),
        h('main', { id: 'main' }),
        h('p', { id: 'status', class: 'status', role: 'status' }));
    drawLine();
    inside && page.state && watchers.forEach((act) => act(page.state));
    await draw();
}

function skip(event) {
    event.preventDefault();
    focusIn(document.querySelector('main h1') || document.getElementById('main'));
}

// The reply of unlock: from now on somebody is logged in. Back to where the same person was.
export async function enter(login) {
    setToken(login.token);
    if (lastPerson !== login.key) {
        forgetters.forEach((act) => act(false));
        trail = [['forums', {}]];
    }
    trail = trail.filter(([name]) => name !== 'unlock');
    lastPerson = login.key;
    page.login = { ...login, token: null };
    page.state = null;
    if (login.language && login.language !== language() && page.hello.languages.includes(login.language)) {
        await speak(login.language);
    }
    if (login.first_use) {
        trail = [['forums', {}], ['explain', {}]];
    }
    history.replaceState({ at: trail.length }, '');
    stir();
    await refresh();
    await frame();
}

// Empties the page of everything and shows Unlock. why: key of a sentence to say there.
async function locked(same, why) {
    turn += 1;
    setToken(null);
    clearTimeout(idleTimer);
    forgetters.forEach((act) => act(same));
    page.state = null;
    page.login = null;
    closeAll();
    document.getElementById('app').replaceChildren();
    try {
        page.hello = await call('hello');
    } catch (error) {
        // The node is away: what was known of it still holds.
    }
    trail = trail.filter(([name]) => name !== 'unlock');
    trail.push(['unlock', { why }]);
    await frame();
}

// Lock, F9: what is typed is kept first, for a moment at most; then the node forgets the key.
export async function lock() {
    if (!unlocked()) {
        return;
    }
    await Promise.race([leave(), new Promise((done) => { setTimeout(done, 1500); })]);
    const said = call('lock').catch(() => {});
    await locked(false);
    await said;
}

// Somebody is here: the time after which the page locks by itself starts anew.
function stir() {
    clearTimeout(idleTimer);
    if (unlocked() && page.login && page.login.idle_minutes) {
        idleTimer = setTimeout(lock, page.login.idle_minutes * 60000);
    }
}

function poll() {
    shownLate = setTimeout(async () => {
        document.hidden || await refresh();
        poll();
    }, POLL_MS);
}

function pressed(event) {
    stir();
    if (event.code === 'F9' && unlocked()) {
        event.preventDefault();
        lock();
        return;
    }
    const row = now() && screens.get(now()[0]);
    if (row && row.keys && !document.querySelector('dialog[open]') && !composing(event)) {
        row.keys(event);
    }
}

// The browser's Back is this page's Back: no address is behind it.
async function popped() {
    if (trail.length > 1 && now()[0] !== 'unlock') {
        await back();
    }
}

// A language that the browser asks for and that there is a catalogue of.
function wished(list) {
    const asked = (navigator.languages || []).map((each) => each.split('-')[0]);
    return asked.find((each) => list.includes(each)) || 'en';
}

export async function start() {
    onLocked(() => locked(true, 'unlock.ran-out'));
    window.addEventListener('keydown', pressed);
    window.addEventListener('pointerdown', stir);
    window.addEventListener('popstate', popped);
    document.addEventListener('visibilitychange', () => document.hidden || refresh());
    try {
        page.hello = await call('hello');
    } catch (error) {
        await speak(wished(['en', 'fr', 'pt', 'ar']));
        fill(document.getElementById('app'), h('main', null, troubleNotice(error,
            button(t('act.again'), () => location.reload(), 'primary'))));
        return;
    }
    await speak(wished(page.hello.languages));
    trail = [['unlock', {}]];
    await frame();
    poll();
}
