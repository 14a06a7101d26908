// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Those who should not come in, or not so far. See attacks.h.
#include "tests/e2e/hostile/attacks.h"

#include "common/base/num.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define DOOR_MS 20000

static uint16_t hub_port(struct stage *s)
{
    uint64_t port = 0;
    const char *colon = strrchr(s->hub.address, ':');
    must(s, colon != NULL && num_parse_u64(slice_text(colon + 1), &port) && port <= UINT16_MAX, "the hub has a port");
    return (uint16_t)port;
}

void attack_idle_open(struct stage *s, int fds[IDLE_CONNECTIONS])
{
    // The first bytes of a ZMTP greeting (RFC 23), and then nothing more, from every second one.
    static const uint8_t greeting[10] = { 0xff, [9] = 0x7f };
    struct sockaddr_in at = { .sin_family = AF_INET,
                              .sin_port = htons(hub_port(s)),
                              .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    for (size_t i = 0; i < IDLE_CONNECTIONS; i++) {
        fds[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        must(s, fds[i] >= 0 && connect(fds[i], (struct sockaddr *)&at, sizeof at) == 0, "a TCP connection");
        must(s, i % 2 == 0 || write(fds[i], greeting, sizeof greeting) == (ssize_t)sizeof greeting, "half a greeting");
    }
    tell("500 TCP connections stand at the door and say nothing, or half a word");
}

void attack_idle_close(int fds[IDLE_CONNECTIONS])
{
    for (size_t i = 0; i < IDLE_CONNECTIONS; i++) {
        close(fds[i]);
    }
}

static enum sock_event knock(struct stage *s, const struct person *p)
{
    struct caller c;
    caller_begin(&c, s, s->net, p);
    enum sock_event event = caller_outcome(&c, DOOR_MS);
    caller_close(&c);
    return event;
}

static void *knock_early(void *arg)
{
    struct early *e = arg;
    enum sock_event event = SOCK_NONE;
    while (event != SOCK_UP && event != SOCK_REFUSED && !atomic_load(&e->stop)) {
        event = knock(e->stage, e->person);
    }
    atomic_store(&e->outcome, (int)event);
    return NULL;
}

void early_begin(struct early *e, struct stage *s, const struct person *p)
{
    *e = (struct early){ .stage = s, .person = p };
    must(s, pthread_create(&e->thread, NULL, knock_early, e) == 0, "a thread to knock");
}

void early_end(struct early *e)
{
    uint64_t deadline = loop_now_ms() + DOOR_MS;
    while (atomic_load(&e->outcome) == SOCK_NONE && loop_now_ms() < deadline) {
        pause_ms(5);
    }
    atomic_store(&e->stop, true);
    pthread_join(e->thread, NULL);
    must(e->stage, atomic_load(&e->outcome) == SOCK_UP, "whoever knocks while the hub starts gets in at once");
}

void attack_unknown_key(struct stage *s)
{
    const struct person stranger = person_of("a stranger");
    must(s, knock(s, &stranger) == SOCK_REFUSED, "an unknown key is refused at the door");
    tell("an unknown key is refused at the door");
}

// Enrols newcomer number i under the one invitation and returns what the hub says of it: GOOD when it acknowledges.
static enum verdict enrol(struct stage *s, size_t i, struct person *newcomer, bool effect)
{
    char name[32];
    struct caller c;
    struct letter l;
    const struct person invitation = person_of("an invitation");
    snprintf(name, sizeof name, "newcomer %zu", i);
    *newcomer = person_of(name);
    struct said *said = world_enrol(&s->world, newcomer, s->invite, "an invitation");
    letter_wire(&l, &said, 1);
    caller_open(&c, s, &invitation);
    caller_hello(&c);
    must(s, caller_say_letter(&c, &l), "an enrolment can be said");
    must(s, caller_hear_any(&c, DOOR_MS), "an enrolment is answered");
    enum verdict v = c.msg.type == MSG_REFUSE ? c.msg.as.refuse.code : VERDICT_GOOD;
    must(s, c.msg.type == MSG_REFUSE || c.msg.type == MSG_ACK, "an enrolment is answered");
    if (v == VERDICT_GOOD && !effect) {
        caller_hear_error(&c, VERDICT_INVITE_SPENT, "whoever comes too late is told that the invitation is spent");
    }
    letter_done(&l);
    caller_close(&c);
    return v;
}

void attack_spent_invitation(struct stage *s)
{
    struct person newcomer;
    must(s, enrol(s, 0, &newcomer, true) == VERDICT_GOOD, "the first one enrols");
    must(s, knock(s, &newcomer) == SOCK_UP, "whoever has just enrolled gets in with her own key");
    for (size_t i = 1; i <= LIMIT_INVITE_SPENT; i++) {
        must(s, enrol(s, i, &newcomer, false) == VERDICT_GOOD, "an enrolment too many is sequenced");
        must(s, knock(s, &newcomer) == SOCK_REFUSED, "but opens no door");
    }
    must(s, enrol(s, LIMIT_INVITE_SPENT + 1, &newcomer, false) == VERDICT_INVITE_SPENT_LIMIT,
         "and then no more are taken");
    tell("an invitation for one lets in one; sixteen more are recorded without effect, the next is put off");
}

void attack_invitation_misused(struct stage *s)
{
    const struct person invitation = person_of("an invitation");
    struct person thief = person_of("a thief of an invitation");
    struct said *said[2];
    struct letter one;
    struct letter two;
    struct caller c;
    said[0] = stage_session(&s->world, &thief);
    said[1] = stage_contribution(&s->world, &thief, said[0]->entry.id, 100);
    letter_wire(&one, said, 1);
    letter_wire(&two, said, 2);
    caller_open(&c, s, &invitation);
    caller_hello(&c);
    must(s, caller_say_letter(&c, &one), "a message can be said");
    caller_hear_error(&c, VERDICT_NOT_ADMITTED, "an invitation carries an enrolment and nothing else");
    must(s, caller_say_letter(&c, &one), "a message can be said");
    caller_hear_refuse(&c, VERDICT_QUOTA, "and that once a second");
    must(s, caller_want(&c, WANT_PROOF, s->invite, 0), "a want can be said"); // it gets no answer
    for (int i = 1; i < 8; i++) {
        must(s, caller_say_letter(&c, &two), "a message can be said");
        caller_hear_error(&c, VERDICT_NOT_ADMITTED, "nor two entries");
    }
    must(s, caller_say_letter(&c, &two), "a message can be said");
    caller_hear_error(&c, VERDICT_OUT_OF_TURN, "after eight faults nobody listens any more");
    caller_say_hello(&c, NULL, 0, 0);
    caller_hear_error(&c, VERDICT_QUOTA, "also not to a new hello");
    caller_close(&c);
    letter_done(&one);
    letter_done(&two);
    tell("an invitation's key brings nothing but an enrolment, and after eight faults it is not heard");
}

void attack_revoked(struct stage *s, struct person *hostile)
{
    struct caller c;
    struct caller office;
    struct letter l;
    caller_open(&c, s, hostile);
    caller_hello(&c);
    struct said *revoke = world_revoke(&s->world, &s->secretariat, hostile, "compromised", NULL, 0);
    letter_wire(&l, &revoke, 1);
    caller_open(&office, s, &s->secretariat);
    caller_hello(&office);
    must(s, caller_say_letter(&office, &l) && caller_hear(&office, MSG_ACK, DOOR_MS), "a revocation is acknowledged");
    caller_say_hello(&c, NULL, 0, 0);
    caller_hear_error(&c, VERDICT_NOT_ADMITTED, "whose accreditation ended is not heard, though still connected");
    must(s, !caller_hear_any(&c, 1500), "nor sent what others are sent");
    must(s, knock(s, hostile) == SOCK_REFUSED, "and does not get in again");
    caller_close(&c);
    caller_close(&office);
    letter_done(&l);
    tell("a device whose accreditation ends while it is connected is not heard and sent nothing");
}
