// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Rapid mode: language and group stay as they are, type, Enter, next. Enter makes no promise: the draft is "kept" when
// the node said so, and its words stay in the list below until then. Read first: js/draft.js.
import { h, fill, put, button, textarea, choices, notice, say, troubleNotice, code } from './dom.js';
import { t, rich, clock, clockFull, languageLabel, language } from './lang.js';
import { screen, go, onForget, refresh, place } from './app.js';
import { codes, optionsOf, labelOf, spoken, forumName } from './codes.js';
import { forum, forumBar, shortCode } from './forums.js';
import { Draft, askDiscard, damagedNotices, draftsOf, hasWords, takeWaiting, notKept } from './draft.js';
import { isEnter, isCtrlEnter } from './keys.js';

const SHOWN = 5;    // kept ones below the text
const EXCERPT = 60; // characters of each

let view = null;         // of the screen that is shown
const going = new Map(); // forum -> id of the draft that is being typed, when another screen was looked at meanwhile
const habits = new Map(); // forum -> {lang, groups, table, at: {table: groups}}: what stays from one to the next

onForget((same) => {
    view = null;
    if (!same) {
        going.clear();
        habits.clear();
    }
});

// The habits of a forum: what the next draft begins with.
export function habit(row) {
    if (!habits.has(row.id)) {
        habits.set(row.id, { lang: (row.languages || [])[0] || language(), groups: [], table: '', at: {} });
    }
    return habits.get(row.id);
}

// The languages of a forum, and below them every other one.
export function languageSelect(row, value, onchange) {
    const own = [...new Set([...(row.languages || []), value].filter(Boolean))];
    const option = (tag, label) => h('option', { value: tag }, label);
    const select = h('select', { name: 'lang', onchange: () => onchange(select.value) },
        h('optgroup', { label: t('rapid.lang-here') }, own.map((tag) => option(tag, languageLabel(tag)))),
        h('optgroup', { label: t('rapid.lang-other') }, spoken().filter((each) => !own.includes(each.tag))
            .map((each) => option(each.tag, each.label))));
    select.value = value;
    return select;
}

export function excerpt(text) {
    const letters = [...text]; // an emoji is not cut in two
    return letters.length > EXCERPT ? `${letters.slice(0, EXCERPT).join('')}…` : text;
}

const toText = () => view && view.text.focus();

function drawState() {
    const draft = view.draft;
    view.trouble.replaceChildren();
    if (draft.trouble) {
        view.trouble.append(h('div', { role: 'alert' }, notKept(draft)));
    }
    fill(view.state, draft.dirty ? t('rapid.typing') : draft.kept_s && hasWords(draft.fields)
        ? rich('rapid.kept-so-far', { number: draft.number, time: clockFull(draft.kept_s) }) : t('rapid.hint'));
}

function drawRecent() {
    fill(view.recent, view.done.slice(0, SHOWN).map((draft) => h('li', { 'data-id': draft.id },
        draft.trouble ? [h('div', { role: 'alert' }, notKept(draft)), h('p', { class: 'content', dir: 'auto' },
            draft.fields.text), button(t('act.again'), () => draft.keep(), 'primary', 'draft-again'),
        button(t('act.discard'), () => giveUp(draft), null, 'draft-discard')]
            : [h('span', null, draft.dirty || !draft.kept_s ? t('rapid.keeping')
                : rich('rapid.kept', { number: draft.number, time: clock(draft.kept_s) }), ' ',
            h('bdi', { class: 'muted' }, excerpt(draft.fields.text || ''))),
            draft.kept_s ? button(t('act.change'), () => go('full', { session: draft.session, draft: draft.id }),
                'link',
                'draft-change') : null])));
}

// What the node will never take must not hold up the rest of the day.
async function giveUp(draft) {
    const mine = view;
    if (await askDiscard(draft).catch(() => false) && mine === view) {
        view.done = view.done.filter((each) => each !== draft);
        drawRecent();
        toText();
    }
}

function drawFold() {
    const f = view.draft.fields;
    fill(view.fold.firstChild, [languageLabel(f.lang), ...(f.table ? [t('rapid.table', { name: f.table })] : []),
        ...(f.groups || []).map((each) =>
        labelOf(view.codes.all_groups, each)), ...(f.kind ? [labelOf(view.codes.kinds, f.kind)] : [])]
        .map((each, i) => [i ? ' · ' : null, h('bdi', null, each)]));
}

