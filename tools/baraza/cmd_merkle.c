// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// `baraza merkle inclusion|consistency`: judges one proof given as JSON, for comparing this program with others.
// The shape is that of transparency-dev/merkle's test data, whose verdicts it shares: a proof from an empty tree is
// refused because it shows nothing, and two equal sizes need equal roots and no proof, whatever the roots are.
#include "tools/baraza/cmd.h"

#include "common/format/armor.h"
#include "common/format/merkle.h"

#include <string.h>

// Reads member key as a number. Jansson holds no integer above 2^63-1, which is also more than a log may have.
static bool read_number(const json_t *object, const char *key, uint64_t *out, struct why *why)
{
    const json_t *v = json_object_get(object, key);
    if (!json_is_integer(v) || json_integer_value(v) < 0) {
        why_set(why, "\"%s\" is not a whole number of 0 or more", key);
        return false;
    }
    *out = (uint64_t)json_integer_value(v);
    return true;
}

// Appends the bytes of a text that is 64 digits of hex, or base64.
static bool read_bytes(const json_t *v, struct buf *out)
{
    uint8_t hash[sizeof(struct hash)];
    struct slice text = slice_of(json_string_value(v), json_string_length(v));
    if (!json_is_string(v)) {
        return false;
    }
    if (armor_hex_fixed(text, hash, sizeof hash)) {
        buf_put(out, SLICE_ARRAY(hash));
        return buf_ok(out);
    }
    return armor_base64(text, out);
}

static bool read_hash(const json_t *v, const char *key, struct hash *out, struct why *why)
{
    struct buf bytes = buf_new(LIMIT_FRAME_BYTES);
    bool ok = read_bytes(v, &bytes) && bytes.n == sizeof out->b;
    if (ok) {
        memcpy(out->b, bytes.p, sizeof out->b);
    } else {
        why_set(why, "\"%s\" is not a hash: 32 bytes in base64 or hex", key);
    }
    buf_done(&bytes);
    return ok;
}

// A proof as it was given; null and an absent one are empty.
struct hashes {
    struct hash at[MERKLE_PLAN_MAX];
    size_t n;
};

static bool read_proof(const json_t *object, struct hashes *out, struct why *why)
{
    const json_t *proof = json_object_get(object, "proof");
    out->n = 0;
    if (proof == NULL || json_is_null(proof)) {
        return true;
    }
    if (!json_is_array(proof) || json_array_size(proof) > MERKLE_PLAN_MAX) {
        why_set(why, "\"proof\" is not a list of at most %d hashes", MERKLE_PLAN_MAX);
        return false;
    }
    for (; out->n < json_array_size(proof); out->n++) {
        if (!read_hash(json_array_get(proof, out->n), "proof", &out->at[out->n], why)) {
            return false;
        }
    }
    return true;
}

static bool inclusion_ok(const json_t *object, struct why *why)
{
    uint64_t index = 0;
    struct hash leaf;
    struct tree_head head;
    struct hashes proof;
    if (!read_number(object, "leafIdx", &index, why) || !read_number(object, "treeSize", &head.size, why) ||
        !read_hash(json_object_get(object, "root"), "root", &head.root, why) ||
        !read_hash(json_object_get(object, "leafHash"), "leafHash", &leaf, why) || !read_proof(object, &proof, why)) {
        return false;
    }
    why_set(why, "the proof does not lead from this leaf to this root");
    return merkle_inclusion_ok(index, leaf, head, proof.at, proof.n);
}

// Two trees of one size are consistent when their roots are the same bytes; what the bytes are does not matter.
static bool same_root(const json_t *object, struct why *why)
{
    struct buf one = buf_new(LIMIT_FRAME_BYTES);
    struct buf two = buf_new(LIMIT_FRAME_BYTES);
    bool same = read_bytes(json_object_get(object, "root1"), &one) &&
                read_bytes(json_object_get(object, "root2"), &two) && slice_equal(buf_slice(&one), buf_slice(&two));
    why_set(why, "two trees of one size with different roots");
    buf_done(&one);
    buf_done(&two);
    return same;
}

