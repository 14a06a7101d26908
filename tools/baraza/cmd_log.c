// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// `baraza log`: the record as people read it, newest last, from a hub's state or an export.
#include "common/base/table.h"
#include "common/format/content.h"
#include "common/ops/nearest.h"
#include "node/desk/local.h"
#include "node/desk/shown.h"
#include "tools/baraza/accredit.h"
#include "tools/baraza/amends_read.h"
#include "tools/baraza/entry_json.h"
#include "tools/baraza/print.h"

#include <stdlib.h>

#define SPEAKER 2 // its place among the parts of a contribution
#define TEXT_SHOWN 60

// The forum of a contribution, by its session's id.
struct log_forum {
    char code[LIMIT_CODE_BYTES + 1];
};

struct logging {
    struct cmd_context *context;
    struct reading_from from;
    const char *kind, *theme, *session;
    uint64_t since, count;
    struct reading *r;
    struct amends *amends;
    size_t digits;
    struct table forum_of; // session id -> number in forums
    struct log_forum *forums;
};

// A kind in words that people use.
static const char *kind_words(enum kind k)
{
    static const char *const words[KIND_COUNT + 1] = {
        [KIND_ROOT_APPROVAL] = "approval",   [KIND_GRANT] = "accreditation",   [KIND_REKEY] = "change of key",
        [KIND_INVITE] = "invitation",        [KIND_ENROL] = "enrolment",       [KIND_RESUME] = "new notebook",
        [KIND_REVOKE] = "end of accreditation", [KIND_ACCEPT_LATE] = "late work accepted", [KIND_GUIDE] = "guide",
        [KIND_CODEBOOK] = "codebook",        [KIND_SESSION] = "forum",         [KIND_CONTRIBUTION] = "contribution",
        [KIND_CLAUSE] = "clause",            [KIND_LINK] = "link",             [KIND_RESPONSE] = "answer",
        [KIND_REDACTION] = "redaction",      [KIND_FORK_EVIDENCE] = "double numbers seen",
        [KIND_FORUM_PLAN] = "planned forum", [KIND_ATTENDANCE] = "attendance", [KIND_SHARE_SEAL] = "share sealed",
        [KIND_SESSION_SEAL] = "forum sealed", [KIND_ATTEST] = "attestation",   [KIND_CORRECTION] = "correction",
        [KIND_WITHDRAWAL] = "withdrawal",    [KIND_ERASED] = "erased",         [KIND_OPENED] = "sealed part opened",
        [KIND_INCIDENT] = "incident",        [KIND_UNKNOWN] = "unknown",
    };
    return words[k];
}

static struct content fields_of(const struct reading_item *item, const char *part)
{
    return item->has_parts ? local_content(&item->entry, &item->disclosure, part) : (struct content){ .count = 0 };
}

static size_t themes_of(const struct reading_item *item, struct slice themes[static LIMIT_FIELDS])
{
    const struct content context = fields_of(item, "context");
    return content_list(content_value(&context, "themes"), themes, LIMIT_FIELDS);
}

static bool has_theme(const struct reading_item *item, const char *theme)
{
    struct slice themes[LIMIT_FIELDS];
    const size_t n = themes_of(item, themes);
    for (size_t i = 0; i < n; i++) {
        if (slice_equal(themes[i], slice_text(theme))) {
            return true;
        }
    }
    return false;
}

// The code of the forum that an entry is, or belongs to; NULL when it has none that is known.
static const char *forum_of(const struct logging *l, const struct reading_item *item)
{
    uint32_t i = 0;
    const bool known = reading_known(item);
    if (known && item->body.kind == KIND_SESSION) {
        return table_find(&l->forum_of, item->entry.id.b, &i) ? l->forums[i].code : NULL;
    }
    const bool content = known && item->body.kind == KIND_CONTRIBUTION;
    return content && table_find(&l->forum_of, entry_ref(&item->entry, 0).b, &i) ? l->forums[i].code : NULL;
}

