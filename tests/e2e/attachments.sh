#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Copyright The Baraza authors
#
# Sound and pictures: three megabytes of sound and a photograph go with a contribution, by network with the hub killed
# in the middle, by stick in two bundles, and away again when they are redacted or wiped. What arrives is what was
# attached, no byte of it lies anywhere in the clear, and nothing comes back.
. "$(dirname "$0")/lib.sh"

# random_bytes N: bytes that do not compress, the same each time.
random_bytes() {
    openssl enc -aes-128-ctr -K 00112233445566778899aabbccddeeff -iv "$(printf '%032x' "$2")" -nosalt </dev/zero \
        2>/dev/null | head -c "$1"
}

# id_of STATE TEXT: the id of the contribution with these words.
id_of() {
    baraza list --state "$1" --json --passphrase-file "$PASS" | grep -F "$2" | head -n 1 |
        grep -o '"id":"[0-9a-f]*"' | cut -d'"' -f4
}

# same STATE ID NUMBER FILE: the attachment there is this file.
same() {
    rm -f saved
    expect_status 0 baraza attachment "$2" --number "$3" --out saved --state "$1" --passphrase-file "$PASS"
    cmp -s saved "$4" || die "attachment $3 of $2 at $1 is not $4"
}

# rows STATE ID: how many attachments of it can be read there.
rows() {
    baraza attachment "$2" --state "$1" --json --passphrase-file "$PASS" | grep -o '"root"' | wc -l
}

# held STATE ID: how many attachments of it the hub has, as that state knows.
held() {
    baraza attachment "$2" --state "$1" --json --passphrase-file "$PASS" | grep -o '"state":"held"' | wc -l
}

# in_clear FOLDER...: die when the beginning of a file stands on any page there.
in_clear() {
    local file folder
    for folder in "$@"; do
        for file in voice.ogg photo.jpg more.ogg; do
            LC_ALL=C grep -qF -a -r "$(head -c 4096 "$file" | tail -c 64 | tr -d '\0\n')" "$folder" &&
                die "$file lies in the clear in $folder"
        done
    done
    return 0
}

mkdir stick
{ printf OggS; random_bytes 3145728 1; } >voice.ogg
{ printf '\xff\xd8\xff\xe0'; random_bytes 700000 2; } >photo.jpg
{ printf OggS; random_bytes 900000 3; } >more.ogg
printf 'MZ this is a program' >program.exe
found
start_hub
newcomer heron facilitator
newcomer stork facilitator
newcomer officer protection
sync founder heron stork officer
at=(--state heron --passphrase-file "$PASS")
expect_status 0 baraza session open XM-KIV-2026-011 --area XM-KIV "${at[@]}"

step "what is no sound and no picture, or too much of it, is not taken, and nothing is saved"
expect_status 65 baraza add --group elders "A program." --attach program.exe "${at[@]}"
expect_contains "why" "$(cat err)" "program.exe: only sound"
{ printf '\xff\xd8\xff\xe0'; random_bytes 10485760 4; } >big.jpg
expect_status 65 baraza add --group elders "A big picture." --attach big.jpg "${at[@]}"
expect_contains "why" "$(cat err)" "big.jpg not added: the limit for its kind is 10 MB"
rm big.jpg

step "words first, then sound, while the hub is killed in the middle"
expect_status 0 baraza add --group elders "The chief spoke, and showed a map." --attach voice.ogg --attach photo.jpg \
    "${at[@]}"
spoken=$(id_of heron "The chief spoke")
expect_equal "held before" "$(held heron "$spoken")" 0
expect_status 0 baraza show "$spoken" "${at[@]}"
expect_contains "what is attached" "$(cat out)" "voice.ogg"
start_node heron
wait_until 20 "the daemon" is_ready heron
for pause in 0.2 0.3 0.5; do
    sleep $pause
    stop_hard hub
    start_hub
    call heron
done
wait_until 60 "all of it at the hub" eval '[ "$(held heron "$spoken")" = 2 ]'
settle heron 30
same hub "$spoken" 1 voice.ogg
same hub "$spoken" 2 photo.jpg
same heron "$spoken" 1 voice.ogg
expect_status 0 baraza attachment "$spoken" "${at[@]}"
expect_contains "what it says" "$(cat out)" "the hub has all of it"
stop heron
in_clear heron hub

step "what is redacted is gone at the hub and at the site, and is not taken again"
expect_status 0 baraza add --group women "She gave a name in this recording." --attach more.ogg "${at[@]}"
named=$(id_of heron "She gave a name")
sync heron
expect_equal "held" "$(held heron "$named")" 1
expect_status 0 baraza redact "$named" --part attachments --reason danger --authority speaker --record hub \
    --state officer --passphrase-file "$PASS" --yes
sync officer
wait_until 30 "the hub to erase" eval '[ "$(rows hub "$named")" = 0 ]'
sync heron
expect_status 0 baraza attachment "$named" "${at[@]}"
expect_contains "what is left" "$(cat out)" "nothing is attached to it"
expect_status 0 baraza show "$named" "${at[@]}"
expect_contains "the words" "$(cat out)" "She gave a name"
same hub "$spoken" 1 voice.ogg

