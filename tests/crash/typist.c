// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Somebody who types without a pause, for trials that end badly; and the look at what is left of her drafts.
//   typist write STATE PASSPHRASE-FILE          keeps, rewrites, removes and discards drafts for ever; before each act
//                                               it prints "try ACT ID VERSION", and "done" once the desk said so
//   typist look STATE PASSPHRASE-FILE PROMISES  0: every draft is as the last "done" of it, or as the act behind that
// A text says of which draft and version it is, so that half of one, or another one, would be seen.
#include "common/author/state.h"
#include "common/base/file.h"
#include "common/base/num.h"
#include "common/format/armor.h"
#include "common/format/content.h"
#include "common/net/loop.h"
#include "node/desk/desk.h"
#include "node/desk/drafts.h"
#include "node/desk/trouble.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OPEN_DRAFTS 6 // that she goes on with by turns

struct typing {
    struct state *state;
    struct keyring *keyring;
    struct safe safe;
    struct desk desk;
    struct why why;
};

static enum err begin(struct typing *y, const char *dir, const char *pass)
{
    struct buf phrase = buf_new(LIMIT_PASSPHRASE);
    struct boxkey intake;
    struct boxsec nobody;
    char *path = state_path_in(dir, STATE_KEYRING);
    safe_init(&y->safe);
    box_keypair(&intake, &nobody);
    enum err e = state_open(dir, KV_ANY_FILESYSTEM, &y->state, &y->why);
    e = e == OK ? keyring_load(path, &y->keyring, &y->why) : e;
    e = e == OK ? file_read(pass, true, &phrase, &y->why) : e;
    if (e == OK) {
        const struct pubkey key = keyring_person(y->keyring, 0)->key;
        const struct slice words = slice_of(phrase.p, phrase.n - (phrase.n > 0 && phrase.p[phrase.n - 1] == '\n'));
        y->desk = (struct desk){ .state = y->state, .keyring = y->keyring, .safe = &y->safe };
        y->desk.who = safe_slot(&y->safe, key);
        e = keyring_unlock(y->keyring, key, words, intake, y->desk.who, &y->why);
    }
    buf_wipe(&phrase);
    buf_done(&phrase);
    free(path);
    return e;
}

static void end(struct typing *y)
{
    keyring_free(y->keyring);
    state_close(y->state);
    safe_done(&y->safe);
}

struct hex_id {
    char text[2 * sizeof(struct draft_id) + 1];
};

static struct hex_id hex_of(struct draft_id id)
{
    struct hex_id hex = { "" };
    struct buf b = buf_over(hex.text, sizeof hex.text - 1);
    armor_put_hex(&b, SLICE_ARRAY(id.b));
    return hex;
}

// What draft id says in its version v: longer and shorter by turns, over one page and more.
static void make_fields(struct draft_id id, uint64_t v, struct buf *out)
{
    struct content c = { .count = 0 };
    struct buf text = buf_new(LIMIT_DRAFT_BYTES / 2);
    for (uint64_t i = 0; i <= v * 37 % 150; i++) {
        buf_printf(&text, "What was said, of %s as of %llu. ", hex_of(id).text, (unsigned long long)v);
    }
    content_add_text(&c, "text", buf_slice(&text));
    content_make(&c, out);
    CHECK(buf_ok(out));
    buf_done(&text);
}

static void say_try(const char *act, struct draft_id id, uint64_t version)
{
    printf("try %s %s %llu\n", act, hex_of(id).text, (unsigned long long)version);
    (void)fflush(stdout);
}

static enum err keep(struct typing *y, struct draft *d, bool anew, struct trouble *t)
{
    struct drafts theirs = { .n = 0 };
    struct buf fields = buf_new(LIMIT_DRAFT_BYTES);
    say_try(anew ? "remove" : "keep", d->id, d->version + 1);
    make_fields(d->id, d->version + 1, &fields);
    d->fields = buf_slice(&fields);
    d->kept_s = loop_wall_s();
    const enum err e = drafts_keep(&y->desk, d, anew, &theirs, t);
    drafts_done(&theirs);
    buf_done(&fields);
    return e;
}

// One act on one of her drafts: mostly she types on.
static enum err act(struct typing *y, struct draft *d, struct trouble *t)
{
    uint8_t die = 0;
    ident_random(&die, 1);
    if (d->version > 2 && die < 40) {
        say_try("discard", d->id, d->version);
        const enum err e = drafts_discard(&y->desk, d->id, t);
        d->version = 0;
        return e;
    }
    if (d->version == 0) {
        *d = (struct draft){ .session = { "the forum" } };
        ident_random(d->id.b, sizeof d->id.b);
    }
    return keep(y, d, d->version > 0 && die < 70, t);
}

static int write_on(struct typing *y)
{
    struct draft drafts[OPEN_DRAFTS] = { { .version = 0 } };
    struct trouble t = { .err = OK };
    for (size_t i = 0;; i = (i + 1) % OPEN_DRAFTS) {
        if (act(y, &drafts[i], &t) != OK) {
            fprintf(stderr, "typist: %s\n", t.why.text);
            return 1;
        }
        printf("done\n");
        (void)fflush(stdout);
    }
}

// --- the look ---

struct promise {
    char id[2 * sizeof(struct draft_id) + 1];
    uint64_t version;  // that was promised; 0: none, or discarded
    uint64_t next;     // of the act that was under way; 0: none
    bool discarding, removing;
};

struct promises {
    struct promise *rows;
    size_t n;
};