// Remembers a session's code, for the contributions that follow it.
static void remember_forum(struct logging *l, const struct reading_item *item)
{
    if (!reading_known(item) || item->body.kind != KIND_SESSION || table_find(&l->forum_of, item->entry.id.b, NULL)) {
        return;
    }
    const size_t n = l->forum_of.n;
    const struct slice code = item->body.as.session.code;
    l->forums = mem_grow(l->forums, n + 1, sizeof *l->forums);
    l->forums[n] = (struct log_forum){ "" };
    for (size_t i = 0; i < code.n && i < LIMIT_CODE_BYTES; i++) {
        l->forums[n].code[i] = (char)code.p[i];
    }
    table_put(&l->forum_of, item->entry.id.b, n);
}

static bool wanted(const struct logging *l, const struct reading_item *item)
{
    const char *forum = NULL;
    if (item->index < l->since || (l->kind != NULL && !slice_equal(item->entry.kind, slice_text(l->kind)))) {
        return false;
    }
    if (l->session != NULL) {
        forum = forum_of(l, item);
    }
    return (l->session == NULL || (forum != NULL && slice_equal(slice_text(forum), slice_text(l->session)))) &&
           (l->theme == NULL || has_theme(item, l->theme));
}

static struct shown shown_of(const struct logging *l, const struct reading_item *item)
{
    return (struct shown){ .language = language_asked(l->context), .charter = reading_charter(l->r),
                           .amends = l->amends,
                           .entry = &item->entry, .body = &item->body,
                           .disclosure = item->has_parts ? &item->disclosure : NULL };
}

// --- one entry as JSON ---

static int print_json(const struct logging *l, const struct reading_item *item)
{
    json_t *o = entry_json(reading_charter(l->r), l->amends, item, item->has_parts ? &item->disclosure : NULL);
    const char *forum = forum_of(l, item);
    amends_put_json(l->amends, item->entry.id, o);
    if (forum != NULL) {
        json_put(o, "session", json_string(forum));
    }
    if (reading_known(item) && item->body.kind == KIND_CONTRIBUTION) {
        struct slice themes[LIMIT_FIELDS];
        const size_t n = themes_of(item, themes);
        const struct shown shown = shown_of(l, item);
        shown_put_json(&shown, o);
        json_t *list = json_array();
        for (size_t i = 0; i < n; i++) {
            json_push(list, json_of_bytes(themes[i]));
        }
        json_put(o, "themes", list);
    }
    return cmd_print_json(o);
}

// --- one entry as a line ---

// The first words of a field that is a text, or {language: text}.
static void put_field(struct buf *out, const struct content *c, const char *field)
{
    struct content by_language = { .count = 0 };
    struct slice text = content_text(c, field);
    if (text.n == 0 && content_parse(content_value(c, field), &by_language) && by_language.count > 0) {
        text = by_language.fields[0].bytes;
    }
    print_line(out, text, TEXT_SHOWN);
}

// The words of a part; where they are sealed, to whom; where they should be, that they are not shown.
static void put_words(struct buf *out, const struct logging *l, const struct reading_item *item, const char *part)
{
    const struct content c = fields_of(item, part);
    const struct disclosure *d = item->has_parts ? &item->disclosure : NULL;
    const uint32_t clear = amends_in_clear(l->amends, &item->entry, &item->body, d);
    const struct amend_erased *erased = amends_erased(l->amends, item->entry.id);
    size_t i = 0;
    while (i < item->entry.part_count && !slice_equal(item->entry.parts[i].name, slice_text(part))) {
        i++;
    }
    if (erased != NULL && erased->words) {
        buf_put_text(out, erased->text);
    } else if (d == NULL || i >= d->count) {
        buf_put_text(out, "(not shown)");
    } else if ((clear & 1u << i) != 0) {
        buf_printf(out, "[%s IN THE CLEAR: have it erased]", part);
    } else if (d->parts[i].state != PART_DISCLOSED || !recipients_put_sealed(reading_charter(l->r), d->parts[i].bytes,
                                                                              out)) {
        put_field(out, &c, content_find(&c, "title") != NULL ? "title" : "text");
    }
}

static void put_label(struct buf *out, const struct logging *l, enum code_list list, struct slice code)
{
    print_line(out, label_of(l->context, list, code), 40);
    buf_put_text(out, ": ");
}

