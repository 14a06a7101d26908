// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// every_key [--pass FILE] [--key HEX]... [--drafts FILE]... [--more PATH]... STATE CANARY...: is there a key left that
// opens one of these texts? Takes every key of a state, site's or hub's (every file of keys/, and who is unlocked by
// the passphrase), and tries it on every byte of every file there (and of --more): pages of the store in use, freed
// pages and what lies behind values, logs, bundles. Nothing of the store's order is trusted: wrapped keys are known by
// their shape, and what is sealed by what it would have to be. Status 0: nothing; 1: something, and where; 2: it could
// not be looked.
//   1. wrapped entry keys (docs/STORAGE.md, "Parts at rest"): both ways, at every offset, for every id in the store
//   2. covered and boxed keys, and outbox records (PROTOCOL 10.4), opened and decompressed
//   3. drafts (docs/STORAGE.md, "Drafts"), with every slot of keys/drafts and of --drafts, an older copy of it
//   4. each canary at each place of a value under each key so found, looked for at every offset at once
// --key adds a key that should be gone, --drafts those of drafts: then it must find something, or it finds nothing at
// all.
#include "common/author/keyring.h"
#include "common/author/state.h"
#include "common/base/file.h"
#include "common/store/draft.h"
#include "common/store/journal.h"
#include "common/store/leaf.h"
#include "common/store/outbox_cover.h"

#include <ftw.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#define REACH 2048       // bytes into a value at which a canary is looked for
#define WINDOW 8
#define MOST_KEYS 65536
#define MOST_CANARIES 16
#define FILE_MOST ((size_t)1 << 30)

struct found_key {
    uint8_t b[32];
    char from[64];
};

struct pattern {
    uint64_t window;    // the canary's first bytes, as they would stand encrypted
    uint32_t key;
    uint16_t at, canary; // place in the value
};

struct search {
    struct found_key *keys;  // those given; entry keys found with them behind
    size_t given, n;
    struct hash *ids;
    size_t id_n;
    struct slice canary[MOST_CANARIES];
    size_t canary_n;
    struct pattern *patterns; // open addressing by window
    size_t room;
    struct symkey *drafts;   // what drafts would be sealed under, from every slot and every person's box key
    size_t draft_n;
    struct draft_owner owners[LIMIT_PERSONS];
    size_t owner_n;
    size_t wraps, covers, boxes, records, opened, hits;
    uint64_t bytes;
    bool collecting;
};

static struct search S; // nftw takes no argument

static void add_key(const uint8_t key[static 32], const char *from)
{
    for (size_t i = 0; i < S.n; i++) {
        if (memcmp(S.keys[i].b, key, 32) == 0) {
            return;
        }
    }
    CHECK(S.n < MOST_KEYS);
    memcpy(S.keys[S.n].b, key, 32);
    (void)snprintf(S.keys[S.n].from, sizeof S.keys[S.n].from, "%s", from);
    S.n++;
}

static struct symkey symkey_at(size_t i)
{
    struct symkey k;
    memcpy(k.b, S.keys[i].b, sizeof k.b);
    return k;
}

static struct boxsec boxsec_at(size_t i)
{
    struct boxsec k;
    memcpy(k.b, S.keys[i].b, sizeof k.b);
    return k;
}

// --- the keys there are ---

static const char *base_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

// Every run of 64 hex digits; in a small file that has none, every 32 bytes.
static void keys_of_file(const char *path)
{
    struct buf b = buf_new(1 << 16);
    uint8_t key[32];
    size_t n = 0;
    const size_t before = S.n;
    if (file_read(path, false, &b, NULL) != OK) {
        buf_done(&b);
        return;
    }
    for (size_t i = 0; i + 64 <= b.n; i++) {
        if (sodium_hex2bin(key, sizeof key, (const char *)b.p + i, 64, NULL, &n, NULL) == 0 && n == sizeof key) {
            add_key(key, base_of(path));
            i += 63;
        }
    }
    for (size_t i = 0; i + 32 <= b.n && b.n <= 96 && S.n == before; i++) {
        add_key(b.p + i, base_of(path));
    }
    buf_done(&b);
}

static int take_keys(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st;
    (void)ftw;
    if (type == FTW_F) {
        keys_of_file(path);
    }
    return 0;
}

