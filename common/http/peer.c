// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The owner of a socket: by sock_diag (man 7 sock_diag), else by the table in /proc. Read first: peer.h.
#include "common/http/peer.h"

#include "common/base/bytes.h"
#include "common/base/num.h"

#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define TABLE "/proc/net/tcp"
#define FIELD_UID 7 // "sl local remote st queues timer retransmits uid ..."

struct question {
    struct nlmsghdr head;
    struct inet_diag_req_v2 request;
};

static struct question ask(const struct sockaddr_in *from, const struct sockaddr_in *to)
{
    struct question q = {
        .head = { .nlmsg_len = sizeof q, .nlmsg_type = SOCK_DIAG_BY_FAMILY, .nlmsg_flags = NLM_F_REQUEST },
        .request = { .sdiag_family = AF_INET,
                     .sdiag_protocol = IPPROTO_TCP,
                     .idiag_states = ~0u,
                     .id = { .idiag_sport = from->sin_port,
                             .idiag_dport = to->sin_port,
                             .idiag_src = { from->sin_addr.s_addr },
                             .idiag_dst = { to->sin_addr.s_addr },
                             .idiag_cookie = { INET_DIAG_NOCOOKIE, INET_DIAG_NOCOOKIE } } },
    };
    return q;
}

// *uid = the owner's. False: the kernel did not say (it has no such answer here, or no such socket).
static bool owner_by_diag(const struct sockaddr_in *from, const struct sockaddr_in *to, uid_t *uid)
{
    const struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
    const struct timeval limit = { .tv_sec = 1 };
    struct question q = ask(from, to);
    struct {
        struct nlmsghdr head;
        uint8_t body[1024];
    } reply;
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
    if (fd < 0) {
        return false;
    }
    ssize_t n = -1;
    if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) == 0 &&
        sendto(fd, &q, sizeof q, 0, (const struct sockaddr *)&kernel, sizeof kernel) == (ssize_t)sizeof q) {
        n = recv(fd, &reply, sizeof reply, 0);
    }
    close(fd);
    struct inet_diag_msg found;
    if (n < (ssize_t)(sizeof reply.head + sizeof found) || reply.head.nlmsg_type != SOCK_DIAG_BY_FAMILY) {
        return false;
    }
    memcpy(&found, reply.body, sizeof found);
    *uid = found.idiag_uid;
    return found.id.idiag_sport == from->sin_port && found.id.idiag_dport == to->sin_port;
}

// True, and *uid, when line is the one that begins with the two addresses.
static bool line_owner(char *line, const char *ends, uid_t *uid)
{
    char *colon = strchr(line, ':');
    if (colon == NULL || strncmp(colon + 1, ends, strlen(ends)) != 0) {
        return false;
    }
    char *word = colon;
    for (int i = 1; i <= FIELD_UID && word != NULL; i++) {
        word = strchr(word, ' ');
        word = word == NULL ? NULL : word + strspn(word, " ");
    }
    uint64_t number = 0;
    if (word == NULL || !num_parse_u64(slice_of(word, strcspn(word, " ")), &number) || number > UINT32_MAX) {
        return false;
    }
    *uid = (uid_t)number;
    return true;
}

static bool owner_by_table(const struct sockaddr_in *from, const struct sockaddr_in *to, uid_t *uid)
{
    char ends[64], line[512];
    (void)snprintf(ends, sizeof ends, " %08X:%04X %08X:%04X ", from->sin_addr.s_addr, ntohs(from->sin_port),
                   to->sin_addr.s_addr, ntohs(to->sin_port));
    FILE *table = fopen(TABLE, "re");
    bool found = false;
    while (table != NULL && !found && fgets(line, sizeof line, table) != NULL) {
        found = line_owner(line, ends, uid);
    }
    if (table != NULL) {
        (void)fclose(table);
    }
    return found;
}

bool peer_is_ours(const struct sockaddr_in *from, const struct sockaddr_in *to)
{
    uid_t uid = (uid_t)-1;
    return (owner_by_diag(from, to, &uid) || owner_by_table(from, to, &uid)) && uid == geteuid();
}
