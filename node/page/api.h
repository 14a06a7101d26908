// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The handlers of the page's calls, for the table in routes.c. What each reads and gives stands above it in its file.
#ifndef BARAZA_NODE_PAGE_API_H
#define BARAZA_NODE_PAGE_API_H

#include "common/store/keys.h"
#include "node/page/page_call.h"

// api_codes.c
page_handler page_codes;

// api_said.c
page_handler page_draft_sign;
page_handler page_correct;
page_handler page_withdraw;
page_handler page_slip;

// api_login.c
page_handler page_hello;
page_handler page_unlock;
page_handler page_lock;
page_handler page_prefs;

// api_drafts.c
page_handler page_draft_keep;
page_handler page_draft_list;
page_handler page_draft_get;
page_handler page_draft_discard;

// api_list.c
page_handler page_state;
page_handler page_send;
page_handler page_list;

// api_entry.c
page_handler page_entry;
page_handler page_receipt;

// api_attach.c
page_handler page_attach_begin;
page_handler page_attach_chunk;
page_handler page_attach_done;
page_handler page_attach_drop;
page_handler page_attach_read;

// What a draft has: [{attachment, name, type, size, done}]. A new reference.
json_t *page_attachments(struct desk *desk, struct draft_id draft);

// api_forum.c
page_handler page_forums;
page_handler page_forum_open;
page_handler page_forum_attendance;

// api_seal.c
page_handler page_forum;
page_handler page_forum_seal;
page_handler page_forum_share;
page_handler page_forum_share_in;
page_handler page_forum_attest;
page_handler page_forum_attest_sheet;

// api_print.c
page_handler page_print_forms;
page_handler page_print_sheet;
page_handler page_print_slips;

// api_carry.c
page_handler page_sticks;
page_handler page_bundle_out;
page_handler page_bundle_in;
page_handler page_bundle_job;
page_handler page_bundle_get;
page_handler page_bundle_put;

// api_wipe.c
page_handler page_wipe;
page_handler page_emergency;

#endif
