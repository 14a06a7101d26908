// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Keyholders and the keyring. It must never leave a keyring half changed. Read first: recovery.h.
#include "tools/baraza/recovery.h"

#include "common/base/file.h"
#include "tools/baraza/ask.h"

#include <stdlib.h>

#define FILE_BYTES 4096

enum err recovery_keyholder(const char *given, struct keyholder *out, struct why *why)
{
    struct buf text = buf_new(FILE_BYTES);
    enum err e = OK;
    if (file_exists(given)) {
        e = file_read(given, true, &text, why);
    } else {
        buf_put_text(&text, given);
    }
    if (e == OK && !keyholder_line_parse(buf_slice(&text), out, why)) {
        e = ERR_BAD_INPUT;
    }
    buf_done(&text);
    return e;
}

enum err recovery_name(struct keyring *k, struct pubkey key, struct slice passphrase, const struct arg_list *list,
                       struct why *why)
{
    enum err e = OK;
    for (size_t i = 0; i < list->n && e == OK; i++) {
        struct keyholder who;
        e = recovery_keyholder(list->values[i], &who, why);
        if (e == OK) {
            e = keyring_keyholder_add(k, key, passphrase, &who, why);
        }
    }
    return e;
}

void recovery_remark(const struct cmd_context *context, const struct keyring *k, const struct person *p)
{
    struct keyholder held[LIMIT_KEYHOLDERS];
    if (keyring_keyholders(k, p->key, held) == 0) {
        cmd_remark(context, "nobody could help if %s forgot the passphrase: what is written here would be closed for "
                            "ever. Name a keyholder: baraza keyholder add LINE (baraza keyholder --help)",
                   p->name);
    }
}

enum err recovery_save(const struct keyring *k, const char *path, struct why *why)
{
    if (!file_exists(path)) {
        why_set(why, "the keys of this computer were destroyed meanwhile: nothing was done");
        return ERR_LOCKED;
    }
    return keyring_save(k, path, why);
}

int recovery_begin(struct cmd_context *context, struct recovery *r)
{
    struct why why = { "" };
    *r = (struct recovery){ .context = context, .lock = -1 };
    char *path = state_path_in(context->state, STATE_CHARTER);
    const bool there = file_exists(path);
    free(path);
    if (there) {
        path = state_path_in(context->state, STATE_KEYRING_LOCK);
        enum err e = state_lock_take(path, &r->lock, &why);
        free(path);
        if (e != OK) {
            return cmd_fail(e, &why);
        }
    }
    int code = work_state(context, &r->work);
    if (code < 0 && r->work.desk.keyring == NULL) {
        code = cmd_usage("%s is a hub's state: a hub has nobody with a passphrase", context->state);
    }
    if (code >= 0) {
        work_close(&r->work);
        state_lock_drop(r->lock);
    }
    return code;
}

int recovery_end(struct recovery *r, enum err e, struct why *why)
{
    if (e == OK) {
        char *path = state_path(r->work.desk.state, STATE_KEYRING);
        e = recovery_save(r->work.desk.keyring, path, why);
        free(path);
    }
    work_close(&r->work);
    state_lock_drop(r->lock);
    return e == OK ? EXIT_GOOD : cmd_fail(e, why);
}

enum err recovery_ask(const struct cmd_context *context, const char *file, const char *whose, bool is_new,
                      struct buf *out, struct why *why)
{
    struct cmd_context asking = *context;
    struct buf prompt = buf_new(256);
    asking.passphrase_file = file;
    buf_printf(&prompt, "%s of %s", is_new ? "New passphrase" : "Passphrase", whose);
    buf_put_u8(&prompt, 0);
    enum err e = ask_passphrase(&asking, (const char *)prompt.p, is_new, out, why);
    buf_done(&prompt);
    return e;
}