// Puts a draft into the field.
function load(row) {
    const draft = new Draft(row, (each) => view && (each === view.draft ? drawState() : drawRecent()));
    draft.replaced = () => view && view.draft === draft && load(draft.row());
    view.draft && view.draft !== draft && !hasWords(view.draft.fields) && view.draft.end();
    view.draft = draft;
    const f = draft.fields;
    view.text.value = f.text || '';
    view.text.lang = f.lang || '';
    view.who.choose((f.groups || [])[0]);
    view.kind.choose(f.kind);
    view.lang.value = f.lang;
    view.table && (view.table.value = f.table || '');
    drawState();
    drawFold();
    return draft;
}

function fresh() {
    const h0 = habit(view.forum);
    load({ session: view.forum.id, fields: { lang: h0.lang, ...(h0.groups.length ? { groups: h0.groups } : {}),
        ...(h0.table ? { table: h0.table } : {}) } });
}

// Enter: the draft leaves the field, and the next one may be typed while this one is on its way to the disk.
async function next() {
    const draft = view.draft;
    const mine = view;
    if (!hasWords(draft.fields)) {
        draft.version && await draft.discard().then(fresh, () => {});
        say(t('rapid.empty'));
        toText();
        return;
    }
    draft.set({ typing: '' });
    going.delete(view.forum.id);
    view.done.unshift(draft);
    fresh();
    open(wide());
    toText();
    drawRecent();
    const good = await draft.keep();
    if (mine !== view) {
        return;
    }
    drawRecent();
    if (good) {
        mine.count += 1;
        drawBar();
        say(rich('rapid.done', { number: draft.number }), 'ok');
        refresh();
    } else {
        say(t('rapid.failed'), 'bad');
    }
}

function drawBar() {
    fill(view.bar, forumBar(t('rapid.title'), view.forum, 'rapid', view.count));
}

// To the full form with what is typed so far.
async function inDetail(at) {
    const draft = view.draft;
    going.delete(view.forum.id);
    draft.set({ typing: '' });
    if (await draft.keep()) {
        await go('full', { session: view.forum.id, draft: draft.version ? draft.id : undefined, at });
    }
}

// Those that a crash or a lock interrupted.
function offers(rows) {
    return rows.map((row) => {
        const box = h('div', { 'data-id': row.id });
        const take = async () => {
            if (hasWords(view.draft.fields)) {
                await next();
            }
            box.remove();
            load(row);
            toText();
        };
        const drop = async () => {
            const draft = new Draft(row);
            try {
                await askDiscard(draft) && box.remove();
            } catch (error) {
                box.append(troubleNotice(error));
            }
            draft.end();
        };
        box.append(notice('info', [rich('rapid.restored', { number: row.number, time: clockFull(row.kept_s) }), ' ',
            h('bdi', { class: 'muted' }, excerpt(row.fields.text || ''))],
        button(t('act.continue'), take, 'primary', 'draft-continue'),
        button(t('act.discard'), drop, null, 'draft-discard')));
        return box;
    });
}

// The break-out groups of the forum, if it has any: who sits there, or spoke there last, comes with the group.
function tableSelect(row, set) {
    const tables = row.tables || [];
    if (!tables.length) {
        return null;
    }
    const select = h('select', { name: 'table', onchange: () => {
        const h0 = habit(row);
        const sits = (tables.find((each) => each.name === select.value) || { groups: [] }).groups;
        h0.table = select.value;
        h0.groups = h0.at[h0.table] || (sits.length ? sits : h0.groups);
        view.who.choose(h0.groups[0]);
        set({ table: h0.table, groups: h0.groups });
    } }, h('option', { value: '' }, t('full.table-none')), tables.map((each) => h('option', { value: each.name },
        each.name)));
    return select;
}

