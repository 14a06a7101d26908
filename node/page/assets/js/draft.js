// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// One draft while somebody types it: it goes to the node 400 ms after a pause, and at most every two seconds, where it
// is encrypted and durable ("kept"). What was typed stays here through every failure, until it is kept or discarded.
// It must never say kept before the node did. Two tabs: the second one to keep is told, and the person chooses.
import { h, ask, button, content, notice, trouble, troubleNotice } from './dom.js';
import { t, rich } from './lang.js';
import { call, newId, ApiError } from './api.js';
import { onForget, page, refresh } from './app.js';

const PAUSE_MS = 400;
const MOST_MS = 2000;
const AGAIN_MS = 5000;

let waiting = null; // {person, id, session, version, number, fields}: typed while the login ran out, for her alone
const alive = new Set();

onForget((same) => {
    waiting = null;
    for (const draft of alive) {
        clearTimeout(draft.timer);
        if (same && (draft.dirty || draft.running) && page.login) {
            waiting = { ...draft.row(), person: page.login.key };
        }
    }
    alive.clear();
});

// What was typed when the login ran out, once, by the same person into the same forum; null when nothing waits.
export function takeWaiting(session) {
    const found = waiting && page.login && waiting.person === page.login.key && waiting.session === session;
    const row = found ? waiting : null;
    waiting = found ? null : waiting;
    return row;
}

window.addEventListener('beforeunload', (event) => {
    if ([...alive].some((draft) => draft.dirty)) {
        event.preventDefault();
        event.returnValue = '';
    }
});

// True when a and b say the same, whatever the order of their names.
function same(a, b) {
    const names = (value) => Object.keys(value || {}).sort();
    const flat = (value) => JSON.stringify(names(value).map((name) => [name, value[name]]));
    return flat(a) === flat(b);
}

// Whether anybody typed something: choices alone make no draft.
export const hasWords = (fields) => ['text', 'summary', 'ask', 'identity'].some((name) => fields[name] &&
    fields[name].trim()) || fields.no_words === true;

export class Draft {
    // row: of draft/list, or {session, fields} for a new one. changed(draft): whenever what it says of itself changed.
    constructor(row, changed) {
        this.id = row.id || newId();
        this.session = row.session;
        this.version = row.version || 0;
        this.number = row.number;
        this.kept_s = row.kept_s;
        this.fields = { ...row.fields };
        this.attachments = row.attachments || [];
        this.changed = changed || (() => {});
        this.dirty = false;
        this.trouble = null;
        this.sent = null; // the fields of a call whose answer is not known
        this.timer = 0;
        this.since = 0;
        this.running = null;
        this.anew = false;
        this.over = false;
        this.needed = false; // kept without words too
        alive.add(this);
    }

    row() {
        return { id: this.id, session: this.session, version: this.version, number: this.number, kept_s: this.kept_s,
            fields: this.fields, attachments: this.attachments };
    }

    // Fields that are undefined, '', false or empty are left out from now on. It is kept by itself, after a pause.
    set(fields) {
        for (const [name, value] of Object.entries(fields)) {
            const empty = value === undefined || value === '' || value === false || value === null ||
                (Array.isArray(value) && !value.length && name !== 'scopes'); // no scopes: consent was refused
            if (empty) {
                delete this.fields[name];
            } else {
                this.fields[name] = value;
            }
        }
        this.touch();
    }

    touch() {
        if (this.over) {
            return;
        }
        const first = !this.dirty;
        if (first) {
            this.dirty = true;
            this.since = Date.now();
        }
        this.later(Math.min(PAUSE_MS, Math.max(0, this.since + MOST_MS - Date.now())));
        first && this.changed(this);
    }

    later(ms) {
        clearTimeout(this.timer);
        this.timer = setTimeout(() => this.keep(), ms);
    }

    // Keeps what there is now. True when all of it is kept (or there is nothing to keep).
    async keep() {
        clearTimeout(this.timer);
        while (this.running) {
            await this.running;
        }
        if (this.over || !this.dirty || (!this.version && !hasWords(this.fields) && !this.needed)) {
            return true;
        }
        this.running = this.once();
        const good = await this.running;
        this.running = null;
        return good && this.dirty ? this.keep() : good;
    }

    async once() {
        this.dirty = false;
        const fields = { ...this.fields };
        const anew = this.anew;
        try {
            const reply = await call('draft/keep', { id: this.id, session: this.session, version: this.version, fields,
                ...(anew ? { anew } : {}) });
            Object.assign(this, { version: reply.version, number: reply.number, kept_s: reply.kept_s, sent: null,
                trouble: null, anew: this.anew && !anew });
            this.since = Date.now();
        } catch (error) {
            this.dirty = true;
            if (this.over) {
                return true;
            }
            return error instanceof ApiError && error.code === 'draft-changed' ? this.changedElsewhere(error, fields)
                : this.failed(error, fields);
        }
        this.changed(this);
        return true;
    }

    failed(error, fields) {
        if (error.code === 'draft-gone' || error.code === 'draft-signed') {
            return this.goneElsewhere(error);
        }
        this.sent = error.status === 0 ? fields : this.sent;
        this.trouble = error;
        alive.has(this) && error.status !== 401 && this.later(AGAIN_MS);
        this.changed(this);
        return false;
    }