step "words that the hub has are wiped with their sound; it still has both"
expect_status 0 baraza session attendance XM-KIV-2026-011 female:18-35:3 "${at[@]}"
expect_status 0 baraza session seal XM-KIV-2026-011 --yes "${at[@]}"
sync heron
expect_status 0 baraza wipe --yes "${at[@]}"
expect_contains "what goes" "$(cat out)" "wiped the words of 2 entries"
expect_status 66 baraza attachment "$spoken" "${at[@]}"
same hub "$spoken" 1 voice.ogg
same hub "$spoken" 2 photo.jpg

step "by stick in two bundles: words and what fits first, the rest when the hub has answered"
at=(--state stork --passphrase-file "$PASS")
expect_status 0 baraza session open XM-KIV-2026-012 --area XM-KIV "${at[@]}"
expect_status 0 baraza add --group women "Heard at the ford." --attach voice.ogg --attach more.ogg "${at[@]}"
ford=$(id_of stork "Heard at the ford")
expect_status 0 baraza bundle out stick --max 2 --state stork
expect_contains "what stays" "$(cat out)" "KB of sound and pictures go with the next one"
[ "$(cat stick/*.bundle | wc -c)" -lt 2200000 ] || die "the bundle is larger than was asked for"
in_clear stick
expect_status 0 baraza bundle in stick --state hub
expect_contains "what came" "$(cat out)" "pieces of sound and pictures"
cp stick/*.bundle first.bundle
rm stick/*.bundle
expect_status 0 baraza bundle out --all stick --state hub
expect_status 0 baraza bundle in stick --state stork
expect_status 0 baraza attachment "$ford" "${at[@]}"
expect_contains "how far it is" "$(cat out)" "the hub has"
[ "$(held stork "$ford")" -lt 2 ] || die "a bundle of two megabytes had four in it"
rm stick/*.bundle
expect_status 0 baraza bundle out stick --state stork
[ "$(cat stick/*.bundle | wc -c)" -lt 2600000 ] || die "the second bundle begins again"
expect_status 0 baraza bundle in stick --state hub
rm stick/*.bundle
expect_status 0 baraza bundle in first.bundle --state hub # again, and late
expect_status 0 baraza bundle out --all stick --state hub
expect_status 0 baraza bundle in stick --state stork
expect_equal "held" "$(held stork "$ford")" 2
same hub "$ford" 1 voice.ogg
same hub "$ford" 2 more.ogg

step "a voice leaves the hub only where that was agreed to; each file beside the export is verified"
expect_status 0 baraza add --group elders "You may let them hear me." --scope record --scope publish-audio \
    --attach more.ogg "${at[@]}"
heard=$(id_of stork "You may let them")
sync stork
in_record contribution 4
expect_status 2 baraza export --state hub --attachments sound --out none.export
expect_status 0 baraza export --state hub --parts --out words.export
expect_status 0 baraza export --state hub --parts --attachments sound --out with.export
expect_equal "files" "$(ls sound | wc -l)" 1
in_clear sound
expect_status 0 baraza verify with.export --attachments sound --charter founder/charter
expect_contains "the verdict" "$(cat out)" "1 of the sounds and pictures are what was attached"
other=(--record with.export --charter founder/charter --attachments sound)
expect_status 0 baraza attachment "$heard" "${other[@]}" --number 1 --out played.ogg
cmp -s played.ogg more.ogg || die "what an export gives is not what was attached"
expect_status 66 baraza attachment "$ford" "${other[@]}" --number 1 --out never.ogg
expect_status 66 baraza attachment "$heard" --record words.export --charter founder/charter --attachments sound \
    --number 1 --out never.ogg
file=sound/$(ls sound)
printf '\x55' | dd of="$file" bs=1 seek=400000 conv=notrunc status=none
expect_status 1 baraza verify with.export --attachments sound --charter founder/charter
expect_contains "the verdict" "$(cat out)" "are not what their name says"
expect_status 65 baraza attachment "$heard" "${other[@]}" --number 1 --out never.ogg
rm "$file"
expect_status 1 baraza verify with.export --attachments sound --charter founder/charter
expect_contains "the verdict" "$(cat out)" "1 are missing"
[ ! -e never.ogg ] || die "a sound was written that should not have been"

step "a disk that flips a bit: check names the attachment; what is salvaged has its sound"
expect_status 0 baraza check --state hub
expect_contains "what was read" "$(cat out)" "attachments compared with what was signed"
stop hub
cp -r hub hurt
"$BARAZA_BIN/../tests/e2e/damage_store" hurt/store chunk 3 || die "nothing was damaged"
expect_status 1 baraza check --state hurt
expect_contains "what is damaged" "$(cat out)" "damaged: attachment \""
expect_status 0 baraza add --group elders "Not sent yet." --attach more.ogg "${at[@]}"
kept=$(id_of stork "Not sent yet.")
expect_status 0 baraza salvage saved.site --state stork --passphrase-file "$PASS"
expect_status 0 baraza check --state saved.site --passphrase-file "$PASS"
same saved.site "$kept" 1 more.ogg
start_hub
sync saved.site
same hub "$kept" 1 more.ogg
