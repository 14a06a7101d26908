// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// One contribution: what was said, how far it has come, what was corrected, taken back, answered. From here it is
// corrected with a reason, taken back, and proved by a receipt. Also what a slip's code tells its bearer.
import { h, title, field, input, textarea, choices, tag, code, content, notice, errorSummary } from './dom.js';
import { t, rich, date, clock, bytes, number, language, languageLabel } from './lang.js';
import { call, fetchBytes } from './api.js';
import { screen, go, back, refresh, onForget } from './app.js';
import { does, leads, keepFile, wholeOf, named, refusal, stateTag, done } from './acts.js';

const TICKS = ['saved', 'received', 'confirmed', 'answered'];
let urls = []; // of sound and pictures that are shown

function forget() {
    urls.forEach((url) => URL.revokeObjectURL(url));
    urls = [];
}
onForget(forget);

const pairs = (...rows) => h('dl', { class: 'pairs' }, rows.filter((row) => row && row[1] && row[1].length !== 0)
    .map(([key, value]) => [h('dt', null, t(key)), h('dd', null, value)]));
const panel = (key, ...inside) => h('section', { class: 'panel' }, h('h2', null, t(key)), inside);

// Which part is not to be read here, and why; null when it is.
const absent = (part) => (!part || [undefined, 'here', 'none'].includes(part.state) ? null
    : notice('info', t(`part.${part.state}`)));

function ticks(entry) {
    return h('ol', { class: 'ticks' }, TICKS.map((name) => {
        const tick = (entry.ticks || []).find((each) => each.tick === name);
        const reached = tick && tick.when_s !== undefined;
        return h('li', { class: reached ? null : 'muted' }, reached ? tag(name) : t(`status.${name}`), ' ',
            h('small', null, reached ? [tick.when_s ? `${date(tick.when_s)}, ${clock(tick.when_s)}. ` : null,
                tick.checkpoint ? rich('tick.proof', { checkpoint: tick.checkpoint })
                    : t(`tick.${name}`)] : t(`tick.not-${name}`)));
    }));
}

function said(entry) {
    const part = entry.parts.said || {};
    return panel('entry.said', absent(part),
        entry.sealed_to && entry.sealed_to.length ? notice('info', rich('entry.sealed-to', {
            names: h('span', null, named(entry.sealed_to)) })) : null,
        part.text ? content(part.text) : null,
        pairs(['entry.summary', part.summary && content(part.summary, 'span')],
            ['entry.ask', part.ask && content(part.ask, 'span')],
            ['entry.language', part.lang && languageLabel(part.lang)]));
}

function about(entry) {
    const { speaker = {}, context = {}, consent = {} } = entry.parts;
    const paper = entry.paper;
    return h('details', null, h('summary', null, t('entry.about')), h('div', { class: 'stack' },
        absent(speaker),
        pairs(['entry.who', named(speaker.groups)], ['entry.kind', context.kind],
            ['entry.themes', named(context.themes)], ['entry.support', context.support],
            ['entry.hands', context.hands && rich('entry.hands-of', { yes: context.hands[0], all: context.hands[1] })],
            ['entry.channel', context.channel], ['entry.consent', consent.basis],
            ['entry.scopes', named(consent.scopes)], ['entry.flags', named(entry.flags)],
            ['entry.paper', paper && rich('entry.paper-form', { form: paper.form })],
            ['entry.written-by', paper && paper.written_by && h('bdi', null, paper.written_by)],
            ['entry.typed-by', paper && paper.typed_by && h('bdi', null, paper.typed_by)],
            ['entry.id', code(entry.id.slice(0, 16))])));
}

function attachment(entry, it) {
    const place = h('div', { class: 'stack' });
    const words = [t(`attach.${it.type.startsWith('image') ? 'photo' : 'sound'}`), ', ', bytes(it.bytes), '. ',
        it.sealed ? [t('mark.sealed'), '. '] : null,
        it.state === 'held' ? t('attach.held') : it.state === 'gone' ? t('attach.gone')
            : rich('attach.sent', { sent: bytes(it.received || 0), all: bytes(it.bytes) })];
    const play = async () => {
        const blob = await wholeOf('attach/read', { entry: entry.id, number: it.number }, it.bytes, it.type);
        const url = URL.createObjectURL(blob);
        urls.push(url);
        place.replaceChildren(it.type.startsWith('image') ? h('img', { src: url, alt: t('attach.photo') })
            : h('audio', { src: url, controls: true, 'aria-label': t('attach.sound') }));
        place.firstChild.focus();
    };
    it.here && place.append(h('p', { class: 'actions' }, does('attach-show',
        t(it.type.startsWith('image') ? 'attach.show' : 'attach.play'), play)));
    return h('li', { class: 'stack' }, h('p', null, words), place);
}