    // Another tab kept this draft since; or our own call arrived and its answer did not.
    async changedElsewhere(error, fields) {
        const theirs = error.reply.theirs || { version: error.args.version, fields: {} };
        const own = (this.sent && same(this.sent, theirs.fields)) || same(fields, theirs.fields);
        if (!own) {
            await this.choose(theirs);
        }
        if (!this.over) {
            this.version = theirs.version;
            this.sent = null;
            this.trouble = null;
            this.dirty = !same(this.fields, theirs.fields);
            this.changed(this);
        }
        return true;
    }

    // It was discarded or signed in another tab: what is typed here comes back only if the person wants that, as a new
    // draft. Until she says so nothing is tried again.
    async goneElsewhere(error) {
        const answer = await ask(t('draft.gone-title'), [h('p', null, trouble(error)),
            content(this.fields.text || t('draft.no-words'))],
        [['new', t('draft.take-new'), 'primary'], ['drop', t('act.discard')], ['', t('act.back')]]);
        if (this.over || !answer) {
            this.trouble = error;
            this.changed(this);
            return false;
        }
        Object.assign(this, { id: newId(), version: 0, number: undefined, attachments: [], anew: false, sent: null,
            trouble: null });
        if (answer === 'drop') {
            this.set({ text: '', summary: '', ask: '', identity: '', no_words: false, typing: '' });
            clearTimeout(this.timer);
            this.dirty = false;
            this.replaced && this.replaced(this);
        }
        return true; // what is left to be kept is kept by keep()
    }

    async choose(theirs) {
        const show = (words, fields) => h('section', { class: 'panel' }, h('h3', null, words),
            content(fields.text || t('draft.no-words')));
        const answer = await ask(t('draft.two-title'), [h('p', null, t('draft.two-text')), h('div', { class: 'two' },
            show(t('draft.two-here'), this.fields), show(t('draft.two-there'), theirs.fields))],
        [['both', t('draft.take-both'), 'primary'], ['here', t('draft.take-here')], ['there', t('draft.take-there')]]);
        if (answer === 'there') {
            this.fields = { ...theirs.fields };
        } else if (answer !== 'here') {
            const copy = new Draft({ session: this.session, fields: theirs.fields }, () => {});
            copy.fields.typing && delete copy.fields.typing;
            copy.touch();
            await copy.keep();
        }
        this.replaced && this.replaced(this);
    }

    // The node has it from now on, even without a word: before something is attached. Throws when it refused.
    async exist() {
        this.needed = true;
        this.version || this.touch();
        if (!await this.keep()) {
            throw this.trouble;
        }
    }

    // For good, with its key: nothing of it can come back. True when it is gone.
    async discard() {
        clearTimeout(this.timer);
        while (this.running) {
            await this.running;
        }
        if (this.version || this.sent || this.attachments.length) {
            await call('draft/discard', { id: this.id });
        }
        this.end();
        refresh();
    }

    // The words, what they ask for and who said it are gone at once and for good, attachments too: a new key.
    async removeWords() {
        this.set({ text: '', summary: '', ask: '', identity: '', no_words: true });
        this.attachments = [];
        this.anew = true;
        return this.keep();
    }

    // Nobody types it any more.
    end() {
        this.over = true;
        this.dirty = false;
        clearTimeout(this.timer);
        alive.delete(this);
    }
}

// The drafts of a forum: whole, and those that the disk damaged apart. Where many are long they come one by one.
export async function draftsOf(session) {
    const rows = (await call('draft/list', { session })).drafts;
    const drafts = rows.filter((row) => !row.damaged);
    for (const row of drafts.filter((each) => !each.fields)) {
        Object.assign(row, await call('draft/get', { id: row.id }));
    }
    return { drafts, damaged: rows.filter((row) => row.damaged) };
}

// For each draft that cannot be read any more: that it is so, and a way to be rid of it.
export function damagedNotices(rows) {
    return rows.map(({ id }) => {
        const drop = async () => {
            try {
                await call('draft/discard', { id });
                box.remove();
                refresh();
            } catch (error) {
                box.append(troubleNotice(error));
            }
        };
        const box = h('div', { 'data-id': id }, notice('bad', t('trouble.draft-damaged'), button(t('act.discard'), drop,
            null, 'draft-discard')));
        return box;
    });
}

// Asks, then discards. True when it is gone. Throws what the node said.
export async function askDiscard(draft) {
    const answer = await ask(t('draft.discard-title'), [h('p', null, t('draft.discard-sure')),
        draft.fields.text ? content(draft.fields.text, 'blockquote') : null],
    [['yes', t('draft.discard-yes'), 'primary danger'], ['', t('act.back')]]);
    if (answer === 'yes') {
        await draft.discard();
        return true;
    }
    return false;
}

// What a failing draft says, on the screen where its words still are.
export const notKept = (draft) => notice('bad', [rich(draft.number ? 'draft.not-kept' : 'draft.not-kept-new',
    { number: draft.number }), ' ', rich(draft.trouble.key || 'trouble.internal', draft.trouble.args)]);
