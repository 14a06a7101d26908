// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Why something that a person wanted at a site was not done, so that it can be said in any language: a code with a few
// values, and the sentence in English. One table. Programs print the sentence; the page shows its catalogue's
// `trouble.CODE` with the values. A sentence says what happened and what to do next; a value is never what was said.
#ifndef BARAZA_NODE_DESK_TROUBLE_H
#define BARAZA_NODE_DESK_TROUBLE_H

#include "common/base/bytes.h"
#include "common/base/err.h"
#include "common/base/why.h"

#define TROUBLE_VALUES 4
#define TROUBLE_TEXT 100 // bytes of a value; longer ones are cut
#define TROUBLE_NAME 23  // bytes of a value's name

// symbol, error, code, sentence: {name} stands for a value, which are given in the order they first stand there.
// Rows of one area stand together, in the order of their codes.
#define TROUBLE_TABLE(X)                                                                                               \
    /* generic, by their error: trouble_of_err */                                                                      \
    X(TROUBLE_DISK, ERR_IO, "disk-failed", "the disk or a file could not be read or written")                          \
    X(TROUBLE_DISK_FULL, ERR_FULL, "disk-full", "the disk is full: nothing was saved; make room and try again")        \
    X(TROUBLE_DAMAGED, ERR_CORRUPT, "damaged", "stored data is damaged: baraza check says what")                       \
    X(TROUBLE_NOT_FOUND, ERR_NOT_FOUND, "not-found", "this is not here")                                               \
    X(TROUBLE_EXISTS, ERR_EXISTS, "exists", "it is there already")                                                     \
    X(TROUBLE_TOO_BIG, ERR_TOO_BIG, "too-big", "it is larger than the limit")                                          \
    X(TROUBLE_LOCKED, ERR_LOCKED, "locked", "locked: unlock first")                                                    \
    X(TROUBLE_BUSY, ERR_BUSY, "busy", "another program is at it: try again")                                           \
    X(TROUBLE_AGAIN, ERR_AGAIN, "again", "not now: try again")                                                         \
    X(TROUBLE_NOT_RIGHT, ERR_BAD_INPUT, "not-right", "what was given is not what is needed here")                      \
    X(TROUBLE_PERM, ERR_PERM, "not-permitted", "not permitted")                                                        \
    X(TROUBLE_NET, ERR_NET, "no-network", "the network or the other side could not be reached")                        \
    X(TROUBLE_KEY, ERR_CRYPTO, "key-wrong", "a key or passphrase does not open this")                                  \
    X(TROUBLE_OTHER, ERR_CONFIG, "other", "something is not set up right on this computer: its sentence says what")    \
    /* attachments */                                                                                                  \
    X(TROUBLE_ATTACHMENT_GONE, ERR_NOT_FOUND, "attachment-gone",                                                       \
      "this sound or picture is not on this computer (any more)")                                                      \
    X(TROUBLE_ATTACHMENT_KIND, ERR_BAD_INPUT, "attachment-kind",                                                       \
      "{name}: only sound (webm, ogg, mp4, wav, mp3), pictures (jpeg, png, webp) and PDF can be attached")             \
    X(TROUBLE_ATTACHMENT_NOT_DONE, ERR_BAD_INPUT, "attachment-not-done",                                               \
      "{name} was not finished: keep what there is of it, or remove it")                                               \
    X(TROUBLE_ATTACHMENT_OFFSET, ERR_EXISTS, "attachment-offset",                                                      \
      "{size} bytes of it are here: it goes on from there")                                                            \
    X(TROUBLE_ATTACHMENT_BIG, ERR_TOO_BIG, "attachment-too-big",                                                       \
      "{name} not added: the limit for its kind is {limit} MB; the text is kept")                                      \
    X(TROUBLE_ATTACHMENTS_MANY, ERR_FULL, "attachments-many",                                                          \
      "a contribution has at most {most} sounds and pictures")                                                         \
    /* drafts */                                                                                                       \
    X(TROUBLE_DRAFT_CHANGED, ERR_EXISTS, "draft-changed",                                                              \
      "draft {number} was changed in another window meanwhile: nothing was kept over it; look at both")                \
    X(TROUBLE_DRAFT_DAMAGED, ERR_CORRUPT, "draft-damaged",                                                             \
      "the disk damaged this draft: it cannot be read any more, and the others can; discard it")                       \
    X(TROUBLE_DRAFT_GONE, ERR_NOT_FOUND, "draft-gone", "this draft was discarded, or is of somebody else")             \
    X(TROUBLE_DRAFT_SIGNED, ERR_EXISTS, "draft-signed",                                                                \
      "this draft was signed meanwhile: it is saved; to better it, correct the contribution")                          \
    X(TROUBLE_DRAFT_TOO_LONG, ERR_TOO_BIG, "draft-too-long",                                                           \
      "this is longer than a draft may be ({limit} KB): nothing was kept; make two of it")                             \
    X(TROUBLE_DRAFTS_FULL, ERR_FULL, "drafts-full",                                                                    \
      "{limit} drafts are kept, which is the limit: nothing was kept; sign or discard some")                           \
    /* logging in at the page */                                                                                       \
    X(TROUBLE_KEYRING_GONE, ERR_NOT_FOUND, "keyring-gone",                                                             \
      "the file with everybody's keys (keys/keyring) is damaged or not there: restore it from a backup; what waits "   \
      "for the hub still travels")                                                                                     \
    X(TROUBLE_KEYS_DESTROYED, ERR_NOT_FOUND, "keys-destroyed",                                                         \
      "the keys of this computer were destroyed; to write again, join with a new invitation")                          \
    X(TROUBLE_NOBODY_JOINED, ERR_NOT_FOUND, "nobody-joined",                                                           \
      "nobody writes here yet: join with an invitation (baraza join FILE)")                                            \
    X(TROUBLE_PASSPHRASE_WAIT, ERR_CRYPTO, "passphrase-wait",                                                          \
      "the passphrase before was wrong: wait {wait_s} seconds, then try again")                                        \
    X(TROUBLE_PASSPHRASE_WRONG, ERR_CRYPTO, "passphrase-wrong",                                                        \
      "this passphrase does not unlock {name} (capitals and spaces matter); the next try is in {wait_s} seconds")      \
    X(TROUBLE_PERSON_UNKNOWN, ERR_NOT_FOUND, "person-unknown", "nobody here has this key: load the page again")        \
    X(TROUBLE_REPLY_BIG, ERR_TOO_BIG, "reply-big", "there is too much to show at once: ask for less")                  \
    /* what somebody said, as it is written down */                                                                    \
    X(TROUBLE_CODE_UNKNOWN, ERR_USAGE, "code-unknown", "{list} \"{code}\" is not known")                               \
    X(TROUBLE_CODES_MANY, ERR_USAGE, "codes-many", "{list}: more than {most} codes")                                   \
    X(TROUBLE_CONSENT, ERR_BAD_INPUT, "consent-needed",                                                                \
      "whoever spoke did not agree that it is written down: nothing was saved; discard it")                            \
    X(TROUBLE_DRAFT_WRONG, ERR_BAD_INPUT, "draft-wrong", "the field \"{field}\" is not of its kind")                   \
    X(TROUBLE_GROUP, ERR_BAD_INPUT, "group-needed", "choose who spoke")                                                \
    X(TROUBLE_HANDS, ERR_BAD_INPUT, "hands-wrong", "{for} hands of {of} cannot be: count again")                       \
    X(TROUBLE_LANGUAGE, ERR_USAGE, "language-wrong", "\"{lang}\" is no language tag such as sw, fr-CF or kpe-LR")      \
    X(TROUBLE_SEAL_TO, ERR_USAGE, "seal-to-wrong", "it cannot be sealed to those who are named: choose others")        \
    X(TROUBLE_SEAL_TO_NOTHING, ERR_USAGE, "seal-to-nothing",                                                           \
      "--seal-to goes with --identity or --sensitivity sealed: nothing else is sealed")                                \
    X(TROUBLE_STOP, ERR_BAD_INPUT, "stop",                                                                             \
      "Stop: write down nothing of what this person says of it. Nothing was saved. That it was raised may be "         \
      "recorded, without a word of it")                                                                                \
    X(TROUBLE_TEXT_EMPTY, ERR_USAGE, "text-empty", "the text is empty: nothing was saved")                             \
    X(TROUBLE_TEXT_LONG, ERR_TOO_BIG, "text-long",                                                                     \
      "the text has more than {most} bytes, which is the limit: make two contributions of it")                         \
    X(TROUBLE_TEXT_NO_UTF8, ERR_BAD_INPUT, "text-not-utf8", "the text is not UTF-8 (limit {most} bytes)")              \
    X(TROUBLE_WORDS, ERR_USAGE, "words-not-wanted",                                                                    \
      "without words nothing is taken down of what was said, nor who said it: leave the words out")                    \
    X(TROUBLE_WRITTEN_BY, ERR_USAGE, "written-by-clear",                                                               \
      "whose hand it is in would stand in the clear beside sealed words: say it with --identity")                      \
    /* forums: attestation */                                                                                          \
    X(TROUBLE_ATTEST_OPEN, ERR_BAD_INPUT, "attest-open",                                                               \
      "forum {forum} is not sealed yet: baraza session seal {forum}")                                                  \
    X(TROUBLE_ATTEST_OWN, ERR_BAD_INPUT, "attest-own",                                                                 \
      "whoever sealed a forum does not attest the seal with the same key: somebody else who was there does, or a "     \
      "signed sheet (--sheet)")                                                                                        \
    X(TROUBLE_ATTEST_ROLE, ERR_PERM, "attest-role",                                                                    \
      "as far as is known here you are no {role}, so it would not count: an attester attests with her own key, a "     \
      "facilitator adds the signed sheet; nothing was saved")                                                          \
    X(TROUBLE_SHEET_BIG, ERR_TOO_BIG, "sheet-big",                                                                     \
      "the sheet is larger than {most} bytes: take a smaller photograph of it")                                        \
    X(TROUBLE_SHEET_KIND, ERR_BAD_INPUT, "sheet-kind",                                                                 \
      "\"{file}\" is neither JPEG, PNG nor PDF")                                                                       \
    /* forums: opening, attendance */                                                                                  \
    X(TROUBLE_ATTENDANCE_CODE, ERR_USAGE, "attendance-code", "{field}: \"{value}\" is not known")                      \
    X(TROUBLE_ATTENDANCE_COUNT, ERR_USAGE, "attendance-count",                                                         \
      "a count is 1 to {most} people, and there is at least one; displaced and disability are yes, no or not asked")   \
    X(TROUBLE_ATTENDANCE_ROWS, ERR_USAGE, "attendance-rows",                                                           \
      "these are more rows than an entry holds ({bytes} bytes)")                                                       \
    X(TROUBLE_ATTENDANCE_TWICE, ERR_USAGE, "attendance-twice", "these people are counted twice")                       \
    X(TROUBLE_FORUM_AREA, ERR_USAGE, "forum-area",                                                                     \
      "name the area (--area CODE): letters, digits, dot, dash and underscore, as in all areas and groups")            \
    X(TROUBLE_FORUM_CODE, ERR_USAGE, "forum-code",                                                                     \
      "\"{value}\" is no code: letters, digits, dot, dash and underscore, at most {most}")                             \
    X(TROUBLE_FORUM_DATE, ERR_USAGE, "forum-date", "\"{value}\" is no day: 2026-03-04")                                \
    X(TROUBLE_FORUM_FIELD, ERR_USAGE, "forum-field", "{field}: \"{value}\" is not known")                              \
    X(TROUBLE_FORUM_GONE, ERR_NOT_FOUND, "forum-not-here",                                                             \
      "no forum here has the code or id \"{forum}\": open it first, baraza session open CODE --area AREA, or see "     \
      "baraza session list")                                                                                           \
    X(TROUBLE_FORUM_LANGUAGE, ERR_USAGE, "forum-language",                                                             \
      "\"{value}\" is no language tag (--lang): sw, fr-CF or kpe-LR")                                                  \
    X(TROUBLE_FORUM_OPEN, ERR_EXISTS, "forum-open",                                                                    \
      "forum {forum} is open here already: add to it with --session {forum}")                                          \
    X(TROUBLE_FORUM_OUTSIDE, ERR_BAD_INPUT, "forum-outside",                                                           \
      "as far as is known here you may not hold forums in {area}: nothing of this forum would count; if the area is "  \
      "right, ask the registrar to grant it first; nothing was opened")                                                \
    X(TROUBLE_FORUM_PLAN, ERR_NOT_FOUND, "forum-plan-gone",                                                            \
      "this plan is not known here (any more): look at the list of planned forums again")                              \
    X(TROUBLE_FORUM_SEAL_TO, ERR_USAGE, "forum-seal-to", "seal to two or more of those whom the charter names")        \
    X(TROUBLE_FORUM_TABLE, ERR_USAGE, "forum-table",                                                                   \
      "\"{value}\" is no name of a break-out group: letters, digits, dot, dash and underscore, each once")             \
    X(TROUBLE_FORUM_TEXT, ERR_USAGE, "forum-text",                                                                     \
      "title, place or another text is not UTF-8, or all are longer than {most} bytes")                                \
    /* forums: printing */                                                                                             \
    X(TROUBLE_PRINT_ASK, ERR_USAGE, "print-ask",                                                                       \
      "where to ask (--ask): UTF-8, and at most {most} characters fit a slip")                                         \
    X(TROUBLE_PRINT_COUNT, ERR_USAGE, "print-count",                                                                   \
      "say how many forms (--count), 1 to {most}; or --again for those printed before")                                \
    X(TROUBLE_PRINT_GROUPS, ERR_USAGE, "print-groups",                                                                 \
      "groups to tick (--group): at most {most} of the codebook fit a form")                                           \
    X(TROUBLE_PRINT_MUCH, ERR_TOO_BIG, "print-much",                                                                   \
      "that is too much for one page file: print fewer at a time")                                                     \
    X(TROUBLE_PRINT_NO_SLIP, ERR_NOT_FOUND, "print-no-slip",                                                           \
      "nothing at {forum} has a code to print: those of paper forms are on their feet (--forms prints them too)")      \
    X(TROUBLE_PRINT_NONE_YET, ERR_NOT_FOUND, "print-none-yet",                                                         \
      "no forms were printed here for {forum} yet: leave --again away")                                                \
    X(TROUBLE_PRINT_NUMBERS, ERR_TOO_BIG, "print-numbers",                                                             \
      "form numbers go up to {most}, and at most {runs} runs of them are kept for one forum")                          \
    X(TROUBLE_PRINT_OPEN, ERR_NOT_FOUND, "print-open",                                                                 \
      "forum {forum} is not sealed here, so there is nothing to sign yet: baraza session seal {forum}")                \
    X(TROUBLE_PRINT_RENEWED, ERR_AGAIN, "print-renewed",                                                               \
      "the keys of this computer were renewed meanwhile: try again (after baraza unlock)")                             \
    X(TROUBLE_PRINT_SCRIPT, ERR_USAGE, "print-script",                                                                 \
      "what is read aloud (--script): UTF-8, and at most {most} bytes leave room to write")                            \
    X(TROUBLE_PRINT_TAKEN, ERR_EXISTS, "print-taken",                                                                  \
      "forms of {forum} with some of these numbers were printed before: leave --from away for the next numbers, or "   \
      "give --again to print the same once more")                                                                      \
    /* forums: shares and seals */                                                                                     \
    X(TROUBLE_SEAL_ALREADY, ERR_EXISTS, "seal-already",                                                                \
      "forum {forum} is sealed already, and nothing was added since")                                                  \
    X(TROUBLE_SEAL_CHANGED, ERR_AGAIN, "seal-changed",                                                                 \
      "what was read back is not what is here now: read it back again; nothing was sealed")                            \
    X(TROUBLE_SEAL_DRAFTS, ERR_BAD_INPUT, "seal-drafts",                                                               \
      "forum {forum} has drafts here that are not signed, {count} of them: sign or discard each (baraza page), then "  \
      "seal; nothing was sealed")                                                                                      \
    X(TROUBLE_SEAL_FORMS, ERR_BAD_INPUT, "seal-forms",                                                                 \
      "{forms} forms less {blank} blank and {spoiled} spoiled do not fit: {typed} were typed in (baraza add --form "   \
      "NUMBER); nothing was sealed; --forms, --blank, --spoiled say how many there were")                              \
    X(TROUBLE_SEAL_NOTE, ERR_BAD_INPUT, "seal-note",                                                                   \
      "the note is not UTF-8, or too long")                                                                            \
    X(TROUBLE_SEAL_PRINTED, ERR_BAD_INPUT, "seal-printed",                                                             \
      "{printed} forms were printed here for this forum, not {forms}: nothing was sealed")                             \
    X(TROUBLE_SEAL_REFUSED, ERR_BAD_INPUT, "seal-refused",                                                             \
      "the hub refused {count} contributions to {forum}: see baraza list --only refused; nothing was sealed")          \
    X(TROUBLE_SEAL_TWICE, ERR_BAD_INPUT, "seal-twice",                                                                 \
      "form {form} was typed in twice: nothing was sealed")                                                            \
    X(TROUBLE_SEAL_UNUSED, ERR_BAD_INPUT, "seal-unused",                                                               \
      "{blank} blank and {spoiled} spoiled are more than the {forms} forms that were there: nothing was sealed")       \
    X(TROUBLE_SHARE_MANY, ERR_USAGE, "share-many",                                                                     \
      "at most {most} shares in one seal")                                                                             \
    X(TROUBLE_SHARE_OPEN, ERR_BAD_INPUT, "share-open",                                                                 \
      "{name} wrote {count} contributions to {forum} and has not closed this share: baraza session share {forum} --as "\
      "NAME; nothing was sealed")                                                                                      \
    X(TROUBLE_SHARE_OWN, ERR_USAGE, "share-own", "this is your own share: it counts without being given")              \
    X(TROUBLE_SHARE_TWICE, ERR_USAGE, "share-twice",                                                                   \
      "the same share was given twice")                                                                                \
    X(TROUBLE_SHARE_WRONG, ERR_BAD_INPUT, "share-wrong",                                                               \
      "{file} is no share of this consultation: baraza session share CODE --out FILE makes one")                       \
    /* what is said of it later */                                                                                     \
    X(TROUBLE_CORRECT_ERASED, ERR_USAGE, "correct-erased",                                                             \
      "a redaction has erased \"{part}\" of it, and of every correction: nothing there can be corrected any "          \
      "more")                                                                                                          \
    X(TROUBLE_CORRECT_GUARD, ERR_USAGE, "correct-guard",                                                               \
      "the original is not here: say with --sensitivity whether it is open, restricted or sealed, so that "            \
      "sealed words are not corrected in the clear; or name its record with --record")                                 \
    X(TROUBLE_CORRECT_NOTHING, ERR_USAGE, "correct-nothing",                                                           \
      "say what is right: with --text, --group, --theme, --scope … (baraza correct --help)")                           \
    X(TROUBLE_CORRECT_SEAL_TO, ERR_USAGE, "correct-seal-to", "--seal-to goes with corrections of what is sealed")      \
    X(TROUBLE_CORRECT_SPEAKER, ERR_USAGE, "correct-say-speaker",                                                       \
      "your earlier correction of this is sealed, and cannot be said again for you: give --group or --speaker "        \
      "too")                                                                                                           \
    X(TROUBLE_CORRECT_TEXT, ERR_USAGE, "correct-say-text",                                                             \
      "your earlier correction of this is sealed, and cannot be said again for you: give --text too")                  \
    X(TROUBLE_ENTRY_UNKNOWN, ERR_NOT_FOUND, "entry-unknown", "no contribution here has this id")                       \
    X(TROUBLE_REASON_EMPTY, ERR_USAGE, "reason-empty", "the reason is empty")                                          \
    X(TROUBLE_SLIP_SEVERAL, ERR_BAD_INPUT, "slip-several",                                                             \
      "several contributions have the code {slip}: find out which is meant, and give its id")                          \
    X(TROUBLE_SLIP_UNKNOWN, ERR_NOT_FOUND, "slip-unknown",                                                             \
      "no contribution here has the code {slip}: it was written down elsewhere and has not arrived here, or "          \
      "was erased with its code; ask where the forum was held")                                                        \
    /* sticks, and work that another process does */                                                                   \
    X(TROUBLE_JOB_BUSY, ERR_BUSY, "job-busy", "a bundle is being made or read: wait until that is done")               \
    X(TROUBLE_JOB_DIED, ERR_IO, "job-died", "the work was broken off; nothing is lost: try again")                     \
    X(TROUBLE_JOB_NONE, ERR_NOT_FOUND, "job-none", "no bundle was made for this: make one first")                      \
    X(TROUBLE_STICK_FAILED, ERR_IO, "stick-failed",                                                                    \
      "the stick could not be read or written: use another one; nothing is lost")                                      \
    X(TROUBLE_STICK_FULL, ERR_FULL, "stick-full", "there is too little room on the stick: use another one")            \
    X(TROUBLE_STICK_GONE, ERR_NOT_FOUND, "stick-gone", "this stick is not there any more: look for sticks again")      \
    X(TROUBLE_STICK_NO_BUNDLE, ERR_NOT_FOUND, "stick-no-bundle", "there is no bundle on it")                           \
    X(TROUBLE_TICKET, ERR_AGAIN, "ticket-over", "that was too long ago: ask for it again")                             \
    X(TROUBLE_UPLOAD, ERR_EXISTS, "upload-offset", "a piece is missing: {size} bytes of it are here")                  \
    /* the list */                                                                                                     \
    X(TROUBLE_NO_RECEIPT, ERR_AGAIN, "no-receipt",                                                                     \
      "it has no receipt yet: that follows when it is confirmed")                                                      \
    X(TROUBLE_SEARCH_LONG, ERR_BAD_INPUT, "search-long",                                                               \
      "what is looked for is too long: one or a few words are enough")                                                 \
    /* paper forms and slips */                                                                                        \
    X(TROUBLE_FORM_ELSEWHERE, ERR_BAD_INPUT, "form-elsewhere",                                                         \
      "form {form} of {forum} was not printed here: if it was printed on another computer, give the code on its foot " \
      "too, with --slip; nothing was saved")                                                                           \
    X(TROUBLE_FORM_OTHER, ERR_BAD_INPUT, "form-other",                                                                 \
      "{slip} is the code of form {other}, not of form {form}: nothing was saved")                                     \
    X(TROUBLE_FORM_SLIP, ERR_BAD_INPUT, "form-slip",                                                                   \
      "form {form} of {forum} was printed with another code than {slip}: look whether the form is of this forum; "     \
      "nothing was saved")                                                                                             \
    X(TROUBLE_FORM_TYPED, ERR_EXISTS, "form-typed",                                                                    \
      "form {form} of {forum} was typed in before: nothing was saved; to better it, baraza correct")                   \
    X(TROUBLE_SLIP_TAKEN, ERR_EXISTS, "slip-taken",                                                                    \
      "another contribution here has the code {slip}: nothing was saved")                                              \
    X(TROUBLE_SLIP_WRONG, ERR_BAD_INPUT, "slip-wrong", "this is no code of a slip")

