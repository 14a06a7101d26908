# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Copyright The Baraza authors
#
# The scenes of tools/demo, which sources this.

# open_forums STATE CODE...: the forums of one site, each with what was said there.
open_forums() {
    local state=$1 code row area type language
    shift
    for code in "$@"; do
        row=$(grep "^$code," "forums/forums.csv")
        area=$(cut -d, -f2 <<<"$row") type=$(cut -d, -f3 <<<"$row") language=$(rev <<<"$row" | cut -d, -f2 | rev)
        quiet baraza session open "$code" --area "$area" --type "$type" --lang "$language" --state "$state" \
            --passphrase-file "$state.pass"
        must baraza import --from csv "forums/$code.csv" --session "$code" --state "$state" \
            --passphrase-file "$state.pass"
    done
}

play_demo() {
    local codes
    mapfile -t codes < <(tail -n +2 "forums/forums.csv" | cut -d, -f1)
    scene "A country founds a consultation. The registrar's keys are apart from the hub's"
    found en fr pt ar sw

    scene "Three sites join with invitations. There is no network, and the hub is off"
    person coast Heron facilitator
    person hills Acacia facilitator
    person plains Baobab facilitator
    person capital Weaver drafter

    scene "What is said at ${#codes[@]} forums is written down, signed, and safe on these three laptops"
    open_forums coast "${codes[@]:0:4}"
    open_forums hills "${codes[@]:4:4}"
    open_forums plains "${codes[@]:8}"
    must baraza add --state coast --passphrase-file coast.pass --session "${codes[0]}" --group women --kind threat \
        --theme land-disputes "They moved our boundary stones in the night; now two families carry knives to the field."
    must baraza add --state hills --passphrase-file hills.pass --session "${codes[5]}" --lang fr --group youth \
        --kind need "Il nous faut un travail avant que quelqu'un d'autre ne nous en propose un mauvais."
    must baraza add --state plains --passphrase-file plains.pass --session "${codes[9]}" --lang sw --group elders \
        --kind proposal --theme land-disputes "Wazee wa vijiji vyote viwili wakae pamoja kila mwezi chini ya mti mmoja."
    accounts coast hills plains

    scene "The hub comes up, and the registrar's and the first site's words travel"
    start_hub
    sync_site founder
    sync_site coast

    scene "The hub is killed in the middle of it, and comes back"
    baraza sync --wait --timeout 120 --state hills --passphrase-file hills.pass >hills.out 2>&1 &
    pids[hills]=$!
    sleep 0.05
    kill_hub
    say "   the hub is gone (kill -9)"
    baraza sync --wait --timeout 120 --state plains --passphrase-file plains.pass >plains.out 2>&1 &
    pids[plains]=$!
    sleep 1
    start_hub
    say "   the hub is back; nobody has to do anything"
    local site
    for site in hills plains; do
        wait "${pids[$site]}" || { cat "$site.out" >&2; fail 1 "$site did not get through"; }
        unset "pids[$site]"
        sed 's/^/     /' "$site.out"
    done
    sync_site capital

    play_policy "${codes[@]}"

    scene "Somebody alters one byte of a copy of the record"
    cp record.export altered.export
    flip altered.export $(($(stat -c %s altered.export) / 2))
    shown baraza verify altered.export --charter founder/charter
    [ $? -eq 1 ] || fail 1 "the altered record was not refused"

    tell_verdict founder coast hills plains capital
}

publish_record() {
    quiet baraza export --state hub --out record.export --force
}

# The registrar's record of today, as the drafters read it.
play_policy() {
    local land threat objective action sentence
    scene "The record is exported. Anyone with the charter can check it, without network"
    sleep 1.2
    must baraza export --state hub --out record.export --force
    must baraza verify record.export --charter founder/charter

    scene "Drafters write a threat, and link to it what the forums said of it"
    quiet baraza unlock Weaver --state capital --passphrase-file capital.pass
    threat=$(baraza clause add --type threat --title "land disputes" --state capital --json \
        "Disputes over land and boundaries set families and communities against each other." | field id)
    [ -n "$threat" ] || fail 1 "no clause was written"
    mapfile -t land < <(baraza log --state hub --kind contribution --theme land-disputes --json |
        ids)
    [ ${#land[@]} -ge 10 ] || fail 1 "only ${#land[@]} contributions about land were found"
    quiet baraza link "${land[@]}" "$threat" --record record.export --state capital
    say "     ${#land[@]} contributions linked to the threat ${threat:0:12}"
    sync_site capital
    sleep 1.2

    scene "One sentence from a village, followed to its clause and back"
    sentence=${land[0]}
    must baraza trace "$sentence" --state hub
    must baraza trace "$threat" --state hub

    scene "What is missing? A threat with no action"
    shown baraza gap --rule G1 --state hub
    [ $? -eq 1 ] || fail 1 "gap did not find the threat without action"
    grep -q "land disputes: [0-9]* contributions, [0-9]* forums, 0 actions" shown.out ||
        fail 1 "gap did not name it as expected"

    scene "The action is written, and the gap closes"
    action=$(baraza clause add --type action --title "boundary councils" --state capital --json \
        --aim "no family alone with a boundary quarrel" --timing "from March, reviewed each September" \
        "Joint boundary councils of elders, women and youth meet every month in every district." | field id)
    quiet baraza link "$action" "$threat" --relation answers --state capital
    quiet baraza respond "${land[@]}" --disposition accepted --where "$action" --record record.export \
        --reason "Taken up in the action on boundary councils." --state capital
    sync_site capital
    sleep 1.2
    must baraza gap --rule G1 --state hub

    scene "The answers go back to the sites"
    sync_site coast
    must baraza list --state coast --only answered
    publish_record
}

# --data: every Polis comments.csv below a directory, a site each.
play_data() {
    local files file name sites=()
    mapfile -t files < <(find "$1" -name comments.csv | sort)
    [ ${#files[@]} -gt 0 ] || fail 66 "there is no comments.csv below $1"
    scene "A consultation is founded, with one site for each of ${#files[@]} conversations"
    found en
    for file in "${files[@]}"; do
        name=$(basename "$(dirname "$file")")
        sites+=("$name")
        person "$name" Heron facilitator
    done
    scene "The sites import what was said, without network"
    for file in "${files[@]}"; do
        name=$(basename "$(dirname "$file")")
        must baraza import --from polis "$file" --area XM --state "$name" --passphrase-file "$name.pass"
    done
    scene "A second import adds nothing"
    must baraza import --from polis "${files[0]}" --area XM --state "${sites[0]}" --passphrase-file "${sites[0]}.pass"
    scene "The hub comes up"
    start_hub
    sync_site founder
    for name in "${sites[@]}"; do sync_site "$name"; done
    sleep 1.2
    scene "Export, and check"
    must baraza export --state hub --out record.export --force --parts
    must baraza verify record.export --charter founder/charter
    tell_verdict founder "${sites[@]}"
}
