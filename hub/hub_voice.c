// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Lines about peers, bounded. Read first: hub_voice.h.
#include "hub/hub_voice.h"

#include "common/format/roster.h"

#define TELLS 200u              // lines about peers that are logged in TELLS_MS, so that nobody fills a disk with them
#define TELLS_MS 10000u

void hub_voice_tell(struct hub_voice *v, const struct peer_action *a, uint64_t now_ms)
{
    if (now_ms >= v->tells_ms + TELLS_MS) {
        if (v->tells > TELLS) {
            LOG_WITH(v->log, LOG_WARN, "peer.events-not-shown", log_number("count", v->tells - TELLS));
        }
        v->tells = 0;
        v->tells_ms = now_ms;
    }
    if (v->tells++ >= TELLS) {
        return;
    }
    enum log_level level = a->as.tell.what <= PEER_TELL_REPLACED ? LOG_INFO : LOG_WARN;
    LOG_WITH(v->log, level, "peer.event", log_id("peer", SLICE_ARRAY(a->user.b)),
             (struct log_field){ .key = "what", .type = LOG_FIELD_WORD, .word = peer_tell_name(a->as.tell.what) },
             log_verdict("code", a->as.tell.code), log_number("value", a->as.tell.value));
}

static bool knew(const struct roster *roster, struct boxkey key)
{
    for (size_t i = 0; i < roster_transport_count(roster); i++) {
        if (boxkey_equal(roster_transport_key(roster, i), key)) {
            return true;
        }
    }
    return false;
}

void hub_voice_door(struct hub_voice *v, struct zap *zap, const struct roster *roster)
{
    struct boxkey keys[ZAP_REFUSED_KEPT];
    uint64_t times = 0;
    const size_t n = zap_take_refused(zap, keys, &times);
    for (size_t i = 0; i < n; i++) {
        LOG_WITH(v->log, LOG_INFO, "hub.not-admitted", log_id("peer", SLICE_ARRAY(keys[i].b)),
                 (struct log_field){ .key = "why", .type = LOG_FIELD_WORD,
                                     .word = knew(roster, keys[i]) ? "ended" : "unknown" });
    }
    if (times > n) {
        LOG_WITH(v->log, LOG_INFO, "hub.knocks", log_number("count", times));
    }
}
