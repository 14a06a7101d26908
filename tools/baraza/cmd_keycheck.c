// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// `baraza keycheck HEX`: whether 32 bytes may be an author's key (PROTOCOL 1.3).
#include "tools/baraza/cmd.h"

#include "common/format/armor.h"
#include "common/format/ident.h"

static int run(struct cmd_context *context, int argc, char **argv)
{
    static const struct arg_spec no_options[] = { { 0 } };
    static const struct arg_command command = {
        .name = "baraza keycheck",
        .summary = "Tell whether an Ed25519 public key may be an author's: a canonical point of the main subgroup. "
                   "Exit 0: it may; 1: it may not",
        .positionals = "HEX",
        .min = 1,
        .max = 1,
        .examples = "  baraza keycheck 3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c\n",
        .options = no_options,
    };
    struct args args;
    struct pubkey key;
    int code = cmd_parse(context, &command, argc, argv, &args);
    if (code >= 0) {
        return code;
    }
    bool form = armor_hex_fixed(slice_text(args.positionals[0]), key.b, sizeof key.b);
    bool good = form && pubkey_valid(key);
    if (!good) {
        cmd_remark(context, form ? "not a key an author may have: no canonical point of the main subgroup"
                                 : "not a key: it takes 64 hexadecimal digits");
    }
    if (context->json) {
        json_t *answer = json_object();
        json_put(answer, "good", json_boolean(good));
        code = cmd_print_json(answer);
        return code != EXIT_GOOD ? code : good ? EXIT_GOOD : EXIT_FOUND;
    }
    return good ? EXIT_GOOD : EXIT_FOUND;
}

const struct cmd cmd_keycheck = { "keycheck", run, "tell whether a public key may be an author's", CMD_CHECK };
