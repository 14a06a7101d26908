// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// A forum's evening: how many came, what the other computers wrote, the paper forms counted, the seal with its
// read-back, and who was there attests it. Nothing is sealed while drafts are left, and nothing without a yes.
import { h, title, field, code, notice, ask, put } from './dom.js';
import { t, rich, language, date, number } from './lang.js';
import { call, callBytes, fetchBytes } from './api.js';
import { screen, page, go, back, refresh, draw, place } from './app.js';
import { does, leads, keepFile, pickFile, shrink, done } from './acts.js';

const SHEET_SIDE = 1600;  // pixels and bytes of a photographed sheet
const SHEET_MOST = 250000;
const UNKNOWN = 'unknown';

const whole = (control) => Math.max(0, Math.floor(Number(control.value) || 0));
const counter = (name, value, label) => h('input', { type: 'number', name, class: 'short', min: 0, max: 100000, step: 1,
    inputmode: 'numeric', value: value === undefined ? '' : String(value), 'aria-label': label || null });
const section = (key, ...inside) => h('section', { class: 'panel' }, h('h2', null, t(key)), inside);

// --- who came ---

// What the guide asks for, or one row or column of those who were not asked.
const asked = (codes, what, list) => ((codes.asks || []).includes(what) ? list
    : list.filter((each) => each.code === 'not-asked'));

// One table of sexes by ages; who is displaced or disabled is counted in tables of its own, where that was asked.
function table(codes, rows, displaced, disability) {
    const cells = [];
    const sexes = asked(codes, 'sex', codes.sexes);
    const ages = asked(codes, 'age', codes.ages);
    const had = (sex, age) => rows.find((row) => row.sex === sex && row.age === age && row.displaced === displaced &&
        row.disability === disability);
    const body = ages.map((age) => h('tr', null, h('th', { scope: 'row' }, age.label),
        sexes.map((sex) => {
            const before = had(sex.code, age.code);
            const cell = counter(`count-${sex.code}-${age.code}`, before && before.count, `${sex.label}, ${age.label}`);
            cells.push({ sex: sex.code, age: age.code, displaced, disability, control: cell });
            return h('td', null, cell);
        })));
    if (cells.length === 1) {
        cells[0].control.removeAttribute('aria-label');
        return [cells, field({ label: t('attendance.count'), control: cells[0].control })];
    }
    return [cells, h('div', { class: 'scroll', tabindex: '0', role: 'group', 'aria-label': t('attendance.title') },
        h('table', { class: 'counts' }, h('thead', null, h('tr', null, h('th', { scope: 'col' }, t('attendance.age')),
            sexes.map((sex) => h('th', { scope: 'col' }, sex.label)))), h('tbody', null, body)))];
}

function attendance(forum, codes) {
    const rows = forum.attendance || [];
    const cells = [];
    const combination = (displaced, disability) => {
        const [more, node] = table(codes, rows, displaced, disability);
        cells.push(...more);
        return node;
    };
    const plain = combination(UNKNOWN, UNKNOWN);
    const more = ['displaced', 'disability'].some((each) => (codes.asks || []).includes(each));
    const finer = more && h('details', { open: rows.some((row) => row.displaced !== UNKNOWN ||
        row.disability !== UNKNOWN) }, h('summary', null, t('attendance.finer')), h('div', { class: 'stack' },
            h('p', { class: 'hint' }, t('attendance.once')),
            [['yes', 'no'], ['no', 'yes'], ['yes', 'yes'], ['no', 'no']].map(([displaced, disability]) => [
                h('h3', null, t(`attendance.${displaced}-${disability}`)), combination(displaced, disability)])));
    const total = h('b');
    const count = () => {
        total.textContent = number(cells.reduce((people, cell) => people + whole(cell.control), 0));
    };
    const box = section('attendance.title', h('p', null, t('attendance.what')), plain, finer,
        h('p', null, rich('attendance.people', { people: total })),
        h('p', { class: 'actions' }, does('attendance', t('attendance.sign'), async () => {
            const told = cells.map(({ control, ...row }) => ({ ...row, count: whole(control) })).filter((row) =>
                row.count > 0);
            const { people } = await call('forum/attendance', { id: forum.id, rows: told });
            await refresh();
            await draw();
            done(rich('attendance.done', { n: people }));
        })));
    box.addEventListener('input', count);
    count();
    return box;
}

// --- other computers at this forum ---

function shares(forum, taken) {
    const list = h('ul', { class: 'cards' });
    const row = (share) => h('li', null, rich('share.of', { name: share.name, n: share.contributions }));
    put(list, (forum.shares || []).map(row));
    return h('details', { open: (forum.shares || []).length > 0 }, h('summary', null, t('share.title')),
        h('div', { class: 'stack' }, h('p', null, t('share.what')), list,
            h('p', { class: 'actions' },
                does('share-in', t('share.take'), async () => {
                    const file = await pickFile('');
                    if (file) {
                        const share = await callBytes('forum/share-in', { Forum: forum.id }, file);
                        taken.push(share.share);
                        put(list, row(share));
                        done(rich('share.taken', { n: share.contributions }));
                    }
                }),
                does('share-out', t('share.make'), async () => {
                    const { read, contributions } = await call('forum/share', { id: forum.id, confirm: false });
                    const yes = await ask(t('seal.right'), h('p', { class: 'read-back' }, rich('seal.contributions',
                        { n: contributions })), [['share', t('share.make'), 'primary'], ['', t('act.back')]]);
                    if (yes) {
                        keepFile(await fetchBytes('forum/share', { id: forum.id, confirm: true, read }),
                            `${forum.code}.share`);
                        done(t('share.made'));
                    }
                }))));
}

