#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Copyright The Baraza authors
#
# What a seized laptop reveals: fifty people and what they said, typed, imported and carried on a stick; then the
# laptop is locked, its programs are made to crash, and its whole disk is searched, byte by byte, freed blocks too.
if [ -z "${CANARY_DISK:-}" ]; then
    # The disk is mounted where nobody else sees it.
    [ "$(id -u)" -eq 0 ] || { echo "skipped: a disk of its own needs root"; exit 77; }
    way=private # in a changed root nothing can be made private from the top; from the test's folder down it can
    unshare --mount --propagation private true 2>/dev/null || way=unchanged
    CANARY_DISK=1 exec unshare --mount --propagation $way bash "$0"
fi
. "$(dirname "$0")/lib.sh"
# Programs are made to crash here on purpose: that is not for the sanitizer to report.
export ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}handle_segv=0:handle_abort=0"
canary=$BARAZA_BIN/../tests/e2e/canary
people=50
may_crash

step "a laptop whose whole disk is one file: home, temporary files, marks, logs, state and stick"
truncate -s 192M disk.image
mkfs.ext4 -q -F disk.image || skip "mkfs.ext4 does not work here"
mount --bind "$WORK" "$WORK" && mount --make-private "$WORK" && cd "$WORK" || skip "no mount of its own"
mkdir disk
mount -o loop disk.image disk 2>err || skip "no loop device: $(cat err)"
# The programs end before their disk goes; its mount ends with this name space.
trap 'ended=$?; cd "$WORK"; umount -l disk "$WORK" 2>/dev/null; (exit $ended); e2e_end' EXIT
mkdir -p disk/home disk/tmp disk/marks disk/stick disk/run
export HOME=$WORK/disk/home XDG_STATE_HOME=$WORK/disk/marks TMPDIR=$WORK/disk/tmp XDG_RUNTIME_DIR=$WORK/disk/run

step "$people identities and $people texts: accents, right to left, emoji, some of 64 KB"
mkdir canaries
for ((i = 0; i < people; i++)); do
    tag=$(head -c 9 /dev/urandom | base64 | tr '+/' 'xy')
    case $((i % 4)) in
    0) name="$tag Ézéchiel N'Gbandé, près du puits nº $i" said="$tag, les soldats ont brûlé le grenier de Zémio" ;;
    1) name="$tag عائشة بنت الوادي رقم $i" said="$tag الجنود أخذوا الماشية ليلاً عند المعبر" ;;
    2) name="$tag Wénceslas 🐘 Otombo, blue bicycle, $i" said="$tag They came 🔥 with lorries and took the rope" ;;
    *) name="$tag Marã Açucena da Várzea, casa $i" said="$tag A ponte caiu e ninguém veio, nem o capitão" ;;
    esac
    printf '%s' "$name" >canaries/name-$i
    if [ $((i % 10)) -eq 9 ]; then
        for ((k = 0; k < 900; k++)); do printf '%s, again on day %d of the rains. ' "$said" $k; done |
            head -c 65536 | iconv -c -f UTF-8 -t UTF-8 >canaries/said-$i
    else
        printf '%s' "$said" >canaries/said-$i
    fi
done
mkdir disk/planted
expect_status 0 "$canary" --plant canaries disk/planted
command sync -f disk/planted
rm -r disk/planted # the search sees what a removed file left
umount disk
expect_status 1 "$canary" canaries disk.image
rm disk.image
truncate -s 192M disk.image
mkfs.ext4 -q -F disk.image
mount -o loop disk.image disk || die "there is no second disk"
mkdir -p disk/home disk/tmp disk/marks disk/stick disk/run

# The consultation is founded elsewhere; only the site is on the laptop.
found
newcomer heron facilitator
mv heron disk/heron
site=$WORK/disk/heron
start heron baraza-node --state "$site"
expect_status 0 baraza unlock --state "$site" --passphrase-file "$PASS"
expect_status 0 baraza session open XM-KIV-2026-003 --area XM-KIV --state "$site"

