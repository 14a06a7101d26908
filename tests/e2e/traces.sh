#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Copyright The Baraza authors
#
# What is typed leaves no trace where others look: not in a program's arguments while it waits for a passphrase, not in
# what an editor leaves behind, not in a core file when a program crashes.
. "$(dirname "$0")/lib.sh"
# Programs are made to crash here on purpose: that is not for the sanitizer to report.
export ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}handle_segv=0:handle_abort=0"

CANARY=quillwort
id=82011238aaaaaaaa
found
newcomer site facilitator
export BARAZA_STATE=$WORK/site
expect_status 0 baraza session open XM-KIV-2026-003 --area XM-KIV --passphrase-file "$PASS"
mkfifo awaited
exec 8<>awaited

# waits COMMAND...: starts it with a passphrase to wait for; its process number is then $waiting.
waits() {
    "$@" --passphrase-file - <"$WORK/awaited" >"$WORK/out" 2>"$WORK/err" &
    waiting=$!
}

# hidden: true once it runs and its arguments say nothing; read at once, because they change.
hidden() {
    local line
    line=$(tr '\0' ' ' <"/proc/$waiting/cmdline")
    [[ $line == "baraza "* && $line != *$CANARY* ]]
}

# waits_no_more SIGNAL: ends it so.
waits_no_more() {
    kill -0 $waiting 2>/dev/null || die "it did not wait for a passphrase: $(cat "$WORK"/{out,err})"
    kill -"$1" $waiting
    wait $waiting 2>/dev/null
}

step "words given as arguments are hidden while a passphrase is awaited, whatever the command"
while IFS='|' read -r -a command; do
    waits baraza "${command[@]}"
    wait_until 10 "the arguments of ${command[0]} to be hidden" hidden
    expect_contains "what ps shows" "$(tr '\0' ' ' </proc/$waiting/cmdline)" "baraza ${command[0]}"
    ! grep -qa $CANARY /proc/$waiting/comm /proc/$waiting/environ || die "${command[0]}: in its title or environment"
    waits_no_more TERM
done <<END
add|--summary|About $CANARY.|--ask|More $CANARY.|The $CANARY is gone.
add|--form|7|--written-by|$CANARY|--typed-by=$CANARY|Words.
correct|$id|--reason|misheard|--text|The $CANARY.|--why|Loud $CANARY.
withdraw|$id|--reason|Afraid of $CANARY.
respond|$id|--disposition|noted|--reason|For $CANARY.
link|$id|$id|--relation|contradicts|--reason|As $CANARY.
clause|add|--type|need|--title|On $CANARY|--text|The $CANARY.
session|open|XM-KIV-2026-004|--area|XM-KIV|--title|Meeting at $CANARY|--place|$CANARY
END

step "an editor works in memory, and what it leaves goes with it, also when the program is told to end"
if [ -w /dev/shm ] && [ "$(stat -f -c %T /dev/shm)" = tmpfs ] && command -v script >/dev/null; then
    cat >editor <<END
#!/bin/sh
dirname "\$1" >$WORK/folder
stat -f -c %T "\$1" >$WORK/kind
stat -c %a "\$1" "\$(dirname "\$1")" | tr '\n' ' ' >$WORK/modes
echo "The $CANARY, in an editor." >>"\$1"
cp "\$1" "\$(dirname "\$1")/.words.swp"
echo ready >>$WORK/folder
[ ! -e $WORK/hold ] || exec sleep 60
END
    chmod +x editor
    expect_status 0 baraza unlock site --passphrase-file "$PASS"
    EDITOR=$WORK/editor expect_status 0 script -qec "baraza add --json" /dev/null
    baraza list --json >listed || die "list failed"
    grep -q "The $CANARY, in an editor." listed || die "what was written in the editor was not saved: $(cat out listed)"
    expect_equal "where the editor worked" "$(cat kind)" tmpfs
    expect_equal "who may read it" "$(cat modes)" "600 700 "
    [ ! -e "$(head -n 1 folder)" ] || die "the editor's folder stays: $(ls -A "$(head -n 1 folder)")"
    EDITOR=$WORK/editor expect_status 0 script -qec "baraza withdraw $(field id listed) --reason -" /dev/null
    expect_status 0 baraza show "$(field id listed)"
    expect_contains "the reason" "$(cat out)" "The $CANARY, in an editor."
    echo "The $CANARY, from a pipe." | baraza correct "$(field id listed)" --reason misheard --text - >out 2>err ||
        die "correct does not read standard input: $(cat err)"
    expect_status 0 baraza show "$(field id listed)"
    expect_contains "the correction" "$(cat out)" "The $CANARY, from a pipe."
    rm folder
    touch hold
    EDITOR=$WORK/editor script -qec "sh -c 'echo \$\$ >$WORK/writer; exec baraza add'" /dev/null >out 2>&1 </dev/null &
    wait_until 10 "the editor to be open" grep -q ready folder
    kill -TERM "$(cat writer)"
    wait_until 10 "the folder to go" eval "[ ! -e '$(head -n 1 folder)' ]"
    wait
    expect_status 0 baraza lock
else
    step "(no file system in memory, or no script: not tried)"
fi

step "a crash leaves no core file and no words"
may_crash
ulimit -c unlimited
mkdir cores
cd cores || exit 1
sh -c 'kill -SEGV $$' 2>/dev/null
[ -n "$(ls -A)" ] || step "(this system makes no core files here: only the limits are looked at)"
rm -f ./*
for signal in SEGV ABRT; do
    waits baraza add --summary "About $CANARY." "The $CANARY is gone."
    wait_until 10 "add to wait" hidden
    expect_contains "the limit" "$(grep 'Max core' /proc/$waiting/limits)" " 1  "
    waits_no_more $signal
    # Known by its name: of a program that gives nothing away, /proc tells others no more.
    expect_status 0 bash -c "exec -a '$WORK/agent' baraza unlock site --passphrase-file '$PASS'"
    agent=$(pgrep -f "^$WORK/agent unlock")
    [ -n "$agent" ] || die "the agent is not found"
    kill -$signal "$agent"
    wait_until 10 "the agent to be gone" eval "! kill -0 $agent 2>/dev/null || grep -q '^State:.Z' /proc/$agent/status"
    start node baraza-node --state "$WORK/site"
    wait_until 10 "the daemon" grep -q node.ready "$WORK/node.log"
    expect_status 0 baraza unlock site --passphrase-file "$PASS"
    kill -$signal "${e2e_pid[node]}"
    await node
    [ -z "$(ls -A)" ] || die "a crash left $(ls -A)"
    ! grep -qaE "$CANARY|phrase for trials" "$WORK"/{out,err,node.log} || die "what a crash says has words in it"
done
cd "$WORK" || exit 1
! grep -rqa "$CANARY" site marks home node.log || die "words lie open on the disk"