static void put_contribution(struct buf *out, const struct logging *l, const struct reading_item *item)
{
    const char *forum = forum_of(l, item);
    const struct content speaker = fields_of(item, "speaker");
    struct slice groups[LIMIT_FIELDS];
    const struct shown shown = shown_of(l, item);
    const bool hidden = (amends_in_clear(l->amends, &item->entry, &item->body, shown.disclosure) & 1u << SPEAKER) != 0;
    const size_t n = hidden ? 0 : content_list(content_value(&speaker, "groups"), groups, LIMIT_FIELDS);
    buf_put_text(out, forum != NULL ? forum : "(forum not in the record)");
    buf_put_text(out, "  ");
    if (n > 0) {
        put_label(out, l, CODES_GROUP, groups[0]);
    }
    shown_put(&shown, "(not shown)", TEXT_SHOWN, out);
}

static void put_link(struct buf *out, const struct logging *l, const struct reading_item *item)
{
    print_id(out, entry_ref(&item->entry, 0), l->digits);
    buf_put_u8(out, ' ');
    print_line(out, label_of(l->context, CODES_RELATION, item->body.as.link.relation), 40);
    buf_put_u8(out, ' ');
    print_id(out, entry_ref(&item->entry, 1), l->digits);
}

static void put_response(struct buf *out, const struct logging *l, const struct reading_item *item)
{
    put_label(out, l, CODES_DISPOSITION, item->body.as.response.disposition);
    put_words(out, l, item, "reason");
    buf_put_text(out, " (to ");
    print_id(out, entry_ref(&item->entry, 0), l->digits);
    if (item->entry.ref_count > 1) {
        buf_printf(out, " and %zu more", item->entry.ref_count - 1);
    }
    buf_put_u8(out, ')');
}

// The labels of a withdrawal's scopes, or that it is all of it.
static void put_scopes(struct buf *out, const struct logging *l, const struct body *b)
{
    buf_put_text(out, b->as.withdrawal.scope_count == 0 ? "all consent" : "consent to: ");
    for (size_t i = 0; i < b->as.withdrawal.scope_count; i++) {
        buf_put_text(out, i == 0 ? "" : ", ");
        print_line(out, label_of(l->context, CODES_SCOPE, b->as.withdrawal.scopes[i]), 40);
    }
}

// What is said of the entry that it names, or of a key.
static void put_later(struct buf *out, const struct logging *l, const struct reading_item *item)
{
    const struct body *b = &item->body;
    if (b->kind == KIND_CORRECTION) {
        put_label(out, l, CODES_CORRECT_REASON, b->as.correction.reason);
        put_words(out, l, item, "said");
    } else if (b->kind == KIND_WITHDRAWAL) {
        put_scopes(out, l, b);
    } else if (b->kind == KIND_OPENED) {
        put_label(out, l, CODES_OPEN_REASON, b->as.opened.reason);
        print_line(out, b->as.opened.part, LIMIT_CODE_BYTES);
        buf_put_text(out, "  ");
        put_words(out, l, item, "reason");
    } else if (b->kind == KIND_ATTEST) {
        print_line(out, label_of(l->context, CODES_ATTEST_WAY, b->as.attest.way), 40);
    } else if (b->kind == KIND_REKEY) {
        print_line(out, b->as.rekey.what, LIMIT_CODE_BYTES);
    } else if (b->kind == KIND_INCIDENT) {
        print_line(out, label_of(l->context, CODES_INCIDENT, b->as.incident.code), 40);
        buf_put_text(out, "  ");
        put_words(out, l, item, "text");
    }
    if (item->entry.ref_count > 0) {
        buf_put_text(out, " (of ");
        print_id(out, entry_ref(&item->entry, 0), l->digits);
        buf_put_u8(out, ')');
    }
}

static void put_redaction(struct buf *out, const struct logging *l, const struct body *b)
{
    for (size_t i = 0; i < b->as.redaction.part_count; i++) {
        buf_put_text(out, i == 0 ? "" : ", ");
        print_line(out, b->as.redaction.parts[i], LIMIT_CODE_BYTES);
    }
    buf_put_text(out, " (of ");
    print_id(out, b->as.redaction.target, l->digits);
    buf_put_text(out, "): ");
    print_line(out, b->as.redaction.reason, LIMIT_CODE_BYTES);
    buf_put_text(out, ", by authority of ");
    print_line(out, b->as.redaction.authority, LIMIT_CODE_BYTES);
}

static void put_erased(struct buf *out, const struct logging *l, const struct body *b)
{
    buf_put_text(out, "carried out: redaction ");
    print_id(out, b->as.erased.redaction, l->digits);
    buf_put_text(out, " (of ");
    print_id(out, b->as.erased.target, l->digits);
    buf_put_u8(out, ')');
}

