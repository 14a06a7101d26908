// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What is wrong at a site, as codes with values that each language has a sentence for, which says what to do. A pure
// function: facts in, notices out. It knows no store and no clock.
// A notice stays for as long as its facts do; offline alone is none, because people work offline for weeks.
#ifndef BARAZA_NODE_DESK_NOTICES_H
#define BARAZA_NODE_DESK_NOTICES_H

#include "node/desk/trouble.h"
#include "node/node_contact.h"
#include "node/node_waits.h"

#define NOTICE_MOST 48
#define NOTICE_REASONS 12 // kinds of refusals that are told apart

// code, weight, and the names of its values: `n` chooses the plural; *_bytes and *_s (seconds since 1970) are written
// as sizes and dates; the others as they are. In the order in which they are shown.
#define NOTICE_TABLE(X)                                                                                                \
    X(NOTICE_DESTROYED, "destroyed", NOTICE_BAD, "when_s")                                                             \
    X(NOTICE_CONTRADICTION, "hub-forked", NOTICE_BAD, "")                                                              \
    X(NOTICE_FALSE_CUSTODY, "false-custody", NOTICE_BAD, "")                                                           \
    X(NOTICE_TOLD_ELSE, "told-else", NOTICE_BAD, "n")                                                                  \
    X(NOTICE_LOST, "lost", NOTICE_BAD, "n")                                                                            \
    X(NOTICE_SOUND_LOST, "sound-lost", NOTICE_BAD, "n")                                                                \
    X(NOTICE_HIDDEN, "hidden", NOTICE_BAD, "n")                                                                        \
    X(NOTICE_DISK_FULL, "disk-full", NOTICE_BAD, "free_bytes")                                                         \
    X(NOTICE_DISK_LOW, "disk-low", NOTICE_WARN, "free_bytes minutes")                                                  \
    X(NOTICE_NOT_STORED, "not-stored", NOTICE_BAD, "")                                                                 \
    X(NOTICE_CLOCK_BEHIND, "clock", NOTICE_WARN, "now_s known_s")                                                      \
    X(NOTICE_CLOCK_AHEAD, "clock-ahead", NOTICE_WARN, "now_s known_s")                                                 \
    X(NOTICE_UNACCREDITED, "key-ended", NOTICE_BAD, "")                                                                \
    X(NOTICE_REFUSED, "refused", NOTICE_BAD, "n reason")                                                               \
    X(NOTICE_NOT_ADMITTED, "not-admitted", NOTICE_BAD, "")                                                             \
    X(NOTICE_SHUT_OUT, "shut-out", NOTICE_BAD, "")                                                                     \
    X(NOTICE_STRANGER, "stranger", NOTICE_BAD, "")                                                                     \
    X(NOTICE_UNTRUE, "untrue", NOTICE_BAD, "")                                                                         \
    X(NOTICE_BEHIND, "hub-behind", NOTICE_WARN, "")                                                                    \
    X(NOTICE_PUT_OFF, "put-off", NOTICE_WARN, "")                                                                      \
    X(NOTICE_COPY, "copy", NOTICE_WARN, "n since_s")                                                                   \
    X(NOTICE_DAMAGED, "damaged", NOTICE_WARN, "n")                                                                     \
    X(NOTICE_ALONE, "not-carried", NOTICE_WARN, "n days")                                                              \
    X(NOTICE_SILENT, "hub-silent", NOTICE_WARN, "n days text_bytes sound_bytes")                                       \
    X(NOTICE_NEVER_HEARD, "hub-never", NOTICE_WARN, "n days text_bytes sound_bytes")                                   \
    X(NOTICE_UNSEALED, "not-sealed", NOTICE_WARN, "n forum session")                                                   \
    X(NOTICE_OUTSIDE, "outside", NOTICE_WARN, "forum area")                                                            \
    X(NOTICE_ERASURES, "erasures", NOTICE_INFO, "n")                                                                   \
    X(NOTICE_OTHERS_UNLOCK, "others-unlock", NOTICE_INFO, "n")

enum notice_weight { NOTICE_BAD, NOTICE_WARN, NOTICE_INFO };

#define NOTICE_ENUM(symbol, code, weight, names) symbol,
enum notice_code { NOTICE_TABLE(NOTICE_ENUM) NOTICE_COUNT };
#undef NOTICE_ENUM

struct notice {
    const char *code;
    enum notice_weight weight;
    size_t n;
    struct trouble_arg args[TROUBLE_VALUES];
};

// A forum of this site about which something can be said.
struct notice_forum {
    struct hash id;
    char code[LIMIT_CODE_BYTES + 1];
    char area[LIMIT_CODE_BYTES + 1];
    uint64_t drafts;          // of hers who looks
    uint64_t oldest_s;        // of these, when it was kept first; 0: none
    bool sealed;
    bool outside;             // nobody here may hold forums in its area
};

struct notice_refused {
    uint64_t code;            // the hub's
    uint64_t n;
};

struct notice_facts {
    uint64_t now_s;
    uint64_t known_s;         // the newest time that came down from the hub and can be believed; 0: none
    uint64_t disk_free;       // UINT64_MAX: not known
    struct node_contact contact;
    uint64_t heard_s;         // when the hub was heard last, by network or bundle; 0: never
    bool contradicted, false_custody;
    size_t told_else;         // sites that were told another roster
    uint64_t destroyed_s;     // keys were destroyed here and nobody has joined anew; 0: no
    uint64_t lost, damaged, hidden;
    uint64_t sound_lost;      // attachments that are damaged here and do not go any further
    bool unaccredited;        // she who looks has no accreditation any more
    uint64_t waiting, text_bytes, sound_bytes;
    uint64_t oldest_s;        // of what waits; 0: none
    uint64_t alone, alone_s;  // of what waits, in no bundle either
    bool copied;
    uint64_t copied_gone, copied_s;
    struct node_waits waits;
    size_t refused_n;
    struct notice_refused refused[NOTICE_REASONS];
    size_t forum_n;
    const struct notice_forum *forums; // borrowed
};

// Writes the notices of these facts to out, the gravest first, at most NOTICE_MOST; returns how many. now_s may be
// wrong: nothing here ends before its time because a clock was put back.
size_t notices_of(const struct notice_facts *f, struct notice out[static NOTICE_MOST]);

// The table, for tests and catalogues: the code of a row, the names of its values with blanks between; static storage.
const char *notice_code(enum notice_code code);
const char *notice_names(enum notice_code code);

// "bad", "warn", "info".
const char *notice_weight_name(enum notice_weight w);

#endif
