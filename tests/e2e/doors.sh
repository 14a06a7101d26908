#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Copyright The Baraza authors
#
# The plain doors, by which published vectors of others are run: notes, receipts, tree proofs, keys. Each needs no
# state, judges what it is given, and answers with its exit status.
. "$(dirname "$0")/lib.sh"

seeds=$BARAZA_ROOT/tests/fuzz/corpus
log_key=$(cat "$seeds/note/vkey-log")

# judge WANTED COMMAND JSON: one proof on standard input.
judge() {
    local status=0
    printf '%s' "$3" | baraza merkle "$2" >out 2>err || status=$?
    [ $status -eq "$1" ] || die "merkle $2 of $3: status $status, $1 was expected"
}

# inclusion WANTED INDEX SIZE ROOT LEAF PROOF; consistency WANTED SIZE1 SIZE2 ROOT1 ROOT2 PROOF
inclusion() {
    local more='"desc":"passed over"'
    judge "$1" inclusion "{\"leafIdx\":$2,\"treeSize\":$3,\"root\":\"$4\",\"leafHash\":\"$5\",\"proof\":$6,$more}"
}
consistency() {
    judge "$1" consistency "{\"size1\":$2,\"size2\":$3,\"root1\":\"$4\",\"root2\":\"$5\",\"proof\":$6}"
}

empty=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=
one=bjQLnP+zepicpUTmu3gKLHiQHT+zNzh2hRGjBhevoB0=
one_hex=6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d

step "tree proofs"
inclusion 0 0 1 "$one" "$one_hex" null
inclusion 0 0 1 "$one" "$one" "[]"
inclusion 1 0 1 "$one" "$one" '[""]'
inclusion 1 1 1 "$one" "$one" null
inclusion 1 18446744073709551615 1 "$one" "$one" null
inclusion 1 -1 1 "$one" "$one" null
inclusion 1 0 1 "$empty" "$one" null
inclusion 1 0 1 "" "" null
judge 1 inclusion '{"leafIdx":0}'
judge 1 inclusion 'nonsense'
consistency 0 1 1 "$one" "$one_hex" null
consistency 1 1 1 "$one" "$empty" null
consistency 0 0 0 "ZG9uJ3QgY2FyZSAx" "ZG9uJ3QgY2FyZSAx" "[]"
consistency 1 0 1 "$empty" "$one" "[]"
consistency 1 2 1 "$one" "$one" "[]"
expect_status 2 baraza merkle inclusion surplus

step "keys of authors"
expect_status 0 baraza keycheck 3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c
expect_status 1 baraza keycheck 26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05
expect_status 1 baraza keycheck 3d4017
expect_status 1 baraza keycheck not-hex
expect_status 2 baraza keycheck

step "notes"
expect_status 0 baraza verify --note "$seeds/note/signed" --key "$log_key"
expect_status 0 baraza verify --note "$seeds/note/cosigned" --key "$(cat "$seeds/note/vkey-witness")"
expect_status 1 baraza verify --note "$seeds/note/signed-twice" --key "$log_key"
expect_status 1 baraza verify --note "$seeds/note/empty-lines" --key "$log_key"
expect_status 0 baraza verify --note "$seeds/checkpoint/signed-extensions" --key "$log_key"
sed 's/^5$/6/' "$seeds/note/signed" >altered
expect_status 1 baraza verify --note altered --key "$log_key"
expect_status 1 baraza verify --note "$seeds/note/signed" \
    --key "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"

step "receipts"
printf '\3' >leaf
expect_status 0 baraza verify --proof "$seeds/proof/leaf-3" --leaf leaf --key "$log_key"
expect_status 0 baraza verify --proof "$seeds/proof/leaf-3-foreign" --leaf leaf --key "$log_key"
expect_status 1 baraza verify --proof "$seeds/proof/leaf-0" --leaf leaf --key "$log_key"
expect_status 1 baraza verify --proof "$seeds/proof/no-hashes" --leaf leaf --key "$log_key"
sed 's/^index 3$/index 2/' "$seeds/proof/leaf-3" >altered
expect_status 1 baraza verify --proof altered --leaf leaf --key "$log_key"
