// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The options that say what a contribution is, shared by add, which writes one, and correct, which betters one.
// Read first: contribution.h.
#ifndef BARAZA_TOOLS_BARAZA_FIELDS_H
#define BARAZA_TOOLS_BARAZA_FIELDS_H

#include "node/desk/recipients.h"
#include "tools/baraza/work.h"

// As typed; NULL or none: not given.
struct fields {
    const char *lang, *kind, *channel, *question, *scale, *support, *speaker, *consent, *summary, *ask;
    const char *hands, *table;
    struct arg_list groups, themes, scopes, flags;
    bool new_codes; // groups and themes that the codebook does not have are taken
};

#define FIELDS_OPTIONS(f) \
    { "lang", 'l', ARG_TEXT, "TAG", "language of the words (sw, fr-CF); the forum's first when not given", \
      &(f)->lang }, \
    { "kind", 'k', ARG_TEXT, "KIND", "threat, need, cause, proposal, objection, experience, question", &(f)->kind }, \
    { "group", 'g', ARG_LIST, "CODE", "who spoke: women, youth, herders …", &(f)->groups }, \
    { "theme", 't', ARG_LIST, "CODE", "what it is about: land-disputes …", &(f)->themes }, \
    { "speaker", 0, ARG_TEXT, "KIND", "individual, group-consensus, group-majority, organisation, official", \
      &(f)->speaker }, \
    { "channel", 0, ARG_TEXT, "CODE", "how it came: oral-forum (the usual), oral-private, written, sms …", \
      &(f)->channel }, \
    { "question", 0, ARG_TEXT, "CODE", "the guide's question it answers", &(f)->question }, \
    { "scale", 0, ARG_TEXT, "CODE", "individual, community, national", &(f)->scale }, \
    { "support", 0, ARG_TEXT, "CODE", "in the room: unanimous, most, some, single, contested", &(f)->support }, \
    { "hands", 0, ARG_TEXT, "N/M", "hands that were counted for it, of all in the room: 34/50", &(f)->hands }, \
    { "table", 0, ARG_TEXT, "CODE", "the break-out group it was said in", &(f)->table }, \
    { "consent", 0, ARG_TEXT, "BASIS", "oral-witnessed (the usual), written, thumbprint, group-oral, public-speech", \
      &(f)->consent }, \
    { "scope", 0, ARG_LIST, "CODE", "what was agreed to: record, analyse (the usual), publish-text …", \
      &(f)->scopes }, \
    { "flag", 0, ARG_LIST, "CODE", "careful: names-person, names-unit, child, gender-based-violence …", \
      &(f)->flags }, \
    { "summary", 0, ARG_TEXT, "TEXT", "in short, in your own words; marked as a paraphrase", &(f)->summary }, \
    { "ask", 0, ARG_TEXT, "TEXT", "what they ask for", &(f)->ask }, \
    { "new-code", 0, ARG_FLAG, NULL, "take a group or theme that the codebook does not have", &(f)->new_codes }

// Checks the codes, but for groups and themes, which the codebook knows, and puts them into *c, all else of which is
// empty then; c borrows f. Returns -1, or has reported.
int fields_take(const struct fields *f, struct contribution *c);

// Where flags hold one at which nothing verbatim is taken: shows what is to be read out instead, in the language of the
// context, says that nothing was saved, and gives the exit code. Else -1.
int fields_stop(const struct cmd_context *context, const struct code_set *flags);

#endif