function build(row, words) {
    const set = (fields) => { view.draft.set(fields); drawFold(); };
    view = { forum: row, codes: words, done: [], count: 0, draft: null,
        state: h('p', { class: 'hint', id: 'rapid-state' }), trouble: h('div'), recent: h('ul', { class: 'recent' }),
        bar: h('div'), fold: null, rows: h('div', { class: 'rows' }) };
    view.text = textarea({ rows: 3, name: 'text', id: 'said', class: 'said', 'aria-describedby': 'rapid-state',
        oninput: () => view.draft.set({ text: view.text.value, typing: true }),
        onkeydown: (event) => isEnter(event) && (event.preventDefault(), next()) });
    view.who = choices({ legend: t('full.who'), options: optionsOf(words.groups), numbered: true, name: 'groups',
        onchange: (value) => {
            const h0 = habit(row);
            h0.groups = [value];
            h0.at[h0.table] = [value];
            set({ groups: [value] });
        }, onpicked: toText });
    view.kind = choices({ legend: t('full.kind'), options: optionsOf(words.kinds), numbered: true, name: 'kind',
        onchange: (value) => set({ kind: value }), onpicked: toText });
    view.lang = languageSelect(row, habit(row).lang, (value) => {
        habit(row).lang = value;
        view.text.lang = value;
        set({ lang: value });
    });
    view.table = tableSelect(row, set);
    const labelled = (name, control) => control && h('label', { class: 'field' }, h('span', { class: 'label' }, name),
        control);
    put(view.rows, labelled(t('full.lang'), view.lang), labelled(t('full.table'), view.table), view.who, view.kind);
    const change = button(t('act.change'), () => open(view.rows.hidden), 'link', 'rapid-unfold',
        { 'aria-expanded': 'false' });
    view.fold = h('div', { class: 'fold' }, h('span'), change);
    view.change = change;
    open(wide());
}

const wide = () => window.matchMedia('(min-width: 48em)').matches;

// The rows of language, group and kind; a narrow window shows them as one line until somebody wants to change them.
function open(wanted) {
    view.rows.hidden = !wanted;
    view.change.setAttribute('aria-expanded', String(wanted));
}

async function show({ session }) {
    const row = await forum(session);
    const [words, { drafts: list, damaged }] = [await codes(), await draftsOf(session)];
    build(row, words);
    view.count = list.length;
    const waiting = takeWaiting(session);
    const resumed = waiting || list.find((each) => each.id === going.get(session));
    const broken = list.filter((each) => each.fields.typing && !(resumed && each.id === resumed.id))
        .sort((a, b) => b.kept_s - a.kept_s).slice(0, 1); // the rest wait among the drafts to be read
    fresh();
    if (resumed) {
        load(resumed);
        waiting && view.draft.touch();
    }
    place(shortCode(row), ' · ', h('bdi', null, forumName(row)));
    drawBar();
    view.text.setAttribute('autofocus', '');
    return [view.bar, ...damagedNotices(damaged), ...offers(broken), view.fold, view.rows,
        h('div', { class: 'field grow' }, h('label', { for: 'said' }, t('full.said')), view.text, view.state),
            view.trouble,
        h('div', { class: 'abreast' },
            h('p', { class: 'actions stick' }, button(t('full.keep'), next, 'primary', 'draft-keep')),
            h('p', { class: 'actions' },
                button(t('rapid.careful'), () => inDetail('careful'), null, 'rapid-careful'),
                button(t('rapid.detail'), () => inDetail(), null, 'rapid-detail'),
                button(t('rapid.record'), () => inDetail('attach'), null, 'rapid-record'))),
        h('section', { class: 'stack' }, view.recent)];
}

async function leave() {
    if (!view) {
        return true;
    }
    const mine = view;
    mine.draft.dirty && going.set(mine.forum.id, mine.draft.id);
    mine.draft.fields.typing && going.set(mine.forum.id, mine.draft.id);
    const kept = await Promise.all([mine.draft, ...mine.done].map((draft) => draft.keep()));
    if (kept.includes(false)) {
        say(t('rapid.failed'), 'bad');
        return false;
    }
    [mine.draft, ...mine.done].forEach((draft) => draft.end());
    return true;
}

function keys(event) {
    if (!view || event.altKey || event.metaKey) {
        return;
    }
    const act = { F2: () => view.who.focusFirst(), F4: () => view.lang.focus(), F8: () => view.kind.focusFirst(),
        Escape: toText }[event.code];
    if (act) {
        event.preventDefault();
        event.code === 'Escape' || open(true);
        act();
    } else if (isCtrlEnter(event)) {
        event.preventDefault();
        next();
    }
}

screen('rapid', { show, leave, keys });
