// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Log lines and the remark about the hub. Read first: node_voice.h.
#include "node/node_voice.h"

#include <stdlib.h>

#define WELCOME_STEP_S 60u // a hub that goes on answering is noted no more often

struct node_voice {
    struct kv *kv;
    const struct log *log;
    struct node_contact contact; // as it was written last
    struct node_contact heard;   // in this step; NONE: nothing
    enum node_contact_state down; // what a lost or failed connection means, until the next one
    bool asked;
    struct journal_id locked;    // the journal of which the remark UNLOCK speaks
    bool invited; // the connection uses the invitation's key: a welcome on it is not yet this device's
};

struct node_voice *node_voice_open(struct kv *kv, const struct log *log)
{
    struct node_voice *v = mem_new(sizeof *v);
    v->kv = kv;
    v->log = log;
    v->down = CONTACT_SILENT;
    if (node_contact_get(kv, &v->contact) != OK) {
        v->contact = (struct node_contact){ .state = CONTACT_NONE };
    }
    return v;
}

void node_voice_close(struct node_voice *v)
{
    free(v);
}

// The worst thing of a step is what is remarked: that a connection ended says less than why.
static void hear(struct node_voice *v, enum node_contact_state state, enum verdict code)
{
    bool passing = state == CONTACT_SILENT || state == CONTACT_STRANGER || state == CONTACT_LOST || state == CONTACT_UP;
    if (v->heard.state == CONTACT_NONE || !passing) {
        v->heard.state = state;
        v->heard.code = code;
    }
}

// True when what the last remark speaks of is over now that something was received.
static bool over(const struct node_voice *v, const struct node_action *a)
{
    return v->contact.state == CONTACT_PUT_OFF ||
           (v->contact.state == CONTACT_UNLOCK && journal_id_equal(v->locked, a->as.tell.journal));
}

static const struct journal_id nobody = { .key = { { 0 } } };

// The remark that a thing told amounts to; NONE: it says nothing about the hub.
static enum node_contact_state state_of(const struct node_voice *v, enum node_event_type event,
                                        const struct node_action *a)
{
    switch (a->as.tell.what) {
    case TELL_CONNECTED:
        return CONTACT_UP;
    case TELL_OFFLINE:
        return event == NODE_FRAME ? CONTACT_NONE : v->down; // at our own wish, after what a message said
    case TELL_NOT_ADMITTED:
        return CONTACT_NOT_ADMITTED;
    case TELL_CONTRADICTION:
        return CONTACT_CONTRADICTION;
    case TELL_BAD_HUB:
        return CONTACT_UNTRUE;
    case TELL_HUB_ERROR:
        return a->as.tell.code == VERDICT_NOT_ADMITTED ? CONTACT_NOT_ADMITTED : CONTACT_ERROR;
    case TELL_DISK_LOW:
        return CONTACT_TROUBLE;
    case TELL_DEFERRED:
        return CONTACT_PUT_OFF;
    case TELL_LOCKED:
        return CONTACT_UNLOCK;
    case TELL_RECEIVED:
        return over(v, a) ? CONTACT_UP : CONTACT_NONE;
    case TELL_CONFIRMED:
    case TELL_REFUSED:
    case TELL_RESTORED:
    case TELL_DOWN:
    case TELL_ATTACHED:
    case TELL_ATTACHMENT_LOST:
        break;
    case TELL_HUB_BEHIND:
        return journal_id_equal(a->as.tell.journal, nobody) ? CONTACT_BEHIND : CONTACT_NONE; // else a late proof
    }
    return CONTACT_NONE;
}

struct line {
    const char *code;
    enum log_level level;
};

