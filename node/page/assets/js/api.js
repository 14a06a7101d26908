// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Asks the node on this computer. The token of a login lives here and nowhere else: it is gone with the tab.
// Every failure becomes an ApiError whose key is a sentence of the catalogue.

let token = null;
let whenLocked = () => {};
let busy = 0; // acts under way: seen as data-busy on the body

export class ApiError extends Error {
    constructor(status, reply) {
        const told = (reply && reply.error) || {};
        super(told.why || told.code || 'no answer');
        this.status = status;
        this.code = told.code || (status === 0 ? 'no-answer' : 'internal');
        this.key = `trouble.${this.code}`;
        this.args = told.args || {};
        this.reply = reply || {};
    }
}

export const setToken = (value) => { token = value; };
export const unlocked = () => token !== null;

// What is done when the node says that nobody is logged in any more.
export const onLocked = (act) => { whenLocked = act; };

function work(step) {
    busy += step;
    document.body.toggleAttribute('data-busy', busy > 0);
}

async function post(name, type, headers, body) {
    const quiet = name === 'state';
    quiet || work(1);
    try {
        return await send(name, type, headers, body);
    } finally {
        quiet || work(-1);
    }
}

async function send(name, type, headers, body) {
    const sent = token;
    let reply;
    try {
        reply = await fetch(`/api/${name}`, {
            method: 'POST',
            headers: { 'Content-Type': type, ...(sent ? { 'Baraza-Login': sent } : {}), ...headers },
            body,
            cache: 'no-store',
            credentials: 'omit',
            redirect: 'error',
        });
    } catch (error) {
        throw new ApiError(0);
    }
    if (!reply.ok) {
        const told = await reply.json().catch(() => null);
        if (reply.status === 401 && sent !== null && sent === token) {
            token = null;
            whenLocked();
        }
        throw new ApiError(reply.status, told);
    }
    return reply;
}

const json = async (reply) => {
    try {
        return await reply.json();
    } catch (error) {
        throw new ApiError(0);
    }
};

// call('draft/list', {session}) gives the reply's object, or throws an ApiError.
export async function call(name, body) {
    return json(await post(name, 'application/json', {}, JSON.stringify(body || {})));
}

// The same with bytes up: meta {name: value} goes as Baraza-NAME headers.
export async function callBytes(name, meta, bytes) {
    const headers = {};
    for (const [key, value] of Object.entries(meta || {})) {
        headers[`Baraza-${key}`] = String(value);
    }
    return json(await post(name, 'application/octet-stream', headers, bytes));
}

// The same with bytes down: gives a Blob.
export async function fetchBytes(name, body) {
    return (await post(name, 'application/json', {}, JSON.stringify(body || {}))).blob();
}

// Opens the printable of a ticket in a window of its own.
export const openPrint = (ticket) => window.open(`/print/${encodeURIComponent(ticket)}`, '_blank', 'noopener');

// 32 hex digits for a new draft or attachment.
export function newId() {
    const raw = crypto.getRandomValues(new Uint8Array(16));
    return Array.from(raw, (each) => each.toString(16).padStart(2, '0')).join('');
}
