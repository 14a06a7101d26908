// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Which forum: those that are planned, those that are open here; and opening one, where consent and what goes for
// everybody there is asked once. Read first: js/app.js.
import { h, icon, title, button, field, input, choices, code, errorSummary, trouble, troubleNotice,
    notice, ask } from './dom.js';
import { t, rich, date, languageLabel, listed } from './lang.js';
import { call } from './api.js';
import { screen, go, back, refresh } from './app.js';
import { codes, aloud, optionsOf, labelOf, spoken, tagOf, forumName } from './codes.js';

let last = null;

// The row of an open forum by its id: asked for anew where it is not known. Throws when there is none.
export async function forum(id) {
    let row = last && last.open.find((each) => each.id === id);
    if (!row) {
        last = await call('forums');
        row = last.open.find((each) => each.id === id);
    }
    return row || { id, code: '', languages: [] };
}

// "011 · Kpelle": the last part of a forum's code is enough among those of one laptop.
export const shortCode = (row) => code(row.code.split('-').pop());

// The heading of a screen of a forum, and what else can be done there. here: the screen that is shown.
export function forumBar(words, row, here, drafts) {
    const tab = (name, words) => button(words, () => go(name, { session: row.id }), 'tab', `forum-${name}`,
        here === name ? { 'aria-current': 'page' } : {});
    return h('div', { class: 'head' }, title(words), h('nav', { class: 'actions forum-bar',
        'aria-label': t('forum.parts') },
        tab('rapid', t('forum.write')),
        tab('review', drafts ? rich('forum.review-n', { count: drafts }) : t('forum.review')),
        tab('closing', t('forum.close'))));
}

function facts(row) {
    return h('p', { class: 'muted' }, code(row.code), ' · ', date(row.date ? Date.parse(row.date) / 1000 : row.when_s),
        row.groups && row.groups.length && row.labels ? [' · ', h('bdi', null, listed(row.labels))] : null);
}

function openCard(row) {
    const act = (name, words, kind, params) => button(words, () => go(name, { session: row.id, ...params }), kind,
        `forum-${name}`, { 'data-id': row.id });
    return h('li', { class: 'panel card', 'data-id': row.id },
        h('div', { class: 'stack' }, h('h3', null, h('bdi', null, forumName(row))), facts(row),
            h('p', null, row.sealed ? [icon('lock'), ' ', t('forum.sealed')]
                : [rich('line.saved', { n: row.saved }), '; ', rich('line.drafts', { n: row.drafts }), ', ',
                    t('forum.not-sealed')])),
        h('p', { class: 'actions' },
            row.sealed ? act('closing', t('forum.look')) : act('rapid', t('act.continue'), 'primary'),
            row.sealed ? null : act('full', t('forum.paper'), null, { paper: true }),
            row.drafts && !row.sealed ? act('review', t('forum.review')) : null));
}

function plannedCard(row) {
    return h('li', { class: 'panel card' },
        h('div', { class: 'stack' }, h('h3', null, h('bdi', null, forumName(row))), facts(row)),
        h('p', { class: 'actions' }, button(t('forum.open'), () => go('open', { plan: row.plan }), 'primary',
            'forum-open', { 'data-id': row.code })));
}

async function show() {
    last = await call('forums');
    const words = await codes();
    last.planned = last.planned.filter((row) => row.mine);
    last.planned.forEach((row) => { row.labels = (row.groups || []).map((each) => labelOf(words.all_groups, each)); });
    const going = last.open.filter((row) => !row.sealed);
    const closed = last.open.filter((row) => row.sealed);
    const part = (words2, cards) => (cards.length ? [h('h2', null, words2), h('ul', { class: 'cards' }, cards)] : null);
    return [title(t('forums.title')),
        part(t('forums.going'), going.map(openCard)),
        part(t('forums.planned'), last.planned.map(plannedCard)),
        going.length || last.planned.length ? null : notice('info', t('forums.none')),
        h('p', { class: 'actions' }, button(t('forum.open-other'), () => go('open'),
            going.length || last.planned.length ? null : 'primary', 'forum-open-other')),
        part(t('forums.closed'), closed.map(openCard))].filter(Boolean);
}