static const struct line lines[] = {
    [TELL_CONNECTED] = { "node.connected", LOG_INFO },
    [TELL_OFFLINE] = { "node.offline", LOG_INFO },
    [TELL_NOT_ADMITTED] = { "node.not-admitted", LOG_WARN },
    [TELL_RECEIVED] = { "node.received", LOG_INFO },
    [TELL_CONFIRMED] = { "node.confirmed", LOG_INFO },
    [TELL_REFUSED] = { "node.refused", LOG_WARN },
    [TELL_DEFERRED] = { "node.deferred", LOG_INFO },
    [TELL_RESTORED] = { "node.restored", LOG_WARN },
    [TELL_LOCKED] = { "node.waits-for-unlock", LOG_INFO },
    [TELL_DOWN] = { "node.down", LOG_INFO },
    [TELL_CONTRADICTION] = { "node.contradiction", LOG_ERROR },
    [TELL_HUB_BEHIND] = { "node.hub-behind", LOG_WARN },
    [TELL_BAD_HUB] = { "node.bad-hub", LOG_WARN },
    [TELL_HUB_ERROR] = { "node.hub-error", LOG_WARN },
    [TELL_ATTACHED] = { "node.attached", LOG_INFO },
    [TELL_ATTACHMENT_LOST] = { "node.attachment-lost", LOG_ERROR },
    [TELL_DISK_LOW] = { "node.disk-low", LOG_WARN },
};

void node_voice_hear(struct node_voice *v, enum node_event_type event, const struct node_action *a)
{
    enum node_tell what = a->as.tell.what;
    struct slice key = SLICE_ARRAY(a->as.tell.journal.key.b);
    LOG_WITH(v->log, lines[what].level, lines[what].code, log_id("journal", key), log_number("seq", a->as.tell.seq),
             log_verdict("verdict", a->as.tell.code), log_number("value", a->as.tell.value));
    enum node_contact_state state = state_of(v, event, a);
    if (state == CONTACT_UNLOCK) {
        v->locked = a->as.tell.journal;
    }
    if (state != CONTACT_NONE) {
        hear(v, state, a->as.tell.code);
    }
}

void node_voice_link(struct node_voice *v, enum node_link_event what)
{
    switch (what) {
    case NODE_LINK_NONE:
        break;
    case NODE_LINK_UP:
        v->down = CONTACT_LOST;
        LOG(v->log, LOG_DEBUG, "node.link-up");
        break;
    case NODE_LINK_LOST:
        v->down = CONTACT_LOST;
        LOG(v->log, LOG_INFO, "node.link-lost");
        break;
    case NODE_LINK_REFUSED:
        v->down = CONTACT_NOT_ADMITTED;
        LOG(v->log, LOG_INFO, "node.link-refused");
        break;
    case NODE_LINK_STRANGER:
        v->down = CONTACT_STRANGER;
        LOG(v->log, LOG_WARN, "node.link-stranger");
        break;
    case NODE_LINK_SILENT:
        v->down = CONTACT_SILENT;
        LOG(v->log, LOG_INFO, "node.link-silent");
        break;
    }
}

void node_voice_door(struct node_voice *v)
{
    LOG(v->log, LOG_WARN, "node.not-admitted");
    hear(v, CONTACT_NOT_ADMITTED, VERDICT_NOT_ADMITTED);
}

void node_voice_trouble(struct node_voice *v, enum err e)
{
    LOG_WITH(v->log, LOG_ERROR, "node.trouble", log_err("error", e));
    hear(v, CONTACT_TROUBLE, VERDICT_GOOD);
}

void node_voice_invited(struct node_voice *v, bool invited)
{
    v->invited = invited;
}

void node_voice_settle(struct node_voice *v, uint64_t wall_s)
{
    struct node_contact now = v->heard;
    v->heard = (struct node_contact){ .state = CONTACT_NONE };
    if (now.state == CONTACT_NONE) {
        return;
    }
    now.number = v->contact.number + 1;
    now.at_s = wall_s;
    const bool welcomed = !v->invited && node_contact_heard(&now) && now.state != CONTACT_PUT_OFF;
    now.welcomed_s = welcomed ? wall_s : v->contact.welcomed_s;
    bool other = now.state != v->contact.state || now.code != v->contact.code;
    bool old = now.welcomed_s >= v->contact.welcomed_s + WELCOME_STEP_S;
    if (!other && !old && !v->asked) {
        return;
    }
    v->asked = false;
    v->contact = now;
    if (node_contact_put(v->kv, &now) != OK) {
        LOG(v->log, LOG_DEBUG, "node.remark-not-kept");
    }
}

void node_voice_ask(struct node_voice *v)
{
    v->asked = true;
}

struct node_contact node_voice_contact(const struct node_voice *v)
{
    return v->contact;
}
