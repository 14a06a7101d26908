// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Bundle framing: what is written is hashed as it goes by; each message has its number as nonce, under a key that no
// other bundle has. Read first: bundle.h, docs/PROTOCOL.md, "Bundles".
#include "common/exchange/bundle.h"

#include "common/format/pack.h"

#include <string.h>

#define PREFIX "baraza/bundle/v1"
#define MAGIC_COMMON "baraza/bundle/v" // of every version

enum frame_type { FRAME_HEAD = 1, FRAME_MESSAGE = 2, FRAME_END = 3 };

#define BUNDLE_FAULT_NAME(symbol, name, text) name,
static const char *const names[] = { BUNDLE_FAULT_TABLE(BUNDLE_FAULT_NAME) };
#undef BUNDLE_FAULT_NAME
#define BUNDLE_FAULT_TEXT(symbol, name, text) text,
static const char *const texts[] = { BUNDLE_FAULT_TABLE(BUNDLE_FAULT_TEXT) };
#undef BUNDLE_FAULT_TEXT

const char *bundle_fault_name(enum bundle_fault f)
{
    CHECK(f < BUNDLE_FAULTS);
    return names[f];
}

const char *bundle_fault_text(enum bundle_fault f)
{
    CHECK(f < BUNDLE_FAULTS);
    return texts[f];
}

// --- sealing ---

// The number of a message is its nonce: the key is new, so no pair of both comes twice.
static struct nonce nonce_of(uint64_t number)
{
    struct nonce n = { { 0 } };
    be64_put(n.b + SEAL_NONCE_BYTES - 8, number);
    return n;
}

// What a message is bound to: this bundle's head, and whether it is a message or the proof of their number.
static struct slice bound_to(const struct hash *head, bool message, uint8_t room[static 64])
{
    struct buf ad = buf_over(room, 64);
    buf_put_text(&ad, PREFIX);
    buf_put_u8(&ad, 0);
    buf_put(&ad, SLICE_ARRAY(head->b));
    buf_put_u8(&ad, message);
    CHECK(buf_ok(&ad));
    return buf_slice(&ad);
}

static struct slice signed_bytes(const struct hash *consultation, const struct hash *hash, uint8_t room[static 64])
{
    memcpy(room, consultation->b, 32);
    memcpy(room + 32, hash->b, 32);
    return slice_of(room, 64);
}

// --- writing ---

// Starts a frame at the end of out and returns where; the length is filled in by frame_close.
static size_t frame_open(struct buf *out, enum frame_type type)
{
    const size_t at = out->n;
    buf_put_u32be(out, 0);
    pack_array(out, 2);
    pack_uint(out, type);
    return at;
}

static struct slice frame_close(struct bundle_writer *w, struct buf *out, size_t at)
{
    CHECK(buf_ok(out));
    const size_t n = out->n - at - BUNDLE_LENGTH_BYTES;
    CHECK(n <= LIMIT_BUNDLE_FRAME);
    be32_put(out->p + at, (uint32_t)n);
    const struct slice whole = slice_of(out->p + at, BUNDLE_LENGTH_BYTES + n);
    sha256_add(&w->hash, whole);
    return whole;
}

bool bundle_begin(struct bundle_writer *w, enum bundle_way way, struct hash consultation, struct boxkey to,
                  const struct bundle_about *about, struct buf *out)
{
    CHECK(about->view.n <= LIMIT_BUNDLE_VIEW);
    uint8_t room[sizeof(struct symkey) + SEAL_BOX_EXTRA];
    struct buf boxed = buf_over(room, sizeof room);
    *w = (struct bundle_writer){ .way = way, .consultation = consultation, .key = symkey_new() };
    if (!seal_box(to, SLICE_ARRAY(w->key.b), &boxed)) {
        mem_wipe(w, sizeof *w);
        return false;
    }
    sha256_init(&w->hash);
    buf_put_text(out, BUNDLE_MAGIC);
    sha256_add(&w->hash, SLICE_LITERAL(BUNDLE_MAGIC));
    const size_t at = frame_open(out, FRAME_HEAD);
    pack_array(out, 6);
    pack_uint(out, way);
    pack_bin(out, SLICE_ARRAY(consultation.b));
    pack_bin(out, buf_slice(&boxed));
    pack_bin(out, SLICE_ARRAY(about->site.b));
    pack_bin(out, about->view);
    pack_array(out, about->told.any ? 2 : 0);
    if (about->told.any) {
        pack_uint(out, about->told.upto);
        pack_bin(out, SLICE_ARRAY(about->told.root.b));
    }
    w->head = hash_of(frame_close(w, out, at));
    return true;
}

