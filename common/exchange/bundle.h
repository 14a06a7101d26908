// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The framing of a bundle: the messages of the exchange in a file that a courier carries and cannot read (PROTOCOL,
// "Bundles"). Pure: bytes in, bytes out. It must never say what a message means, nor believe a length.
//
// bundle  = the line "baraza/bundle/v1", then frames u32be length ‖ canonical [type, body]:
//   [1, [way, consultation, boxed key, site, view]]   the bundle's own key, boxed to whom it is for; and what a courier
//                                         may know: the site's transport key, and the checkpoint its maker stands at
//   [2, sealed message] …                 each under that key, with its number: none can be left out, added or moved
//   [3, [closing, hash, signature]]       closing proves the number of messages, hash is the SHA-256 of every byte
//                                         before; down: the log key signed consultation ‖ hash, up: empty
#ifndef BARAZA_EXCHANGE_BUNDLE_H
#define BARAZA_EXCHANGE_BUNDLE_H

#include "common/format/seal.h"
#include "common/format/service_keys.h"
#include "common/limits.h"

#define BUNDLE_MAGIC "baraza/bundle/v1\n"
#define BUNDLE_MAGIC_BYTES (sizeof BUNDLE_MAGIC - 1)
#define BUNDLE_LENGTH_BYTES 4

enum bundle_way {
    BUNDLE_UP = 1,   // a site's, to the hub: boxed to its intake key
    BUNDLE_DOWN = 2, // the hub's, to one site: boxed to its transport key, signed with the log key
};

// Why a bundle is refused; in --json the name, for people the text.
#define BUNDLE_FAULT_TABLE(X)                                                                                          \
    X(FINE, "fine", "nothing is wrong with it")                                                                        \
    X(NOT_A_FILE, "not-a-file", "not a plain file (links, pipes and devices are not followed)")                        \
    X(TOO_LARGE, "too-large", "larger than any bundle may be")                                                         \
    X(NOT_A_BUNDLE, "not-a-bundle", "not a bundle")                                                                    \
    X(OTHER_VERSION, "other-version", "a bundle of another version of this program")                                   \
    X(CUT, "cut", "it ends too early: it was not copied whole")                                                        \
    X(LENGTH, "length", "a frame claims a length that is not possible")                                                \
    X(FORM, "form", "a frame is not in the one allowed form")                                                          \
    X(ORDER, "order", "a frame is not in its place")                                                                   \
    X(DAMAGED, "damaged", "bytes of it were changed, exchanged or left out")                                           \
    X(TRAILING, "trailing", "bytes follow its end")                                                                    \
    X(CONSULTATION, "wrong-consultation", "made for another consultation")                                             \
    X(WAY, "wrong-way", "it goes the other way: bundles of sites are for the hub, those of the hub for sites")         \
    X(NOT_FOR_US, "not-for-us", "sealed for somebody else, or to a key that was put away")                             \
    X(NOT_SIGNED, "not-signed", "not signed with a key of the hub that is known here")                                 \
    X(MESSAGE, "message", "a message in it is not one that a bundle may carry")                                        \
    X(OLDER, "older", "made before what this site already knows; nothing in it is new")                                \
    X(ANOTHER_BASE, "another-base", "made for an earlier state of this site: carry a new bundle to the hub and back")  \
    X(CONTRADICTION, "contradiction", "the hub signed two records that exclude each other; the evidence is kept")      \
    X(READER, "reader", "reading it took more than any bundle needs")                                                  \
    X(CARRY_FULL, "carry-full", "this site carries all it can for others: hand that over first")

#define BUNDLE_FAULT_ENUM(symbol, name, text) BUNDLE_##symbol,
enum bundle_fault { BUNDLE_FAULT_TABLE(BUNDLE_FAULT_ENUM) BUNDLE_FAULTS };
#undef BUNDLE_FAULT_ENUM

// Returns the name, and the text; static storage.
const char *bundle_fault_name(enum bundle_fault f);
const char *bundle_fault_text(enum bundle_fault f);

// What a site was told of the roster: the root (PROTOCOL 8.4) over SHA-256(00 ‖ u64be index ‖ id) of the entries of
// control kinds below `upto`, where it has read down to. Two sites that were told the same have the same root.
struct bundle_told {
    bool any;                  // false: nothing is said
    uint64_t upto;
    struct hash root;
};

// What whoever carries a bundle may know of it. Bound to all that follows, but for a courier's eyes only a claim; the
// view is the hub's signed word, or nothing.
struct bundle_about {
    struct boxkey site;        // up: who made it, down: whom it is for
    struct slice view;         // the checkpoint verified there (up) or shown there (down), whole note, at most
                               // LIMIT_BUNDLE_VIEW bytes; empty: none
    struct bundle_told told;   // up
};

// What a courier's look at a whole bundle gives (struct bundle_expect without ring).
struct bundle_label {
    enum bundle_way way;
    struct boxkey site;
    struct hash whole;         // SHA-256 of all before the last frame: the bundle's name
    size_t view_bytes;
    uint8_t view[LIMIT_BUNDLE_VIEW];
    struct bundle_told told;
};

