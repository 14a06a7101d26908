// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The world of a browser test: a consultation founded with the real programs, its hub and its sites, in a temporary
// directory that goes when the test passes. It starts nothing by itself and ends all it started, by process id.
// Read first: tests/e2e/lib.sh, whose functions sh() runs.
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import readline from 'node:readline';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
export const root = path.resolve(here, '../../..');
export const programs = process.env.BARAZA_BIN ?? fail('BARAZA_BIN must name the folder with the programs');
export const shown = process.env.BARAZA_PAGE ?? fail('BARAZA_PAGE must name the folder for packages and screenshots');
export const PHRASE = 'a phrase for trials';

// Ends the test as failed.
export function fail(text) {
    throw new Error(text);
}

export function expect(truth, text) {
    if (!truth) fail(text);
}

export function equal(what, got, wanted) {
    if (got !== wanted) fail(`${what} is ${JSON.stringify(got)}, ${JSON.stringify(wanted)} was expected`);
}

export function contains(what, text, part) {
    if (!text.includes(part)) fail(`${what} does not contain ${JSON.stringify(part)}: ${text.slice(0, 2000)}`);
}

export function step(text) {
    console.log(`== ${text}`);
}

export const pause = (ms) => new Promise((done) => setTimeout(done, ms));

// Tries until it gives something true, and gives that.
export async function until(what, seconds, attempt) {
    const limit = Date.now() + seconds * 1000;
    for (;;) {
        const got = await attempt();
        if (got) return got;
        if (Date.now() > limit) fail(`waited ${seconds} s in vain for ${what}`);
        await pause(100);
    }
}

export function freePort() {
    return new Promise((resolve, reject) => {
        const server = createServer();
        server.once('error', reject);
        server.listen(0, '127.0.0.1', () => {
            const { port } = server.address();
            server.close(() => resolve(port));
        });
    });
}

const quote = (word) => `'${String(word).replaceAll("'", "'\\''")}'`;

export class World {
    // found({ practice: true }): the hub's and the founder's state, nothing running yet.
    static async found({ practice = false } = {}) {
        const world = new World();
        await world.begin();
        await world.sh('found_settings');
        await world.sh(
            'expect_status 0 baraza hub init "Trials of Marisola" --state hub --founder founder ' +
                `${practice ? '--practice ' : ''}--prefix records.example.org/trials --language en --language fr ` +
                '--language pt --language ar --address "127.0.0.1:$HUB_PORT" --officer lark --officer wren ' +
                '--passphrase-file "$PASS"'
        );
        return world;
    }

    async begin() {
        this.shell = spawn('bash', [path.join(here, '../world.sh')], {
            stdio: ['pipe', 'inherit', 'inherit', 'pipe'],
            env: process.env,
        });
        this.ended = new Promise((done) => this.shell.once('exit', (status) => done(status)));
        this.shell.stdin.on('error', () => {}); // it ended first: the next answer says so
        this.lines = readline.createInterface({ input: this.shell.stdio[3] })[Symbol.asyncIterator]();
        this.dir = await this.line();
        this.nodes = new Map();
        this.busy = Promise.resolve();
    }

    async line() {
        const { value, done } = await this.lines.next();
        if (done) fail(`the world of the test ended before its time: ${this.answer()}`);
        return value;
    }

    // sh(LINE, STATUS): runs a line of bash with the functions of tests/e2e/lib.sh and gives what it printed.
    sh(line, wanted = 0) {
        const turn = this.busy.then(() => this.run(line, wanted));
        this.busy = turn.catch(() => {});
        return turn;
    }

    async run(line, wanted) {
        this.shell.stdin.write(`${line.replaceAll('\n', ' ')}\n`);
        const status = Number(await this.line());
        if (status !== wanted) fail(`"${line}" ended with status ${status}, ${wanted} was expected: ${this.answer()}`);
        return readFileSync(path.join(this.dir, 'answer'), 'utf8');
    }

    // Everything the last line of bash said.
    answer() {
        const files = ['answer', 'answer.err'].map((name) => path.join(this.dir, name)).filter(existsSync);
        return files.map((file) => readFileSync(file, 'utf8')).join('');
    }

    // baraza(ARGUMENT...): the command line, and what it prints.
    baraza(...words) {
        return this.sh(`baraza ${words.map(quote).join(' ')}`);
    }

    // The same as somebody of a site (or the founder), with the passphrase.
    as(site, ...words) {
        return this.sh(`baraza ${words.map(quote).join(' ')} --state ${site} --passphrase-file "$PASS"`);
    }

    // What it prints with --json: a value a line.
    async json(site, ...words) {
        return (await this.as(site, ...words, '--json'))
            .split('\n')
            .filter(Boolean)
            .map((line) => JSON.parse(line));
    }

    path(...parts) {
        return path.join(this.dir, ...parts);
    }

    // A person joins at a site: a directory of its own, or one that others have already; one of them is the helper.
    async join(site, name, { role = 'facilitator', area = 'XM-KIV', helper = '' } = {}) {
        const letter = `${site}-${name}.invitation`;
        await this.sh(
            `expect_status 0 baraza invite --state founder --as registrar --role ${role} ` +
                `${area ? `--area ${area}` : ''} --out ${quote(letter)} --passphrase-file "$PASS"`
        );
        await this.sh(
            `expect_status 0 baraza join ${quote(letter)} --state ${site} --name ${quote(name)} ` +
                `${helper ? `--helper ${helper} --helper-passphrase-file "$PASS" ` : ''}--passphrase-file "$PASS"`
        );
    }

    startHub() {
        return this.sh('start_hub');
    }

    // Starts the daemon of a site with its page on a port of its own, which stays the same when it starts again.
    async startNode(site, ...more) {
        const port = this.nodes.get(site) ?? (await freePort());
        this.nodes.set(site, port);
        await this.sh(
            `e2e_from[${site}]=$(stat -c %s "$WORK/${site}.log" 2>/dev/null || echo 0); ` +
                `start ${site} ${more.map(quote).join(' ')} baraza-node --state ${site} --page-port ${port}`
        );
        await this.sh(`wait_until 20 "the daemon of ${site}" is_ready ${site}`);
        return `http://127.0.0.1:${port}/`;
    }

    address(site) {
        return `http://127.0.0.1:${this.nodes.get(site)}/`;
    }

    write(name, bytes) {
        writeFileSync(this.path(name), bytes);
        return this.path(name);
    }

    // end(true) removes the directory, end(false) keeps it and prints the last words of what ran.
    async end(good) {
        this.shell.stdin.write(`ending=${good ? 0 : 1}\n`);
        this.shell.stdin.end();
        return this.ended;
    }
}