void bundle_put(struct bundle_writer *w, struct slice message, struct buf *out)
{
    CHECK(message.n > 0);
    CHECK(message.n <= LIMIT_FRAME_BYTES);
    uint8_t room[64];
    struct buf sealed = buf_new(LIMIT_FRAME_BYTES + SEAL_SECRET_EXTRA);
    const struct nonce nonce = nonce_of(w->count++);
    seal_encrypt(&w->key, &nonce, bound_to(&w->head, true, room), message, &sealed);
    CHECK(buf_ok(&sealed));
    const size_t at = frame_open(out, FRAME_MESSAGE);
    pack_bin(out, buf_slice(&sealed));
    frame_close(w, out, at);
    buf_done(&sealed);
}

void bundle_end(struct bundle_writer *w, const struct seckey *log, struct buf *out)
{
    CHECK((w->way == BUNDLE_DOWN) == (log != NULL));
    uint8_t room[64];
    uint8_t closing_room[SEAL_SECRET_EXTRA];
    struct buf closing = buf_over(closing_room, sizeof closing_room);
    const struct nonce nonce = nonce_of(w->count);
    struct sha256 all = w->hash;
    const struct hash hash = sha256_done(&all);
    struct sig sig = { { 0 } };
    seal_encrypt(&w->key, &nonce, bound_to(&w->head, false, room), slice_of(NULL, 0), &closing);
    if (log != NULL) {
        sig = ident_sign(log, PREFIX, signed_bytes(&w->consultation, &hash, room));
    }
    const size_t at = frame_open(out, FRAME_END);
    pack_array(out, 3);
    pack_bin(out, buf_slice(&closing));
    pack_bin(out, SLICE_ARRAY(hash.b));
    pack_bin(out, slice_of(sig.b, log != NULL ? sizeof sig.b : 0));
    frame_close(w, out, at);
    mem_wipe(w, sizeof *w);
}

// --- the site's first message ---

void bundle_site_make(const struct bundle_site *s, struct buf *out)
{
    CHECK(s->view_count <= LIMIT_VIEWS);
    pack_array(out, 3);
    pack_bin(out, SLICE_ARRAY(s->site.b));
    pack_bin(out, s->hello);
    pack_array(out, s->view_count);
    for (size_t i = 0; i < s->view_count; i++) {
        pack_uint(out, s->views[i]);
    }
}

bool bundle_site_parse(struct slice message, struct bundle_site *out)
{
    struct bundle_site s = { .view_count = 0 };
    struct cursor c = cursor_new(message, false);
    cursor_array_of(&c, 3);
    cursor_bin_fixed(&c, s.site.b, sizeof s.site.b);
    s.hello = cursor_bin(&c);
    s.view_count = cursor_array(&c, LIMIT_VIEWS);
    for (size_t i = 0; i < s.view_count && cursor_ok(&c); i++) {
        s.views[i] = cursor_uint(&c);
    }
    if (!cursor_done(&c)) {
        return false;
    }
    *out = s;
    return true;
}

// --- reading ---

void bundle_reader_init(struct bundle_reader *r, const struct bundle_expect *expect)
{
    *r = (struct bundle_reader){ .expect = *expect };
    sha256_init(&r->hash);
}

void bundle_reader_done(struct bundle_reader *r)
{
    mem_wipe(r, sizeof *r);
}

void bundle_expect_keys(struct bundle_expect *e, const struct service_keys *keys)
{
    e->log = service_log_now(keys)->key;
    e->former_count = keys->log_count - 1;
    for (size_t i = 0; i + 1 < keys->log_count; i++) {
        e->former[i] = keys->log[i].key.key;
    }
}

void bundle_reader_keys(struct bundle_reader *r, const struct service_keys *keys)
{
    for (size_t i = 0; i < keys->log_count; i++) {
        if (pubkey_equal(keys->log[i].key.key, r->expect.log)) {
            bundle_expect_keys(&r->expect, keys);
            return;
        }
    }
}

enum bundle_fault bundle_read_magic(struct bundle_reader *r, struct slice bytes)
{
    const struct slice common = SLICE_LITERAL(MAGIC_COMMON);
    CHECK(r->stage == BUNDLE_AT_MAGIC);
    if (slice_equal(bytes, SLICE_LITERAL(BUNDLE_MAGIC))) {
        sha256_add(&r->hash, bytes);
        r->stage = BUNDLE_AT_HEAD;
        return BUNDLE_FINE;
    }
    const bool other = bytes.n > common.n && slice_equal(slice_of(bytes.p, common.n), common);
    return other ? BUNDLE_OTHER_VERSION : BUNDLE_NOT_A_BUNDLE;
}

