// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Forgeries: whatever is done to an export, the audit names the first bad thing, with its index where it has one.
#include "common/format/audit.h"
#include "common/format/checkpoint.h"
#include "common/format/frame.h"
#include "common/format/sealed.h"

#include "tests/lib/world.h"

#include <criterion/criterion.h>
#include <string.h>

#define BIT(role) (1u << ROLE_##role)

// Six entries: grants, a session, three contributions.
struct scene {
    struct world w;
    struct person secretary, p;
    struct said *session;
    struct buf export;
};

static void begin(struct scene *s)
{
    cr_assert_eq(ident_init(), OK);
    world_init(&s->w, 1);
    s->secretary = person_of("secretary");
    s->p = person_of("facilitator");
    (void)world_grant(&s->w, &s->w.root[0], &s->secretary, BIT(SECRETARIAT), NULL);
    (void)world_grant(&s->w, &s->secretary, &s->p, BIT(FACILITATOR), NULL);
    s->session = world_session(&s->w, &s->p, "LR-NIM", "LR-NIM-2026-001");
    (void)world_contribute(&s->w, &s->p, s->session, "The road is unsafe after dark.");
    (void)world_contribute(&s->w, &s->p, s->session, "Land was sold twice.");
    (void)world_contribute(&s->w, &s->p, s->session, "The clinic has no light.");
    s->export = buf_new(1 << 24);
}

static void done(struct scene *s)
{
    buf_done(&s->export);
    world_done(&s->w);
}

static struct audit_report audit(struct slice bytes, struct hash charter, size_t chunk_bytes)
{
    struct audit *a = audit_new(charter);
    struct audit_report report;
    enum audit_state state = AUDIT_MORE;
    while (bytes.n > 0 && state != AUDIT_STOP) {
        struct slice chunk = slice_of(bytes.p, bytes.n < chunk_bytes ? bytes.n : chunk_bytes);
        bytes = slice_of(bytes.p + chunk.n, bytes.n - chunk.n);
        do {
            state = audit_feed(a, &chunk);
            struct audit_batch *b = state == AUDIT_BATCH ? audit_take(a) : NULL;
            if (b != NULL) {
                audit_batch_check(b);
                (void)audit_fold(a, b);
            }
        } while (state == AUDIT_BATCH);
    }
    struct audit_batch *last = audit_take(a);
    if (last != NULL) {
        audit_batch_check(last);
        (void)audit_fold(a, last);
    }
    audit_end(a, &report);
    audit_free(a);
    return report;
}

static struct audit_report audit_scene(struct scene *s)
{
    buf_reset(&s->export);
    world_export(&s->w, true, &s->export);
    return audit(buf_slice(&s->export), s->w.charter.id, SIZE_MAX);
}

static void expect_bad(struct audit_report r, uint64_t index, const char *words)
{
    cr_expect(!r.good);
    cr_expect(strstr(r.what.text, words) != NULL, "'%s' does not say '%s'", r.what.text, words);
    cr_expect_eq(r.has_index, index != UINT64_MAX, "%s", r.what.text);
    if (r.has_index) {
        cr_expect_eq(r.index, index, "%s", r.what.text);
    }
}

Test(export, a_good_export_is_good_whatever_the_pieces_it_is_read_in)
{
    struct scene s;
    begin(&s);
    for (unsigned i = 0; i < 600; i++) {
        (void)world_contribute(&s.w, &s.p, s.session, "Said again, in other words.");
    }
    for (int with_parts = 0; with_parts <= 1; with_parts++) {
        static const size_t pieces[] = { 1, 1000, SIZE_MAX };
        buf_reset(&s.export);
        world_export(&s.w, with_parts != 0, &s.export);
        for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
            const struct audit_report r = audit(buf_slice(&s.export), s.w.charter.id, pieces[i]);
            cr_expect(r.good, "%s", r.what.text);
            cr_expect_eq(r.entries, 606);
            cr_expect_eq(r.authors, 3);
            cr_expect_eq(r.journals, 3);
            cr_expect_eq(r.disclosed, with_parts != 0 ? 606 : 0);
            cr_expect_eq(r.standing[VERDICT_GOOD], 606);
            cr_expect_eq(r.kinds[KIND_CONTRIBUTION], 603);
            cr_expect_eq(r.head.size, 606);
        }
    }
    done(&s);
}

