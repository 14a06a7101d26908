#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Copyright The Baraza authors
#
# Whoever is unlocked is locked before the computer sleeps and when its lid is closed, by the agent and by the daemon;
# and a daemon or agent whose state is taken away ends. With a bus and a logind of its own: nothing here sleeps.
. "$(dirname "$0")/lib.sh"

command -v dbus-daemon >/dev/null || skip "dbus-daemon is not installed"
MOCK=$BARAZA_BIN/../tests/e2e/mock_logind
found
newcomer site facilitator
export BARAZA_STATE=$WORK/site

cat >bus.conf <<END
<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><listen>unix:path=$WORK/bus</listen><auth>EXTERNAL</auth>
<policy context="default"><allow user="*"/><allow own="*"/><allow send_destination="*" eavesdrop="true"/>
<allow eavesdrop="true"/></policy></busconfig>
END

# unlocked: true while somebody is.
unlocked() { baraza status | grep -q '^Unlocked: site'; }

step "without a bus it is said that keys are locked when the computer wakes up"
export DBUS_SYSTEM_BUS_ADDRESS=unix:path=$WORK/bus
expect_status 0 baraza unlock --passphrase-file "$PASS"
expect_status 0 baraza status
expect_contains "what status says" "$(cat out)" "locked when this computer wakes up"
expect_status 0 baraza lock

start dbus dbus-daemon --config-file="$WORK/bus.conf" --nofork
wait_until 10 "the bus" test -S bus
mkfifo control
exec 9<>control
"$MOCK" <control >logind.log 2>&1 &
e2e_pid[logind]=$!
wait_until 10 "the mock" grep -q ready logind.log
# events N: how often somebody asked to be waited for so far.
events() { grep -c '^inhibit$' logind.log; }
# asleep: tells of sleep, and expects that everybody who was to be waited for is done in time.
asleep() {
    local before
    before=$(grep -c '^released$' logind.log)
    echo sleep >&9
    wait_until 10 "sleep to be waited for" eval '[ "$(grep -c "^released$" logind.log)" -gt '"$before"' ]'
    ! grep -q '^late$' logind.log || die "the computer slept before the keys were gone"
}

step "the agent: locked and gone before the computer sleeps"
expect_status 0 baraza unlock --passphrase-file "$PASS"
wait_until 10 "the agent to be waited for" eval '[ "$(events)" -eq 1 ]'
expect_status 0 baraza status
expect_contains "what status says" "$(cat out)" "Unlocked: site; locked before this computer sleeps"
asleep
! unlocked || die "somebody is unlocked in a computer that sleeps"
[ ! -e site/agent.sock ] || die "the agent is still there"
echo wake >&9

step "the agent: locked when the lid is closed, though the computer does not sleep"
expect_status 0 baraza unlock --passphrase-file "$PASS"
wait_until 10 "the agent to be waited for" eval '[ "$(events)" -eq 2 ]'
sleep 3 # it has looked at the open lid
unlocked || die "an open lid locks"
echo lid >&9
wait_until 10 "the keys to be locked" eval "! unlocked"
step "who unlocks with the lid closed, at a screen of its own, stays unlocked"
expect_status 0 baraza unlock --passphrase-file "$PASS"
sleep 5
unlocked || die "a lid that was closed before locks"
echo open >&9
expect_status 0 baraza lock

step "the daemon: locked before the computer sleeps, each time, and goes on"
start_node site
wait_until 10 "the daemon to be waited for" grep -q "node.sleep-watch logind=yes" site.log
for _ in 1 2; do
    before=$(events)
    expect_status 0 baraza unlock --passphrase-file "$PASS"
    unlocked || die "nobody is unlocked"
    asleep
    ! unlocked || die "somebody is unlocked in a computer that sleeps"
    echo wake >&9
    wait_until 10 "the daemon to be waited for the next time" eval '[ "$(events)" -gt '"$before"' ]'
done
expect_equal "what the log says" "$(grep -c node.locked-for-sleep site.log)" 2

step "the bus goes away: the clocks are watched, and it is said"
echo end >&9
stop dbus 0
wait_until 10 "the daemon to notice" grep -q "node.sleep-watch logind=no" site.log
expect_status 0 baraza unlock --passphrase-file "$PASS"
expect_status 0 baraza status
expect_contains "what status says" "$(cat out)" "locked when this computer wakes up"

step "a daemon whose state was replaced ends and says so; its keys are gone"
mv site away
cp -a away site
wait_until 15 "the daemon to end" eval "! running site"
status=0
await site || status=$?
expect_equal "status of the daemon" "$status" 66
expect_contains "what it says" "$(cat site.log)" "was removed, or another state put in its place"
start_hub
mv hub away-hub
cp -a away-hub hub
wait_until 15 "the hub to end" eval "! running hub"
status=0
await hub || status=$?
expect_equal "status of the hub" "$status" 66
expect_contains "what it says" "$(cat hub.log)" "was removed, or another state put in its place"
expect_status 0 baraza unlock --passphrase-file "$PASS"
unlocked || die "the new state cannot be unlocked"
rm -rf site
wait_until 15 "the agent to end" eval '! pgrep -f "^baraza unlock" | while read -r pid; do
    readlink /proc/$pid/cwd; done | grep -qx "'"$WORK"'"'
