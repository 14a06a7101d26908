// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// One contribution in detail: all its fields, each with what it is for. A paper form is typed here too. Where a child
// or violence is spoken of it stops: nothing verbatim is taken, and the referral is read aloud. Then: js/draft.js.
import { h, fill, title, button, field, input, textarea, choices, notice, say, ask, focusIn, troubleNotice,
    uid } from './dom.js';
import { t, rich, clockFull, listed } from './lang.js';
import { call } from './api.js';
import { screen, go, back, onForget, refresh, place } from './app.js';
import { codes, aloud, optionsOf, labelOf, foldedHas, forumName } from './codes.js';
import { forum, shortCode } from './forums.js';
import { Draft, askDiscard, hasWords, takeWaiting, notKept } from './draft.js';
import { habit, languageSelect } from './rapid.js';
import { attachBox, stopRecording } from './record.js';
import { isCtrlEnter } from './keys.js';

const FOUND = 8; // themes offered at once
const STOPPING = ['child', 'gender-based-violence'];
const LEAST = ['record', 'analyse'];

let view = null;
let paper = 0; // number of the paper form typed last
onForget(() => { view = null; });

const set = (fields) => view.draft.set(fields);
const text = (name, attrs) => textarea({ name, rows: 2, value: view.draft.fields[name] || '', ...attrs,
    oninput: (event) => set({ [name]: event.target.value, typing: true }) });
const line = (name, attrs) => input({ name, value: view.draft.fields[name] || '', ...attrs,
    oninput: (event) => set({ [name]: event.target.value }) });
const one = (name, list, legend, more) => choices({ legend, options: optionsOf(list), value: view.draft.fields[name],
    name, onchange: (value) => set({ [name]: value }), ...more });
const several = (name, list, legend, more) => choices({ legend, options: optionsOf(list), multiple: true,
    value: view.draft.fields[name] || [], name, onchange: (value) => set({ [name]: value }), ...more });

// A part with its heading, which a narrow window shows closed, but for the one that is asked for.
function part(name, words, ...children) {
    return h('details', { open: view.wide || view.at === name, 'data-part': name }, h('summary', null, words),
        h('div', { class: 'stack' }, children));
}

// The ones that were chosen and, by search, up to FOUND others; without a search those at the top.
function picker(name, rows, legend, label) {
    const chosen = [...(view.draft.fields[name] || [])];
    const slot = h('div');
    const search = input({ type: 'search', name: `${name}-search`, oninput: () => draw() });
    const draw = () => {
        const wanted = search.value.trim();
        const found = rows.filter((row) => !row.replaced && !chosen.includes(row.code) && (wanted
            ? foldedHas(`${row.label} ${row.code}`, wanted) : !row.parent || chosen.includes(row.parent)));
        const shown = [...chosen.map((each) => ({ code: each, label: labelOf(rows, each) })), ...found.slice(0, FOUND)];
        fill(slot, choices({ legend, hideLegend: true, options: optionsOf(shown), multiple: true, value: chosen, name,
            onchange: (value) => {
                chosen.splice(0, chosen.length, ...value);
                set({ [name]: [...chosen] });
            } }));
        wanted && !found.length && slot.append(h('p', { class: 'hint', role: 'status' }, t('full.none-found')));
    };
    draw();
    return [field({ label, control: search }), slot];
}

function who() {
    const f = view.draft.fields;
    const eight = view.codes.groups.map((row) => row.code);
    const others = view.codes.all_groups.filter((row) => !row.replaced && !eight.includes(row.code));
    const rest = [...(f.groups || []).filter((each) => !eight.includes(each))];
    const more = h('select', { name: 'groups-more' }, h('option', { value: '' }, t('full.who-other')),
        others.map((row) => h('option', { value: row.code }, row.label)));
    const row = h('div', { class: 'row' });
    const eights = several('groups', view.codes.groups, t('full.who'), { hideLegend: true, numbered: true,
        onchange: () => store() });
    const store = () => set({ groups: [...eights.chosen(), ...rest] });
    const draw = () => fill(row, rest.map((each) => button([labelOf(others, each), ' ×'], () => {
        rest.splice(rest.indexOf(each), 1);
        store();
        draw();
        more.focus();
    }, null, 'group-drop', { 'aria-label': t('full.take-away', { what: labelOf(others, each) }) })));
    more.addEventListener('change', () => {
        more.value && !rest.includes(more.value) && rest.push(more.value);
        more.value = '';
        store();
        draw();
    });
    draw();
    view.who = eights;
    return [eights, h('label', { class: 'field' }, h('span', { class: 'label' }, t('full.who-more')), more), row,
        one('speaker', view.codes.speakers, t('full.speaker')), asked(), table()];
}