Test(export, an_empty_record_is_good_and_its_charter_can_be_looked_at_first)
{
    struct world w;
    struct hash id;
    struct buf out = buf_new(1 << 20);
    cr_assert_eq(ident_init(), OK);
    world_init(&w, 2);
    world_export(&w, false, &out);
    const struct audit_report r = audit(buf_slice(&out), w.charter.id, SIZE_MAX);
    cr_expect(r.good, "%s", r.what.text);
    cr_assert(audit_peek_charter(slice_of(out.p, out.n < LIMIT_EXPORT_HEAD ? out.n : LIMIT_EXPORT_HEAD), &id));
    cr_expect(hash_equal(id, w.charter.id));
    cr_expect(!audit_peek_charter(slice_of(out.p, 100), &id));
    buf_done(&out);
    world_done(&w);
}

// Where frames start: fills at with offsets, the last being the end. Returns how many frames.
static size_t frames_of(const struct buf *b, size_t *at, size_t max)
{
    size_t n = 0;
    size_t offset = sizeof EXPORT_MAGIC - 1;
    for (; offset < b->n && n < max; n++) {
        at[n] = offset;
        offset += 4 + be32_get(b->p + offset);
    }
    cr_assert_eq(offset, b->n);
    at[n] = offset;
    return n;
}

Test(export, one_flipped_byte_anywhere_is_found_and_in_an_entry_it_has_that_entrys_index)
{
    struct scene s;
    size_t at[16];
    begin(&s);
    (void)audit_scene(&s);
    const size_t n = frames_of(&s.export, at, 15);
    cr_assert_eq(n, 2 + 1 + 6 + 1);
    for (size_t i = 0; i < s.export.n; i += 3) {
        size_t frame = 0;
        while (frame < n && i >= at[frame + 1]) {
            frame++;
        }
        const uint8_t was = s.export.p[i];
        s.export.p[i] ^= (uint8_t)(1u << i % 8);
        const struct audit_report r = audit(buf_slice(&s.export), s.w.charter.id, SIZE_MAX);
        cr_expect(!r.good, "byte %zu", i);
        if (i >= at[3] && i < at[9]) {
            cr_expect(r.has_index, "byte %zu of frame %zu: %s", i, frame, r.what.text);
            cr_expect_eq(r.index, frame - 3, "byte %zu of frame %zu: %s", i, frame, r.what.text);
        }
        s.export.p[i] = was;
    }
    done(&s);
}

Test(export, what_is_cut_off_dropped_doubled_moved_or_added_is_found)
{
    struct scene s;
    size_t at[16];
    begin(&s);
    (void)audit_scene(&s);
    (void)frames_of(&s.export, at, 15);
    const struct slice all = buf_slice(&s.export);
    for (size_t cut = 0; cut < all.n; cut += 61) {
        const struct audit_report r = audit(slice_of(all.p, cut), s.w.charter.id, SIZE_MAX);
        cr_expect(!r.good, "cut at %zu", cut);
        cr_expect(cut < at[4] || (r.has_index == (cut < at[9])), "cut at %zu: %s", cut, r.what.text);
    }
    for (size_t frame = 0; frame < 10; frame++) { // without this frame, and with it twice
        struct buf out = buf_new(1 << 20);
        buf_put(&out, slice_of(all.p, at[frame]));
        buf_put(&out, slice_of(all.p + at[frame + 1], all.n - at[frame + 1]));
        struct audit_report r = audit(buf_slice(&out), s.w.charter.id, SIZE_MAX);
        cr_expect(!r.good, "without frame %zu", frame);
        cr_expect(frame < 3 || frame > 8 || (r.has_index && r.index == frame - 3), "frame %zu: %s", frame, r.what.text);
        buf_reset(&out);
        buf_put(&out, slice_of(all.p, at[frame + 1]));
        buf_put(&out, slice_of(all.p + at[frame], all.n - at[frame]));
        r = audit(buf_slice(&out), s.w.charter.id, SIZE_MAX);
        cr_expect(!r.good, "frame %zu twice", frame);
        cr_expect(frame < 3 || frame > 8 || (r.has_index && r.index == frame - 2), "frame %zu: %s", frame, r.what.text);
        buf_done(&out);
    }
    buf_put_u8(&s.export, 0);
    expect_bad(audit(buf_slice(&s.export), s.w.charter.id, SIZE_MAX), UINT64_MAX, "bytes follow the end");
    done(&s);
}