enum bundle_fault bundle_length(const uint8_t p[static BUNDLE_LENGTH_BYTES], size_t *n)
{
    const uint32_t claimed = be32_get(p);
    if (claimed == 0 || claimed > LIMIT_BUNDLE_FRAME) {
        return BUNDLE_LENGTH;
    }
    *n = claimed;
    return BUNDLE_FINE;
}

// Opens the box with the bundle's own key. A courier has nothing to open it with.
static enum bundle_fault open_key(struct bundle_reader *r, struct slice boxed)
{
    uint8_t room[sizeof r->key.b];
    struct buf key = buf_over(room, sizeof room);
    if (r->expect.ring == NULL) {
        return BUNDLE_FINE;
    }
    if (r->label.way != r->expect.way) {
        return BUNDLE_WAY;
    }
    const bool ours = r->label.way == BUNDLE_UP || box_ring_find(r->expect.ring, r->label.site) != NULL;
    if (!ours || !seal_open_any(r->expect.ring, boxed, &key)) {
        return BUNDLE_NOT_FOR_US;
    }
    memcpy(r->key.b, room, sizeof room);
    mem_wipe(room, sizeof room);
    return BUNDLE_FINE;
}

static struct bundle_told read_told(struct cursor *c)
{
    struct bundle_told told = { .any = false };
    const size_t n = cursor_array(c, 2);
    if (n == 2) {
        told.any = true;
        told.upto = cursor_uint(c);
        cursor_bin_fixed(c, told.root.b, sizeof told.root.b);
    } else if (n != 0) {
        cursor_fail(c);
    }
    return told;
}

static enum bundle_fault read_head(struct bundle_reader *r, struct cursor *c, struct slice frame)
{
    struct hash consultation;
    struct boxkey site;
    cursor_array_of(c, 6);
    const uint64_t way = cursor_uint(c);
    cursor_bin_fixed(c, consultation.b, sizeof consultation.b);
    const struct slice boxed = cursor_bin(c);
    cursor_bin_fixed(c, site.b, sizeof site.b);
    const struct slice view = cursor_bin(c);
    const struct bundle_told told = read_told(c);
    if (!cursor_done(c) || (way != BUNDLE_UP && way != BUNDLE_DOWN) || view.n > LIMIT_BUNDLE_VIEW ||
        boxed.n != sizeof r->key.b + SEAL_BOX_EXTRA) {
        return BUNDLE_FORM;
    }
    if (!hash_equal(consultation, r->expect.consultation)) {
        return BUNDLE_CONSULTATION;
    }
    r->label.way = (enum bundle_way)way;
    r->label.site = site;
    r->label.told = told;
    r->label.view_bytes = view.n;
    if (view.n > 0) {
        memcpy(r->label.view, view.p, view.n);
    }
    const enum bundle_fault f = open_key(r, boxed);
    if (f == BUNDLE_FINE) {
        r->head = hash_of(frame);
        r->stage = BUNDLE_IN_MESSAGES;
    }
    return f;
}

bool bundle_open_one(const struct box_ring *ring, struct hash head, struct slice boxed, uint64_t number,
                     struct slice sealed, struct buf *message)
{
    struct symkey symkey;
    uint8_t ad[64];
    struct buf key = buf_over(symkey.b, sizeof symkey.b);
    const struct nonce nonce = nonce_of(number);
    const bool good = boxed.n == sizeof symkey.b + SEAL_BOX_EXTRA && seal_open_any(ring, boxed, &key) &&
                      sealed.n > SEAL_SECRET_EXTRA && sealed.n <= LIMIT_FRAME_BYTES + SEAL_SECRET_EXTRA &&
                      seal_decrypt(&symkey, &nonce, bound_to(&head, true, ad), sealed, message);
    mem_wipe(&symkey, sizeof symkey);
    return good;
}

// The type of a frame, and c behind it. 0 when it is none.
static uint64_t frame_type(struct slice frame, struct cursor *c)
{
    if (frame.n <= BUNDLE_LENGTH_BYTES) {
        return 0;
    }
    *c = cursor_new(slice_of(frame.p + BUNDLE_LENGTH_BYTES, frame.n - BUNDLE_LENGTH_BYTES), false);
    cursor_array_of(c, 2);
    const uint64_t type = cursor_uint(c);
    return cursor_ok(c) ? type : 0;
}

bool bundle_frame_boxed(struct slice frame, struct slice *boxed)
{
    struct cursor c;
    struct hash consultation;
    if (frame_type(frame, &c) != FRAME_HEAD) {
        return false;
    }
    cursor_array_of(&c, 6);
    (void)cursor_uint(&c);
    cursor_bin_fixed(&c, consultation.b, sizeof consultation.b);
    *boxed = cursor_bin(&c);
    return cursor_ok(&c);
}