static void keys_of_people(const char *state, const char *pass)
{
    char *path = state_path_in(state, STATE_KEYRING);
    struct keyring *ring = NULL;
    struct safe safe;
    struct boxkey intake;
    struct boxsec nobody;
    struct buf phrase = buf_new(LIMIT_PASSPHRASE);
    safe_init(&safe);
    box_keypair(&intake, &nobody);
    CHECK(file_read(pass, true, &phrase, NULL) == OK);
    if (keyring_load(path, &ring, NULL) == OK) {
        const struct slice words = slice_of(phrase.p, phrase.n - (phrase.n > 0 && phrase.p[phrase.n - 1] == '\n'));
        for (size_t i = 0; i < keyring_count(ring); i++) {
            struct unlocked *u = safe_slot(&safe, keyring_person(ring, i)->key);
            if (u != NULL && keyring_unlock(ring, keyring_person(ring, i)->key, words, intake, u, NULL) == OK) {
                add_key(u->store_key.b, "a person's store key");
                add_key(u->sign.b, "a person's signing key");
                add_key(u->box.b, "a person's box key");
                draft_owner_init(&S.owners[S.owner_n++], u->person.key, &u->box);
                if (u->renewing) {
                    add_key(u->older.b, "the store key before");
                }
                add_key(u->outbox_key.b, "a person's outbox key");
            }
        }
    }
    keyring_free(ring);
    safe_done(&safe);
    buf_done(&phrase);
    free(path);
}

// Whose a slot is does not matter: everybody's secret is tried on it.
static void drafts_of_file(const char *path)
{
    static const char prefix[] = "baraza/draft-key/v1";
    struct buf b = buf_new(1 << 20);
    uint8_t bound[sizeof prefix + 32 + 32 + 16];
    memcpy(bound, prefix, sizeof prefix);
    if (file_read(path, false, &b, NULL) != OK) {
        b.n = 0;
    }
    for (size_t at = 0; at + 128 <= b.n; at += 128) {
        memcpy(bound + sizeof prefix, b.p + at + 48, 32);      // the key
        memcpy(bound + sizeof prefix + 32, b.p + at, 32 + 16); // owner and id
        for (size_t i = 0; i < S.owner_n; i++) {
            const struct hash h = hmac_of(S.owners[i].secret, SLICE_ARRAY(bound));
            S.drafts = mem_grow(S.drafts, S.draft_n + 1, sizeof *S.drafts);
            memcpy(S.drafts[S.draft_n++].b, h.b, 32);
        }
    }
    buf_done(&b);
}

// What each key stands for besides itself: the secret half under which a locked store seals.
static void derive(void)
{
    static const char prefix[] = "baraza/store-box/v1";
    const size_t n = S.n;
    for (size_t i = 0; i < n; i++) {
        struct hash h = hmac_of(symkey_at(i), slice_of(prefix, sizeof prefix));
        add_key(h.b, S.keys[i].from);
    }
}

static void take_ids(const char *state)
{
    char *path = state_path_in(state, STATE_STORE);
    struct kv *kv = NULL;
    struct kv_txn *t = NULL;
    static const enum db dbs[] = { DB_JOURNAL, DB_LEAF };
    if (store_open(path, KV_ANY_FILESYSTEM, 0, &kv, NULL, NULL) == OK && kv_begin_read(kv, &t) == OK) {
        for (size_t d = 0; d < 2; d++) {
            struct kv_range r = kv_range_new(t, dbs[d], slice_of(NULL, 0), slice_of(NULL, 0));
            while (kv_range_next(&r)) {
                if (r.value.n > sizeof(struct hash)) {
                    S.ids = mem_grow(S.ids, S.id_n + 1, sizeof *S.ids);
                    memcpy(S.ids[S.id_n++].b, r.value.p, sizeof(struct hash));
                }
            }
            kv_range_done(&r);
        }
    }
    kv_abort(t);
    kv_close(kv);
    free(path);
}

// --- keys that lie wrapped in files ---

