// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Sound and photographs of a draft. Sound goes to the node while it is recorded, every few seconds, and lies there
// encrypted: a crash loses the last seconds and no more. It never keeps a sound or a picture in the browser longer than
// it is heard or seen. Used by the screens that write; read first: js/acts.js.
import { h, fill, notice, trouble, say } from './dom.js';
import { t, rich, bytes } from './lang.js';
import { call, callBytes } from './api.js';
import { onForget } from './app.js';
import { does, leads, attempt, pickFile, shrink, wholeOf } from './acts.js';

const PIECE_MS = 3000;         // so much sound is lost at most
const SOUND_BITS = 24000;      // a second of speech
const PHOTO_SIDE = 2000;       // pixels
const PHOTO_MOST = 1500000;    // bytes
const CHUNK = 65536;          // bytes of one request
const RETRIES = 4;
const TYPES = ['audio/webm;codecs=opus', 'audio/ogg;codecs=opus', 'audio/mp4'];

let recording = null; // the one that is under way

const pause = (ms) => new Promise((awake) => { setTimeout(awake, ms); });

// Sends bytes to an attachment one after the other, and again when the node was away for a moment: it says how much
// it has, and we go on from there.
function uploader(draft, attachment) {
    let sent = 0;
    let queue = Promise.resolve();
    let failed = null;
    const piece = async (blob) => {
        for (let tries = 0; ; tries += 1) {
            try {
                const { size } = await callBytes('attach/chunk', { Draft: draft, Attachment: attachment, Offset: sent },
                    blob);
                sent = size;
                return;
            } catch (error) {
                if (error.code === 'attachment-offset' && error.args.size >= sent + blob.size) {
                    sent = error.args.size;
                    return;
                }
                if (error.status !== 0 || tries === RETRIES) {
                    throw error;
                }
                await pause(500 * (tries + 1));
            }
        }
    };
    return {
        put(blob) {
            queue = queue.then(async () => {
                for (let at = 0; at < blob.size && !failed; at += CHUNK) {
                    await piece(blob.slice(at, at + CHUNK));
                }
            }).catch((error) => { failed = failed || error; });
        },
        async all() {
            await queue;
            if (failed) {
                throw failed;
            }
            return sent;
        },
        sent: () => sent,
        failed: () => failed,
    };
}

async function begin(draft, name, type) {
    const { attachment } = await call('attach/begin', { draft, name, type });
    return attachment;
}

// --- sound ---

function stopTracks(it) {
    clearInterval(it.timer);
    it.stream.getTracks().forEach((track) => track.stop());
}

// Ends the recording that is under way and keeps it; gives when everything is at the node. Harmless when there is none.
export async function stopRecording() {
    const it = recording;
    if (!it || it.ending) {
        return it && it.ended;
    }
    it.ending = true;
    it.ended = (async () => {
        if (it.recorder.state !== 'inactive') {
            const last = new Promise((ended) => { it.recorder.addEventListener('stop', ended, { once: true }); });
            it.recorder.stop();
            await last;
        }
        stopTracks(it);
        try {
            await it.upload.all();
            await call('attach/done', { draft: it.draft, attachment: it.attachment });
        } finally {
            recording = null;
        }
    })();
    return it.ended;
}

onForget(() => {
    if (recording) {
        stopTracks(recording);
        recording.recorder.state !== 'inactive' && recording.recorder.stop();
        recording = null;
    }
});

async function record(draft, tell) {
    let stream;
    try {
        stream = await navigator.mediaDevices.getUserMedia({ audio: { channelCount: 1 } });
    } catch (error) {
        throw Object.assign(new Error('no microphone'), { key: error.name === 'NotAllowedError'
            ? 'trouble.microphone-refused' : 'trouble.no-microphone' });
    }
    const type = TYPES.find((each) => window.MediaRecorder && MediaRecorder.isTypeSupported(each));
    const recorder = new MediaRecorder(stream, { mimeType: type, audioBitsPerSecond: SOUND_BITS });
    let attachment;
    try {
        attachment = await begin(draft, 'sound', type.split(';')[0]);
    } catch (error) {
        stream.getTracks().forEach((track) => track.stop());
        throw error;
    }
    const it = { draft, attachment, stream, recorder, upload: uploader(draft, attachment), began: Date.now() };
    recorder.addEventListener('dataavailable', (event) => {
        event.data.size && it.upload.put(event.data);
        it.upload.failed() && tell(it);
    });
    it.timer = setInterval(() => tell(it), 1000);
    recording = it;
    recorder.start(PIECE_MS);
    tell(it);
}

