// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The codes that the secretariat published, in the language of the page: asked for once a language and login.
import { t, language, languageName, languageLabel } from './lang.js';
import { h } from './dom.js';
import { call } from './api.js';
import { onForget } from './app.js';

let known = null;
let knownIn = '';
onForget(() => { known = null; });

// The reply of the call `codes`.
export async function codes() {
    if (!known || knownIn !== language()) {
        const wanted = language();
        known = await call('codes', { language: wanted });
        knownIn = wanted;
    }
    return known;
}

// What code is called in list, the code itself when nobody says it.
export function labelOf(list, wanted) {
    const row = (list || []).find((each) => each.code === wanted);
    return row ? row.label : wanted;
}

// For choices(): what is replaced stays valid, and is not offered.
export const optionsOf = (list) => (list || []).filter((row) => !row.replaced)
    .map((row) => ({ value: row.code, label: row.label }));

// Languages that are offered by name where somebody may say any.
const SPOKEN = ('aa am ar ber bm din dyu ee en es fa ff fr ha ig kab kea kg kmb kpe kri ku ln lua men mg mos mye ' +
    'nd nus ny om ps pt rn rw sg sn so st sw tem tet ti tn ts tum umb ur vai vmw wo xh yo zgh zu').split(' ');

const TAG = /^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$/;
const folded = (words) => words.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().trim();

// What stands in text, folded, for searching.
export const foldedHas = (text, part) => folded(text).includes(folded(part));

export const spoken = () => SPOKEN.map((each) => ({ tag: each, label: languageLabel(each) }))
    .sort(((order) => (a, b) => order.compare(a.label, b.label))(new Intl.Collator(language())));

// The tag of what somebody typed: a language's name in the page's language or in its own, or a tag; '' for neither.
export function tagOf(typed) {
    const wanted = folded(typed);
    const found = SPOKEN.find((each) => [languageLabel(each), languageName(each)].some((name) =>
        folded(name) === wanted));
    return found || (TAG.test(typed.trim()) ? typed.trim() : '');
}

// What is read aloud, in the language of the page or, by a menu, any other that the guide has it in. list: [{lang,
// text}]; words: what there is when the list is empty; lang: of who listens.
export function aloud(list, words, lang) {
    const rows = list && list.length ? list : [{ lang: language(), text: words }];
    const row = [lang, language()].map((each) => rows.find((one) => one.lang === each)).find(Boolean) || rows[0];
    const quote = h('blockquote', { class: 'aloud', dir: 'auto' });
    const show = (one) => { quote.textContent = one.text; quote.lang = one.lang; };
    show(row);
    if (rows.length < 2) {
        return quote;
    }
    const select = h('select', { 'aria-label': t('act.aloud-in'),
        onchange: () => show(rows.find((one) => one.lang === select.value)) },
    rows.map((one) => h('option', { value: one.lang }, languageLabel(one.lang))));
    select.value = row.lang;
    return h('div', { class: 'stack' }, select, quote);
}

// "Sanniquellie town hall", or the forum's code when it has no title.
export const forumName = (forum) => forum.title || t('forum.untitled', { code: forum.code });