// Languages as a list of names with a button to take each away, and a field that knows languages by name.
function languagePicker(chosen) {
    const box = h('div', { class: 'stack' });
    const list = h('datalist', { id: 'spoken' }, spoken().map((each) => h('option', { value: each.label })));
    const control = input({ list: 'spoken', name: 'languages' });
    const row = h('div', { class: 'row' });
    const draw = () => row.replaceChildren(...chosen.map((each) => button([h('bdi', null, languageLabel(each)), ' ×'],
        () => { chosen.splice(chosen.indexOf(each), 1); draw(); control.focus(); }, null, 'language-drop',
        { 'aria-label': t('forum.language-drop', { language: languageLabel(each) }) })));
    const take = () => {
        const found = control.value.trim() ? tagOf(control.value) : '';
        if (found) {
            chosen.includes(found) || chosen.push(found);
            control.value = '';
            draw();
        }
        return control.value.trim() === '';
    };
    control.addEventListener('change', take);
    control.addEventListener('keydown', (event) => {
        if (event.key === 'Enter' && !event.isComposing) {
            event.preventDefault();
            take();
        }
    });
    draw();
    box.append(field({ label: t('forum.languages'), hint: t('forum.languages-hint'), control }), row, list);
    return { box, control, take };
}

// Ticks of a list; the ones that are on stay in `on`.
const ticks = (legend, rows, on, act) => choices({ legend, options: optionsOf(rows), value: on, multiple: true,
    onchange: (value) => { on.splice(0, on.length, ...value); act && act(); } });

function consentPart(words, f) {
    return h('section', { class: 'panel' }, h('h2', null, t('forum.consent')),
        h('p', null, t('forum.consent-read')),
        aloud(words.scripts, t('consent.script'), f.languages[0]),
        choices({ legend: t('forum.consent-how'), options: optionsOf(words.bases), value: f.basis,
            onchange: (value) => { f.basis = value; } }),
        ticks(t('forum.consent-to'), words.scopes, f.scopes),
        h('p', { class: 'hint' }, t('forum.consent-hint')));
}

function defaultsPart(words, f) {
    const to = ticks(t('full.seal-to'), (words.seal_to || []).map((each) => ({ code: each, label: each })), f.seal_to);
    to.hidden = true;
    return h('details', null, h('summary', null, t('forum.defaults')), h('div', { class: 'stack' },
        h('p', { class: 'hint' }, t('forum.defaults-hint')),
        choices({ legend: t('full.channel'), options: optionsOf(words.channels), value: f.channel,
            onchange: (value) => { f.channel = value; } }),
        choices({ legend: t('full.sensitivity'), options: optionsOf(words.sensitivities), value: f.sensitivity,
            onchange: (value) => { f.sensitivity = value; to.hidden = value !== 'sealed'; } }), to,
        words.authorities ? ticks(t('forum.authorities'), words.authorities, f.authorities) : null,
        words.precisions ? choices({ legend: t('forum.precision'), options: optionsOf(words.precisions),
            value: f.precision, onchange: (value) => { f.precision = value; } }) : null,
        h('label', { class: 'tick' }, h('input', { type: 'checkbox', name: 'interpreter',
            onchange: (event) => { f.interpreter = event.target.checked; } }), h('span', null,
                t('forum.interpreter')))));
}

// What of the fields goes to the node: what is empty is left out.
function sent(f, plan) {
    const body = { code: f.code.value.trim(), area: f.area.value.trim(), type: f.type.value, languages: f.languages,
        consent: { basis: f.basis, scopes: f.scopes },
        defaults: { channel: f.channel, sensitivity: f.sensitivity } };
    for (const name of ['title', 'place', 'date', 'observers']) {
        const value = f[name].value.trim();
        value && (body[name] = value);
    }
    plan && (body.plan = plan.plan);
    const tables = parseInt(f.tables.value, 10) || 0;
    tables && (body.tables = Array.from({ length: tables }, (none, i) => ({ name: String(i + 1), groups: [] })));
    f.interpreter && (body.interpreter = true);
    f.authorities.length && (body.authorities = f.authorities);
    f.precision && (body.precision = f.precision);
    f.sensitivity === 'sealed' && f.seal_to.length && (body.defaults.seal_to = f.seal_to);
    return body;
}

