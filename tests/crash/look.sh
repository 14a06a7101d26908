#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Copyright The Baraza authors
#
# What must be there after a cut of commands.sh: run on the disk, with WORK, PASS, PORT, and what the command had
# printed in $POWERCUT_OUT. Ends with the count of promises that inside.sh makes.
#
# usage: look.sh erase|wipe|salvage|backup|rekey|carry
set -uo pipefail
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
pass=(--passphrase-file "$PASS")
mine=$WORK/promises.heron

lost() {
    echo "lost: $*"
    exit 1
}
# Keeps the count of the promises; ends here when one is lost.
inside() {
    bash "$here/inside.sh" "$@" >tally || { cat tally; exit 1; }
}

# The words at a state, when its keys open; nothing when they are gone.
words_of() {
    baraza list --quiet --json --state "$1" "${pass[@]}" 2>/dev/null | grep -o '"text":"[^"]*"'
}

# What the site has for the hub arrives there by stick, whoever can unlock it; promises in files $@.
arrives() {
    mkdir stick
    baraza bundle out stick --state heron >said 2>&1 || lost "what waits cannot leave: $(cat said)"
    baraza bundle in stick --state hub >said 2>&1 || lost "what waited is not taken: $(cat said)"
    cat "$@" >all-promises
    inside hub hub all-promises "$PORT" "$WORK/erased"
}

look_erase() {
    local canaries=()
    mapfile -t canaries <"$WORK/erased"
    cat "$mine" "$POWERCUT_OUT" >all-promises
    inside site heron all-promises
    baraza status --json --state heron >said
    grep -q '"erasures":0' said || lost "what was to be erased waits on"
    "$BARAZA_BIN/../tests/e2e/every_key" --pass "$PASS" --key "$(head -c 64 "$WORK/gold/hub/keys/intake")" heron \
        "${canaries[@]}" || lost "words that were erased still open"
}

# Either everything opens or nothing does; what waits for the hub travels in both cases, and when it is tried again.
look_wipe() {
    local words
    words=$(words_of heron)
    if [ -n "$words" ]; then
        inside site heron "$mine"
        ! grep -q 'are destroyed' "$POWERCUT_OUT" || lost "keys that were said to be destroyed open"
    fi
    rm -rf hub-before && cp -a hub hub-before
    arrives "$mine"
    baraza wipe --emergency --yes --quiet --state heron >said 2>&1 || lost "it cannot be wiped again: $(cat said)"
    [ -z "$(words_of heron)" ] || lost "words open after the wipe"
    rm -rf hub stick && mv hub-before hub
    arrives "$mine"
}

# The copy is whole or has no name; the state it is of is untouched, and a second copy can be made.
look_copy() {
    inside site heron "$mine"
    if [ -d copy ]; then
        inside site copy "$mine"
        baraza check --quiet --state copy "${pass[@]}" >said 2>&1 || lost "the copy: $(cat said)"
    elif [ -s "$POWERCUT_OUT" ]; then
        lost "a copy that was said to be made"
    fi
    baraza "$1" again --quiet --state heron >said 2>&1 || lost "no second copy: $(cat said)"
    inside site again "$mine"
}

look_rekey() {
    local key
    inside hub hub "$WORK/promises.of-hub" "$PORT" "$WORK/erased"
    key=$(sed -n 's/.*"key": *"\([0-9a-f]*\)".*/\1/p' "$POWERCUT_OUT" | head -n 1)
    baraza hub new-key intake --state hub --json >said || lost "a key that the hub had made"
    [ -z "$key" ] || grep -q "$key" said || lost "the key that was printed is another one now"
    baraza bundle in "$WORK/gold/act" --state hub >said 2>&1 || lost "the act is not taken: $(cat said)"
    inside hub hub "$WORK/promises.of-hub" "$PORT" "$WORK/erased"
    baraza who --keys --state hub >said
    grep -q "^log *$(cat "$WORK/new-key")" said || lost "the new key is not in force"
}

look_carry() {
    inside site heron "$mine"
    if grep -q 'kept and carried along' "$POWERCUT_OUT"; then
        [ "$(find heron/carried -name '*.bundle' | wc -l)" -eq 1 ] || lost "what was said to be carried along"
    fi
    baraza bundle in "$WORK/gold/team" --state heron >said 2>&1 || lost "it is not taken again: $(cat said)"
    arrives "$mine" "$WORK/promises.ibis"
}

case ${1:-} in
erase | wipe | rekey | carry) "look_$1" ;;
salvage | backup) look_copy "$1" ;;
*)
    sed -n '8s/^# //p' "$0" >&2
    exit 2
    ;;
esac
cat tally