// --- the seal ---

const sum = (told) => (told.forms ? [rich('seal.forms', { forms: told.forms, typed: told.typed, spoiled: told.spoiled,
    blank: told.blank })] : []);

function seal(forum) {
    const taken = [];
    const printed = (forum.forms && forum.forms.printed) || 0;
    const forms = counter('forms', printed || undefined);
    const blank = counter('blank', forum.forms && forum.forms.blank);
    const spoiled = counter('spoiled', forum.forms && forum.forms.spoiled);
    const numbers = () => ({ id: forum.id, shares: taken, ...(whole(forms) || whole(blank) || whole(spoiled)
        ? { forms: whole(forms), blank: whole(blank), spoiled: whole(spoiled) } : {}) });
    const readBack = async () => {
        const told = await call('forum/seal', { ...numbers(), confirm: false });
        const answer = await ask(t('seal.right'), [
            h('p', { class: 'read-back' }, rich('seal.contributions', { n: told.contributions }), ' ',
                rich('seal.people', { n: told.people }), ' ', sum(told)),
            told.tables.length ? h('p', null, told.tables.map((each) => [rich('seal.table', { name: each.name,
                n: each.count }), ' '])) : null,
            told.missing_forms ? h('p', null, rich('seal.missing-forms', { forms: told.missing_forms })) : null,
            h('p', null, t('seal.after'))], [['seal', t('seal.go'), 'primary'], ['', t('act.change')]]);
        if (answer !== 'seal') {
            return;
        }
        await call('forum/seal', { ...numbers(), confirm: true, read: told.read });
        await refresh();
        await draw();
        done(t('seal.done'));
    };
    return [section('seal.title',
        forum.drafts ? notice('warn', rich('seal.drafts', { n: forum.drafts }), leads('go-review', t('seal.review'),
            () => go('review', { session: forum.id }))) : null,
        (forum.others_drafts || []).map((each) => notice('warn', rich('seal.others-drafts', { n: each.drafts,
            name: each.name }))),
        h('h3', null, t('seal.paper')), forum.forms ? h('p', null, rich('seal.typed', { printed, typed:
            forum.forms.typed || 0 })) : h('p', null, t('seal.no-paper')),
        h('div', { class: 'filters' }, field({ label: t('seal.printed'), control: forms }),
            field({ label: t('seal.blank'), control: blank }), field({ label: t('seal.spoiled'), control: spoiled })),
        shares(forum, taken),
        h('p', { class: 'actions' }, does('seal', t('seal.read'), readBack, 'primary')))];
}

// --- after it ---

const groups = (sealed) => h('p', null, h('bdi', { class: 'seal', dir: 'ltr' }, sealed.short.join(' ')));

function attest(forum) {
    const { keys = 0, sheets = 0 } = forum.attested || {};
    const sheet = (camera) => async () => {
        const file = await pickFile('image/*', camera);
        if (file) {
            await callBytes('forum/attest-sheet', { Forum: forum.id }, await shrink(file, SHEET_SIDE, SHEET_MOST));
            await refresh();
            await draw();
            done(t('attest.sheet-done'));
        }
    };
    const own = async () => {
        await call('forum/attest', { id: forum.id });
        await refresh();
        await draw();
        done(t('attest.key-done'));
    };
    return section('attest.title', h('p', null, t('attest.what')),
        h('p', null, keys ? rich('attest.keys', { n: keys }) : t('attest.no-keys'), ' ',
            sheets ? rich('attest.sheets', { n: sheets }) : t('attest.no-sheets')),
        h('p', { class: 'actions' },
            leads('go-print', t('attest.print'), () => go('print', { session: forum.id })),
            does('attest-camera', t('attest.camera'), sheet(true), 'primary'),
            does('attest-file', t('attest.file'), sheet(false)),
            (page.login.roles || []).includes('attester') ? does('attest', t('attest.key'), own) : null));
}

function sealedBox(forum) {
    const { sealed } = forum;
    return section('seal.sealed', h('p', null, rich('seal.sealed-on', { date: date(sealed.when_s) }), ' ',
        rich('seal.contributions', { n: sealed.contributions }), ' ', rich('seal.people', { n: sealed.people })),
    h('p', null, t('seal.number')), groups(sealed),
    forum.late ? notice('warn', rich('seal.late', { n: forum.late })) : null,
    forum.missing ? notice('info', rich('seal.missing', { n: forum.missing })) : null);
}

async function show({ session }) {
    const [forum, codes] = await Promise.all([call('forum', { id: session, language: language() }),
        call('codes', { language: language() })]);
    place(code(forum.code));
    const again = forum.sealed && (forum.late || forum.drafts);
    return [title(rich('closing.title', { forum: code(forum.code) })),
        forum.sealed ? [sealedBox(forum), attest(forum)] : null,
        !forum.sealed || again ? [attendance(forum, codes), seal(forum)] : null,
        h('p', { class: 'actions' },
            forum.sealed ? null : leads('go-print', t('closing.print'), () => go('print', { session })),
            leads('closing-back', t('act.back'), back))].flat();
}

screen('closing', { show });