async function showOpen(params) {
    const words = await codes();
    last = last || await call('forums');
    const plan = last.planned.find((row) => row.plan === params.plan);
    const known = plan || {};
    const recent = last.open[last.open.length - 1] || {};
    const f = { languages: [...(known.languages || recent.languages || [])], basis: 'group-oral',
        scopes: ['record', 'analyse'], channel: 'oral-forum', sensitivity: 'open', seal_to: [], authorities: [],
        code: input({ name: 'code', value: known.code || '', autocapitalize: 'characters', dir: 'ltr' }),
        area: input({ name: 'area', value: known.area || recent.area || (last.areas.length === 1
            ? last.areas[0] : ''), autocapitalize: 'characters', dir: 'ltr' }),
        title: input({ name: 'title', value: known.title || '' }), place: input({ name: 'place',
            value: known.place || '' }),
        date: h('input', { type: 'date', name: 'date', autocomplete: 'off', value: known.date || today() }),
        type: h('select', { name: 'type' }, words.session_types.map((row) => h('option', { value: row.code },
            row.label))) };
    f.tables = h('input', { type: 'number', name: 'tables', class: 'short', min: 0, max: 12, autocomplete: 'off' });
    f.observers = input({ name: 'observers' });
    f.type.value = known.type || 'town-hall';
    const picker = languagePicker(f.languages);
    const box = h('div', { class: 'stack narrow' });
    const open = async (anyway) => {
        const wrong = [];
        const complete = picker.take();
        f.code.value.trim() || wrong.push({ text: t('forum.need-code'), control: f.code });
        f.area.value.trim() || wrong.push({ text: t('forum.need-area'), control: f.area });
        complete && f.languages.length || wrong.push({ text: t('forum.need-language'), control: picker.control });
        f.scopes.includes('record') || wrong.push({ text: t('forum.need-record') });
        errorSummary(box, wrong);
        if (wrong.length) {
            return;
        }
        try {
            const reply = await call('forum/open', { ...sent(f, plan), ...(anyway === true ? { anyway } : {}) });
            last = null;
            refresh();
            await go('rapid', { session: reply.id }, true);
        } catch (error) {
            const old = box.querySelector(':scope > [role=alert]');
            old && old.remove();
            if (error.code === 'forum-outside') {
                const answer = await ask(t('forum.outside'), h('p', null, trouble(error)),
                    [['', t('act.change'), 'primary'], ['anyway', t('forum.open-anyway')]]);
                return answer === 'anyway' && open(true);
            }
            box.querySelector('.actions:last-child').before(troubleNotice(error));
        }
    };
    box.append(title(plan ? h('bdi', null, forumName(plan)) : t('forum.open-other')),
        ...plan ? [facts(plan)] : [field({ label: t('forum.code'), hint: t('forum.code-hint'), control: f.code }),
            field({ label: t('forum.area'), hint: t('forum.area-hint'), control: f.area }),
            field({ label: t('forum.title'), control: f.title })],
        field({ label: t('forum.type'), control: f.type }), picker.box, consentPart(words, f), defaultsPart(words, f),
        h('details', null, h('summary', null, t('forum.where')), h('div', { class: 'stack' },
            field({ label: t('forum.date'), control: f.date }),
            field({ label: t('forum.tables'), hint: t('forum.tables-hint'), control: f.tables }),
            field({ label: t('forum.place'), hint: t('forum.place-hint'), control: f.place }),
            field({ label: t('forum.observers'), hint: t('forum.observers-hint'), control: f.observers }))),
        h('p', { class: 'actions' }, button(t('forum.open-now'), open, 'primary', 'forum-open-now'),
            button(t('act.cancel'), back, null, 'cancel')));
    return box;
}

function today() {
    const now = new Date();
    const two = (value) => String(value).padStart(2, '0');
    return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}

screen('forums', { show });
screen('open', { show: showOpen });
