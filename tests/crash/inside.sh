#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Copyright The Baraza authors
#
# What a campaign runs on the disk whose power is cut, or beside it: people writing, and the look at what is left.
# A text is promised when `baraza add` ended well and its text was printed; a promise may never be lost or doubled.
#
# usage: inside.sh write STATE NAME           writes "NAME number 1.", 2, 3 … and prints "saved TEXT" for each, for ever
#        inside.sh received STATE             prints "saved TEXT" for each that the hub says it holds
#        inside.sh site STATE PROMISES        every promise is at the site, once
#        inside.sh hub STATE PROMISES PORT [ERASED]
#                                             every promise is in the hub's record, once, and the record verifies;
#                                             the hub is started for that on PORT, where no site looks for it; texts
#                                             in ERASED may be gone
#        inside.sh erased STATE ERASED        the hub at work there has carried out as many redactions as there are
#                                             lines in ERASED, gives out none of these texts, and no key opens them
# PASS names the file with the passphrase.
set -uo pipefail
pass=(--passphrase-file "${PASS:?PASS names the file with the passphrase}")
scratch=$(mktemp -d "${TMPDIR:-/tmp}/baraza-look.XXXXXX")
trap 'rm -rf "$scratch"' EXIT

# A failed attempt promises nothing, and the next text is another one.
write() {
    local state=$1 name=$2 i
    for ((i = 1; ; i++)); do
        if baraza add --quiet --state "$state" "${pass[@]}" "$name number $i." >/dev/null; then
            printf 'saved %s\n' "$name number $i."
        fi
    done
}

# The texts in a listing with one JSON value a line: none where it was erased. The campaign's own texts hold no quotes
# and no backslashes.
texts() {
    sed -n 's/.*"text":"\([^"]\{1,\}\)".*/\1/p' "$1"
}

# compare PROMISES LISTING [GONE]: says what became of the promises, and fails when one is lost or doubled. Texts in
# GONE are not promised any more.
compare() {
    texts "$2" | awk -v promises="$1" -v gone="${3:-/dev/null}" '
        BEGIN {
            while ((getline line < promises) > 0)
                if (line ~ /^saved /)
                    promised[substr(line, 7)] = 1
            while ((getline line < gone) > 0)
                delete promised[line]
        }
        { seen[$0]++ }
        END {
            for (text in promised) {
                total++
                if (!(text in seen)) {
                    lost++
                    print "lost: " text
                }
            }
            for (text in seen)
                if (seen[text] > 1) {
                    twice++
                    print "twice: " text
                }
            printf "promised %d lost %d twice %d\n", total, lost, twice
            exit lost + twice > 0
        }'
}

list() {
    baraza list --quiet --json --state "$1" "${pass[@]}"
}

# The record as a hub that just started serves it: it has then published what it holds.
serve_once() {
    local pid tries
    baraza-hub --state "$1" --listen "tcp://127.0.0.1:$2" >"$scratch/hub" 2>&1 &
    pid=$!
    for ((tries = 0; tries < 200; tries++)); do
        grep -q '^listening' "$scratch/hub" && break
        kill -0 $pid 2>/dev/null || break
        sleep 0.05
    done
    kill -TERM $pid 2>/dev/null
    if ! wait $pid || ! grep -q '^listening' "$scratch/hub"; then
        sed 's/^/lost: the hub does not serve its record: /' "$scratch/hub"
        return 1
    fi
}

look_at_hub() {
    serve_once "$1" "$3" || return 1
    baraza export --quiet --state "$1" --parts --out "$scratch/export" || return 1
    if ! baraza verify --quiet --charter "$1/charter" "$scratch/export" >"$scratch/verdict"; then
        sed 's/^/lost: the record does not verify: /' "$scratch/verdict"
        return 1
    fi
    baraza export --quiet --state "$1" --parts --json >"$scratch/listing" || return 1
    compare "$2" "$scratch/listing" "${4:-}"
}

# Waits half a minute at most for the hub's own `erased` entries; sites may say it too.
look_at_erased() {
    local state=$1 file=$2 hub tries canaries=()
    mapfile -t canaries <"$file"
    hub=$(baraza who --state "$state" --json | grep '"hub"' | grep -o '"key":"[0-9a-f]*"' | head -n 1 | cut -d'"' -f4)
    for ((tries = 0; tries < 300; tries++)); do
        baraza log --quiet --state "$state" --kind erased --json >"$scratch/said" || return 1
        [ "$(grep -c "\"author\":\"$hub\"" "$scratch/said")" -ge ${#canaries[@]} ] && break
        sleep 0.1
    done
    [ $tries -lt 300 ] || { echo "lost: a redaction is not carried out"; return 1; }
    baraza export --quiet --state "$state" --parts --out "$scratch/export" || return 1
    baraza verify --quiet --charter "$state/charter" "$scratch/export" >"$scratch/verdict" ||
        { sed 's/^/lost: the record does not verify: /' "$scratch/verdict"; return 1; }
    ! grep -qaFf "$file" "$scratch/export" || { echo "lost: an erased text is given out"; return 1; }
    # A command takes no more at once.
    for ((tries = 0; tries < ${#canaries[@]}; tries += 16)); do
        "${BARAZA_BIN:?}/../tests/e2e/every_key" "$state" "${canaries[@]:tries:16}" || return 1
    done
}

case ${1:-}/$# in
write/3) write "$2" "$3" ;;
received/2)
    list "$2" >"$scratch/listing" || exit 1
    sed -i '/"state":"waiting"/d' "$scratch/listing"
    texts "$scratch/listing" | sed 's/^/saved /'
    ;;
site/3) list "$2" >"$scratch/listing"; compare "$3" "$scratch/listing" ;;
hub/4 | hub/5) look_at_hub "$2" "$3" "$4" "${5:-}" ;;
erased/3) look_at_erased "$2" "$3" ;;
*)
    sed -n '8,17s/^# \{0,1\}//p' "$0" >&2
    exit 2
    ;;
esac
