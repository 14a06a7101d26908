// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// What is said of bytes that somebody else made: one table of numbers that go on the wire and into refusals.
// A number, once released, is never reused or changed. Failures of our own world are in base/err.h.
#ifndef BARAZA_BASE_VERDICT_H
#define BARAZA_BASE_VERDICT_H

#include "common/base/bytes.h"

enum verdict_class {
    VERDICT_IS_GOOD,
    VERDICT_IS_REFUSAL,   // nobody's entry: signed refusal, the journal does not advance
    VERDICT_IS_DEFERRAL,  // ask again later; unsigned
    VERDICT_IS_NO_EFFECT, // sequenced, but without effect; computed, the same everywhere
    VERDICT_IS_PROTOCOL,  // a message of the exchange was not understood; unsigned
};

// symbol, number, class, code (on screens and in --json), sentence
#define VERDICT_TABLE(X)                                                                                               \
    X(GOOD, 0, VERDICT_IS_GOOD, "good", "good")                                                                        \
    X(NOT_CANONICAL, 1, VERDICT_IS_REFUSAL, "not-canonical", "not in the one allowed form")                            \
    X(WRONG_CONSULTATION, 2, VERDICT_IS_REFUSAL, "wrong-consultation", "made for another consultation")                \
    X(BAD_SIGNATURE, 3, VERDICT_IS_REFUSAL, "bad-signature", "the signature does not fit the content")                 \
    X(NOT_ENROLLED, 4, VERDICT_IS_REFUSAL, "not-enrolled", "this key was never enrolled here")                         \
    X(TOO_LARGE, 5, VERDICT_IS_REFUSAL, "too-large", "larger than the limit")                                          \
    X(BAD_PART, 6, VERDICT_IS_REFUSAL, "bad-part", "a part does not fit its commitment")                               \
    X(WEAK_KEY, 7, VERDICT_IS_REFUSAL, "weak-key", "the author's key is not a valid point of the curve")               \
    X(KEY_NOT_HELD, 8, VERDICT_IS_REFUSAL, "key-not-held",                                                             \
      "the hub does not hold the secret of that key; make one there: baraza hub new-key")                              \
    X(QUOTA, 32, VERDICT_IS_DEFERRAL, "quota", "too much at once; it will be taken later")                             \
    X(GAP, 33, VERDICT_IS_DEFERRAL, "gap", "entries before this one have not arrived yet")                             \
    X(PARTS_MISSING, 34, VERDICT_IS_DEFERRAL, "parts-missing", "a part this kind requires has not arrived yet")        \
    X(BRANCH_LIMIT, 35, VERDICT_IS_DEFERRAL, "branch-limit", "too many copies of this notebook; ask the registrar")    \
    X(HUB_BUSY, 36, VERDICT_IS_DEFERRAL, "hub-busy", "the hub has no memory free; it will be taken later")             \
    X(HUB_FULL, 37, VERDICT_IS_DEFERRAL, "hub-full", "the hub's disk is full; its operator must make room")            \
    X(INVITE_SPENT_LIMIT, 38, VERDICT_IS_DEFERRAL, "invitation-spent",                                                 \
      "this invitation was used too often; ask the registrar for a new one")                                           \
    X(SEALED_TO_FORMER, 39, VERDICT_IS_DEFERRAL, "sealed-to-former",                                                   \
      "sealed to a key that the hub has put away; once its author has unlocked here it travels otherwise")             \
    X(NO_ROLE, 64, VERDICT_IS_NO_EFFECT, "no-role", "the author has no role that allows this")                         \
    X(OUT_OF_AREA, 65, VERDICT_IS_NO_EFFECT, "out-of-area", "the author's accreditation is for another area")          \
    X(REVOKED, 66, VERDICT_IS_NO_EFFECT, "revoked", "the author's accreditation had ended")                            \
    X(LATE, 67, VERDICT_IS_NO_EFFECT, "late", "arrived after the accreditation ended; a registrar can accept it")      \
    X(UNKNOWN_TARGET, 68, VERDICT_IS_NO_EFFECT, "unknown-target", "what it refers to is not in the record")            \
    X(BAD_BODY, 69, VERDICT_IS_NO_EFFECT, "bad-body", "its body or parts are not those of its kind")                   \
    X(UNKNOWN_KIND, 70, VERDICT_IS_NO_EFFECT, "unknown-kind", "a kind this version does not know")                     \
    X(INVITE_SPENT, 71, VERDICT_IS_NO_EFFECT, "invitation-spent", "the invitation had no uses left")                   \
    X(PENDING, 72, VERDICT_IS_NO_EFFECT, "pending", "waits for the approval of more root keys")                        \
    X(VOID, 73, VERDICT_IS_NO_EFFECT, "void", "a change of root came first")                                           \
    X(SEEN_CONTRADICTS, 74, VERDICT_IS_NO_EFFECT, "seen-contradicts", "names a checkpoint that is not of this record") \
    X(BAD_PROOF, 75, VERDICT_IS_NO_EFFECT, "bad-proof", "the invitation's signature in it does not fit")               \
    X(BAD_MESSAGE, 96, VERDICT_IS_PROTOCOL, "bad-message", "a message was not understood")                             \
    X(WRONG_VERSION, 97, VERDICT_IS_PROTOCOL, "wrong-version", "the other side speaks another version")                \
    X(OUT_OF_TURN, 98, VERDICT_IS_PROTOCOL, "out-of-turn", "a message came before hello")                              \
    X(OVER_CREDIT, 99, VERDICT_IS_PROTOCOL, "over-credit", "more was sent than was allowed")                           \
    X(NOT_ADMITTED, 100, VERDICT_IS_PROTOCOL, "not-admitted", "this device is not accredited, or not any more")       \
    X(REPLACED, 101, VERDICT_IS_PROTOCOL, "replaced", "another connection with this device's key took its place")

#define VERDICT_ENUM(name, number, class, code, text) VERDICT_##name = (number),
enum verdict { VERDICT_TABLE(VERDICT_ENUM) };
#undef VERDICT_ENUM

// True when number is in the table; then *out (may be NULL) is it.
bool verdict_known(uint64_t number, enum verdict *out);

// Returns the class, the code ("bad-signature") or an English sentence of v, which must be in the table.
enum verdict_class verdict_class_of(enum verdict v);
const char *verdict_code(enum verdict v);
const char *verdict_text(enum verdict v);

#endif
