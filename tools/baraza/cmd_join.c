// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// `baraza join`: an invitation becomes a state directory with a person in it, or one more person in a state that is
// there. Works without network: the enrolment is the first entry of her notebook and travels with the rest.
// The file that `baraza invite` writes is the invitation's text, an empty line, and the charter.
#include "common/base/file.h"
#include "common/format/words.h"
#include "tools/baraza/ask.h"
#include "tools/baraza/print.h"
#include "tools/baraza/recovery.h"

#include <stdlib.h>
#include <string.h>

#define FILE_BYTES (LIMIT_INVITATION_BYTES + LIMIT_CHARTER_BYTES)

// What the file and the options say. Slices borrow text, charter_file and decoded.
struct joining {
    const char *name, *helper, *helper_file, *charter_path, *words;
    struct arg_list keyholders;
    struct buf text;            // the file
    struct buf charter_file;    // of --charter
    struct buf decoded;         // what the invitation borrows
    struct buf spoken;          // with --words: the invitation's text, made of letter and words
    struct slice invitation_text;
    struct slice charter_note;
    struct invitation invitation;
    struct charter charter;
};

static void joining_init(struct joining *j)
{
    *j = (struct joining){ .name = NULL };
    j->text = buf_new(FILE_BYTES);
    j->charter_file = buf_new(LIMIT_CHARTER_BYTES);
    j->decoded = buf_new(LIMIT_INVITATION_BYTES);
    j->spoken = buf_new(LIMIT_INVITATION_BYTES);
}

static void joining_done(struct joining *j)
{
    buf_wipe(&j->text);
    buf_wipe(&j->decoded);
    buf_wipe(&j->spoken);
    buf_done(&j->text);
    buf_done(&j->charter_file);
    buf_done(&j->decoded);
    buf_done(&j->spoken);
    mem_wipe(&j->invitation, sizeof j->invitation);
}

// Parts the file at its first empty line.
static void split(struct joining *j)
{
    struct slice whole = buf_slice(&j->text);
    const uint8_t *gap = whole.n == 0 ? NULL : memmem(whole.p, whole.n, "\n\n", 2);
    size_t first = gap == NULL ? whole.n : (size_t)(gap - whole.p) + 1;
    j->invitation_text = slice_of(whole.p, first);
    j->charter_note = gap == NULL ? (struct slice){ NULL, 0 } : slice_of(gap + 2, whole.n - first - 1);
}

// Reads the letter and the words that belong to it, and makes the invitation of both.
static enum err read_spoken(const struct cmd_context *context, struct joining *j, struct why *why)
{
    struct buf words = buf_new(LIMIT_INVITATION_BYTES);
    enum err e = ERR_BAD_INPUT;
    if (invitation_letter_parse(j->invitation_text, &j->decoded, &j->invitation, why)) {
        if (strcmp(j->words, "-") == 0) {
            cmd_remark(context, "type the %d words as you hear them, four letters of each suffice; then Ctrl-D",
                       WORDS_COUNT);
        }
        e = cmd_read_input(j->words, &words, why);
        if (e == OK && !words_take(buf_slice(&words), &j->invitation, why)) {
            e = ERR_BAD_INPUT;
        }
    }
    if (e == OK) {
        CHECK(invitation_make(&j->invitation, false, &j->spoken));
        j->invitation_text = buf_slice(&j->spoken);
    }
    buf_wipe(&words);
    buf_done(&words);
    return e;
}