// People counted at a forum.
static uint64_t attended(const struct body *b)
{
    struct attendance row;
    struct slice rows = b->as.attendance.rows;
    uint64_t people = 0;
    while (attendance_next(&rows, &row)) {
        people += row.count;
    }
    return people;
}

static void put_forum(struct buf *out, const struct logging *l, const struct reading_item *item, struct slice code,
                      struct slice area)
{
    print_line(out, code, LIMIT_CODE_BYTES);
    buf_put_text(out, ", ");
    print_line(out, area, LIMIT_CODE_BYTES);
    buf_put_text(out, "  ");
    put_words(out, l, item, "context");
}

// What an entry says, in a few words.
static void put_summary(struct buf *out, const struct logging *l, const struct reading_item *item)
{
    const struct body *b = &item->body;
    switch (reading_known(item) ? b->kind : KIND_UNKNOWN) {
    case KIND_GRANT:
        print_key(out, b->as.grant.key);
        buf_put_text(out, " is ");
        accredit_put_roles(out, b->as.grant.roles);
        break;
    case KIND_INVITE:
        accredit_put_roles(out, b->as.invite.roles);
        buf_printf(out, ", %llu at most", (unsigned long long)b->as.invite.uses);
        break;
    case KIND_ENROL:
        buf_put_text(out, "under invitation ");
        print_id(out, b->as.enrol.invite, l->digits);
        break;
    case KIND_SESSION:
        put_forum(out, l, item, b->as.session.code, b->as.session.area);
        break;
    case KIND_FORUM_PLAN:
        put_forum(out, l, item, b->as.forum_plan.code, b->as.forum_plan.area);
        break;
    case KIND_ATTENDANCE:
        buf_printf(out, "%llu people", (unsigned long long)attended(b));
        break;
    case KIND_SHARE_SEAL:
        buf_printf(out, "%llu entries", (unsigned long long)b->as.share_seal.count);
        break;
    case KIND_SESSION_SEAL:
        buf_printf(out, "%llu entries", (unsigned long long)b->as.session_seal.count);
        break;
    case KIND_CORRECTION: case KIND_WITHDRAWAL: case KIND_OPENED: case KIND_ATTEST: case KIND_INCIDENT:
    case KIND_REKEY: case KIND_ROOT_APPROVAL:
        put_later(out, l, item);
        break;
    case KIND_CONTRIBUTION:
        put_contribution(out, l, item);
        break;
    case KIND_CLAUSE:
        put_label(out, l, CODES_CLAUSE_TYPE, b->as.clause.type);
        put_words(out, l, item, "text");
        break;
    case KIND_LINK:
        put_link(out, l, item);
        break;
    case KIND_RESPONSE:
        put_response(out, l, item);
        break;
    case KIND_REVOKE:
        print_key(out, b->as.revoke.key);
        break;
    case KIND_ACCEPT_LATE:
        print_key(out, b->as.accept_late.key);
        break;
    case KIND_FORK_EVIDENCE:
        print_key(out, b->as.fork_evidence.key);
        break;
    case KIND_REDACTION:
        put_redaction(out, l, b);
        break;
    case KIND_ERASED:
        put_erased(out, l, b);
        break;
    case KIND_RESUME: case KIND_GUIDE: case KIND_CODEBOOK:
    case KIND_UNKNOWN:
        break;
    }
}

// Who wrote it: the beginning of the key, and the roles it has by now.
static void put_author(struct buf *out, const struct logging *l, struct pubkey key)
{
    struct roster_member member;
    size_t i = 0;
    buf_put_text(out, "  by ");
    print_key(out, key);
    if (roster_find(reading_roster(l->r), key, &i)) {
        roster_member(reading_roster(l->r), i, &member);
        buf_put_text(out, member.roles != 0 ? " (" : "");
        accredit_put_roles(out, member.roles);
        buf_put_text(out, member.roles != 0 ? ")" : "");
    }
}

