// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Read and sign: every draft of a forum to be read once more, mended or ticked; what is ticked is signed in one durable
// step. Only then anything is "saved". Then the slips, whose codes are for whoever spoke. Read first: js/draft.js.
import { h, fill, title, button, content, code, tag, notice, say, troubleNotice, trouble } from './dom.js';
import { t, rich, language, languageLabel, clock, listed } from './lang.js';
import { call, openPrint } from './api.js';
import { screen, go, onForget, refresh, place } from './app.js';
import { codes, labelOf, forumName } from './codes.js';
import { damagedNotices, draftsOf } from './draft.js';
import { forum, forumBar, shortCode } from './forums.js';
import { excerpt } from './rapid.js';
import { isCtrlEnter } from './keys.js';

let view = null;
let signed = null; // {session, rows: [{number, entryNumber, slip, entry, words}]}: for the slips, until the page locks
onForget(() => { view = null; signed = null; });

// Who, kind, themes: "Kpelle, Women, Threat".
function facts(draft) {
    const f = draft.fields;
    const names = [f.lang && languageLabel(f.lang), ...(f.groups || []).map((each) =>
        labelOf(view.codes.all_groups, each)), f.kind && labelOf(view.codes.kinds, f.kind),
    ...(f.themes || []).map((each) => labelOf(view.codes.themes, each)),
    f.sensitivity && f.sensitivity !== 'open' && labelOf(view.codes.sensitivities, f.sensitivity),
    f.form && t('review.form', { number: f.form })];
    return names.filter(Boolean).map((each, i) => [i ? ', ' : null, h('bdi', null, each)]);
}

function part(words, text) {
    return text ? h('div', null, h('p', { class: 'hint' }, words), content(text)) : null;
}

function card(draft) {
    const needs = draft.needs || [];
    const f = draft.fields;
    const tick = h('input', { type: 'checkbox', checked: !needs.length, name: 'sign', value: draft.id,
        onchange: drawCount });
    const number = rich('review.draft', { number: draft.number });
    view.ticks.push(tick);
    return h('li', { class: 'panel', 'data-id': draft.id },
        h('div', { class: 'actions' },
            needs.length ? h('span', { class: 'tick' }, tag('draft'), ' ', h('b', null, number))
                : h('label', { class: 'tick' }, tick, h('b', null, number)),
            h('span', { class: 'muted' }, facts(draft)),
            button(t('act.change'), () => go('full', { session: draft.session, draft: draft.id, from: 'review' }),
                'push',
                'draft-change', { 'aria-label': t('review.change', { number: draft.number }) })),
        needs.map((each) => h('p', { class: 'needs' }, t('review.needs'), ' ', t(`need.${each}`))),
        f.no_words ? h('p', { class: 'muted' }, t('full.wordless')) : content(f.text || t('draft.no-words')),
        part(t('full.summary'), f.summary), part(t('full.ask'), f.ask), part(t('full.identity'), f.identity),
        (draft.attachments || []).length
            ? h('p', { class: 'muted' }, rich('review.attached', { n: draft.attachments.length })) : null,
        h('p', { class: 'hint' }, rich('rapid.kept', { number: draft.number, time: clock(draft.kept_s) })),
        h('div', { 'data-trouble': draft.id }));
}

const chosen = () => view.ticks.filter((each) => each.checked).map((each) => each.value);

function drawCount() {
    const n = chosen().length;
    fill(view.sign, n ? rich('review.sign', { n }) : t('review.sign-none'));
}

// Why one was not signed, beside it.
function showTroubles(results) {
    let bad = 0;
    for (const row of results) {
        const slot = row.error && document.querySelector(`[data-trouble="${row.id}"]`);
        if (slot) {
            bad += 1;
            fill(slot, notice('bad', trouble({ key: `trouble.${row.error.code}`, args: row.error.args })));
        }
    }
    return bad;
}