// What the guide has asked of whoever spoke, and nothing else.
function asked() {
    const c = view.codes;
    const yes = ['yes', 'no', 'refused'].map((each) => ({ code: each, label: t(`full.${each}`) }));
    const lists = { sex: c.sexes, age: c.ages, displaced: yes, disability: yes };
    return (c.asks || []).filter((each) => lists[each]).map((each) => one(each, lists[each], t(`full.${each}`)));
}

// Break-out groups of the forum, if it has any.
function table() {
    const tables = (view.forum.tables || []).map((each) => each.name || each);
    if (!tables.length) {
        return null;
    }
    const select = h('select', { name: 'table', onchange: () => set({ table: select.value }) },
        h('option', { value: '' }, t('full.table-none')), tables.map((each) => h('option', { value: each }, each)));
    select.value = view.draft.fields.table || '';
    return field({ label: t('full.table'), control: select });
}

function support() {
    const [up, of] = view.draft.fields.hands || [];
    const store = () => {
        const pair = [yes, all].map((each) => parseInt(each.value, 10));
        set({ hands: pair.every((each) => each >= 0) ? pair : undefined });
    };
    const count = (name, value, words) => h('input', { type: 'number', min: 0, max: 100000, inputmode: 'numeric', name,
        class: 'short', autocomplete: 'off', value: value === undefined ? '' : value, 'aria-label': words,
        oninput: store });
    const yes = count('hands', up, t('full.hands-for'));
    const all = count('hands-of', of, t('full.hands-all'));
    return [one('support', view.codes.supports, t('full.support'), { hideLegend: true }),
        h('div', { class: 'field', role: 'group', 'aria-label': t('full.hands') }, h('span', { class: 'label' },
            t('full.hands')), h('div', { class: 'row' }, rich('full.hands-of', { up: yes, all })))];
}

function guard() {
    const to = view.codes.seal_to || [];
    const names = several('seal_to', to.map((each) => ({ code: each, label: each })), t('full.seal-to'));
    const hint = h('p', { class: 'hint' });
    const draw = (value) => {
        names.hidden = value !== 'sealed' || !to.length;
        hint.textContent = value ? t(`full.sensitivity-${value}`) : '';
    };
    draw(view.draft.fields.sensitivity);
    return [one('sensitivity', view.codes.sensitivities, t('full.sensitivity'), { hideLegend: true,
        onchange: (value) => {
        set({ sensitivity: value });
        draw(value);
    } }), hint, names];
}

// The stop: what to read aloud, and the words gone for good.
async function stopFor(flags) {
    const answer = await ask(t('full.stop-title'), [h('p', null, t('full.stop')),
        aloud(view.codes.referrals, view.codes.referral, view.draft.fields.lang),
        h('p', null, t('full.stop-after'))],
    [['remove', t('full.stop-remove'), 'primary danger'], ['', t('full.stop-mistake')]]);
    if (answer !== 'remove') {
        const left = flags.filter((each) => !STOPPING.includes(each));
        set({ flags: left });
        view.flags.choose(left);
        return;
    }
    for (const control of view.words) {
        control.value = '';
    }
    const good = await view.draft.removeWords();
    drawWordless();
    good ? say(t('full.stop-done'), 'ok') : say(t('rapid.failed'), 'bad');
}

function careful() {
    view.flags = several('flags', view.codes.flags, t('full.flags'), { onchange: (value) => {
        set({ flags: value });
        if (value.some((each) => STOPPING.includes(each)) && !view.draft.fields.no_words) {
            stopFor(value);
        }
    } });
    return [view.flags, h('p', { class: 'hint' }, t('full.flags-hint'))];
}

// The words' fields, or that none are taken.
function drawWordless() {
    const none = view.draft.fields.no_words === true;
    view.wordsBox.hidden = none;
    view.noWords.hidden = !none;
    view.attachBox.hidden = none;
}

function consent() {
    const f = view.draft.fields;
    const given = (view.forum.consent || {}).scopes || [];
    const all = given.length ? given : LEAST;
    const wider = all.length > LEAST.length; // else yes means no more than the least
    const state = !f.scopes ? undefined : f.scopes.length > LEAST.length || !wider ? 'yes' : 'least';
    const exact = several('scopes', view.codes.scopes, t('forum.consent-to'));
    const answer = choices({ legend: t('full.consent-answer'), name: 'consent', value: state,
        options: (wider ? ['yes', 'least', 'no'] : ['yes', 'no']).map((each) => ({ value: each,
            label: t(`full.consent-${each}`), hint: each === 'yes'
                ? listed(all.map((scope) => labelOf(view.codes.scopes, scope))) : null })),
        onchange: (value) => {
            if (value === 'no') {
                refusedConsent(answer, state);
                return;
            }
            const scopes = value === 'yes' ? all : LEAST;
            exact.choose(scopes);
            set({ scopes: [...scopes] });
        } });
    return [h('p', null, t('forum.consent-read')), aloud(view.codes.scripts, t('consent.script'), f.lang),
    answer, h('p', { class: 'hint' }, t('full.consent-hint')),
    h('details', null, h('summary', null, t('full.consent-exact')), h('div', { class: 'stack' }, exact,
        one('basis', view.codes.bases, t('forum.consent-how'))))];
}