static enum err read_all(const struct cmd_context *context, struct joining *j, const char *path, struct why *why)
{
    enum err e = cmd_read_input(path, &j->text, why);
    if (e != OK) {
        return e;
    }
    split(j);
    if (j->charter_path != NULL) {
        e = file_read(j->charter_path, true, &j->charter_file, why);
        if (e != OK) {
            return e;
        }
        j->charter_note = buf_slice(&j->charter_file);
    }
    if (j->words != NULL) {
        e = read_spoken(context, j, why);
    } else if (!invitation_parse(j->invitation_text, &j->decoded, &j->invitation, why)) {
        e = ERR_BAD_INPUT;
    }
    if (e != OK) {
        return e;
    }
    if (j->charter_note.n == 0) {
        why_set(why, "this invitation comes without its charter: give that with --charter FILE");
        return ERR_USAGE;
    }
    if (charter_verify(j->charter_note, &j->charter, why) != VERDICT_GOOD) {
        return ERR_BAD_INPUT;
    }
    if (!hash_equal(j->charter.id, j->invitation.charter)) {
        why_set(why, "the charter is not the one this invitation was made for: ask who gave it to you");
        return ERR_BAD_INPUT;
    }
    return OK;
}

// The enrol entry, seq 0 of the newcomer's journal.
static int enrol(struct work *w, const struct joining *j, struct boxkey transport, struct append_result *out)
{
    struct seckey invited;
    struct body body = { .kind = KIND_ENROL };
    invitation_sign_key(&j->invitation, NULL, &invited);
    body.as.enrol.invite = j->invitation.invite;
    body.as.enrol.transport = transport;
    body.as.enrol.proof = enrol_proof_make(&invited, j->charter.id, w->desk.who->person.key, transport);
    mem_wipe(&invited, sizeof invited);
    const struct append_item item = { .body = &body, .refs = &j->invitation.invite, .ref_count = 1 };
    return work_append(w, &item, 1, out);
}

static void put_addresses(const struct joining *j, struct buf *out)
{
    buf_put_text(out, "hub =");
    for (size_t i = 0; i < j->invitation.address_count; i++) {
        struct slice a = j->invitation.addresses[i];
        buf_printf(out, " %.*s", (int)a.n, (const char *)a.p);
    }
    buf_put_text(out, "\n");
}

// Files of a new site: transport key, configuration, invitation, keyring with the newcomer (unlocked in w).
static enum err fill_site(const struct state_making *m, struct work *w, const struct joining *j,
                          struct boxsec *transport, struct slice passphrase, struct why *why)
{
    struct buf conf = buf_new(LIMIT_CONF_BYTES);
    struct boxkey pub;
    struct pubkey nobody = { { 0 } };
    put_addresses(j, &conf);
    box_keypair(&pub, transport);
    w->desk.keyring = keyring_new();
    w->desk.who = safe_slot(&w->safe, nobody);
    enum err e = keyring_add(w->desk.keyring, j->name, passphrase, NULL, j->charter.intake, w->desk.who, why);
    if (e == OK) {
        e = recovery_name(w->desk.keyring, w->desk.who->person.key, passphrase, &j->keyholders, why);
    }
    if (e == OK) {
        char *path = state_path_in(m->dir, STATE_KEYRING);
        e = keyring_save(w->desk.keyring, path, why);
        free(path);
    }
    if (e == OK) {
        e = state_make_secret(m, STATE_TRANSPORT, transport->b, why);
    }
    if (e == OK) {
        e = state_make_file(m, STATE_INVITATION, j->invitation_text, why);
    }
    if (e == OK) {
        e = state_make_file(m, STATE_CONF, buf_slice(&conf), why);
    }
    buf_done(&conf);
    return e;
}

static int make_site(const struct cmd_context *context, const struct joining *j, struct slice passphrase)
{
    struct state_making m = { NULL, NULL };
    struct work w = { .lent = false };
    struct boxsec transport;
    struct append_result result;
    struct why why = { "" };
    int code = -1;
    unsigned flags = work_store_flags(context);
    safe_init(&w.safe);
    enum err e = state_make_begin(STORE_NODE, context->state, j->charter_note, flags, &m, &why);
    if (e == OK) {
        e = fill_site(&m, &w, j, &transport, passphrase, &why);
    }
    if (e == OK) {
        e = state_open(m.dir, flags, &w.desk.state, &why);
    }
    if (e == OK) {
        e = author_open(w.desk.state, w.desk.who, &w.desk.author, &why);
    }
    if (e == OK) {
        code = enrol(&w, j, box_public(&transport), &result);
    }
    if (e == OK && code < 0) {
        recovery_remark(context, w.desk.keyring, &w.desk.who->person);
    }
    work_close(&w);
    mem_wipe(&transport, sizeof transport);
    if (e == OK && code < 0) {
        e = state_make_commit(&m, &why);
    }
    state_make_abort(&m);
    return e != OK ? cmd_fail(e, &why) : code;
}