function amended(entry) {
    const none = [];
    return [
        ...(entry.corrections || none).map((it) => panel('entry.correction',
            h('p', null, h('bdi', null, it.reason), '. ', date(it.when_s), '. ',
                stateTag(it.current === false ? 'superseded' : it.state)),
            it.text ? content(it.text) : null, it.why ? content(it.why) : null)),
        ...(entry.withdrawals || none).map((it) => h('div', null, notice('warn', [rich(it.scopes && it.scopes.length
            ? 'entry.withdrawn-for' : 'entry.withdrawn-all', { scopes: h('span', null, named(it.scopes)),
            date: date(it.when_s) }), it.reason ? [' ', h('bdi', null, it.reason)] : null]))),
    ];
}

function answers(entry) {
    return (entry.responses || []).map((it) => panel('entry.answer',
        h('p', null, tag('answered', h('bdi', null, it.disposition)), ' ', h('span', { class: 'muted' },
            it.when_s ? date(it.when_s) : null)),
        it.reason ? content(it.reason) : null,
        pairs(['entry.where', it.where && code(it.where)], ['entry.to', it.to && h('bdi', null, it.to)])));
}

async function show({ id }) {
    const entry = await call('entry', { id, language: language() });
    const receipt = async () => {
        keepFile(await fetchBytes('receipt', { id }), `${entry.forum}-${entry.number}.receipt`);
        done(t('entry.receipt-made'));
    };
    const proved = ['confirmed', 'answered'].includes(entry.state);
    return [title(rich('entry.title', { number: number(entry.number), forum: code(entry.forum) })),
        h('p', null, stateTag(entry.state), entry.refusal ? [' ', refusal(entry.refusal)] : null),
        h('div', { class: 'two' },
            h('div', { class: 'stack' }, said(entry), amended(entry), answers(entry)),
            h('div', { class: 'stack' },
                h('section', { class: 'panel' }, h('h2', null, t('entry.way')), ticks(entry)),
                entry.attachments && entry.attachments.length ? panel('entry.attachments',
                    h('ul', { class: 'cards' }, entry.attachments.map((it) => attachment(entry, it)))) : null,
                about(entry))),
        h('p', { class: 'actions' },
            leads('go-correct', t('entry.correct'), () => go('correct', { id })),
            leads('go-withdraw', t('withdraw.title'), () => go('withdraw', { id })),
            proved ? does('receipt', t('entry.receipt'), receipt) : null,
            leads('entry-back', t('act.back'), back))];
}

// --- a correction ---

// Who spoke, and of which kind it was, for when that was wrong: [nodes, the fields that are chosen].
function rightly(codes) {
    const options = (list) => list.filter((each) => !each.replaced)
        .map((each) => ({ value: each.code, label: each.label }));
    const eight = codes.groups.map((each) => each.code);
    const who = choices({ legend: t('correct.who'), name: 'groups', multiple: true, options: options(codes.groups) });
    const more = h('select', { name: 'group' }, h('option', { value: '' }, t('full.who-other')),
        options(codes.all_groups).filter((each) => !eight.includes(each.value))
            .map((each) => h('option', { value: each.value }, each.label)));
    const kind = choices({ legend: t('correct.kind'), name: 'kind', options: options(codes.kinds) });
    return [[who, field({ label: t('full.who-more'), control: more }), kind], () => {
        const groups = [...who.chosen(), more.value].filter(Boolean);
        return { ...(groups.length && { groups }), ...(kind.chosen() && { kind: kind.chosen() }) };
    }];
}

