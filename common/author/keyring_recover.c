// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// New passphrases, and the keyholders who can give one. A member's secrets never change here: only what they lie under.
// It must never write a secret in the clear. Read first: keyring.h, keyring_inside.h.
#include "common/author/keyring_inside.h"

#include <string.h>

enum err keyring_passphrase(struct keyring *k, struct pubkey key, struct slice old, struct slice fresh,
                            struct why *why)
{
    struct member *m = &k->members[keyring_index(k, key)];
    struct member_secrets secrets;
    if (!passphrase_ok(fresh, why)) {
        return ERR_USAGE;
    }
    enum err e = member_open(m, old, &secrets, why);
    if (e == OK) {
        e = member_seal(m, fresh, &secrets, why);
    }
    mem_wipe(&secrets, sizeof secrets);
    return e;
}

size_t keyring_keyholders(const struct keyring *k, struct pubkey key, struct keyholder out[static LIMIT_KEYHOLDERS])
{
    const struct member *m = &k->members[keyring_index(k, key)];
    for (size_t i = 0; i < m->held_count; i++) {
        out[i] = m->held[i].who;
    }
    return m->held_count;
}

// The place of a keyholder of that key, or the one behind the last.
static size_t held_find(const struct member *m, struct boxkey key)
{
    size_t i = 0;
    while (i < m->held_count && !boxkey_equal(m->held[i].who.box, key)) {
        i++;
    }
    return i;
}

enum err keyring_keyholder_add(struct keyring *k, struct pubkey key, struct slice passphrase,
                               const struct keyholder *who, struct why *why)
{
    struct member *m = &k->members[keyring_index(k, key)];
    struct member_secrets secrets;
    if (held_find(m, who->box) < m->held_count) {
        why_set(why, "%s is a keyholder of %s already", who->name, m->person.name);
        return ERR_EXISTS;
    }
    if (m->held_count == LIMIT_KEYHOLDERS) {
        why_set(why, "%s has %d keyholders, which is the limit: take one back first", m->person.name,
                LIMIT_KEYHOLDERS);
        return ERR_FULL;
    }
    enum err e = member_open(m, passphrase, &secrets, why);
    if (e != OK) {
        return e;
    }
    struct buf plain = buf_new(HELD_PLAIN);
    struct buf boxed = buf_new(HELD_BOXED);
    buf_put(&plain, slice_of(HELD_PREFIX, sizeof HELD_PREFIX));
    buf_put(&plain, SLICE_ARRAY(key.b));
    buf_put(&plain, slice_of(&secrets, sizeof secrets));
    CHECK(buf_ok(&plain));
    if (seal_box(who->box, buf_slice(&plain), &boxed)) {
        struct held *h = &m->held[m->held_count++];
        CHECK(boxed.n == sizeof h->boxed);
        *h = (struct held){ .who = *who };
        memcpy(h->boxed, boxed.p, boxed.n);
    } else {
        why_set(why, "the key in this keyholder's line is no key");
        e = ERR_BAD_INPUT;
    }
    mem_wipe(&secrets, sizeof secrets);
    buf_wipe(&plain);
    buf_done(&plain);
    buf_done(&boxed);
    return e;
}

enum err keyring_keyholder_drop(struct keyring *k, struct pubkey key, const char *name, struct why *why)
{
    struct member *m = &k->members[keyring_index(k, key)];
    for (size_t i = 0; i < m->held_count; i++) {
        if (strcmp(m->held[i].who.name, name) == 0) {
            m->held_count--;
            memmove(&m->held[i], &m->held[i + 1], (m->held_count - i) * sizeof *m->held);
            return OK;
        }
    }
    why_set(why, "%s has no keyholder called \"%.40s\"", m->person.name, name);
    return ERR_NOT_FOUND;
}

enum err keyring_recover(struct keyring *k, struct pubkey key, const struct keyholder *who, const struct boxsec *sec,
                         struct slice fresh, struct why *why)
{
    struct member *m = &k->members[keyring_index(k, key)];
    struct member_secrets secrets;
    const size_t at = held_find(m, who->box);
    if (!passphrase_ok(fresh, why)) {
        return ERR_USAGE;
    }
    if (at == m->held_count) {
        why_set(why, "%s is no keyholder of %s here: her passphrase cannot be replaced with this file", who->name,
                m->person.name);
        return ERR_PERM;
    }
    struct buf plain = buf_new(HELD_PLAIN);
    const size_t head = sizeof HELD_PREFIX + sizeof key.b;
    enum err e = ERR_CORRUPT;
    if (seal_open(who->box, sec, SLICE_ARRAY(m->held[at].boxed), &plain) && plain.n == HELD_PLAIN &&
        memcmp(plain.p, HELD_PREFIX, sizeof HELD_PREFIX) == 0 &&
        memcmp(plain.p + sizeof HELD_PREFIX, key.b, sizeof key.b) == 0) {
        memcpy(&secrets, plain.p + head, sizeof secrets);
        e = member_secrets_fit(m, &secrets) ? member_seal(m, fresh, &secrets, why) : ERR_CORRUPT;
    }
    if (e == ERR_CORRUPT) {
        why_set(why, "what keyholder %s holds for %s is damaged: restore the keyring from a backup", who->name,
                m->person.name);
    }
    mem_wipe(&secrets, sizeof secrets);
    buf_wipe(&plain);
    buf_done(&plain);
    return e;
}