// They said no: nothing may stay.
async function refusedConsent(answer, before) {
    const sure = await ask(t('full.no-title'), h('p', null, t('full.no-text')),
        [['yes', t('draft.discard-yes'), 'primary danger'], ['', t('act.back')]]);
    if (sure === 'yes') {
        await finish(() => view.draft.discard(), t('full.no-done'));
    } else {
        answer.choose(before);
    }
}

function paperPart() {
    const f = view.draft.fields;
    const number = h('input', { type: 'number', min: 1, max: 99999, inputmode: 'numeric', name: 'form', class: 'short',
        autocomplete: 'off', value: f.form || '', oninput: () => {
            const value = parseInt(number.value, 10);
            set({ form: value > 0 ? value : undefined });
        } });
    view.form = number;
    return [field({ label: t('full.form'), hint: t('full.form-hint'), control: number }),
        field({ label: t('full.written-by'), control: line('written_by') }),
        field({ label: t('full.slip'), hint: t('full.slip-hint'), control: line('slip_code',
            { dir: 'ltr', autocapitalize: 'characters', class: 'short' }) })];
}

// The draft is put away by act(), then the next thing comes: a paper form after a paper form, else where one came from.
async function finish(act, words) {
    const mine = view;
    try {
        if (await act() === false) {
            say(t('rapid.failed'), 'bad');
            return;
        }
    } catch (error) {
        fill(mine.trouble, troubleNotice(error));
        return;
    }
    mine.draft.end();
    refresh();
    if (mine.params.paper) {
        paper = mine.draft.fields.form || paper;
        await go('full', { session: mine.forum.id, paper: true }, true);
    } else {
        await go(mine.params.from || 'rapid', { session: mine.forum.id }, true);
    }
    say(words, 'ok');
}

async function keep() {
    const draft = view.draft;
    if (!hasWords(draft.fields) && !draft.attachments.length) {
        say(t('rapid.empty'));
        focusIn(view.said);
        return;
    }
    draft.set({ typing: '' });
    await finish(async () => {
        await stopRecording();
        return draft.keep();
    }, '');
    draft.over && say(rich('rapid.done', { number: draft.number }), 'ok');
}

async function discard() {
    const draft = view.draft;
    if (!draft.version && !hasWords(draft.fields)) {
        draft.end();
        await back();
    } else if (await askDiscard(draft).catch((error) => { fill(view.trouble, troubleNotice(error)); })) {
        await finish(() => true, t('full.discarded'));
    }
}

function drawState() {
    const draft = view.draft;
    fill(view.trouble, draft.trouble ? h('div', { role: 'alert' }, notKept(draft)) : null);
    fill(view.state, draft.dirty ? t('rapid.typing') : draft.version
        ? rich('rapid.kept-so-far', { number: draft.number, time: clockFull(draft.kept_s) }) : t('full.hint'));
}

// A new draft, as the forum's habits say; or the one that is asked for. Throws what the node said.
async function draftOf(params, row) {
    const waiting = takeWaiting(row.id);
    if (waiting) {
        return waiting;
    }
    if (params.draft) {
        const found = await call('draft/get', { id: params.draft }).catch((error) => {
            if (error.code !== 'draft-gone' && error.code !== 'draft-signed') {
                throw error;
            }
        });
        if (found) {
            return found;
        }
    }
    const custom = habit(row);
    const fields = { lang: custom.lang };
    if (params.paper) {
        Object.assign(fields, { channel: 'written' }, paper ? { form: paper + 1 } : {});
    } else if (custom.groups.length) {
        fields.groups = custom.groups;
    }
    return { session: row.id, fields };
}

function left() {
    const f = view.draft.fields;
    view.said = text('text', { rows: 6, class: 'said', id: 'said', lang: f.lang });
    const lang = languageSelect(view.forum, f.lang || habit(view.forum).lang, (value) => {
        view.said.lang = value;
        set({ lang: value });
    });
    view.lang = lang;
    const summary = text('summary');
    const wish = text('ask');
    view.words = [view.said, summary, wish];
    view.wordsBox = h('div', { class: 'stack' }, field({ label: t('full.said'), control: view.said }),
        field({ label: t('full.lang'), control: lang }),
        field({ label: t('full.summary'), hint: t('full.summary-hint'), control: summary }),
        field({ label: t('full.ask'), hint: t('full.ask-hint'), control: wish }));
    view.noWords = h('div', { class: 'stack' }, notice('info', t('full.wordless')));
    view.attachBox = h('div', { 'data-part': 'attach' });
    drawAttached();
    const identity = line('identity');
    view.words.push(identity);
    return h('div', { class: 'stack' }, view.wordsBox, view.noWords, view.attachBox,
        part('identity', t('full.identity'), field({ label: t('full.identity-label'), hint: t('full.identity-hint'),
            control: identity })));
}

