// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Every contribution that was saved here, with how far it has come: fifty at a time, by state, by forum, by a word that
// is in it. The ticks turn while one looks. It must not keep what it shows once the page is locked.
import { h, fill, title, input, field, code, troubleNotice, button } from './dom.js';
import { t, rich, date, ago, language } from './lang.js';
import { call } from './api.js';
import { screen, go, draw, onState, onForget, page } from './app.js';
import { leads, named, refusal, stateTag } from './acts.js';

const STATES = ['waiting', 'received', 'confirmed', 'answered', 'refused', 'withdrawn', 'erased', 'superseded', 'lost'];
const SEARCH_MS = 300;

let filter = { session: '', state: '', search: '' };
let cursors = []; // of the pages before the one that is shown
let live = null;  // draws the rows anew while the screen is there

function marks(row) {
    return (row.marks || []).map((mark) => h('span', { class: 'mark' }, t(`mark.${mark}`)));
}

function line(row) {
    const groups = row.groups || [];
    const about = [named(groups), groups.length && row.kind ? ' · ' : null, row.kind ? h('bdi', null, row.kind) : null];
    return h('li', null, h('button', { type: 'button', class: 'entry', 'data-act': 'entry-open', 'data-id': row.id,
        onclick: () => go('entry', { id: row.id }) },
    h('span', { class: 'entry-number' }, code(String(row.number).padStart(3, '0'))),
    h('span', { class: 'entry-about' }, groups.length || row.kind ? about : code(row.forum || ''), ' ', marks(row)),
    h('span', { class: 'entry-state' }, stateTag(row.state), row.refusal
        ? h('small', null, refusal(row.refusal)) : null),
    h('span', { class: 'entry-when muted' }, date(row.when_s)),
    row.excerpt ? h('span', { class: 'entry-words content', dir: 'auto' }, row.excerpt) : null));
}

let asking = 0; // counts what was asked, so that a late answer does not replace a newer one

// Asks for a page of rows and puts it into box; the row that had the focus has it again. A long search
// answers in steps.
async function rows(box, status) {
    asking += 1;
    const mine = asking;
    let before = cursors[cursors.length - 1];
    let answer;
    do {
        answer = await call('list', { ...filter, before, language: language() });
        before = answer.next;
    } while (!answer.rows.length && answer.next && mine === asking);
    if (mine !== asking) {
        return null;
    }
    const at = document.activeElement && document.activeElement.dataset.id;
    fill(box, answer.rows.map(line));
    fill(status, !answer.rows.length ? t(filter.search || filter.state || filter.session ? 'list.none-such'
        : 'list.none') : answer.total === null ? null
        : rich('list.shown', { n: answer.rows.length, total: answer.total }));
    const again = at && [...box.querySelectorAll('[data-id]')].find((each) => each.dataset.id === at);
    again && again.focus();
    return answer;
}

function pager(box, status) {
    const nav = h('p', { class: 'actions' });
    const update = async () => {
        const answer = await rows(box, status);
        answer && fill(nav,
            cursors.length ? leads('list-newer', t('list.newer'), () => { cursors.pop(); update(); }) : null,
            answer.next ? leads('list-older', t('list.older'), () => { cursors.push(answer.next); update(); }) : null);
    };
    return [nav, update];
}

function filters(forums, changed) {
    const search = input({ type: 'search', name: 'search', value: filter.search, dir: 'auto' });
    let timer = 0;
    search.addEventListener('input', () => {
        clearTimeout(timer);
        timer = setTimeout(() => { filter.search = search.value.trim(); changed(); }, SEARCH_MS);
    });
    const choose = (name, all, options) => {
        const select = h('select', { name, onchange: () => { filter[name] = select.value; changed(); } },
            h('option', { value: '' }, all), options);
        select.value = filter[name];
        return select;
    };
    return h('div', { class: 'filters' },
        field({ label: t('list.search'), control: search }),
        field({ label: t('list.state'), control: choose('state', t('list.all-states'), STATES.map((state) =>
            h('option', { value: state }, t(`status.${state}`)))) }),
        forums.length > 1 ? field({ label: t('list.forum'), control: choose('session', t('list.all-forums'),
            forums.map((forum) => h('option', { value: forum.id, dir: 'ltr' }, forum.code))) }) : null);
}

// "Last heard from the hub: 11 Nov, 9 days ago"
export function heard() {
    const hub = page.state && page.state.hub;
    return hub && hub.heard_s ? rich('list.heard', { date: date(hub.heard_s), ago: ago(hub.heard_s) })
        : t('list.never-heard');
}

async function show(params) {
    if (!params.kept) { // Back to it finds it as it was left; otherwise it begins anew
        filter = { session: params.session || '', state: params.state || '', search: '' };
        cursors = [];
        params.kept = true;
    }
    const { open } = await call('forums');
    const box = h('ul', { class: 'entries' });
    const status = h('p', { class: 'muted', role: 'status' });
    const hub = h('p', { class: 'muted' }, heard());
    const [nav, update] = pager(box, status);
    const safely = () => update().catch((error) => fill(box, h('li', null, troubleNotice(error,
        button(t('act.again'), draw, 'primary')))));
    await update();
    live = (state) => {
        fill(hub, heard());
        const now = [state.saved, state.received, state.confirmed, state.answered, state.refused].join();
        if (live.last !== now) {
            live.last = now;
            safely();
        }
    };
    live.last = page.state && [page.state.saved, page.state.received, page.state.confirmed, page.state.answered,
        page.state.refused].join();
    return [title(t('list.title')), filters(open, () => { cursors = []; safely(); }), status, box, nav, hub,
        h('p', { class: 'actions' }, leads('go-send', t('list.send'), () => go('send'), 'primary'),
            leads('go-slip', t('list.slip'), () => go('slip')))];
}

onState((state) => live && live(state));
onForget(() => {
    filter = { session: '', state: '', search: '' };
    cursors = [];
    live = null;
});

screen('list', { show, leave: () => { live = null; } });
