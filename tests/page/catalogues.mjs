// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The words of the page as files, without a browser: every language has every key that is used and no other, the same
// values go into each sentence, plurals are those of the language, and every trouble that the node can tell has its
// words. Then the same on catalogues and scripts that were spoiled on purpose: each fault must be found.
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { root } from './lib/world.mjs';
import { ASSETS, LANGUAGES } from './lib/look.mjs';

// "trouble.other" is a trouble, no plural: a form stands behind two names at least.
const FORM = /(?<=\..*)\.(zero|one|two|few|many|other)$/;
const base = (key) => key.replace(FORM, '');
const read = (...parts) => readFileSync(path.join(root, ...parts), 'utf8');
const values = (sentence) => [...new Set(sentence.match(/\{\w+\}/g) ?? [])].sort().join(' ');

// Everything that is looked at, as text by name, so that a trial can spoil one of them.
function material() {
    const scripts = readdirSync(path.join(ASSETS, 'js')).sort();
    return {
        catalogues: Object.fromEntries(LANGUAGES.map((each) => [each, read('node/page/assets/lang', `${each}.json`)])),
        scripts: Object.fromEntries(scripts.map((name) => [name, read('node/page/assets/js', name)])),
        html: read('node/page/assets/index.html'),
        css: read('node/page/assets/app.css'),
        troubles: read('node/desk/trouble.h'),
        notices: read('node/desk/notices.h'),
        verdicts: read('common/base/verdict.h'),
    };
}

// The rows of a table of C: X(SYMBOL, ERR, "code", "sentence" "goes on") as {code: sentence}.
function rowsOf(table) {
    const rows = {};
    const joined = table.replace(/\\\n/g, ' ');
    for (const [, code, sentence] of joined.matchAll(/X\(\w+, \w+, "([\w-]+)",\s*((?:"(?:[^"\\]|\\.)*"\s*)+)\)/g)) {
        rows[code] = [...sentence.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, part]) => part).join('');
    }
    return rows;
}