static void try_wrapped(const uint8_t *p, size_t left, size_t key, const char *path)
{
    static const char prefix[16] = "baraza/vault/v1";
    const struct symkey k = symkey_at(key);
    struct nonce nonce;
    uint8_t bound[16 + 32];
    uint8_t plain[32];
    if (left < 9 + 24 + 48) {
        return;
    }
    memcpy(nonce.b, p + 9, sizeof nonce.b);
    memcpy(bound, prefix, 16);
    for (size_t i = 0; i < S.id_n; i++) {
        struct buf out = buf_over(plain, sizeof plain);
        memcpy(bound + 16, S.ids[i].b, 32);
        if (seal_decrypt(&k, &nonce, SLICE_ARRAY(bound), slice_of(p + 33, 48), &out)) {
            S.wraps++;
            add_key(plain, base_of(path));
            return;
        }
    }
}

static void try_box(const uint8_t *p, size_t left, const char *path)
{
    uint8_t plain[32];
    for (size_t i = 0; left >= 80 && i < S.given; i++) {
        const struct boxsec sec = boxsec_at(i);
        struct buf out = buf_over(plain, sizeof plain);
        if (seal_open(box_public(&sec), &sec, slice_of(p, 80), &out)) {
            S.boxes++;
            add_key(plain, base_of(path));
        }
    }
}

// The key of an outbox under the cover of a site (docs/STORAGE.md, "Outbox"): a record that starts with its unlock id.
// Its place in the store is not asked for, so it is decrypted without asking whether it is whole.
static void try_covered(const uint8_t *p, size_t left, const char *path)
{
    uint8_t record[OUTBOX_KEY_BYTES];
    if (left < OUTBOX_COVERED_BYTES) {
        return;
    }
    for (size_t i = 0; i < S.given; i++) {
        if (strcmp(S.keys[i].from, base_of(STATE_OUTBOX)) != 0 && strcmp(S.keys[i].from, "--key") != 0) {
            continue;
        }
        (void)crypto_stream_xchacha20_xor_ic(record, p + SEAL_NONCE_BYTES, 3, p, 1, S.keys[i].b);
        if (memcmp(record, "\x92\xc4\x10", 3) == 0) {
            const uint8_t *cipher = p + SEAL_NONCE_BYTES;
            (void)crypto_stream_xchacha20_xor_ic(record, cipher, sizeof record, p, 1, S.keys[i].b);
            S.covers++;
            try_box(record + 21, sizeof record - 21, path);
        }
    }
}

static void collect(const uint8_t *p, size_t n, const struct store_key *stores, const char *path)
{
    for (size_t at = 0; at + 9 < n; at++) {
        const uint8_t *q = p + at;
        for (size_t i = 0; (q[0] == 1 || q[0] == 2) && i < S.given; i++) {
            if (memcmp(q + 1, stores[i].id, 8) == 0) {
                try_wrapped(q, q[0] == 1 ? n - at : 0, i, path);
                try_box(q + 9, q[0] == 2 ? n - at - 9 : 0, path);
            }
        }
        if (q[0] == 0xc4 && q[1] == 0x50) { // bin of 80: a boxed key
            try_box(q + 2, n - at - 2, path);
        }
        try_covered(q, n - at, path);
    }
}

// --- looking for the canaries ---

static uint64_t window_at(const uint8_t *p)
{
    uint64_t w = 0;
    memcpy(&w, p, sizeof w);
    return w;
}

static size_t place_of(uint64_t w)
{
    w *= 0x9e3779b97f4a7c15u;
    return (size_t)(w >> 20) & (S.room - 1);
}

static void make_patterns(void)
{
    static const uint8_t zeros[24];
    uint8_t stream[REACH + WINDOW];
    S.room = 1024;
    while (S.room < 2 * S.n * S.canary_n * REACH) {
        S.room *= 2;
    }
    S.patterns = mem_grow(NULL, S.room, sizeof *S.patterns);
    memset(S.patterns, 0, S.room * sizeof *S.patterns);
    for (size_t k = 0; k < S.n; k++) {
        memset(stream, 0, sizeof stream);
        (void)crypto_stream_xchacha20_xor_ic(stream, stream, sizeof stream, zeros, 1, S.keys[k].b);
        for (size_t c = 0; c < S.canary_n; c++) {
            for (size_t at = 0; at < REACH; at++) {
                const uint64_t w = window_at(S.canary[c].p) ^ window_at(stream + at);
                size_t i = place_of(w);
                while (S.patterns[i].window != 0) {
                    i = (i + 1) & (S.room - 1);
                }
                S.patterns[i] = (struct pattern){ w, (uint32_t)k, (uint16_t)at, (uint16_t)c };
            }
        }
    }
}

