// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The calls of the page, one row each: POST /api/NAME. How to add one: docs/HACKING.md "A call of the page".
// Read first: page_call.h.
#include "node/page/api.h"

#include <stddef.h>

static const struct page_route table[] = {
    // logging in: api_login.c
    { "hello", page_hello, 0 },
    { "unlock", page_unlock, 0 },
    { "lock", page_lock, PAGE_LOGIN },
    { "prefs", page_prefs, PAGE_LOGIN },
    // writing down what was said: api_codes.c, api_said.c
    { "codes", page_codes, PAGE_LOGIN },
    { "draft/sign", page_draft_sign, PAGE_LOGIN | PAGE_WRITES },
    { "correct", page_correct, PAGE_LOGIN | PAGE_WRITES },
    { "withdraw", page_withdraw, PAGE_LOGIN | PAGE_WRITES },
    { "slip", page_slip, PAGE_LOGIN },
    // drafts: api_drafts.c
    { "draft/keep", page_draft_keep, PAGE_LOGIN },
    { "draft/list", page_draft_list, PAGE_LOGIN },
    { "draft/get", page_draft_get, PAGE_LOGIN },
    { "draft/discard", page_draft_discard, PAGE_LOGIN },
    // sound and pictures: api_attach.c
    { "attach/begin", page_attach_begin, PAGE_LOGIN },
    { "attach/chunk", page_attach_chunk, PAGE_LOGIN | PAGE_OCTETS },
    { "attach/done", page_attach_done, PAGE_LOGIN },
    { "attach/drop", page_attach_drop, PAGE_LOGIN },
    { "attach/read", page_attach_read, PAGE_LOGIN },
    // forums: api_forum.c, api_seal.c, api_print.c
    { "forum", page_forum, PAGE_LOGIN },
    { "forum/attendance", page_forum_attendance, PAGE_LOGIN | PAGE_WRITES },
    { "forum/attest", page_forum_attest, PAGE_LOGIN | PAGE_WRITES },
    { "forum/attest-sheet", page_forum_attest_sheet, PAGE_LOGIN | PAGE_WRITES | PAGE_OCTETS },
    { "forum/open", page_forum_open, PAGE_LOGIN | PAGE_WRITES },
    { "forum/seal", page_forum_seal, PAGE_LOGIN | PAGE_WRITES },
    { "forum/share", page_forum_share, PAGE_LOGIN | PAGE_WRITES },
    { "forum/share-in", page_forum_share_in, PAGE_LOGIN | PAGE_OCTETS },
    { "forums", page_forums, PAGE_LOGIN },
    { "print/forms", page_print_forms, PAGE_LOGIN },
    { "print/sheet", page_print_sheet, PAGE_LOGIN },
    { "print/slips", page_print_slips, PAGE_LOGIN },
    // where everything is: api_list.c, api_entry.c
    { "state", page_state, PAGE_LOGIN | PAGE_QUIET },
    { "send", page_send, PAGE_LOGIN },
    { "list", page_list, PAGE_LOGIN },
    { "entry", page_entry, PAGE_LOGIN },
    { "receipt", page_receipt, PAGE_LOGIN },
    // couriers, and wiping: api_carry.c, api_wipe.c
    { "sticks", page_sticks, PAGE_LOGIN },
    { "bundle/out", page_bundle_out, PAGE_LOGIN },
    { "bundle/in", page_bundle_in, PAGE_LOGIN },
    { "bundle/job", page_bundle_job, PAGE_LOGIN | PAGE_QUIET },
    { "bundle/get", page_bundle_get, PAGE_LOGIN },
    { "bundle/put", page_bundle_put, PAGE_LOGIN | PAGE_OCTETS },
    { "wipe", page_wipe, PAGE_LOGIN },
    { "emergency", page_emergency, 0 },
    { NULL, NULL, 0 },
};

const struct page_route *page_routes(void)
{
    return table;
}
