// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What several screens do alike: an act that runs once however often its button is pressed, files to and from the
// person's own disk, answers that are too big for one piece. Read first: js/dom.js, js/api.js.
import { h, button, errorSummary, tag, trouble, say } from './dom.js';
import { t, has, language } from './lang.js';
import { fetchBytes } from './api.js';

let running = false;

// Seen as a cursor that waits.
function run(now) {
    running = now;
    document.body.toggleAttribute('data-acting', now);
}

// Runs act(), once at a time. What goes wrong is shown over main, in words, and what was typed stays. Gives what act
// gives, or undefined when it failed or another was running.
export async function attempt(act) {
    if (running) {
        say(t('trouble.again'));
        return undefined;
    }
    run(true);
    const main = document.getElementById('main');
    errorSummary(main, []);
    try {
        return await act();
    } catch (error) {
        error.key || console.error(error.stack || error);
        errorSummary(main, [{ text: trouble(error) }]);
        return undefined;
    } finally {
        run(false);
    }
}

// A button whose press is an attempt; name is how tests and nobody else find it.
export function does(name, words, act, kind) {
    return button(words, () => attempt(act), kind, name);
}

// A button that goes somewhere.
export function leads(name, words, act, kind) {
    return button(words, act, kind, name);
}

// Gives a file to the person: it lands where her browser puts such things.
export function keepFile(blob, name) {
    const url = URL.createObjectURL(blob);
    h('a', { href: url, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(url), 60000);
}

// Asks for one file from her disk, or a picture from her camera; null when she takes none. Older browsers do not say
// that she took none: then this never ends, so nothing waits for it.
export function pickFile(accept, camera) {
    return new Promise((resolve) => {
        document.querySelectorAll('input.picker').forEach((old) => old.remove());
        const chooser = h('input', { type: 'file', accept, capture: camera ? 'environment' : null, hidden: true,
            class: 'picker' });
        const end = () => {
            chooser.remove();
            run(true);
            resolve(chooser.files[0] || null);
        };
        chooser.addEventListener('change', end);
        chooser.addEventListener('cancel', end);
        document.body.append(chooser);
        run(false);
        chooser.click();
    });
}

// A picture made small enough: JPEG of at most `most` bytes and `side` pixels; whatever else the file held (place,
// time, camera) is not in it. Throws an error with a key when it is no picture.
export async function shrink(file, side, most) {
    let picture;
    try {
        picture = await createImageBitmap(file);
    } catch (error) {
        throw Object.assign(new Error('no picture'), { key: 'trouble.no-picture' });
    }
    const canvas = document.createElement('canvas');
    for (let edge = side, quality = 0.85; ; edge *= 0.8, quality = Math.max(0.5, quality - 0.05)) {
        const scale = Math.min(1, edge / Math.max(picture.width, picture.height));
        canvas.width = Math.max(1, Math.round(picture.width * scale));
        canvas.height = Math.max(1, Math.round(picture.height * scale));
        canvas.getContext('2d').drawImage(picture, 0, 0, canvas.width, canvas.height);
        const blob = await new Promise((done) => { canvas.toBlob(done, 'image/jpeg', quality); });
        if (blob && (blob.size <= most || edge < 100)) {
            picture.close();
            return blob;
        }
    }
}

// All pieces of what the node gives in pieces, as one Blob of that type.
export async function wholeOf(name, what, total, type) {
    const pieces = [];
    for (let at = 0; at < total;) {
        const piece = await fetchBytes(name, { ...what, offset: at });
        if (!piece.size) {
            break;
        }
        pieces.push(piece);
        at += piece.size;
    }
    return new Blob(pieces, { type });
}

// "a, b and c", each apart from its neighbours' direction.
export function named(list) {
    return new Intl.ListFormat(language(), { type: 'conjunction' }).formatToParts(list || []).map((part) =>
        (part.type === 'element' ? h('bdi', null, part.value) : part.value));
}

// Why the hub refused it and what to do, in a sentence.
export const refusal = (it) => t(has(`refusal.${it.code}`) ? `refusal.${it.code}` : 'refusal.unknown');

// Shape and word of how far a contribution is: what the hub put off waits, in shape.
export const stateTag = (state) => (state === 'deferred' ? tag('waiting', t('status.deferred')) : tag(state));

export const done = (words) => say(words, 'ok');