static struct promise *promise_of(struct promises *p, const char *id)
{
    for (size_t i = p->n; i > 0; i--) {
        if (strcmp(p->rows[i - 1].id, id) == 0) {
            return &p->rows[i - 1];
        }
    }
    p->rows = mem_grow(p->rows, p->n + 1, sizeof *p->rows);
    p->rows[p->n] = (struct promise){ .version = 0 };
    (void)snprintf(p->rows[p->n].id, sizeof p->rows[p->n].id, "%s", id);
    return &p->rows[p->n++];
}

static struct slice take_word(struct slice *rest)
{
    size_t n = 0;
    while (n < rest->n && rest->p[n] != ' ') {
        n++;
    }
    const struct slice word = slice_of(rest->p, n);
    *rest = n < rest->n ? slice_of(rest->p + n + 1, rest->n - n - 1) : slice_of(NULL, 0);
    return word;
}

// "try ACT ID VERSION", into the promise of that draft. NULL: it is no such line.
static struct promise *read_try(struct promises *p, struct slice line)
{
    char id[2 * sizeof(struct draft_id) + 1];
    uint64_t next = 0;
    const struct slice first = take_word(&line);
    const struct slice verb = take_word(&line);
    const struct slice hex = take_word(&line);
    if (!slice_equal(first, SLICE_LITERAL("try")) || hex.n != sizeof id - 1 || !num_parse_u64(line, &next)) {
        return NULL;
    }
    memcpy(id, hex.p, hex.n);
    id[hex.n] = '\0';
    struct promise *row = promise_of(p, id);
    row->next = next;
    row->discarding = slice_equal(verb, SLICE_LITERAL("discard"));
    row->removing = slice_equal(verb, SLICE_LITERAL("remove"));
    return row;
}

// A line that was cut in the middle says nothing.
static void read_promises(const char *path, struct promises *p)
{
    char line[160];
    struct promise *last = NULL;
    FILE *f = fopen(path, "r");
    CHECK(f != NULL);
    while (fgets(line, sizeof line, f) != NULL) {
        if (strcmp(line, "done\n") == 0 && last != NULL) {
            last->version = last->discarding ? 0 : last->next;
            last->next = 0;
            last->discarding = last->removing = false;
            last = NULL;
        } else if (strchr(line, '\n') != NULL) {
            last = read_try(p, slice_of(line, strlen(line) - 1));
        }
    }
    fclose(f);
}

static bool is_whole(const struct drafts_row *row)
{
    struct buf fields = buf_new(LIMIT_DRAFT_BYTES);
    if (!row->damaged) {
        make_fields(row->draft.id, row->draft.version, &fields);
    }
    const bool whole = !row->damaged && slice_equal(buf_slice(&fields), row->draft.fields);
    buf_done(&fields);
    return whole;
}

static const struct drafts_row *row_of(const struct drafts *d, const char *id)
{
    for (size_t i = 0; i < d->n; i++) {
        if (strcmp(hex_of(d->rows[i].draft.id).text, id) == 0) {
            return &d->rows[i];
        }
    }
    return NULL;
}

// What stands there is what was promised, or what the act that was under way would have made of it.
static bool holds(const struct promise *p, const struct drafts_row *row)
{
    if (row == NULL) {
        return p->version == 0 || p->discarding || p->removing;
    }
    const uint64_t v = row->draft.version;
    return is_whole(row) && ((p->version > 0 && v == p->version) || (p->next > 0 && !p->discarding && v == p->next));
}

static int look(struct typing *y, const char *path)
{
    struct promises p = { .n = 0 };
    struct drafts d = { .n = 0 };
    struct trouble t = { .err = OK };
    size_t kept = 0;
    size_t lost = 0;
    read_promises(path, &p);
    if (drafts_list(&y->desk, NULL, &d, &t) != OK) {
        printf("lost: all of them: %s\n", t.why.text);
        return 1;
    }
    for (size_t i = 0; i < p.n; i++) {
        const struct drafts_row *row = row_of(&d, p.rows[i].id);
        kept += p.rows[i].version > 0;
        if (!holds(&p.rows[i], row)) {
            lost++;
            printf("lost: %s, version %llu was kept, %s\n", p.rows[i].id, (unsigned long long)p.rows[i].version,
                   row == NULL ? "nothing is there" : row->damaged ? "it is damaged" : "something else is there");
        }
    }
    for (size_t i = 0; i < d.n; i++) { // every draft was begun by her
        const struct promise *known = promise_of(&p, hex_of(d.rows[i].draft.id).text);
        lost += known->version == 0 && known->next == 0;
    }
    printf("promised %zu lost %zu twice 0\n", kept, lost);
    drafts_done(&d);
    free(p.rows);
    return lost > 0;
}

int main(int argc, char **argv)
{
    struct typing y = { .state = NULL };
    const bool writes = argc == 4 && strcmp(argv[1], "write") == 0;
    if (!writes && (argc != 5 || strcmp(argv[1], "look") != 0)) {
        fprintf(stderr, "usage: typist write STATE PASSPHRASE-FILE | look STATE PASSPHRASE-FILE PROMISES\n");
        return 2;
    }
    CHECK(ident_init() == OK);
    const enum err e = begin(&y, argv[2], argv[3]);
    if (e != OK) {
        fprintf(stderr, "typist: %s\n", y.why.text);
        return 1;
    }
    const int code = writes ? write_on(&y) : look(&y, argv[4]);
    end(&y);
    return code;
}