async function correct({ id }) {
    const entry = await call('entry', { id, language: language() });
    const codes = await call('codes', { language: language() });
    const said = entry.parts.said || {};
    const text = textarea({ name: 'text', rows: 6, value: said.text || '' });
    const summary = textarea({ name: 'summary', value: said.summary || '' });
    const why = input({ name: 'why', maxlength: 400 });
    const [others, chosen] = rightly(codes);
    let reason;
    const reasons = choices({ legend: t('correct.reason'), options: codes.correction_reasons.map((each) => ({
        value: each.code, label: each.label })), onchange: (value) => { reason = value; } });
    const box = h('div', { class: 'stack' });
    const send = async () => {
        const wrong = [];
        const fields = chosen();
        text.value.trim() !== (said.text || '') && (fields.text = text.value.trim());
        summary.value.trim() !== (said.summary || '') && (fields.summary = summary.value.trim());
        reason || wrong.push({ text: t('correct.choose'), control: reasons.querySelector('input') });
        Object.keys(fields).length || wrong.push({ text: t('correct.nothing'), control: text });
        errorSummary(box, wrong);
        if (wrong.length) {
            return;
        }
        await call('correct', { id, reason, why: why.value.trim() || undefined, fields });
        await refresh();
        await back();
        done(t('correct.done'));
    };
    box.append(title(t('correct.title')), h('p', null, t('correct.kept')), reasons,
        field({ label: t('entry.said'), control: text }), field({ label: t('entry.summary'), control: summary }),
        ...others, field({ label: t('correct.why'), hint: t('correct.why-hint'), control: why }),
        h('p', { class: 'actions' }, does('correct', t('correct.sign'), send, 'primary'),
            leads('correct-back', t('act.back'), back)));
    return h('div', { class: 'panel narrow' }, box);
}

// --- consent taken back, by whoever brings a slip too ---

async function withdraw({ id }) {
    const codes = await call('codes', { language: language() });
    const slip = id ? null : input({ name: 'slip', dir: 'ltr', autocapitalize: 'characters', maxlength: 20 });
    const reason = input({ name: 'reason', maxlength: 400 });
    let scopes = [];
    let all = 'all';
    const uses = codes.scopes.map((each) => ({ value: each.code, label: each.label }));
    const which = choices({ legend: t('withdraw.uses'), multiple: true, value: [], options: uses,
        onchange: (value) => { scopes = value; } });
    which.hidden = true;
    const box = h('div', { class: 'stack' });
    const send = async () => {
        const wrong = [];
        slip && !slip.value.trim() && wrong.push({ text: t('slip.type'), control: slip });
        reason.value.trim() || wrong.push({ text: t('withdraw.say-why'), control: reason });
        all === 'some' && !scopes.length && wrong.push({ text: t('withdraw.choose'),
            control: which.querySelector('input') });
        errorSummary(box, wrong);
        if (wrong.length) {
            return;
        }
        await call('withdraw', { ...(id ? { id } : { slip: slip.value.trim() }), reason: reason.value.trim(),
            scopes: all === 'some' ? scopes : [] });
        await refresh();
        await back();
        done(t('withdraw.done'));
    };
    box.append(...[title(t('withdraw.title')), h('p', null, t('withdraw.what')),
        slip ? field({ label: t('slip.code'), hint: t('slip.hint'), control: slip }) : null,
        choices({ legend: t('withdraw.how-much'), value: all, options: ['all', 'some'].map((each) => ({ value: each,
            label: t(`withdraw.${each}`) })), onchange: (value) => { all = value; which.hidden = value !== 'some'; } }),
        which, field({ label: t('withdraw.reason'), control: reason }),
        h('p', { class: 'actions' }, does('withdraw', t('withdraw.sign'), send, 'primary danger'),
            leads('withdraw-back', t('act.back'), back))].filter(Boolean));
    return h('div', { class: 'panel narrow' }, box);
}

// --- what a slip tells ---

function slip() {
    const typed = input({ name: 'slip', dir: 'ltr', autocapitalize: 'characters', maxlength: 20 });
    const answer = h('div', { 'aria-live': 'polite', class: 'stack' });
    const box = h('div', { class: 'stack' });
    const ask = async () => {
        answer.replaceChildren();
        errorSummary(box, typed.value.trim() ? [] : [{ text: t('slip.type'), control: typed }]);
        if (!typed.value.trim()) {
            return;
        }
        const told = await call('slip', { code: typed.value.trim(), language: language() });
        answer.append(h('div', { class: 'panel' }, h('p', null, stateTag(told.state)),
            told.sentences.map((each) => h('p', { dir: 'auto', class: 'told' }, each))));
    };
    box.append(title(t('slip.title')), h('p', null, t('slip.what')),
        field({ label: t('slip.code'), hint: t('slip.hint'), control: typed }),
        h('p', { class: 'actions' }, does('slip', t('slip.ask'), ask, 'primary'),
            leads('go-withdraw', t('withdraw.title'), () => go('withdraw', {})),
            leads('slip-back', t('act.back'), back)), answer);
    return h('div', { class: 'panel narrow' }, box);
}

screen('entry', { show, leave: forget });
screen('correct', { show: correct });
screen('withdraw', { show: withdraw });
screen('slip', { show: slip });