// Adds the newcomer to the keyring of a state that is there; somebody who already writes in it must be unlocked.
static int add_person(struct cmd_context *context, const struct joining *j, struct slice passphrase)
{
    struct work w;
    struct why why = { "" };
    struct state_transport transport;
    struct append_result result;
    struct cmd_context helper = *context;
    helper.passphrase_file = j->helper_file;
    int code = work_state(&helper, &w);
    // Nobody is there to help: a new store key is made. Not in the place of a keyring that may be found again.
    const bool anew = code < 0 && work_destroyed(&w, &why) && w.destroyed.count > 0;
    if (code < 0 && !anew) {
        work_close(&w);
        code = work_write(&helper, j->helper, &w);
    }
    if (code >= 0) {
        work_close(&w);
        return code;
    }
    struct pubkey nobody = { { 0 } };
    struct boxkey intake;
    struct unlocked *newcomer = safe_slot(&w.safe, nobody);
    char *path = state_path(w.desk.state, STATE_KEYRING);
    enum err e = OK;
    if (!hash_equal(state_charter(w.desk.state)->id, j->charter.id)) {
        why_set(&why, "%s belongs to another consultation: join this one in a directory of its own (--state DIR)",
                context->state);
        e = ERR_BAD_INPUT;
    }
    if (e == OK) {
        e = state_transport_load(w.desk.state, &transport, &why);
    }
    if (e == OK) {
        e = work_intake(&w, &intake, &why);
    }
    if (e == OK) {
        e = keyring_add(w.desk.keyring, j->name, passphrase, w.desk.who, intake, newcomer, &why);
    }
    if (e == OK) {
        e = recovery_name(w.desk.keyring, newcomer->person.key, passphrase, &j->keyholders, &why);
    }
    if (e == OK) {
        e = anew ? keyring_save(w.desk.keyring, path, &why) : recovery_save(w.desk.keyring, path, &why);
    }
    if (e == OK) {
        author_close(w.desk.author);
        w.desk.author = NULL;
        w.desk.who = newcomer;
        e = author_open(w.desk.state, w.desk.who, &w.desk.author, &why);
    }
    code = e != OK ? cmd_fail(e, &why) : enrol(&w, j, transport.pub, &result);
    if (code < 0) {
        recovery_remark(context, w.desk.keyring, &w.desk.who->person);
    }
    mem_wipe(&transport, sizeof transport);
    free(path);
    work_close(&w);
    return code;
}

static int print_joined(const struct cmd_context *context, const struct joining *j)
{
    if (j->charter.practice) {
        cmd_practice();
    }
    if (context->json) {
        json_t *o = json_object();
        json_put(o, "consultation", json_id(j->charter.id));
        json_put(o, "title", json_of_bytes(j->charter.title));
        json_put(o, "name", json_string(j->name));
        json_put(o, "state", json_of_path(context->state));
        return cmd_print_json(o);
    }
    struct buf out = buf_new(8192);
    print_line(&out, j->charter.title, 200);
    buf_put_text(&out, j->charter.practice ? "  (practice, not real)\n" : "\n");
    buf_printf(&out, "%s takes part now; everything is kept in %s\n", j->name, context->state);
    buf_put_text(&out, "Compare this fingerprint with the one that was read out to you:\n  ");
    charter_put_fingerprint(j->charter.id, &out);
    buf_put_text(&out, "\nNext: who holds a forum opens the page in a browser, baraza page --open (or types: baraza "
                       "session open CODE --area AREA); everybody else connects once, baraza sync --wait\n");
    int code = cmd_print(buf_slice(&out));
    buf_done(&out);
    return code;
}