// --- writing ---
struct bundle_writer {
    struct sha256 hash;        // of everything appended so far
    enum bundle_way way;
    struct hash consultation;
    struct symkey key;         // new for each bundle; wiped by bundle_end
    struct hash head;          // of the first frame: every message is bound to it
    uint64_t count;            // messages so far
};

// Appends the magic line and the first frame to out and starts w. to: up the intake key, down the site's. False, with
// nothing appended, when it is no key.
MUST_USE bool bundle_begin(struct bundle_writer *w, enum bundle_way way, struct hash consultation, struct boxkey to,
                           const struct bundle_about *about, struct buf *out);

// Appends one message of 1 to LIMIT_FRAME_BYTES bytes (CHECK).
void bundle_put(struct bundle_writer *w, struct slice message, struct buf *out);

// Appends the final frame and wipes w. log signs a bundle down; NULL up (CHECK). out may be emptied (written to the
// file) between any two of these calls.
void bundle_end(struct bundle_writer *w, const struct seckey *log, struct buf *out);

// --- the first message of a bundle up: [transport key, hello message, [size …]] ---
// So that the hub knows to whom the way back goes, and from where; and which other checkpoints the site has come by,
// that it wants to see compared. Nobody else can read it.
struct bundle_site {
    struct boxkey site;
    struct slice hello;                // of the exchange, not looked into; borrows what was parsed
    size_t view_count;                 // at most LIMIT_VIEWS
    uint64_t views[LIMIT_VIEWS];       // sizes
};

// Appends it to out.
void bundle_site_make(const struct bundle_site *s, struct buf *out);

// Reads it. False, and *out untouched, when it is none.
MUST_USE bool bundle_site_parse(struct slice message, struct bundle_site *out);

// --- one message of a bundle that somebody carries, handed over by network ---
// Opens it with one of the intake keys: head is the SHA-256 of the bundle's first frame. Appends to message, whose
// maximum is LIMIT_FRAME_BYTES. False, with nothing appended, when it is not for us or was changed.
MUST_USE bool bundle_open_one(const struct box_ring *ring, struct hash head, struct slice boxed, uint64_t number,
                              struct slice sealed, struct buf *message);

// What a courier takes out of a frame that she checked before (struct bundle_expect without sec): of the first one the
// boxed key, of the others the sealed message; empty when it is the last frame. All borrowed. False: it is no frame.
MUST_USE bool bundle_frame_boxed(struct slice frame, struct slice *boxed);
MUST_USE bool bundle_frame_sealed(struct slice frame, struct slice *sealed);

// --- reading, frame by frame ---
// Whose bundles are read here; ring and charter are kept. Without ring it is a courier who looks: at bundles of both
// ways, for their form, their hash and the signature of those that come down; no message is opened.
struct bundle_expect {
    enum bundle_way way;       // not read without ring
    struct hash consultation;
    const struct box_ring *ring; // intake keys at the hub, the transport key at a site
    struct pubkey log;         // down: signs it
    size_t former_count;       // down: log keys before that one: what they signed is older than what is known here
    struct pubkey former[LIMIT_KEY_CHANGES];
    const struct charter *charter; // down: judges changes of key that a bundle tells (NULL: none is taken); not read
                                   // here
};

enum bundle_stage { BUNDLE_AT_MAGIC, BUNDLE_AT_HEAD, BUNDLE_IN_MESSAGES, BUNDLE_AT_END };

struct bundle_reader {
    struct bundle_expect expect;
    enum bundle_stage stage;
    struct sha256 hash;
    struct symkey key;
    struct hash head;
    uint64_t count;
    struct bundle_label label; // filled as the head and the end are read
};

// Starts a reader before its first byte; bundle_reader_done wipes it.
void bundle_reader_init(struct bundle_reader *r, const struct bundle_expect *expect);
void bundle_reader_done(struct bundle_reader *r);

// Fills in log and former from what is known.
void bundle_expect_keys(struct bundle_expect *e, const struct service_keys *keys);

// The bundle itself proved these keys: they count from here on, unless they end before the log key that is expected.
void bundle_reader_keys(struct bundle_reader *r, const struct service_keys *keys);

// Takes the first BUNDLE_MAGIC_BYTES bytes, or fewer when there are no more. FINE, NOT_A_BUNDLE, OTHER_VERSION.
MUST_USE enum bundle_fault bundle_read_magic(struct bundle_reader *r, struct slice bytes);

// Reads the length of the next frame from its BUNDLE_LENGTH_BYTES: *n bytes follow them. FINE, LENGTH.
MUST_USE enum bundle_fault bundle_length(const uint8_t p[static BUNDLE_LENGTH_BYTES], size_t *n);

// Takes the next frame, its length included. FINE, and r->stage says what it was: BUNDLE_IN_MESSAGES with message not
// empty: a message, appended to it (which was empty, with LIMIT_FRAME_BYTES as maximum); else the head or the end. For
// a courier every message is empty.
// After BUNDLE_AT_END no byte may follow. Any other answer: the bundle is refused; nothing more is to be read.
MUST_USE enum bundle_fault bundle_read(struct bundle_reader *r, struct slice frame, struct buf *message);

#endif
