// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The remark about the hub: canonical [number, state, code, at, welcomed] as a named value of the store.
// Read first: node_contact.h.
#include "node/node_contact.h"

#include "common/format/pack.h"
#include "common/store/store.h"

#define NAME "contact"

struct wording {
    const char *name;
    const char *text;
};

static const struct wording wordings[] = {
    [CONTACT_NONE] = { "none", "the hub has not been tried yet" },
    [CONTACT_UP] = { "up", "the hub answers" },
    [CONTACT_SILENT] = { "silent", "nobody answers at the hub's address: check this computer's connection, or wait "
                                   "until the hub is back" },
    [CONTACT_STRANGER] = { "stranger", "somebody answers at the hub's address who does not have the hub's key: check "
                                       "the address (hub in the conf file); nothing was sent there" },
    [CONTACT_NOT_ADMITTED] = { "not-admitted", "the hub does not admit this device: ask the registrar whether the "
                                               "invitation was used up or the accreditation ended" },
    [CONTACT_LOST] = { "lost", "the connection to the hub broke off" },
    [CONTACT_ERROR] = { "error", "the hub answered with an error" },
    [CONTACT_UNTRUE] = { "untrue", "the hub sent something that does not verify" },
    [CONTACT_CONTRADICTION] = { "contradiction", "the hub signed two records that exclude each other; the evidence is "
                                                 "kept here, and nothing is exchanged any more: tell an observer" },
    [CONTACT_TROUBLE] = { "trouble", "this computer could not store what came: look at its disk" },
    [CONTACT_PUT_OFF] = { "put-off", "the hub puts off what waits here" },
};

#define STATES (sizeof wordings / sizeof wordings[0])

enum err node_contact_put(struct kv *kv, const struct node_contact *c)
{
    uint8_t room[64];
    struct buf value = buf_over(room, sizeof room);
    struct kv_txn *t = NULL;
    enum err e = kv_begin_write(kv, &t);
    if (e != OK) {
        return e;
    }
    pack_array(&value, 5);
    pack_uint(&value, c->number);
    pack_uint(&value, c->state);
    pack_uint(&value, c->code);
    pack_uint(&value, c->at_s);
    pack_uint(&value, c->welcomed_s);
    CHECK(buf_ok(&value));
    store_value_put(t, NAME, buf_slice(&value));
    return kv_commit(t);
}

static void parse(struct slice value, struct node_contact *out)
{
    struct node_contact contact = { .state = CONTACT_NONE };
    struct cursor c = cursor_new(value, false);
    cursor_array_of(&c, 5);
    contact.number = cursor_uint(&c);
    uint64_t state = cursor_uint(&c);
    uint64_t code = cursor_uint(&c);
    contact.at_s = cursor_uint(&c);
    contact.welcomed_s = cursor_uint(&c);
    if (cursor_done(&c) && state < STATES && verdict_known(code, &contact.code)) {
        contact.state = (enum node_contact_state)state;
        *out = contact;
    }
}

enum err node_contact_get(struct kv *kv, struct node_contact *out)
{
    struct kv_txn *t = NULL;
    struct slice value;
    *out = (struct node_contact){ .state = CONTACT_NONE };
    enum err e = kv_begin_read(kv, &t);
    if (e == OK) {
        e = store_value_get(t, NAME, &value);
    }
    if (e == OK) {
        parse(value, out);
    }
    kv_abort(t);
    return e == ERR_NOT_FOUND || e == ERR_CORRUPT ? OK : e;
}

void node_contact_say(const struct node_contact *c, struct buf *out)
{
    CHECK((size_t)c->state < STATES);
    buf_put_text(out, wordings[c->state].text);
    if (c->code != VERDICT_GOOD && c->state != CONTACT_NOT_ADMITTED) {
        buf_put_text(out, ": ");
        buf_put_text(out, verdict_text(c->code));
    }
}

bool node_contact_heard(const struct node_contact *c)
{
    return c->state == CONTACT_UP || c->state == CONTACT_PUT_OFF;
}

bool node_contact_stuck(const struct node_contact *c)
{
    bool put_off = c->state == CONTACT_PUT_OFF &&
                   (c->code == VERDICT_INVITE_SPENT_LIMIT || c->code == VERDICT_BRANCH_LIMIT);
    return put_off || c->state == CONTACT_NOT_ADMITTED || c->state == CONTACT_CONTRADICTION;
}

const char *node_contact_name(enum node_contact_state state)
{
    CHECK((size_t)state < STATES);
    return wordings[state].name;
}