// The same record as somebody else might hand it on: frames are made anew, so the final hash fits.
struct forgery {
    struct hash leaf[8];
    const struct said *said[8];
    size_t n;
    struct tree_head head;
    const struct person *signer;
};

static struct audit_report audit_forgery(struct scene *s, const struct forgery *f)
{
    struct vkey log;
    struct buf note = buf_new(1 << 16);
    struct buf item = buf_new(LIMIT_EXPORT_FRAME);
    struct export_writer writer;
    cr_assert(vkey_make(slice_text(s->w.charter.log.name), VKEY_ED25519, f->signer->pub, &log));
    checkpoint_make(f->head, &log, &f->signer->sec, &note);
    buf_reset(&s->export);
    export_begin(&writer, buf_slice(&s->w.charter_note), buf_slice(&note), &s->export);
    export_put_leaves(&writer, f->leaf, f->n, &s->export);
    for (size_t i = 0; i < f->n; i++) {
        buf_reset(&item);
        frame_entry_make(buf_slice(&f->said[i]->bytes), &f->said[i]->disclosure, &item);
        export_put_entry(&writer, buf_slice(&item), &s->export);
    }
    export_end(&writer, &s->export);
    buf_done(&item);
    buf_done(&note);
    return audit(buf_slice(&s->export), s->w.charter.id, SIZE_MAX);
}

static struct forgery honest(const struct scene *s)
{
    struct forgery f = { .n = s->w.n, .head = merkle_head(&s->w.tree), .signer = &s->w.hub };
    for (size_t i = 0; i < f.n; i++) {
        f.said[i] = s->w.record[i];
        f.leaf[i] = s->w.record[i]->entry.id;
    }
    return f;
}

Test(export, a_forger_who_makes_hashes_anew_is_found_at_the_leaf_the_root_or_the_signature)
{
    struct scene s;
    begin(&s);
    struct person copy = s.p;
    struct body b = { .kind = KIND_CONTRIBUTION };
    struct said *other = world_make(&s.w, &copy, &b, &s.session->entry.id, 1, NULL);
    struct forgery f = honest(&s);
    cr_expect(audit_forgery(&s, &f).good);
    f.said[5] = other;
    expect_bad(audit_forgery(&s, &f), 5, "leaf hash");
    f.leaf[5] = other->entry.id;
    expect_bad(audit_forgery(&s, &f), 5, "before it in its journal is missing"); // it follows on what it replaces
    f = honest(&s);
    f.leaf[0] = f.leaf[1];
    expect_bad(audit_forgery(&s, &f), 0, "leaf hash");
    f = honest(&s);
    f.head.root = merkle_root_of(f.leaf, --f.n);
    expect_bad(audit_forgery(&s, &f), 5, "missing");
    f.head.size--;
    cr_expect(audit_forgery(&s, &f).good, "an earlier checkpoint is as good");
    f.head.root = f.leaf[0];
    expect_bad(audit_forgery(&s, &f), UINT64_MAX, "root");
    f = honest(&s);
    const struct person stranger = person_of("another hub");
    f.signer = &stranger;
    expect_bad(audit_forgery(&s, &f), UINT64_MAX, "not signed by the log's key");
    struct hash another = s.w.charter.id;
    another.b[0] ^= 1;
    expect_bad(audit(buf_slice(&s.export), another, SIZE_MAX), UINT64_MAX, "another charter");
    done(&s);
}

