// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// `baraza who`: who writes on this computer, and who may do what in the consultation, as the record says it.
// Chosen names stay on this computer; the record has keys.
#include "common/base/file.h"
#include "common/format/armor.h"
#include "common/store/succession_store.h"
#include "hub/hub_destroyed.h"
#include "node/desk/roster_here.h"
#include "tools/baraza/accredit.h"
#include "tools/baraza/introduce.h"
#include "tools/baraza/print.h"
#include "tools/baraza/reading.h"

#include <stdlib.h>

// The transport key of this computer, which a grant may have to name (baraza grant --transport).
static void put_transport(const struct work *w, json_t *o)
{
    struct state_transport t;
    if (w->desk.state != NULL && state_transport_load(w->desk.state, &t, NULL) == OK) {
        json_put(o, "transport", json_of_hex(SLICE_ARRAY(t.pub.b)));
        mem_wipe(&t, sizeof t);
    }
}

static const char *state_name(enum member_state s)
{
    static const char *const names[] = {
        [MEMBER_IN_FORCE] = "in force", [MEMBER_SPENT] = "invitation spent", [MEMBER_RETIRED] = "retired",
        [MEMBER_COMPROMISED] = "compromised", [MEMBER_REPLACED] = "replaced",
    };
    return names[s];
}

// The chosen name of a key that writes here, or NULL.
static const char *name_here(const struct work *w, struct pubkey key)
{
    for (size_t i = 0; w->desk.keyring != NULL && i < keyring_count(w->desk.keyring); i++) {
        if (pubkey_equal(keyring_person(w->desk.keyring, i)->key, key)) {
            return keyring_person(w->desk.keyring, i)->name;
        }
    }
    return NULL;
}

static json_t *areas_json(const struct roster *r, size_t i, const struct roster_member *m)
{
    json_t *areas = json_array();
    for (size_t k = 0; k < m->accreditations; k++) {
        struct roster_accreditation a;
        roster_accreditation(r, i, k, &a);
        for (size_t n = 0; n < a.area_count; n++) {
            json_push(areas, json_of_bytes(a.areas[n]));
        }
    }
    return areas;
}

static json_t *roles_json(uint32_t roles)
{
    json_t *list = json_array();
    for (enum role role = ROLE_ROOT; role < ROLE_COUNT; role++) {
        if ((roles & (1u << role)) != 0) {
            json_push(list, json_string(role_name(role)));
        }
    }
    return list;
}

static void put_areas(struct buf *out, const struct roster *r, size_t i, const struct roster_member *m)
{
    bool first = true;
    for (size_t k = 0; k < m->accreditations; k++) {
        struct roster_accreditation a;
        roster_accreditation(r, i, k, &a);
        for (size_t n = 0; n < a.area_count; n++) {
            buf_put_text(out, first ? " for " : ", ");
            print_line(out, a.areas[n], LIMIT_CODE_BYTES);
            first = false;
        }
    }
}

// Who accredited her, each of them once; nothing for the charter's root keys.
static void put_origin(struct buf *out, const struct work *w, const struct roster *r, size_t i,
                       const struct roster_member *m)
{
    struct pubkey last = { { 0 } };
    for (size_t k = 0; k < m->accreditations; k++) {
        struct roster_accreditation a;
        roster_accreditation(r, i, k, &a);
        if (pubkey_equal(a.by, last)) {
            continue;
        }
        last = a.by;
        buf_put_text(out, a.invited ? ", invited by " : ", accredited by ");
        const char *name = name_here(w, a.by);
        if (name != NULL) {
            print_line(out, slice_text(name), LIMIT_PERSON_NAME);
        } else {
            print_key(out, a.by);
        }
    }
}

static json_t *accreditations_json(const struct roster *r, size_t i, const struct roster_member *m)
{
    json_t *list = json_array();
    for (size_t k = 0; k < m->accreditations; k++) {
        struct roster_accreditation a;
        json_t *o = json_object();
        roster_accreditation(r, i, k, &a);
        json_put(o, "roles", roles_json(a.roles));
        json_put(o, "by", m->roles == 1u << ROLE_ROOT && a.since == 0 ? json_null() : json_of_hex(SLICE_ARRAY(a.by.b)));
        json_put(o, "invited", json_boolean(a.invited));
        json_put(o, "since", json_of_number(a.since));
        json_push(list, o);
    }
    return list;
}