static void hit(const char *path, size_t at, const char *what, const char *from)
{
    if (S.hits++ < 20) {
        printf("%s: byte %zu: %s (key: %s)\n", path, at, what, from);
    }
}

static bool whole_fits(const struct pattern *x, const uint8_t *p, size_t left)
{
    static const uint8_t zeros[24];
    static uint8_t stream[REACH + LIMIT_DISCLOSURE_BYTES];
    const struct slice canary = S.canary[x->canary];
    memset(stream, 0, x->at + canary.n);
    (void)crypto_stream_xchacha20_xor_ic(stream, stream, x->at + canary.n, zeros, 1, S.keys[x->key].b);
    for (size_t i = 0; i < canary.n && i < left; i++) {
        if ((p[i] ^ stream[x->at + i]) != canary.p[i]) {
            return false;
        }
    }
    return true;
}

static void try_record(const uint8_t *nonce, const uint8_t *p, size_t n, const char *path, size_t at)
{
    static uint8_t plain[1 << 20];
    static uint8_t content[1 << 20];
    for (size_t k = 0; n > 20 && n <= sizeof plain && k < S.n; k++) {
        (void)crypto_stream_xchacha20_xor_ic(plain, p, 4, nonce, 1, S.keys[k].b);
        if (memcmp(plain, "\x28\xb5\x2f\xfd", 4) != 0) {
            continue;
        }
        (void)crypto_stream_xchacha20_xor_ic(plain, p, n - 16, nonce, 1, S.keys[k].b);
        const size_t got = ZSTD_decompress(content, sizeof content, plain, n - 16);
        S.records++;
        for (size_t c = 0; !ZSTD_isError(got) && c < S.canary_n; c++) {
            if (memmem(content, got, S.canary[c].p, S.canary[c].n) != NULL) {
                hit(path, at, "an outbox record opens to it", S.keys[k].from);
            }
        }
    }
}

// A draft's value: 01, mark and tag, nonce, and what begins with a list of five; decrypted wherever it lies.
static void try_draft(const uint8_t *p, size_t left, const char *path, size_t at)
{
    static uint8_t plain[LIMIT_DRAFT_BYTES + 96];
    const size_t head = 1 + 8 + 16;
    if (p[0] != 1 || left < head + SEAL_NONCE_BYTES + 64) {
        return;
    }
    const uint8_t *nonce = p + head;
    const uint8_t *cipher = nonce + SEAL_NONCE_BYTES;
    const size_t n = left - head - SEAL_NONCE_BYTES < sizeof plain ? left - head - SEAL_NONCE_BYTES : sizeof plain;
    for (size_t i = 0; i < S.draft_n; i++) {
        (void)crypto_stream_xchacha20_xor_ic(plain, cipher, 1, nonce, 1, S.drafts[i].b);
        if (plain[0] != 0x95) {
            continue;
        }
        (void)crypto_stream_xchacha20_xor_ic(plain, cipher, n, nonce, 1, S.drafts[i].b);
        S.opened++;
        for (size_t c = 0; c < S.canary_n; c++) {
            if (memmem(plain, n, S.canary[c].p, S.canary[c].n) != NULL) {
                hit(path, at, "a draft opens to it", "a slot of the drafts");
            }
        }
    }
}

static void look(const uint8_t *p, size_t n, const char *path)
{
    for (size_t c = 0; c < S.canary_n; c++) {
        const uint8_t *q = memmem(p, n, S.canary[c].p, S.canary[c].n);
        if (q != NULL) {
            hit(path, (size_t)(q - p), "it stands there in the clear", "none");
        }
    }
    for (size_t at = 0; at + WINDOW <= n; at++) {
        const uint64_t w = window_at(p + at);
        for (size_t i = place_of(w); w != 0 && S.patterns[i].window != 0; i = (i + 1) & (S.room - 1)) {
            if (S.patterns[i].window == w && whole_fits(&S.patterns[i], p + at, n - at)) {
                hit(path, at, "a sealed value opens to it", S.keys[S.patterns[i].key].from);
            }
        }
        try_draft(p + at, n - at, path, at);
        // [.., nonce: bin 24, bin ..]: an outbox record
        if (p[at] == 0xc4 && p[at + 1] == 24 && at + 26 + 5 < n) {
            const uint8_t *q = p + at + 26;
            const size_t head = q[0] == 0xc4 ? 2 : q[0] == 0xc5 ? 3 : q[0] == 0xc6 ? 5 : 0;
            size_t len = 0;
            for (size_t i = 1; i < head; i++) {
                len = len << 8 | q[i];
            }
            if (head > 0 && len < n - at - 26 - head) {
                try_record(p + at + 2, q + head, len, path, at);
            }
        }
    }
}