bool bundle_frame_sealed(struct slice frame, struct slice *sealed)
{
    struct cursor c;
    const uint64_t type = frame_type(frame, &c);
    *sealed = type == FRAME_MESSAGE ? cursor_bin(&c) : slice_of(NULL, 0);
    return type == FRAME_END || (type == FRAME_MESSAGE && cursor_done(&c));
}

static enum bundle_fault read_message(struct bundle_reader *r, struct cursor *c, struct buf *message)
{
    uint8_t room[64];
    const struct slice sealed = cursor_bin(c);
    if (!cursor_done(c) || sealed.n <= SEAL_SECRET_EXTRA || sealed.n > LIMIT_FRAME_BYTES + SEAL_SECRET_EXTRA) {
        return BUNDLE_FORM;
    }
    const struct nonce nonce = nonce_of(r->count);
    if (r->expect.ring != NULL && !seal_decrypt(&r->key, &nonce, bound_to(&r->head, true, room), sealed, message)) {
        return BUNDLE_DAMAGED;
    }
    r->count++;
    return BUNDLE_FINE;
}

// What comes down moves the site's cursor, so it must be the hub's own word.
static enum bundle_fault read_signature(const struct bundle_reader *r, const struct hash *hash, struct slice signature)
{
    uint8_t room[64];
    struct sig sig;
    if (r->label.way == BUNDLE_UP) {
        return signature.n == 0 ? BUNDLE_FINE : BUNDLE_FORM;
    }
    if (signature.n != sizeof sig.b) {
        return BUNDLE_NOT_SIGNED;
    }
    memcpy(sig.b, signature.p, sizeof sig.b);
    const struct slice what = signed_bytes(&r->expect.consultation, hash, room);
    if (ident_verify(r->expect.log, PREFIX, what, sig)) {
        return BUNDLE_FINE;
    }
    for (size_t i = 0; i < r->expect.former_count; i++) {
        if (ident_verify(r->expect.former[i], PREFIX, what, sig)) {
            return BUNDLE_OLDER;
        }
    }
    return BUNDLE_NOT_SIGNED;
}

static enum bundle_fault read_end(struct bundle_reader *r, struct cursor *c)
{
    uint8_t room[64];
    uint8_t nothing[1];
    struct buf none = buf_over(nothing, sizeof nothing);
    struct hash said;
    struct sha256 all = r->hash;
    const struct hash hash = sha256_done(&all);
    cursor_array_of(c, 3);
    const struct slice closing = cursor_bin(c);
    cursor_bin_fixed(c, said.b, sizeof said.b);
    const struct slice signature = cursor_bin(c);
    if (!cursor_done(c) || closing.n != SEAL_SECRET_EXTRA) {
        return BUNDLE_FORM;
    }
    const struct nonce nonce = nonce_of(r->count);
    const bool closed = r->expect.ring == NULL ||
                        seal_decrypt(&r->key, &nonce, bound_to(&r->head, false, room), closing, &none);
    if (!hash_equal(hash, said) || !closed) {
        return BUNDLE_DAMAGED;
    }
    const enum bundle_fault f = read_signature(r, &hash, signature);
    if (f == BUNDLE_FINE) {
        r->label.whole = hash;
        r->stage = BUNDLE_AT_END;
    }
    return f;
}

enum bundle_fault bundle_read(struct bundle_reader *r, struct slice frame, struct buf *message)
{
    CHECK(frame.n > BUNDLE_LENGTH_BYTES);
    CHECK(r->stage == BUNDLE_AT_HEAD || r->stage == BUNDLE_IN_MESSAGES);
    struct cursor c = cursor_new(slice_of(frame.p + BUNDLE_LENGTH_BYTES, frame.n - BUNDLE_LENGTH_BYTES), false);
    cursor_array_of(&c, 2);
    const uint64_t type = cursor_uint(&c);
    if (!cursor_ok(&c) || type < FRAME_HEAD || type > FRAME_END) {
        return BUNDLE_FORM;
    }
    if ((type == FRAME_HEAD) != (r->stage == BUNDLE_AT_HEAD)) {
        return BUNDLE_ORDER;
    }
    enum bundle_fault f = BUNDLE_FINE;
    if (type == FRAME_HEAD) {
        f = read_head(r, &c, frame);
    } else if (type == FRAME_MESSAGE) {
        f = read_message(r, &c, message);
    } else {
        f = read_end(r, &c);
    }
    if (f == BUNDLE_FINE) {
        sha256_add(&r->hash, frame);
    }
    return f;
}
