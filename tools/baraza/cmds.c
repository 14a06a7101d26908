// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The table of subcommands, in the order `baraza --help` shows them within each group. Read first: cmd.h.
#include "tools/baraza/cmd.h"

extern const struct cmd cmd_hub_new_key, cmd_hub_retire, cmd_rekey;
extern const struct cmd cmd_hub_init, cmd_join, cmd_invite, cmd_grant, cmd_approve, cmd_revoke, cmd_accept_late,
    cmd_who, cmd_unlock, cmd_lock, cmd_forum_plan, cmd_session_open, cmd_session_attendance, cmd_session_share,
    cmd_session_seal, cmd_session_attest, cmd_add, cmd_correct, cmd_withdraw, cmd_import, cmd_sync, cmd_bundle_out,
    cmd_bundle_in, cmd_status, cmd_list, cmd_show, cmd_session_list, cmd_session_show, cmd_log, cmd_clause_add,
    cmd_clause_list, cmd_clause_show, cmd_link, cmd_respond, cmd_trace, cmd_gap, cmd_export, cmd_verify, cmd_prove,
    cmd_evidence, cmd_merkle_inclusion, cmd_merkle_consistency, cmd_keycheck;
extern const struct cmd cmd_keyholder_new, cmd_keyholder_add, cmd_keyholder_drop, cmd_keyholder_list, cmd_recover,
    cmd_passphrase, cmd_wipe, cmd_protect_new, cmd_protect_passphrase, cmd_open, cmd_redact;
extern const struct cmd cmd_session_sheet, cmd_session_forms, cmd_session_slips, cmd_slip,
    cmd_receipt, cmd_page;

extern const struct cmd cmd_backup, cmd_check, cmd_salvage, cmd_incident, cmd_codebook_publish, cmd_codebook_show,
    cmd_guide_publish, cmd_guide_show, cmd_drafts, cmd_drafts_show, cmd_drafts_discard,
    cmd_attachment;

static const struct cmd *const table[] = {
    &cmd_hub_init,
    &cmd_hub_new_key,
    &cmd_hub_retire,
    &cmd_protect_new,
    &cmd_protect_passphrase,
    &cmd_join,
    &cmd_backup,
    &cmd_salvage,
    &cmd_invite,
    &cmd_grant,
    &cmd_approve,
    &cmd_rekey,
    &cmd_revoke,
    &cmd_accept_late,
    &cmd_who,
    &cmd_open,
    &cmd_unlock,
    &cmd_lock,
    &cmd_passphrase,
    &cmd_recover,
    &cmd_keyholder_new,
    &cmd_keyholder_add,
    &cmd_keyholder_drop,
    &cmd_keyholder_list,
    &cmd_wipe,
    &cmd_guide_publish,
    &cmd_codebook_publish,
    &cmd_forum_plan,
    &cmd_session_open,
    &cmd_session_attendance,
    &cmd_session_share,
    &cmd_session_seal,
    &cmd_session_attest,
    &cmd_session_forms,
    &cmd_session_slips,
    &cmd_session_sheet,
    &cmd_page,
    &cmd_add,
    &cmd_drafts_show,
    &cmd_drafts_discard,
    &cmd_drafts,
    &cmd_correct,
    &cmd_withdraw,
    &cmd_redact,
    &cmd_incident,
    &cmd_import,
    &cmd_sync,
    &cmd_bundle_out,
    &cmd_bundle_in,
    &cmd_status,
    &cmd_list,
    &cmd_show,
    &cmd_attachment,
    &cmd_slip,
    &cmd_guide_show,
    &cmd_codebook_show,
    &cmd_session_list,
    &cmd_session_show,
    &cmd_log,
    &cmd_clause_add,
    &cmd_clause_list,
    &cmd_clause_show,
    &cmd_link,
    &cmd_respond,
    &cmd_trace,
    &cmd_gap,
    &cmd_export,
    &cmd_verify,
    &cmd_check,
    &cmd_prove,
    &cmd_receipt,
    &cmd_evidence,
    &cmd_merkle_inclusion,
    &cmd_merkle_consistency,
    &cmd_keycheck,
};

const struct cmd *const *cmd_table(size_t *n)
{
    *n = sizeof table / sizeof *table;
    return table;
}
