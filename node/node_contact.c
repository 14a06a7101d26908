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
                                       "the address (hub in the conf file), or the hub has a new key: then a bundle "
                                       "from the hub brings it. Nothing was sent there" },
    [CONTACT_NOT_ADMITTED] = { "not-admitted", "the hub does not admit this device: invitation used up, or "
                                               "accreditation ended. Nothing is lost. Send the secretariat the line "
                                               "of: baraza who --me; they type: baraza grant LINE --role ROLE" },
    [CONTACT_LOST] = { "lost", "the connection to the hub broke off" },
    [CONTACT_ERROR] = { "error", "the hub answered with an error" },
    [CONTACT_UNTRUE] = { "untrue", "the hub sent something that does not verify" },
    [CONTACT_CONTRADICTION] = { "contradiction", "the hub signed two records that exclude each other; the evidence is "
                                                 "kept here, and nothing is exchanged any more: tell an observer" },
    [CONTACT_TROUBLE] = { "trouble", "this computer could not store what came: look at its disk" },
    [CONTACT_PUT_OFF] = { "put-off", "the hub puts off what waits here" },
    [CONTACT_UNLOCK] = { "unlock", "what the hub lacks can only be sent once somebody unlocks (baraza unlock)" },
    [CONTACT_BEHIND] = { "behind", "the hub answers, but shows less of the record than it has shown here before: it "
                                   "was put back to an older copy. What is here is sent again; tell whoever runs the "
                                   "hub" },
};

// The same, where more is known.
static const char asked_again[] = "the hub asks again for entries that it had received: it was restored from an older "
                                  "copy. Nothing is lost: they are sent once more when somebody unlocks (baraza "
                                  "unlock)";
static const char shut_out[] =
    "the hub does not admit this device any more, though it did before: its accreditation has ended, or the hub was "
    "put back to a copy of before this device joined. Nothing is lost here, and nothing travels until that is settled: "
    "tell the registrar, who sees in baraza who which of the two it is";

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
    const bool again = c->state == CONTACT_UNLOCK && c->code == VERDICT_GAP;
    const bool out_now = c->state == CONTACT_NOT_ADMITTED && c->welcomed_s > 0;
    buf_put_text(out, again ? asked_again : out_now ? shut_out : wordings[c->state].text);
    if (c->code != VERDICT_GOOD && c->state != CONTACT_NOT_ADMITTED && c->state != CONTACT_UNLOCK) {
        buf_put_text(out, ": ");
        buf_put_text(out, verdict_text(c->code));
    }
}

bool node_contact_heard(const struct node_contact *c)
{
    return c->state == CONTACT_UP || c->state == CONTACT_PUT_OFF || c->state == CONTACT_UNLOCK ||
           c->state == CONTACT_BEHIND;
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
