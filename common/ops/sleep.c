// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The door to sd-bus (systemd-logind, org.freedesktop.login1). Every call is asynchronous: a bus that hangs is a bus
// that is not there. Read first: sleep.h.
#include "common/ops/sleep.h"

#include "common/base/bytes.h"

#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <systemd/sd-bus.h>
#include <unistd.h>

#define NAME "org.freedesktop.login1"
#define PATH "/org/freedesktop/login1"
#define MANAGER "org.freedesktop.login1.Manager"
#define LID_MS 2000u     // so often the lid is looked at while somebody is unlocked; clocks too
#define RETRY_MS 60000u  // so often a bus that is not there is looked for
#define PUMP_MS 1000u    // answers are awaited so long at a time
#define JUMP_MS 1000u    // more sleep than this is sleep

struct sleep_watch {
    sd_bus *bus;
    sd_bus_slot *inhibiting, *lid_asked; // calls under way
    int inhibitor;       // held: logind waits for us; -1: not
    bool prepared;       // it said that it will sleep
    bool lid_known, lid_closed;
    bool lock;           // found, to be told
    bool failed;         // the bus is of no use any more
    bool slept_known;
    uint64_t slept_ms;   // as of the last turn
    uint64_t retry_ms, lid_ms, deadline_ms;
};

static void take_inhibitor(struct sleep_watch *w);

static void drop_inhibitor(struct sleep_watch *w)
{
    if (w->inhibitor >= 0) {
        close(w->inhibitor);
    }
    w->inhibitor = -1;
}

static int on_inhibitor(sd_bus_message *m, void *arg, sd_bus_error *error)
{
    struct sleep_watch *w = arg;
    int fd = -1;
    (void)error;
    w->inhibiting = sd_bus_slot_unref(w->inhibiting);
    if (sd_bus_message_is_method_error(m, NULL) || sd_bus_message_read(m, "h", &fd) < 0) {
        w->failed = true;
        return 0;
    }
    drop_inhibitor(w);
    w->inhibitor = fcntl(fd, F_DUPFD_CLOEXEC, 3); // the message closes its own
    return 0;
}

static void take_inhibitor(struct sleep_watch *w)
{
    if (w->inhibiting == NULL && w->inhibitor < 0 &&
        sd_bus_call_method_async(w->bus, &w->inhibiting, NAME, PATH, MANAGER, "Inhibit", on_inhibitor, w, "ssss",
                                 "sleep", "Baraza", "locks the keys of whoever is unlocked", "delay") < 0) {
        w->failed = true;
    }
}

static int on_sleep(sd_bus_message *m, void *arg, sd_bus_error *error)
{
    struct sleep_watch *w = arg;
    int before = 0;
    (void)error;
    if (sd_bus_message_read(m, "b", &before) >= 0) {
        w->prepared = before != 0;
        w->lock = w->lock || w->prepared;
        if (!w->prepared) {
            take_inhibitor(w); // for the next time
        }
    }
    return 0;
}

static int on_match(sd_bus_message *m, void *arg, sd_bus_error *error)
{
    struct sleep_watch *w = arg;
    (void)error;
    w->failed = w->failed || sd_bus_message_is_method_error(m, NULL);
    return 0;
}

static int on_lid(sd_bus_message *m, void *arg, sd_bus_error *error)
{
    struct sleep_watch *w = arg;
    int closed = 0;
    (void)error;
    w->lid_asked = sd_bus_slot_unref(w->lid_asked);
    if (!sd_bus_message_is_method_error(m, NULL) && sd_bus_message_read(m, "v", "b", &closed) >= 0) {
        // One that was closed all the time is a laptop at a screen of its own.
        w->lock = w->lock || (w->lid_known && !w->lid_closed && closed);
        w->lid_known = true;
        w->lid_closed = closed != 0;
    }
    return 0;
}

static void disconnect(struct sleep_watch *w)
{
    w->inhibiting = sd_bus_slot_unref(w->inhibiting);
    w->lid_asked = sd_bus_slot_unref(w->lid_asked);
    drop_inhibitor(w);
    w->bus = sd_bus_close_unref(w->bus);
    w->failed = false;
    w->prepared = false;
    w->lid_known = false;
}

static void reconnect(struct sleep_watch *w, uint64_t now_ms)
{
    w->retry_ms = now_ms + RETRY_MS;
    if (sd_bus_open_system(&w->bus) < 0) {
        w->bus = NULL;
        return;
    }
    if (sd_bus_match_signal_async(w->bus, NULL, NAME, PATH, MANAGER, "PrepareForSleep", on_sleep, on_match, w) < 0) {
        w->failed = true;
        return;
    }
    take_inhibitor(w);
}

struct sleep_watch *sleep_open(void)
{
    struct sleep_watch *w = mem_new(sizeof *w);
    w->inhibitor = -1;
    return w;
}

void sleep_close(struct sleep_watch *w)
{
    if (w != NULL) {
        disconnect(w);
        free(w);
    }
}

int sleep_fd(const struct sleep_watch *w)
{
    return w->bus != NULL ? sd_bus_get_fd(w->bus) : -1;
}

bool sleep_writes(const struct sleep_watch *w)
{
    int events = w->bus != NULL ? sd_bus_get_events(w->bus) : 0;
    return events > 0 && (events & POLLOUT) != 0;
}

// Works off what came over the bus, and asks about the lid when it is time.
static void turn_bus(struct sleep_watch *w, uint64_t now_ms, bool watched)
{
    if (w->bus == NULL && now_ms >= w->retry_ms) {
        reconnect(w, now_ms);
    }
    if (w->bus != NULL && watched && now_ms >= w->lid_ms && w->lid_asked == NULL) {
        w->lid_ms = now_ms + LID_MS;
        if (sd_bus_call_method_async(w->bus, &w->lid_asked, NAME, PATH, "org.freedesktop.DBus.Properties", "Get",
                                     on_lid, w, "ss", MANAGER, "LidClosed") < 0) {
            w->failed = true;
        }
    }
    w->lid_known = w->lid_known && watched; // who unlocks with the lid closed means it
    int more = w->bus != NULL ? 1 : 0;
    while (more > 0 && !w->failed) {
        more = sd_bus_process(w->bus, NULL);
    }
    if (more < 0 || w->failed) {
        disconnect(w);
    }
}

bool sleep_turn(struct sleep_watch *w, uint64_t now_ms, uint64_t slept_ms, bool watched)
{
    turn_bus(w, now_ms, watched);
    const bool jumped = w->slept_known && slept_ms > w->slept_ms + JUMP_MS;
    w->slept_ms = slept_ms;
    w->slept_known = true;
    const bool lock = w->lock || jumped;
    w->lock = false;
    const bool awaits = w->inhibiting != NULL || w->lid_asked != NULL;
    w->deadline_ms = now_ms + (awaits ? PUMP_MS : watched ? LID_MS : RETRY_MS);
    return lock;
}

uint64_t sleep_deadline(const struct sleep_watch *w)
{
    return w->deadline_ms;
}

void sleep_locked(struct sleep_watch *w)
{
    if (w->prepared) {
        drop_inhibitor(w);
    }
}

bool sleep_in_advance(const struct sleep_watch *w)
{
    return w->inhibitor >= 0;
}