static bool consistency_ok(const json_t *object, struct why *why)
{
    struct tree_head old;
    struct tree_head new;
    struct hashes proof;
    if (!read_number(object, "size1", &old.size, why) || !read_number(object, "size2", &new.size, why) ||
        !read_proof(object, &proof, why)) {
        return false;
    }
    if (old.size == new.size) {
        why_set(why, "a proof between two trees of one size has no hashes");
        return proof.n == 0 && same_root(object, why);
    }
    if (old.size == 0) {
        why_set(why, "every tree extends the empty one: such a proof shows nothing");
        return false;
    }
    if (!read_hash(json_object_get(object, "root1"), "root1", &old.root, why) ||
        !read_hash(json_object_get(object, "root2"), "root2", &new.root, why)) {
        return false;
    }
    why_set(why, "the proof does not show that the second tree extends the first");
    return merkle_consistency_ok(old, new, proof.at, proof.n);
}

// Reads standard input and says what judge says of it.
static int run(struct cmd_context *context, bool (*judge)(const json_t *, struct why *))
{
    struct buf input = buf_new(LIMIT_FRAME_BYTES);
    struct why why = { "" };
    json_error_t error;
    enum err e = cmd_read_input("-", &input, &why);
    if (e != OK) {
        buf_done(&input);
        return cmd_fail(e, &why);
    }
    json_t *object = json_loadb((const char *)input.p, input.n, JSON_REJECT_DUPLICATES, &error);
    bool good = false;
    if (object == NULL) {
        why_set(&why, "standard input is not one JSON object: %s", error.text);
    } else {
        good = judge(object, &why);
    }
    json_decref(object);
    buf_done(&input);
    if (!good) {
        cmd_remark(context, "%s", why.text);
    }
    if (context->json) {
        json_t *answer = json_object();
        json_put(answer, "good", json_boolean(good));
        int code = cmd_print_json(answer);
        return code != EXIT_GOOD ? code : good ? EXIT_GOOD : EXIT_FOUND;
    }
    return good ? EXIT_GOOD : EXIT_FOUND;
}

static const struct arg_spec no_options[] = { { 0 } };

static int run_inclusion(struct cmd_context *context, int argc, char **argv)
{
    static const struct arg_command command = {
        .name = "baraza merkle inclusion",
        .summary = "Judge a proof that a leaf is in a tree: JSON on standard input with leafIdx, treeSize, root, "
                   "leafHash, proof. Exit 0: it holds; 1: it does not",
        .positionals = "",
        .examples = "  baraza merkle inclusion < proof.json && echo holds\n",
        .options = no_options,
    };
    struct args args;
    int code = cmd_parse(context, &command, argc, argv, &args);
    return code >= 0 ? code : run(context, inclusion_ok);
}

static int run_consistency(struct cmd_context *context, int argc, char **argv)
{
    static const struct arg_command command = {
        .name = "baraza merkle consistency",
        .summary = "Judge a proof that one tree extends another: JSON on standard input with size1, size2, root1, "
                   "root2, proof. Exit 0: it holds; 1: it does not",
        .positionals = "",
        .examples = "  baraza merkle consistency < proof.json && echo holds\n",
        .options = no_options,
    };
    struct args args;
    int code = cmd_parse(context, &command, argc, argv, &args);
    return code >= 0 ? code : run(context, consistency_ok);
}

const struct cmd cmd_merkle_inclusion = {
    "merkle inclusion", run_inclusion, "judge a proof that a leaf is in a tree", CMD_CHECK
};
const struct cmd cmd_merkle_consistency = {
    "merkle consistency", run_consistency, "judge a proof that a tree extends another", CMD_CHECK
};