// What her own device said of her keys (at the hub), as a JSON value and as words.
static json_t *lost_json(const struct hub_destroyed_row *row)
{
    json_t *o = json_object();
    json_put(o, "last", row->head.next == 0 ? json_null() : json_of_number(row->head.next - 1));
    json_put(o, "by", json_string(row->by_bundle ? "bundle" : "network"));
    return o;
}

static void put_lost(struct buf *out, const struct hub_destroyed_row *row)
{
    buf_put_text(out, "  (keys destroyed on her computer");
    if (row->head.next > 0) {
        buf_printf(out, ", last known number %llu", (unsigned long long)(row->head.next - 1));
    }
    buf_put_text(out, row->by_bundle ? "; a bundle says so, ask her: then baraza revoke)" : ": baraza revoke)");
}

static int print_member(const struct cmd_context *context, const struct work *w, const struct roster *r, size_t i,
                        const struct hub_destroyed_list *lost)
{
    struct roster_member m;
    roster_member(r, i, &m);
    const struct hub_destroyed_row *row = hub_destroyed_of(lost, &m);
    const char *name = name_here(w, m.key);
    if (context->json) {
        json_t *o = json_object();
        json_put(o, "key", json_of_hex(SLICE_ARRAY(m.key.b)));
        json_put(o, "name", name == NULL ? json_null() : json_string(name));
        json_put(o, "roles", roles_json(m.roles));
        json_put(o, "areas", areas_json(r, i, &m));
        json_put(o, "state", json_string(state_name(m.state)));
        json_put(o, "since", json_of_number(m.since));
        json_put(o, "until", m.until == UINT64_MAX ? json_null() : json_of_number(m.until));
        json_put(o, "accreditations", accreditations_json(r, i, &m));
        json_put(o, "destroyed", row == NULL ? json_null() : lost_json(row));
        return cmd_print_json(o);
    }
    struct buf line = buf_new(8192);
    print_key(&line, m.key);
    buf_put_text(&line, "  ");
    accredit_put_roles(&line, m.roles);
    put_areas(&line, r, i, &m);
    put_origin(&line, w, r, i, &m);
    if (m.state != MEMBER_IN_FORCE) {
        buf_printf(&line, "  (%s)", state_name(m.state));
    }
    if (row != NULL && m.state == MEMBER_IN_FORCE) {
        put_lost(&line, row);
    }
    if (name != NULL) {
        buf_put_text(&line, "  = ");
        print_line(&line, slice_text(name), LIMIT_PERSON_NAME);
        buf_put_text(&line, ", here");
    }
    buf_put_u8(&line, '\n');
    int code = cmd_print(buf_slice(&line));
    buf_done(&line);
    return code;
}

// People of this computer whom the record does not know yet.
static int print_others(const struct cmd_context *context, const struct work *w, const struct roster *r)
{
    int code = EXIT_GOOD;
    for (size_t i = 0; w->desk.keyring != NULL && i < keyring_count(w->desk.keyring) && code == EXIT_GOOD; i++) {
        const struct person *p = keyring_person(w->desk.keyring, i);
        size_t at = 0;
        if (roster_find(r, p->key, &at)) {
            continue;
        }
        if (context->json) {
            json_t *o = json_object();
            json_put(o, "key", json_of_hex(SLICE_ARRAY(p->key.b)));
            json_put(o, "name", json_string(p->name));
            json_put(o, "state", json_string("not confirmed yet"));
            put_transport(w, o);
            code = cmd_print_json(o);
            continue;
        }
        struct buf line = buf_new(1024);
        print_key(&line, p->key);
        buf_put_text(&line, "  (the hub has not confirmed her yet)  = ");
        print_line(&line, slice_text(p->name), LIMIT_PERSON_NAME);
        buf_put_text(&line, ", here\n");
        code = cmd_print(buf_slice(&line));
        buf_done(&line);
    }
    return code;
}