// The keyring is read and written as a whole: one newcomer at a time.
static int add_person_alone(struct cmd_context *context, const struct joining *j, struct slice passphrase)
{
    struct why why = { "" };
    int lock = -1;
    char *path = state_path_in(context->state, STATE_KEYRING_LOCK);
    enum err e = state_lock_take(path, &lock, &why);
    int code = e == OK ? add_person(context, j, passphrase) : cmd_fail(e, &why);
    state_lock_drop(lock);
    free(path);
    return code;
}

static int join(struct cmd_context *context, struct joining *j, const char *path)
{
    struct why why = { "" };
    struct buf prompt = buf_new(256);
    struct buf passphrase = buf_new(LIMIT_PASSPHRASE);
    char *charter = state_path_in(context->state, STATE_CHARTER);
    bool there = file_exists(charter);
    free(charter);
    enum err e = read_all(context, j, path, &why);
    if (e == OK) {
        buf_printf(&prompt, "New passphrase for %s (several words; capitals matter)", j->name);
        buf_put_u8(&prompt, 0);
        e = ask_passphrase(context, (const char *)prompt.p, true, &passphrase, &why);
    }
    int code = -1;
    if (e != OK) {
        code = cmd_fail(e, &why);
    } else {
        code = there ? add_person_alone(context, j, buf_slice(&passphrase))
                     : make_site(context, j, buf_slice(&passphrase));
    }
    buf_wipe(&passphrase);
    buf_done(&passphrase);
    buf_done(&prompt);
    return code < 0 ? print_joined(context, j) : code;
}

static int run(struct cmd_context *context, int argc, char **argv)
{
    struct joining j;
    joining_init(&j);
    const struct arg_spec rows[] = {
        { "name", 'n', ARG_TEXT, "NAME", "a chosen name, not a real one; it stays on this computer", &j.name },
        { "charter", 0, ARG_TEXT, "FILE", "the charter, when the invitation came without it", &j.charter_path },
        { "words", 0, ARG_TEXT, "FILE", "FILE is a letter; its secret words are in this file, or \"-\": typed here",
          &j.words },
        { "keyholder", 0, ARG_LIST, "LINE|FILE",
          "who can give you a new passphrase when yours is forgotten: the public line of a keyholder",
          &j.keyholders },
        { "helper", 0, ARG_TEXT, "NAME", "who of those who write here lets the newcomer in", &j.helper },
        { "helper-passphrase-file", 0, ARG_TEXT, "FILE", "the helper's passphrase, for scripts", &j.helper_file },
        { .name = NULL },
    };
    const struct arg_command command = {
        .name = "baraza join",
        .summary = "Take part with an invitation: makes this computer a site, or adds a person to it. Needs no network",
        .positionals = "FILE",
        .min = 1,
        .max = 1,
        .examples = "  baraza join heron.invitation --name Heron\n"
                    "  baraza join - --name Heron < heron.invitation\n"
                    "  baraza join heron.letter --words - --name Heron\n"
                    "  baraza join heron.invitation --name Heron --keyholder baraza-keyholder/v1:kqNPd2zEIH…\n",
        .options = rows,
    };
    struct args args;
    int code = cmd_parse(context, &command, argc, argv, &args);
    if (code < 0 && j.words != NULL && strcmp(j.words, "-") == 0 && strcmp(args.positionals[0], "-") == 0) {
        code = cmd_usage("letter and words cannot both come from standard input");
    }
    if (code < 0) {
        code = j.name == NULL ? cmd_usage("choose a name with --name NAME (not a real one)")
                              : join(context, &j, args.positionals[0]);
    }
    joining_done(&j);
    return code;
}

const struct cmd cmd_join = { "join", run, "take part with an invitation", CMD_FOUND };
