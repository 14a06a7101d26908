// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Paper of a forum: numbered forms before it, slips and the sheet to sign after it. The node makes each page and shows
// it once, under a ticket, in a window of its own, from which the browser prints. No word that was said is on any.
import { h, title, field, input, code, notice } from './dom.js';
import { t, rich, language, languageName } from './lang.js';
import { call, openPrint } from './api.js';
import { screen, page, back, place } from './app.js';
import { does, leads } from './acts.js';

const FORMS_AT_ONCE = 20;

function languages(name, value, none) {
    const select = h('select', { name }, none ? h('option', { value: '' }, none) : null,
        page.hello.languages.map((each) => h('option', { value: each, lang: each }, languageName(each))));
    select.value = value;
    return select;
}

// Has the node make a page, and opens it.
async function print(what, wish) {
    const { ticket } = await call(`print/${what}`, wish);
    openPrint(ticket);
}

async function show({ session }) {
    const forum = await call('forum', { id: session, language: language() });
    const first = languages('language', language());
    const second = languages('second', '', t('print.no-second'));
    const where = input({ name: 'ask', maxlength: 120 });
    const count = h('input', { type: 'number', name: 'count', class: 'short', min: 1, max: 500, value: FORMS_AT_ONCE,
        inputmode: 'numeric' });
    const wish = () => ({ id: session, language: first.value, ...(second.value ? { second: second.value } : {}),
        ...(where.value.trim() ? { ask: where.value.trim() } : {}) });
    const { printed, first: low, last } = forum.forms || {};
    place(code(forum.code));
    return [title(t('print.title')),
        h('div', { class: 'panel' }, h('div', { class: 'filters' },
            field({ label: t('print.language'), control: first }),
            field({ label: t('print.second'), control: second })),
        field({ label: t('print.ask'), hint: t('print.ask-hint'), control: where })),
        h('div', { class: 'two' },
            h('section', { class: 'panel' }, h('h2', null, t('print.forms')), h('p', null, t('print.forms-what')),
                printed ? h('p', null, rich('print.printed', { n: printed, first: low, last })) : null,
                field({ label: t('print.count'), control: count }),
                h('p', { class: 'actions' },
                    does('print-forms', t('print.forms-new'), () => print('forms', { ...wish(),
                        count: Number(count.value) })),
                    printed ? does('print-again', t('print.forms-again'), () => print('forms', { ...wish(),
                        again: true })) : null)),
            h('div', { class: 'stack' },
                h('section', { class: 'panel' }, h('h2', null, t('print.slips')), h('p', null, t('print.slips-what')),
                    h('p', { class: 'actions' },
                        does('print-slips', t('print.slips-go'), () => print('slips', wish())))),
                h('section', { class: 'panel' }, h('h2', null, t('print.sheet')),
                    forum.sealed ? [h('p', null, t('print.sheet-what')), h('p', { class: 'actions' },
                        does('print-sheet', t('print.sheet-go'), () => print('sheet', wish()), 'primary'))]
                        : notice('info', t('print.sheet-later'))))),
        h('p', { class: 'actions' }, leads('print-back', t('act.back'), back))];
}

screen('print', { show });