static int print_item(const struct logging *l, const struct reading_item *item)
{
    if (l->context->json) {
        return print_json(l, item);
    }
    struct buf line = buf_new(8192);
    buf_printf(&line, "%6llu  ", (unsigned long long)item->index);
    print_id(&line, item->entry.id, l->digits);
    buf_put_text(&line, "  ");
    print_time(&line, item->entry.claimed_s);
    buf_printf(&line, "  %s  ", kind_words(kind_of(item->entry.kind)));
    put_summary(&line, l, item);
    put_author(&line, l, item->entry.place.author);
    if (item->standing != VERDICT_GOOD) {
        buf_printf(&line, "  [no effect: %s]", verdict_text(item->standing));
    }
    buf_put_u8(&line, '\n');
    int code = cmd_print(buf_slice(&line));
    buf_done(&line);
    return code;
}

// Counts what is wanted, when only the last of them are to be shown.
static uint64_t count_wanted(struct logging *l)
{
    struct reading_item item;
    uint64_t n = 0;
    while (reading_next(l->r, &item)) {
        remember_forum(l, &item);
        n += wanted(l, &item) ? 1 : 0;
    }
    reading_rewind(l->r);
    return n;
}

static int print_log(struct logging *l)
{
    struct reading_item item;
    int code = EXIT_GOOD;
    uint64_t at = 0;
    const uint64_t all = l->count < UINT64_MAX ? count_wanted(l) : 0;
    const uint64_t skip = all > l->count ? all - l->count : 0;
    while (code == EXIT_GOOD && reading_next(l->r, &item)) {
        remember_forum(l, &item);
        if (wanted(l, &item) && at++ >= skip) {
            code = print_item(l, &item);
        }
    }
    if (at == 0) {
        cmd_remark(l->context, "nothing in the record fits");
    }
    int failed = reading_end(l->r);
    return failed >= 0 ? failed : code;
}

static int check_kind(const char *kind)
{
    if (kind == NULL || kind_of(slice_text(kind)) != KIND_UNKNOWN) {
        return -1;
    }
    struct nearest nearest = { .typed = slice_text(kind) };
    for (enum kind k = KIND_ROOT_APPROVAL; k < KIND_COUNT; k++) {
        nearest_offer(&nearest, kind_info(k)->name);
    }
    return nearest.best != NULL ? cmd_usage("there is no kind \"%s\"; did you mean \"%s\"?", kind, nearest.best)
                                : cmd_usage("there is no kind \"%s\": contribution, session, clause, link, response, "
                                            "grant, invite, enrol, resume, revoke …", kind);
}

static int run(struct cmd_context *context, int argc, char **argv)
{
    struct logging l = { .context = context, .count = UINT64_MAX };
    const struct arg_spec rows[] = {
        { "kind", 'k', ARG_TEXT, "KIND", "only entries of this kind: contribution, session, clause, link, response …",
          &l.kind },
        { "theme", 't', ARG_TEXT, "CODE", "only contributions on this theme, where it may be read", &l.theme },
        { "session", 's', ARG_TEXT, "CODE", "only this forum and what was said there", &l.session },
        { "since", 0, ARG_UINT, "INDEX", "only from this index on", &l.since },
        { "count", 'n', ARG_UINT, "N", "only the last N", &l.count },
        READING_RECORD(&l.from),
        READING_CHARTER(&l.from),
        { .name = NULL },
    };
    const struct arg_command command = {
        .name = "baraza log",
        .summary = "Show the record in its order, newest last: index, id, what it is, who wrote it, first words",
        .positionals = "",
        .examples = "  baraza log --state /srv/baraza -n 20\n"
                    "  baraza log --state /srv/baraza --kind contribution --theme land-disputes --json\n"
                    "  baraza log --record record.baraza --charter charter --kind response\n",
        .options = rows,
    };
    struct args args;
    int code = cmd_parse(context, &command, argc, argv, &args);
    if (code < 0) {
        code = check_kind(l.kind);
    }
    if (code < 0) {
        code = reading_open(context, &l.from, &l.r);
    }
    if (code < 0) {
        code = amends_read(l.r, &l.amends);
    }
    if (code < 0) {
        l.forum_of = table_new(sizeof(struct hash));
        l.digits = reading_digits(l.r);
        code = print_log(&l);
        table_done(&l.forum_of);
        free(l.forums);
    }
    amends_free(l.amends);
    reading_close(l.r);
    return code;
}

const struct cmd cmd_log = { "log", run, "show the record as people read it", CMD_READ };