// The rows of X(SYMBOL, "code", WEIGHT, "name name") as {code: "{name} {name}"}.
function noticesOf(table) {
    const rows = [...table.replace(/\\\n/g, ' ').matchAll(/X\(\w+, "([\w-]+)", \w+, "([^"]*)"\)/g)];
    return Object.fromEntries(rows.map(([, code, names]) => [code, names.replace(/\w+/g, '{$&}')]));
}

// What a hub can refuse, of X(SYMBOL, number, VERDICT_IS_REFUSAL, "code", ...).
function refusalsOf(table) {
    const rows = [...table.replace(/\\\n/g, ' ').matchAll(/X\(\w+, \d+, VERDICT_IS_REFUSAL, "([\w-]+)",/g)];
    return Object.fromEntries(rows.map(([, code]) => [code, '']));
}

function checkFile(language, text, findings) {
    const keys = [...text.matchAll(/^"([^"]+)": /gm)].map(([, key]) => key);
    if (keys.length !== Object.keys(JSON.parse(text)).length) findings.push(`${language}: a key stands there twice`);
    if (keys.join() !== [...keys].sort().join()) findings.push(`${language}: the keys are not in their order`);
}

// A key with plurals has those of its language, .other and .one at least; "one" and "two" may leave a value away.
function checkForms(language, words, findings) {
    const allowed = new Intl.PluralRules(language).resolvedOptions().pluralCategories.concat('zero', 'two');
    const groups = new Map();
    for (const key of Object.keys(words)) {
        const form = key.match(FORM)?.[1];
        if (form) groups.set(base(key), [...(groups.get(base(key)) ?? []), form]);
    }
    for (const [key, forms] of groups) {
        if (!forms.includes('other')) findings.push(`${language}: ${key} has no form .other`);
        if (!forms.includes('one')) findings.push(`${language}: ${key} has no form .one`);
        if (key in words) findings.push(`${language}: ${key} stands there with and without plurals`);
        for (const form of forms) {
            if (!allowed.includes(form)) findings.push(`${language}: ${key}.${form} is no form of this language`);
            const whole = values(words[`${key}.other`] ?? '').split(' ');
            const mine = values(words[`${key}.${form}`]).split(' ').filter(Boolean);
            if (mine.some((value) => !whole.includes(value))) {
                findings.push(`${language}: ${key}.${form} takes other values than ${key}.other`);
            }
        }
    }
}

function checkAlike(all, findings) {
    const sentence = (words, key) => words[key] ?? words[`${key}.other`];
    const known = new Set(Object.values(all).flatMap((words) => Object.keys(words).map(base)));
    for (const key of known) {
        for (const language of LANGUAGES) {
            const own = sentence(all[language], key);
            if (own === undefined) findings.push(`${language}: ${key} is missing`);
            else if (!own.trim()) findings.push(`${language}: ${key} is empty`);
            else if (values(own) !== values(sentence(all.en, key) ?? '')) {
                findings.push(`${language}: ${key} takes other values than in English`);
            }
        }
    }
    return known;
}

// Keys that scripts name whole, and beginnings of keys that they put together.
function checkUse(known, scripts, findings) {
    const source = Object.values(scripts).join('\n');
    const begun = [...source.matchAll(/[`']([a-z][\w-]*\.[\w.-]*)\$\{/g)].map(([, key]) => key);
    const asked = [...source.matchAll(/\b(?:t|rich|has)\(\s*'([\w.-]+)'/g)].map(([, key]) => key);
    const whole = new Set([...source.matchAll(/'([a-z][\w-]*(?:\.[\w-]+)+)'/g)].map(([, key]) => key).concat(asked));
    for (const key of new Set(asked)) {
        if (!known.has(key)) findings.push(`${key} is used and in no catalogue`);
    }
    for (const key of known) {
        if (!whole.has(key) && !begun.some((part) => key.startsWith(part))) findings.push(`${key} is never used`);
    }
}

function checkCodes(area, rows, all, findings) {
    for (const [code, sentence] of Object.entries(rows)) {
        const key = `${area}.${code}`;
        for (const language of LANGUAGES) {
            const words = all[language][key] ?? all[language][`${key}.other`];
            if (words === undefined) findings.push(`${language}: ${key} is missing, and the node can say it`);
            for (const value of words?.match(/\{\w+\}/g) ?? []) {
                if (!sentence.includes(value)) findings.push(`${language}: ${key} takes ${value}, which nobody gives`);
            }
        }
    }
    for (const key of Object.keys(all.en)) {
        const own = base(key);
        const [first, code] = [own.slice(0, area.length + 1), own.slice(area.length + 1)];
        if (first === `${area}.` && !(code in rows) && !OWN.includes(own)) findings.push(`nobody says ${own}`);
    }
}

// Said by the page itself.
const OWN = ['internal', 'no-answer', 'microphone-refused', 'no-microphone', 'no-picture']
    .map((code) => `trouble.${code}`)
    .concat('refusal.unknown');

// What no asset may have: markup from text, storage of the browser, style in attributes, anything from elsewhere.
const BANNED = [
    [/innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function/, 'markup or code from text'],
    [/localStorage|sessionStorage|indexedDB|document\.cookie|serviceWorker|caches\b/, "the browser's storage"],
    [/\bh\('\w+', \{[^}]*\bstyle:|setAttribute\('style'|\sstyle="/, 'a style attribute'],
    [/https?:\/\/(?!www\.w3\.org\/2000\/svg)/, 'an address elsewhere'],
];
const SIDES = /(margin|padding|border)-(left|right)|text-align: (left|right)|(^|[ ;{])(left|right):/;

function checkAssets(it, findings) {
    if (SIDES.test(it.css)) findings.push(`app.css names a side of the page: ${it.css.match(SIDES)[0]}`);
    for (const [name, text] of [...Object.entries(it.scripts), ['index.html', it.html], ['app.css', it.css]]) {
        for (const [shape, what] of BANNED) {
            if (shape.test(text)) findings.push(`${name} has ${what}: ${text.match(shape)[0]}`);
        }
    }
}

function check(it) {
    const findings = [];
    const all = Object.fromEntries(LANGUAGES.map((each) => [each, JSON.parse(it.catalogues[each])]));
    for (const language of LANGUAGES) {
        checkFile(language, it.catalogues[language], findings);
        checkForms(language, all[language], findings);
    }
    checkUse(checkAlike(all, findings), it.scripts, findings);
    checkCodes('trouble', rowsOf(it.troubles), all, findings);
    checkCodes('refusal', refusalsOf(it.verdicts), all, findings);
    checkCodes('notice', noticesOf(it.notices), all, findings);
    checkAssets(it, findings);
    return findings;
}

// Each spoils one thing and says a part of the finding that must come of it.
const TRIALS = [
    ['a key is missing in Arabic', 'ar: act.lock is missing', (it) => drop(it, 'ar', 'act.lock')],
    ['a key that nobody uses', 'list.zebra is never used', (it) => add(it, 'list.zebra', 'Zebra')],
    ['a value is lost', 'fr: list.heard takes other values', (it) => edit(it, 'fr', 'list.heard', 'Hier')],
    ['a plural is lost', 'pt: line.saved has no form .other', (it) => drop(it, 'pt', 'line.saved.other')],
    [
        'a trouble without words',
        'trouble.disk-full is missing, and',
        (it) => {
            for (const language of LANGUAGES) drop(it, language, 'trouble.disk-full');
        },
    ],
    [
        'a key that is not there',
        'list.nowhere is used and',
        (it) => {
            it.scripts['list.js'] += "\nt('list.nowhere');";
        },
    ],
    [
        'a side in the style',
        'app.css names a side',
        (it) => {
            it.css += '\np { margin-left: 1px; }';
        },
    ],
    [
        'markup from text',
        'list.js has markup',
        (it) => {
            it.scripts['list.js'] += '\nmain.innerHTML = words;';
        },
    ],
];

const change = (it, language, act) => {
    const words = JSON.parse(it.catalogues[language]);
    act(words);
    const lines = Object.keys(words)
        .sort()
        .map((key) => `${JSON.stringify(key)}: ${JSON.stringify(words[key])}`);
    it.catalogues[language] = `{\n${lines.join(',\n')}\n}\n`;
};
const drop = (it, language, key) => change(it, language, (words) => delete words[key]);
const edit = (it, language, key, text) => change(it, language, (words) => (words[key] = text));
const add = (it, key, text) => LANGUAGES.forEach((language) => edit(it, language, key, text));

const findings = check(material());
for (const [what, part, spoil] of TRIALS) {
    const it = material();
    spoil(it);
    if (!check(it).some((each) => each.includes(part))) findings.push(`this trial was not noticed: ${what}`);
}
for (const each of findings) console.log(each);
process.exit(findings.length ? 1 : 0);