// An act of the root, and how many of the roots have still to approve it.
static int print_pending(const struct cmd_context *context, const struct work *w, const struct roster *r, size_t i)
{
    struct roster_pending p;
    roster_pending(r, i, &p);
    const size_t missing = roster_quorum(r) - p.approvers;
    if (context->json) {
        json_t *o = json_object();
        json_put(o, "pending", json_id(p.act));
        json_put(o, "act", json_string(p.grant ? "grant" : "rekey"));
        json_put(o, "key", p.grant ? json_of_hex(SLICE_ARRAY(p.key.b)) : json_null());
        json_put(o, "service", p.grant ? json_null() : json_string(service_name(p.what)));
        json_put(o, "new", p.grant ? json_null() : json_of_hex(SLICE_ARRAY(p.new_key.b)));
        json_put(o, "roles", roles_json(p.roles));
        json_put(o, "by", json_of_hex(SLICE_ARRAY(p.by.b)));
        json_put(o, "approvals", json_of_number(p.approvers));
        json_put(o, "missing", json_of_number(missing));
        return cmd_print_json(o);
    }
    struct buf line = buf_new(1024);
    buf_put_text(&line, "waits: ");
    print_id(&line, p.act, PRINT_ID);
    if (p.grant) {
        buf_put_text(&line, "  ");
        accredit_put_roles(&line, p.roles);
        buf_put_text(&line, " for ");
        print_key(&line, p.key);
    } else {
        buf_printf(&line, "  change of the %s key to ", service_name(p.what));
        print_key(&line, p.new_key);
    }
    buf_put_text(&line, ", by ");
    const char *name = name_here(w, p.by);
    if (name != NULL) {
        print_line(&line, slice_text(name), LIMIT_PERSON_NAME);
    } else {
        print_key(&line, p.by);
    }
    buf_put_text(&line, "; needs ");
    print_count(&line, missing, "more approval", "more approvals");
    buf_put_text(&line, " (baraza approve)\n");
    int code = cmd_print(buf_slice(&line));
    buf_done(&line);
    return code;
}

// A key of the hub, and from which entry on it has been in force.
static int print_key_of_hub(const struct cmd_context *context, const struct roster *r, enum service s)
{
    const struct pubkey key = roster_service_key(r, s);
    const struct roster_change *change = NULL;
    for (size_t i = 0; i < roster_change_count(r); i++) {
        change = roster_change(r, i)->what == s ? roster_change(r, i) : change;
    }
    if (context->json) {
        json_t *o = json_object();
        json_put(o, "service", json_string(service_name(s)));
        json_put(o, "key", json_of_hex(SLICE_ARRAY(key.b)));
        json_put(o, "since", change == NULL ? json_null() : json_of_number(change->since));
        return cmd_print_json(o);
    }
    struct buf line = buf_new(512);
    buf_printf(&line, "%-8s  ", service_name(s));
    armor_put_hex(&line, SLICE_ARRAY(key.b));
    if (change == NULL) {
        buf_put_text(&line, "  of the charter\n");
    } else {
        buf_printf(&line, "  since entry %llu\n", (unsigned long long)change->since);
    }
    int code = cmd_print(buf_slice(&line));
    buf_done(&line);
    return code;
}

static int print_keys(const struct cmd_context *context, const struct roster *r)
{
    int code = EXIT_GOOD;
    for (enum service s = SERVICE_LOG; s < SERVICE_COUNT && code == EXIT_GOOD; s++) {
        code = print_key_of_hub(context, r, s);
    }
    return code;
}

static int print_roster(const struct cmd_context *context, const struct work *w, const struct roster *r)
{
    struct hub_destroyed_list lost;
    struct why why = { "" };
    enum err e = hub_destroyed_load(context->state, &lost, &why);
    int code = e == OK ? EXIT_GOOD : cmd_fail(e, &why);
    for (size_t i = 0; i < roster_count(r) && code == EXIT_GOOD; i++) {
        code = print_member(context, w, r, i, &lost);
    }
    for (size_t i = 0; i < roster_pending_count(r) && code == EXIT_GOOD; i++) {
        code = print_pending(context, w, r, i);
    }
    hub_destroyed_free(&lost);
    return code == EXIT_GOOD ? print_others(context, w, r) : code;
}