#define TROUBLE_ENUM(symbol, err, code, text) symbol,
enum trouble_code { TROUBLE_TABLE(TROUBLE_ENUM) TROUBLE_COUNT };
#undef TROUBLE_ENUM

// One of the values of a trouble.
struct trouble_arg {
    char name[TROUBLE_NAME + 1]; // as in the table
    bool is_text;
    char text[TROUBLE_TEXT + 1];
    uint64_t number;             // when it is no text
};

// All zeros: none. Borrows nothing.
struct trouble {
    enum err err;
    const char *code; // NULL: none
    size_t n;
    struct trouble_arg args[TROUBLE_VALUES];
    struct why why;
};

// A value as it is given: TROUBLE_NUMBER(5), TROUBLE_SLICE(slice), TROUBLE_STRING("text").
struct trouble_value {
    bool is_text;
    uint64_t number;
    struct slice text;
};
#define TROUBLE_NUMBER(x) { .number = (uint64_t)(x) }
#define TROUBLE_SLICE(s) { .is_text = true, .text = (s) }
#define TROUBLE_STRING(s) { .is_text = true, .text = slice_text(s) }

// Fills *t (may be NULL) by the row of code, with the values it takes: as many as the row has (CHECK). Returns the
// row's error, so that whoever fails can end with it.
enum err trouble_set_values(struct trouble *t, enum trouble_code code, const struct trouble_value *values, size_t n);

// The same of a row without values, and with them: return trouble_with(t, TROUBLE_X, TROUBLE_NUMBER(5)).
enum err trouble_set(struct trouble *t, enum trouble_code code);
#define trouble_with(t, code, ...)                                                                                     \
    trouble_set_values((t), (code), (const struct trouble_value[]){ __VA_ARGS__ },                                     \
                       sizeof((const struct trouble_value[]){ __VA_ARGS__ }) / sizeof(struct trouble_value))

// Puts a sentence that says more in the place of the row's (an empty one: leaves it). For those who have it anyway.
void trouble_say(struct trouble *t, const struct why *why);

// What went wrong below, when *t does not say it yet: the generic row of e, and the sentence of why (NULL or empty: the
// row's). e OK: nothing. Returns e.
enum err trouble_of_err(struct trouble *t, enum err e, const struct why *why);

// The table, for tests: the code and the sentence of a row; static storage.
const char *trouble_code(enum trouble_code code);
const char *trouble_sentence(enum trouble_code code);

#endif