static int scan(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)ftw;
    struct buf b = buf_new(FILE_MOST);
    if (type != FTW_F || st->st_size == 0) {
        return 0;
    }
    CHECK(file_read(path, false, &b, NULL) == OK);
    if (S.collecting) {
        struct store_key *stores = mem_new(S.given * sizeof *stores);
        for (size_t i = 0; i < S.given; i++) {
            stores[i] = store_key_of(symkey_at(i));
        }
        collect(b.p, b.n, stores, path);
        free(stores);
    } else {
        S.bytes += b.n;
        look(b.p, b.n, path);
    }
    buf_done(&b);
    return 0;
}

static int usage(void)
{
    fprintf(stderr, "usage: every_key [--pass FILE] [--key HEX]... [--drafts FILE]... [--more PATH]... STATE "
                    "CANARY...\n");
    return 2;
}

int main(int argc, char **argv)
{
    const char *pass = NULL;
    const char *more[16];
    size_t more_n = 0;
    const char *slots[16];
    size_t slots_n = 0;
    int i = 1;
    CHECK(ident_init() == OK);
    S.keys = mem_new(MOST_KEYS * sizeof *S.keys);
    for (; i + 1 < argc && argv[i][0] == '-'; i += 2) {
        uint8_t key[32];
        size_t n = 0;
        if (strcmp(argv[i], "--pass") == 0) {
            pass = argv[i + 1];
        } else if (strcmp(argv[i], "--more") == 0 && more_n < sizeof more / sizeof *more) {
            more[more_n++] = argv[i + 1];
        } else if (strcmp(argv[i], "--drafts") == 0 && slots_n < sizeof slots / sizeof *slots) {
            slots[slots_n++] = argv[i + 1];
        } else if (strcmp(argv[i], "--key") == 0 &&
                   sodium_hex2bin(key, sizeof key, argv[i + 1], 64, NULL, &n, NULL) == 0 && n == sizeof key) {
            add_key(key, "--key");
        } else {
            return usage();
        }
    }
    if (argc - i < 2 || argc - i - 1 > MOST_CANARIES) {
        return usage();
    }
    const char *state = argv[i++];
    for (; i < argc; i++) {
        S.canary[S.canary_n++] = slice_text(argv[i]);
        CHECK(strlen(argv[i]) >= WINDOW);
    }
    char *keys = state_path_in(state, "keys");
    (void)nftw(keys, take_keys, 16, FTW_PHYS);
    free(keys);
    if (pass != NULL) {
        keys_of_people(state, pass);
    }
    char *here = state_path_in(state, STATE_DRAFTS);
    drafts_of_file(here);
    free(here);
    for (size_t s = 0; s < slots_n; s++) {
        drafts_of_file(slots[s]);
    }
    derive();
    take_ids(state);
    S.given = S.n;
    S.collecting = true;
    (void)nftw(state, scan, 16, FTW_PHYS);
    S.collecting = false;
    make_patterns();
    (void)nftw(state, scan, 16, FTW_PHYS);
    for (size_t m = 0; m < more_n; m++) {
        (void)nftw(more[m], scan, 16, FTW_PHYS);
    }
    printf("%zu hits: %zu keys, which opened %zu wrapped keys, %zu covers, %zu boxes, %zu outbox records and "
           "%zu drafts, on %llu bytes\n", S.hits, S.given, S.wraps, S.covers, S.boxes, S.records, S.opened,
           (unsigned long long)S.bytes);
    free(S.keys);
    free(S.ids);
    free(S.patterns);
    free(S.drafts);
    return S.hits > 0 ? 1 : S.wraps > 0 ? 0 : 2;
}