// For each who writes here, the line with which she is introduced to whoever accredits her.
static int who_is_me(const struct cmd_context *context)
{
    struct work w;
    struct state_transport t;
    struct why why = { "" };
    int code = work_state(context, &w);
    if (code < 0 && w.desk.keyring == NULL) {
        code = cmd_usage("%s is a hub's state: people write at a site", context->state);
    }
    if (code < 0) {
        enum err e = state_transport_load(w.desk.state, &t, &why);
        code = e == OK ? code : cmd_fail(e, &why);
    }
    const size_t n = code < 0 ? keyring_count(w.desk.keyring) : 0;
    code = code < 0 ? EXIT_GOOD : code;
    for (size_t i = 0; i < n && code == EXIT_GOOD; i++) {
        const struct person *p = keyring_person(w.desk.keyring, i);
        struct buf line = buf_new(1024);
        introduce_put(p->key, t.pub, &line);
        if (context->json) {
            json_t *o = json_object();
            json_put(o, "name", json_string(p->name));
            json_put(o, "key", json_of_hex(SLICE_ARRAY(p->key.b)));
            json_put(o, "transport", json_of_hex(SLICE_ARRAY(t.pub.b)));
            json_put(o, "line", json_of_bytes(buf_slice(&line)));
            code = cmd_print_json(o);
        } else {
            if (n > 1) {
                buf_put_text(&line, "  ");
                print_line(&line, slice_text(p->name), LIMIT_PERSON_NAME);
            }
            buf_put_u8(&line, '\n');
            code = cmd_print(buf_slice(&line));
        }
        buf_done(&line);
    }
    mem_wipe(&t, sizeof t);
    work_close(&w);
    return code;
}

// What this site goes by when it meets the hub: it may have come before the entries themselves.
static enum err keys_here(const struct work *w, struct roster **out, struct why *why)
{
    const struct charter *charter = state_charter(w->desk.state);
    struct buf known = buf_new(LIMIT_SUCCESSION_BYTES);
    enum err e = succession_known(state_kv(w->desk.state), &known);
    if (e == OK && known.n == 0) {
        *out = roster_new(charter);
    } else if (e == OK && succession_verify(buf_slice(&known), charter, out, why) != VERDICT_GOOD) {
        e = ERR_CORRUPT;
    }
    buf_done(&known);
    return e;
}

static int who_at_site(struct cmd_context *context, bool keys)
{
    struct work w;
    struct roster *roster = NULL;
    struct why why = { "" };
    int code = work_state(context, &w);
    if (code < 0) {
        enum err e = keys && w.desk.keyring != NULL ? keys_here(&w, &roster, &why)
                                                    : roster_here(&w.desk, &roster, &why);
        code = e != OK ? cmd_fail(e, &why)
               : keys  ? print_keys(context, roster)
                       : print_roster(context, &w, roster);
    }
    roster_free(roster);
    work_close(&w);
    return code;
}

static int who_in_record(struct cmd_context *context, const struct reading_from *from, bool keys)
{
    const struct work nobody = { .lent = false };
    struct reading *r = NULL;
    int code = reading_open(context, from, &r);
    if (code < 0) {
        code = keys ? print_keys(context, reading_roster(r)) : print_roster(context, &nobody, reading_roster(r));
    }
    reading_close(r);
    return code;
}

static int run(struct cmd_context *context, int argc, char **argv)
{
    struct reading_from from = { NULL, NULL };
    bool keys = false;
    bool me = false;
    const struct arg_spec rows[] = {
        { "me", 0, ARG_FLAG, NULL, "only the line that introduces whoever writes here (baraza grant LINE)", &me },
        { "keys", 0, ARG_FLAG, NULL, "the hub's own keys instead: log, exchange, intake", &keys },
        READING_RECORD(&from),
        READING_CHARTER(&from),
        { .name = NULL },
    };
    const struct arg_command command = {
        .name = "baraza who",
        .summary = "List who may do what: by the record, as far as it is known here",
        .positionals = "",
        .examples = "  baraza who\n  baraza who --me\n  baraza who --keys\n"
                    "  baraza who --state /srv/baraza --json | jq -r '.roles[]'\n",
        .options = rows,
    };
    struct args args;
    int code = cmd_parse(context, &command, argc, argv, &args);
    if (code >= 0) {
        return code;
    }
    if (me) {
        const bool more = keys || from.record != NULL || from.charter != NULL;
        return more ? cmd_usage("--me is about this computer: it goes with no other option") : who_is_me(context);
    }
    const bool record = from.record != NULL || reading_at_hub(context);
    return record ? who_in_record(context, &from, keys) : who_at_site(context, keys);
}

const struct cmd cmd_who = { "who", run, "list who may do what", CMD_PEOPLE };