async function sign() {
    const ids = chosen();
    if (!ids.length) {
        say(t('review.tick-first'));
        return;
    }
    const mine = view;
    const before = new Map(mine.drafts.map((each) => [each.id, each]));
    fill(mine.sign, t('review.signing'));
    let results;
    try {
        results = (await call('draft/sign', { ids })).results;
    } catch (error) {
        mine === view && fill(mine.trouble, troubleNotice(error));
        mine === view && drawCount();
        return;
    }
    refresh();
    const good = results.filter((row) => !row.error);
    if (!good.length) {
        showTroubles(results);
        drawCount();
        say(t('review.none-signed'), 'bad');
        return;
    }
    signed = { session: mine.session, rows: good.map((row) => ({ ...row, draft: before.get(row.id) })),
        bad: results.filter((row) => row.error)
            .map((row) => ({ ...row, number: (before.get(row.id) || {}).number })) };
    await go('slips', { session: mine.session });
    say(rich('review.signed', { n: good.length }), 'ok');
}

async function show({ session }) {
    const row = await forum(session);
    const { drafts, damaged } = await draftsOf(session);
    view = { session, codes: await codes(), drafts, ticks: [], trouble: h('div'), sign: null };
    view.sign = button('', sign, 'primary', 'draft-sign');
    place(shortCode(row), ' · ', h('bdi', null, forumName(row)));
    const needing = drafts.filter((each) => (each.needs || []).length);
    const first = [...needing, ...drafts.filter((each) => !needing.includes(each))];
    const cards = h('ul', { class: 'cards' }, first.map(card));
    drawCount();
    const seal = button(t('forum.close'), () => go('closing', { session }), drafts.length ? null : 'primary',
        'closing');
    return [forumBar(t('forum.review'), row, 'review', drafts.length),
        h('p', null, rich('line.drafts', { n: drafts.length }),
            needing.length ? ['; ', rich('review.needing', { n: needing.length })] : null),
        damagedNotices(damaged), drafts.length ? cards : notice('ok', t('review.nothing')), view.trouble,
        drafts.length ? h('div', { class: 'stack' }, h('p', { class: 'hint' }, t('review.after')),
            h('p', { class: 'actions' }, view.sign, seal)) : h('p', { class: 'actions' }, seal)];
}

function keys(event) {
    if (view && isCtrlEnter(event)) {
        event.preventDefault();
        sign();
    }
}

// The codes of what was just signed, each beside a few words that tell whose it is.
async function showSlips({ session }) {
    const row = await forum(session);
    const rows = signed && signed.session === session ? signed.rows : [];
    const words = await codes();
    const slot = h('div');
    const print = async () => {
        try {
            openPrint((await call('print/slips', { id: session, language: language() })).ticket);
        } catch (error) {
            fill(slot, troubleNotice(error));
        }
    };
    place(shortCode(row), ' · ', h('bdi', null, forumName(row)));
    const bad = signed ? signed.bad : [];
    const reasons = bad.map((each) => h('div', null, h('b', null, String(each.number || '')), ' ',
        trouble({ key: `trouble.${each.error.code}`, args: each.error.args })));
    const more = bad.length ? notice('warn', [rich('review.some-bad', { n: bad.length }), reasons],
        button(t('forum.review'), () => go('review', { session }), null, 'forum-review')) : null;
    return [title(rich('review.signed', { n: rows.length })), more, h('p', null, t('slips.text')),
        h('ul', { class: 'cards' }, rows.map((each) => h('li', { class: 'panel card', 'data-id': each.entry },
            h('b', { class: 'slip' }, code(each.slip)), tag('saved'),
            h('span', { class: 'muted' }, rich('slips.row', { number: each.number }), ' ',
                listed((each.draft.fields.groups || []).map((group) => labelOf(words.all_groups, group))), ' ',
                h('bdi', null, excerpt(each.draft.fields.text || '')))))), slot,
        h('p', { class: 'actions' }, button(t('slips.print'), print, 'primary', 'print-slips'),
            button(t('forum.write'), () => go('rapid', { session }, true), null, 'forum-rapid'),
            button(t('forum.close'), () => go('closing', { session }, true), null, 'closing'))].filter(Boolean);
}

screen('review', { show, keys });
screen('slips', { show: showSlips });