function right(params) {
    const c = view.codes;
    const formPart = part('paper', t('full.paper'), paperPart());
    formPart.open = formPart.open || params.paper === true || view.draft.fields.form > 0;
    return h('div', { class: 'stack' }, params.paper ? formPart : null,
        part('who', t('full.who'), who()),
        part('kind', t('full.kind-themes'), view.kind = one('kind', c.kinds, t('full.kind'), { numbered: true }),
            picker('themes', c.themes, t('full.themes'), t('full.themes-search')),
            one('scale', c.scales, t('full.scale')), one('channel', c.channels, t('full.channel')), question()),
        part('support', t('full.support'), support()),
        part('guard', t('full.sensitivity'), guard()),
        part('careful', t('rapid.careful'), careful()),
        part('consent', t('full.consent'), consent()),
        params.paper ? null : formPart);
}

// Sound and photographs: the node must have the draft before it takes any.
function drawAttached() {
    const mine = view;
    const { draft } = mine;
    fill(mine.attachBox, attachBox({ draft: draft.id, needDraft: () => draft.exist(), list: draft.attachments,
        changed: async () => {
            draft.attachments = (await call('draft/get', { id: draft.id })).attachments || [];
            mine === view && drawAttached();
        } }));
}

// Which question of the guide it answers, where the guide asks any.
function question() {
    const rows = view.codes.questions || [];
    if (!rows.length) {
        return null;
    }
    const select = h('select', { name: 'question', onchange: () => set({ question: select.value }) },
        h('option', { value: '' }, t('full.question-none')), rows.map((row) => h('option', { value: row.code },
            row.label)));
    select.value = view.draft.fields.question || '';
    return field({ label: t('full.question'), control: select });
}

async function show(params) {
    const row = await forum(params.session);
    const words = await codes();
    const found = await draftOf(params, row);
    const draft = new Draft(found, () => {
        params.draft = draft.version ? draft.id : params.draft; // so that it is the one that is shown again
        view && view.draft === draft && drawState();
    });
    view = { forum: row, codes: words, params, draft, at: params.at,
        wide: window.matchMedia('(min-width: 48em)').matches,
        state: h('p', { class: 'hint', id: uid('s') }), trouble: h('div') };
    draft.replaced = () => go('full', { ...params, draft: draft.id }, true);
    const columns = h('div', { class: 'two' }, left(), right(params));
    drawWordless();
    drawState();
    found.person && draft.touch();
    place(shortCode(row), ' · ', h('bdi', null, forumName(row)));
    const at = params.at && columns.querySelector(`[data-part=${params.at}]`);
    const first = at ? at.querySelector('input,button,textarea') : params.paper ? view.form : null;
    first && first.setAttribute('autofocus', '');
    return [title(params.paper ? t('full.paper-title') : draft.number
        ? rich('full.title', { number: draft.number }) : t('full.title-new')), columns, view.trouble,
    h('div', { class: 'stack' }, view.state, h('p', { class: 'actions' },
        button(params.paper ? t('full.keep-next') : t('full.keep'), keep, 'primary', 'draft-keep'),
        button(t('act.back'), back, null, 'back'),
        button(t('act.discard'), discard, 'danger push', 'draft-discard')))];
}

async function leave() {
    if (!view || view.draft.over) {
        return true;
    }
    await stopRecording().catch(() => {});
    view.draft.fields.typing && view.draft.set({ typing: '' });
    if (!await view.draft.keep()) {
        say(t('rapid.failed'), 'bad');
        return false;
    }
    view.draft.end();
    return true;
}

function keys(event) {
    if (!view || event.altKey || event.metaKey) {
        return;
    }
    const act = { F2: () => reach(view.who), F4: () => reach(view.lang), F8: () => reach(view.kind),
        Escape: () => view.said.focus() }[event.code];
    if (act) {
        event.preventDefault();
        act();
    } else if (isCtrlEnter(event)) {
        event.preventDefault();
        keep();
    }
}

// The focus to a control, in a part that may be closed.
function reach(node) {
    const closed = node.closest('details');
    closed && (closed.open = true);
    node.focusFirst ? node.focusFirst() : node.focus();
}

screen('full', { show, leave, keys });