Test(export, a_dishonest_hub_is_found_although_it_signed_the_checkpoint)
{
    struct scene s;
    begin(&s);
    struct person stranger = person_of("stranger");
    world_force(&s.w, world_make(&s.w, &stranger, &(struct body){ .kind = KIND_RESUME }, NULL, 0, NULL));
    expect_bad(audit_scene(&s), 6, "never enrolled");
    done(&s);

    begin(&s);
    (void)world_make(&s.w, &s.p, &(struct body){ .kind = KIND_RESUME }, NULL, 0, NULL); // dropped
    (void)world_contribute(&s.w, &s.p, s.session, "Follows on what was dropped.");
    expect_bad(audit_scene(&s), 6, "before it in its journal is missing");
    done(&s);

    begin(&s);
    world_force(&s.w, s.w.record[4]);
    expect_bad(audit_scene(&s), 6, "same as entry 4");
    done(&s);

    begin(&s);
    struct said *bent = world_make(&s.w, &s.p, &(struct body){ .kind = KIND_RESUME }, NULL, 0, NULL);
    bent->bytes.p[bent->bytes.n - 1] ^= 1; // of the signature
    cr_assert_eq(entry_parse(buf_slice(&bent->bytes), &bent->entry), VERDICT_GOOD);
    world_force(&s.w, bent);
    expect_bad(audit_scene(&s), 6, "signature");
    done(&s);

    begin(&s);
    struct person other_world = s.p;
    other_world.next = 0;
    other_world.prev = (struct hash){ 0 };
    s.w.charter.id.b[0] ^= 1;
    struct said *elsewhere = world_make(&s.w, &other_world, &(struct body){ .kind = KIND_RESUME }, NULL, 0, NULL);
    s.w.charter.id.b[0] ^= 1;
    world_force(&s.w, elsewhere);
    expect_bad(audit_scene(&s), 6, "another consultation");
    done(&s);
}

Test(export, forks_and_entries_without_effect_are_counted_and_no_fault)
{
    struct scene s;
    begin(&s);
    struct person copy = person_of("facilitator");
    copy.next = 1;
    copy.prev = s.session->entry.id;
    (void)world_contribute(&s.w, &copy, s.session, "From a copy.");
    (void)world_contribute(&s.w, &s.p, s.session, "From the original.");
    (void)world_contribute(&s.w, &copy, s.session, "From the copy again.");
    (void)world_grant(&s.w, &s.p, &copy, BIT(DRAFTER), NULL);
    const struct audit_report r = audit_scene(&s);
    cr_expect(r.good, "%s", r.what.text);
    cr_expect_eq(r.forks, 1);
    cr_expect_eq(r.journals, 3);
    cr_expect_eq(r.standing[VERDICT_NO_ROLE], 1);
    done(&s);
}

Test(export, an_entry_that_has_seen_another_record_is_marked)
{
    struct scene s;
    begin(&s);
    for (unsigned i = 0; i < 700; i++) { // across complete subtrees of the tree that the audit keeps
        s.w.seen = merkle_head(&s.w.tree);
        (void)world_contribute(&s.w, &s.p, s.session, "Said having seen all before.");
    }
    struct audit_report r = audit_scene(&s);
    cr_expect_eq(r.standing[VERDICT_GOOD], 706);
    s.w.seen.root.b[0] ^= 1;
    (void)world_contribute(&s.w, &s.p, s.session, "Was shown another root.");
    s.w.seen = merkle_head(&s.w.tree);
    s.w.seen.size++;
    (void)world_contribute(&s.w, &s.p, s.session, "Was shown more than there was.");
    r = audit_scene(&s);
    cr_expect(r.good, "%s", r.what.text);
    cr_expect_eq(r.standing[VERDICT_SEEN_CONTRADICTS], 2);
    done(&s);
}

Test(export, after_a_rekey_of_the_log_only_the_new_keys_signature_counts)
{
    struct scene s;
    begin(&s);
    const struct person new_hub = person_of("new log");
    struct body b = { .kind = KIND_REKEY };
    b.as.rekey.what = SLICE_LITERAL("log");
    b.as.rekey.old_key = SLICE_ARRAY(s.w.hub.pub.b);
    b.as.rekey.new_key = SLICE_ARRAY(new_hub.pub.b);
    cr_assert_eq(world_say(&s.w, &s.w.root[1], &b, NULL, 0, NULL)->standing, VERDICT_GOOD);
    struct forgery f = honest(&s);
    expect_bad(audit_forgery(&s, &f), UINT64_MAX, "not signed by the log's key");
    f.signer = &new_hub;
    const struct audit_report r = audit_forgery(&s, &f);
    cr_expect(r.good, "%s", r.what.text);
    done(&s);
}

