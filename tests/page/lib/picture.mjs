// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// A picture as a camera makes one, for tests that attach it: a PNG of that many pixels, with a text chunk that must not
// be in what is stored (cameras write place and time there).
import { deflateSync } from 'node:zlib';

function crc(bytes) {
    let value = 0xffffffff;
    for (const byte of bytes) {
        value ^= byte;
        for (let i = 0; i < 8; i++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
    }
    return (value ^ 0xffffffff) >>> 0;
}

function chunk(type, data) {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
    const out = Buffer.alloc(body.length + 8);
    out.writeUInt32BE(data.length, 0);
    body.copy(out, 4);
    out.writeUInt32BE(crc(body), body.length + 4);
    return out;
}

export const CAMERA_WORDS = 'Comment\0taken at the third house behind the mill';

export function png(width, height) {
    const head = Buffer.alloc(13);
    head.writeUInt32BE(width, 0);
    head.writeUInt32BE(height, 4);
    head.set([8, 2, 0, 0, 0], 8); // eight bits, colours
    const rows = Buffer.alloc((width * 3 + 1) * height);
    for (let y = 0, at = 0; y < height; y++) {
        rows[at++] = 0;
        for (let x = 0; x < width; x++) {
            rows[at++] = (x * 255) / width;
            rows[at++] = (y * 255) / height;
            rows[at++] = (x * y) % 251;
        }
    }
    return Buffer.concat([
        Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
        chunk('IHDR', head),
        chunk('tEXt', Buffer.from(CAMERA_WORDS, 'latin1')),
        chunk('IDAT', deflateSync(rows, { level: 1 })),
        chunk('IEND', Buffer.alloc(0)),
    ]);
}