sensitivity=(open restricted sealed)
step "typed by hand: open, restricted and sealed words, identities, and corrections"
for ((i = 0; i < 20; i++)); do
    level=$((i % 3))
    baraza add --state "$site" --sensitivity "${sensitivity[level]}" --identity-file canaries/name-$i - \
        <canaries/said-$i >out 2>err || die "typing $i: $(cat err)"
done
first=$(baraza list --state "$site" --json | grep -o '"id":"[0-9a-f]*"' | head -n 1 | cut -d'"' -f4)
baraza correct "$first" --state "$site" --reason misheard --text - <canaries/said-1 >out 2>err || die "$(cat err)"

step "imported from a table that never was on this disk"
{
    echo 'id,said,identity,sensitivity'
    for ((i = 20; i < 35; i++)); do
        printf '%d,"%s","%s",%s\n' $i "$(cat canaries/said-$i)" "$(cat canaries/name-$i)" \
            "$([ $((i % 2)) -eq 0 ] && echo sealed)"
    done
} >table.csv
expect_status 0 baraza import --state "$site" --from csv table.csv --area XM-KIV

step "carried on a stick to the hub and back, and typed again after a sync while locked"
for ((i = 35; i < people; i++)); do
    baraza add --state "$site" --session XM-KIV-2026-003 --identity-file canaries/name-$i - \
        <canaries/said-$i >out 2>err || die "typing $i: $(cat err)"
done
expect_status 0 baraza bundle out disk/stick --state "$site"
expect_status 0 baraza bundle out founders --state founder || true
mkdir -p bundles && cp disk/stick/*.bundle bundles/
expect_status 0 baraza bundle out bundles --state founder
expect_status 0 baraza bundle in bundles --state hub
expect_status 0 baraza bundle out --all disk/stick --state hub
expect_status 0 baraza bundle in disk/stick --state "$site"
expect_status 0 baraza status --state "$site"
expect_contains "all of it arrived" "$(cat out)" "received + 0 pending + 0 refused"

step "words that fail on their way leave nothing either: wrong usage, a signal, a full stop in the middle"
baraza add --state "$site" --group no-such-group - <canaries/said-40 >>disk/terminal.log 2>&1
EDITOR=false baraza add --state "$site" >>disk/terminal.log 2>&1 </dev/null
printf '#!/bin/sh\ncat "%s" >"$1"\nkill -KILL $PPID\n' "$WORK/canaries/said-41" >editor && chmod +x editor
EDITOR=$WORK/editor baraza add --state "$site" >>disk/terminal.log 2>&1

step "locked; then the daemon, an agent and a writing command are made to crash, with dumps of memory allowed"
ulimit -c unlimited
(cd disk && { baraza add --state "$site" - & sleep 0.4; kill -SEGV $!; wait $!; } < <(cat canaries/said-42; sleep 2)) \
    >>disk/terminal.log 2>&1
expect_status 0 baraza lock --state "$site"
(cd disk && kill -SEGV "${e2e_pid[heron]}")
sleep 0.5
wait "${e2e_pid[heron]}" 2>/dev/null
unset "e2e_pid[heron]"
find "$WORK" "$BARAZA_BIN" -maxdepth 2 \( -name core -o -name 'core.[0-9]*' \) -newer table.csv | grep . &&
    die "a dump of memory was left"
cp heron.log disk/node.log

step "the whole disk: 0 hits in eight encodings"
command sync -f disk
wait_until 10 "the disk to be free of programs" umount disk
expect_status 0 "$canary" canaries disk.image
expect_contains "all of it was searched" "$(cat out)" " 201326592 bytes"

step "bundles on their way: 0 hits; the hub's files: 0 hits, and what was sealed is not in an export either"
expect_status 0 "$canary" canaries bundles hub
start_hub
stop hub
expect_status 0 baraza export --state hub --parts --restricted --sealed --out all.export
rm -rf sealed && mkdir sealed
for ((i = 0; i < people; i++)); do cp canaries/name-$i sealed/; done
for ((i = 2; i < 20; i += 3)); do cp canaries/said-$i sealed/; done
expect_status 0 "$canary" sealed all.export hub
# The export does hold what is open, so that the search means something.
expect_status 1 "$canary" canaries all.export