// A contribution or a correction of it with these bytes for what was said and who said it.
static const struct said *say_guarded(struct scene *s, enum kind kind, const struct hash *target, uint64_t sensitivity,
                                      struct slice said, struct slice identity)
{
    struct body body = { .kind = kind };
    struct slice parts[LIMIT_PARTS] = { { NULL, 0 } };
    if (kind == KIND_CONTRIBUTION) {
        body.as.contribution.sensitivity = sensitivity;
        parts[4] = identity;
    } else {
        body.as.correction.reason = SLICE_LITERAL("misheard");
    }
    parts[1] = said;
    return world_say(&s->w, &s->p, &body, target, 1, parts);
}

Test(export, what_should_be_sealed_and_is_not_is_counted_and_no_fault)
{
    struct scene s;
    struct boxkey to[2];
    struct boxsec sec;
    const struct place place = { .seq = 0 };
    const struct slice clear = SLICE_LITERAL("\x80");
    const struct slice none = { NULL, 0 };
    struct buf sealed = buf_new(2000);
    begin(&s);
    box_keypair(&to[0], &sec);
    box_keypair(&to[1], &sec);
    cr_assert(sealed_make(&place, SLICE_LITERAL("said"), clear, to, 2, &sealed));
    const struct hash *session = &s.session->entry.id;
    (void)say_guarded(&s, KIND_CONTRIBUTION, session, SENSITIVITY_OPEN, clear, buf_slice(&sealed));
    const struct said *good = say_guarded(&s, KIND_CONTRIBUTION, session, SENSITIVITY_SEALED, buf_slice(&sealed), none);
    (void)say_guarded(&s, KIND_CORRECTION, &good->entry.id, 0, buf_slice(&sealed), none);
    cr_expect_eq(audit_scene(&s).in_clear, 0);
    (void)say_guarded(&s, KIND_CONTRIBUTION, session, SENSITIVITY_OPEN, clear, clear);
    (void)say_guarded(&s, KIND_CONTRIBUTION, session, SENSITIVITY_SEALED, clear, none);
    (void)say_guarded(&s, KIND_CORRECTION, &good->entry.id, 0, clear, none);
    const struct body incident = { .kind = KIND_INCIDENT, .as.incident.code = SLICE_LITERAL("leak") };
    const struct slice texts[] = { clear, buf_slice(&sealed) };
    for (size_t i = 0; i < 2; i++) {
        (void)world_say(&s.w, &s.secretary, &incident, NULL, 0, &texts[i]);
    }
    // Two that stand before what they correct: one of an open contribution, one of a sealed one.
    struct body body = { .kind = KIND_CONTRIBUTION };
    struct slice parts[LIMIT_PARTS] = { { NULL, 0 } };
    struct said *later[2];
    for (uint64_t i = 0; i < 2; i++) {
        body.as.contribution.sensitivity = i == 0 ? SENSITIVITY_OPEN : SENSITIVITY_SEALED;
        parts[1] = i == 0 ? clear : buf_slice(&sealed);
        struct person other = person_of("other facilitator");
        if (i == 0) {
            (void)world_grant(&s.w, &s.secretary, &other, BIT(FACILITATOR), NULL);
        }
        other.next = i;
        other.prev = i == 0 ? other.prev : later[0]->entry.id;
        later[i] = world_make(&s.w, &other, &body, session, 1, parts);
    }
    (void)say_guarded(&s, KIND_CORRECTION, &later[0]->entry.id, 0, clear, none);
    (void)say_guarded(&s, KIND_CORRECTION, &later[1]->entry.id, 0, clear, none);
    cr_assert_eq(world_put(&s.w, later[0]), VERDICT_GOOD);
    cr_assert_eq(world_put(&s.w, later[1]), VERDICT_GOOD);
    const struct audit_report r = audit_scene(&s);
    cr_expect(r.good, "%s", r.what.text);
    cr_expect_eq(r.in_clear, 5);
    cr_expect_eq(r.in_clear_first, 9);
    buf_done(&sealed);
    done(&s);
}