// "2:05"
const elapsed = (it) => {
    const seconds = Math.floor((Date.now() - it.began) / 1000);
    return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
};

// --- a picture ---

async function photograph(draft, camera) {
    const file = await pickFile('image/*', camera);
    if (!file) {
        return false;
    }
    const small = await shrink(file, PHOTO_SIDE, PHOTO_MOST);
    const attachment = await begin(draft, 'photo', 'image/jpeg');
    const upload = uploader(draft, attachment);
    upload.put(small);
    await upload.all();
    await call('attach/done', { draft, attachment });
    return true;
}

// --- what a screen shows ---

function row(draft, it, changed) {
    const place = h('span');
    const picture = it.type.startsWith('image');
    const show = async () => {
        const blob = await wholeOf('attach/read', { draft, attachment: it.attachment }, it.size, it.type);
        const url = URL.createObjectURL(blob);
        const made = picture ? h('img', { src: url, alt: t('attach.photo') })
            : h('audio', { src: url, controls: true, 'aria-label': t('attach.sound') });
        made.addEventListener(picture ? 'load' : 'loadeddata', () => setTimeout(() => URL.revokeObjectURL(url), 60000));
        fill(place, made);
    };
    const finish = async () => {
        await call('attach/done', { draft, attachment: it.attachment });
        changed();
    };
    const drop = async () => {
        await call('attach/drop', { draft, attachment: it.attachment });
        changed();
    };
    return h('li', { class: 'stack' },
        h('p', null, t(picture ? 'attach.photo' : 'attach.sound'), ', ', bytes(it.size), it.done === false
            ? [' ', h('b', null, t('attach.unfinished'))] : null),
        place, h('p', { class: 'actions' },
            it.done === false ? does('attach-finish', t('attach.keep'), finish)
                : does('attach-show', t(picture ? 'attach.show' : 'attach.play'), show),
            does('attach-drop', t('attach.drop'), drop, 'danger')));
}

// The box with Record, Photograph and what is attached already. draft: its id; needDraft(): ends when the node has the
// draft; list: its attachments as draft/list has them; changed(): called when they are others; left: bytes of disk
// that there are for sound, if known. Whoever shows it calls stopRecording() before leaving.
export function attachBox({ draft, needDraft, list, changed, left }) {
    const now = h('div', { 'aria-live': 'off' });
    const tell = (it) => {
        const error = it.upload.failed();
        fill(now, notice(error ? 'bad' : 'info', error ? trouble(error) : rich('attach.recording', {
            time: elapsed(it), size: bytes(it.upload.sent()) })));
    };
    const minutes = left === undefined ? null : Math.floor(left / (SOUND_BITS / 8) / 60);
    const buttons = h('p', { class: 'actions' });
    const draw = () => fill(buttons,
        recording ? does('sound-stop', t('attach.stop'), stop, 'primary danger')
            : does('sound', t('attach.record'), start),
        does('photo', t('attach.take-photo'), async () => {
            await needDraft();
            (await photograph(draft, true)) && changed();
        }),
        leads('photo-file', t('attach.choose-photo'), () => attempt(async () => {
            await needDraft();
            (await photograph(draft, false)) && changed();
        }), 'quiet'));
    const start = async () => {
        await needDraft();
        await record(draft, tell);
        say(t('attach.began'));
        draw();
        buttons.querySelector('button').focus();
    };
    const stop = async () => {
        await stopRecording();
        say(t('attach.ended'), 'ok');
        fill(now);
        draw();
        changed();
    };
    draw();
    return h('section', { class: 'panel attachments' }, h('h2', null, t('attach.title')),
        minutes === null ? null : h('p', { class: 'muted' }, rich('attach.left', { n: minutes })),
        now, buttons,
        list && list.length ? h('ul', { class: 'cards' }, list.map((it) => row(draft, it, changed))) : null);
}
