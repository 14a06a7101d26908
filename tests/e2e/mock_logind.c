// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// A systemd-logind for tests, on a bus of their own: hands out delay inhibitors, tells of sleep, has a lid. Reads one
// word a line from standard input and says what happens, a line each: "inhibit" (somebody asks to be waited for),
// "sleep" is answered by "released" once nobody is waited for any more, or "late" after five seconds; "wake", "lid",
// "open", "end".
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <systemd/sd-bus.h>
#include <unistd.h>

#define INHIBITORS 16
#define LATE_MS 5000

static int held[INHIBITORS]; // ends that close with the inhibitor
static size_t held_n;
static int lid_closed;

static void say(const char *word)
{
    (void)puts(word);
    (void)fflush(stdout);
}

static int inhibit(sd_bus_message *m, void *arg, sd_bus_error *error)
{
    const char *what = "";
    const char *mode = "";
    int ends[2];
    (void)arg;
    if (sd_bus_message_read(m, "ssss", &what, NULL, NULL, &mode) < 0 || strcmp(what, "sleep") != 0 ||
        strcmp(mode, "delay") != 0 || held_n == INHIBITORS || pipe2(ends, O_CLOEXEC) != 0) {
        return sd_bus_error_set_errno(error, EINVAL);
    }
    held[held_n++] = ends[0];
    int r = sd_bus_reply_method_return(m, "h", ends[1]);
    close(ends[1]);
    say("inhibit");
    return r;
}

static int get_lid(sd_bus *bus, const char *path, const char *interface, const char *property, sd_bus_message *reply,
                   void *arg, sd_bus_error *error)
{
    (void)bus, (void)path, (void)interface, (void)property, (void)arg, (void)error;
    return sd_bus_message_append(reply, "b", lid_closed);
}

static const sd_bus_vtable vtable[] = {
    SD_BUS_VTABLE_START(0),
    SD_BUS_METHOD("Inhibit", "ssss", "h", inhibit, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_PROPERTY("LidClosed", "b", get_lid, 0, 0),
    SD_BUS_SIGNAL("PrepareForSleep", "b", 0),
    SD_BUS_VTABLE_END,
};

// Works off the bus until nobody is waited for, at most LATE_MS.
static void await_release(sd_bus *bus)
{
    int waited = 0;
    while (held_n > 0 && waited < LATE_MS) {
        struct pollfd end = { .fd = held[held_n - 1] };
        while (sd_bus_process(bus, NULL) > 0) {
        }
        if (poll(&end, 1, 10) == 1 && (end.revents & POLLHUP) != 0) {
            close(held[--held_n]);
        }
        waited += 10;
    }
    say(held_n == 0 ? "released" : "late");
}

static void sleep_signal(sd_bus *bus, int before)
{
    (void)sd_bus_emit_signal(bus, "/org/freedesktop/login1", "org.freedesktop.login1.Manager", "PrepareForSleep", "b",
                             before);
    (void)sd_bus_flush(bus);
}

int main(void)
{
    sd_bus *bus = NULL;
    char word[32];
    if (sd_bus_open_system(&bus) < 0 ||
        sd_bus_add_object_vtable(bus, NULL, "/org/freedesktop/login1", "org.freedesktop.login1.Manager", vtable,
                                 NULL) < 0 ||
        sd_bus_request_name(bus, "org.freedesktop.login1", 0) < 0) {
        say("no bus");
        return 1;
    }
    say("ready");
    for (;;) {
        struct pollfd fds[] = { { .fd = STDIN_FILENO, .events = POLLIN },
                                { .fd = sd_bus_get_fd(bus), .events = POLLIN } };
        while (sd_bus_process(bus, NULL) > 0) {
        }
        (void)sd_bus_flush(bus);
        (void)poll(fds, 2, 100);
        if ((fds[0].revents & (POLLIN | POLLHUP)) == 0) {
            continue;
        }
        if (fgets(word, sizeof word, stdin) == NULL || strcmp(word, "end\n") == 0) {
            break;
        }
        if (strcmp(word, "sleep\n") == 0) {
            sleep_signal(bus, 1);
            await_release(bus);
        } else if (strcmp(word, "wake\n") == 0) {
            sleep_signal(bus, 0);
        } else if (strcmp(word, "lid\n") == 0 || strcmp(word, "open\n") == 0) {
            lid_closed = word[0] == 'l';
        }
    }
    sd_bus_flush_close_unref(bus);
    return 0;
}
