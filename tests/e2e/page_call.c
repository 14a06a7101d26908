// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// One call of the page from a shell script: its JSON from standard input, the reply on standard output.
//   page_call PORT NAME [TOKEN [HEADER...]]       POST /api/NAME as our page sends it; HEADER is "Baraza-X: value"
//   page_call --octets PORT NAME TOKEN HEADER...  the same with bytes instead of JSON
//   page_call --get PORT PATH                     GET
//   page_call --token PORT KEY PASSPHRASE-FILE    unlocks and prints the token
// Exit status 0: 200 OK; 1: refused, with the status on standard error; 2: no answer.
#include "common/limits.h"
#include "tests/lib/http_client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void read_all(FILE *from, struct buf *out)
{
    uint8_t piece[4096];
    size_t n;
    while ((n = fread(piece, 1, sizeof piece, from)) > 0) {
        buf_put(out, slice_of(piece, n));
    }
    CHECK(buf_ok(out));
}

static uint16_t port_of(const char *text)
{
    unsigned port = 0;
    for (; *text >= '0' && *text <= '9'; text++) {
        port = port * 10 + (unsigned)(*text - '0');
    }
    return (uint16_t)port;
}

// Sends request and prints what comes: the body, or (member not NULL) one string of it.
static int talk(uint16_t port, const struct buf *request, const char *member)
{
    struct reply r = { .body = "" };
    char text[4096];
    int fd = client_dial(port);
    if (fd < 0 || !client_say(fd, request->p, request->n)) {
        fprintf(stderr, "page_call: nobody answers at port %u\n", (unsigned)port);
        return 2;
    }
    client_hear(fd, 60000, &r);
    close(fd);
    if (member != NULL && client_member(&r, member, text, sizeof text)) {
        printf("%s\n", text);
    } else {
        (void)fwrite(r.body, 1, r.body_n, stdout);
    }
    if (r.status != 200) {
        fprintf(stderr, "%u\n", r.status);
    }
    const int code = r.status == 200 ? 0 : r.status == 0 ? 2 : 1;
    reply_done(&r);
    return code;
}

static void put_unlock(struct buf *request, uint16_t port, const char *key, const char *file)
{
    struct buf passphrase = buf_new(LIMIT_PASSPHRASE + 1), json = buf_new(4096);
    FILE *f = fopen(file, "re");
    CHECK(f != NULL);
    read_all(f, &passphrase);
    (void)fclose(f);
    while (passphrase.n > 0 && passphrase.p[passphrase.n - 1] == '\n') {
        passphrase.n--;
    }
    buf_printf(&json, "{\"key\":\"%s\",\"passphrase\":\"%.*s\"}", key, (int)passphrase.n, (const char *)passphrase.p);
    client_put_call(request, port, "unlock", NULL, "application/json", "", buf_slice(&json));
    buf_done(&passphrase);
    buf_done(&json);
}

int main(int argc, char **argv)
{
    struct buf request = buf_new(4194304), body = buf_new(2097152), more = buf_new(8192);
    const char *what = argc > 1 && argv[1][0] == '-' ? argv[1] : "";
    char **a = argv + (what[0] == '-' ? 2 : 1);
    const int n = argc - (int)(a - argv);
    if (n < 2 || (strcmp(what, "--token") == 0 && n < 3)) {
        fprintf(stderr, "page_call: read its source\n");
        return 2;
    }
    const uint16_t port = port_of(a[0]);
    if (strcmp(what, "--get") == 0) {
        buf_printf(&request, "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\n\r\n", a[1], (unsigned)port);
    } else if (strcmp(what, "--token") == 0) {
        put_unlock(&request, port, a[1], a[2]);
    } else {
        const char *type = what[0] == '-' ? "application/octet-stream" : "application/json";
        read_all(stdin, &body);
        for (int i = 3; i < n; i++) {
            buf_printf(&more, "%s\r\n", a[i]);
        }
        buf_put_u8(&more, 0);
        client_put_call(&request, port, a[1], n > 2 && a[2][0] != '\0' ? a[2] : NULL, type, (const char *)more.p,
                        buf_slice(&body));
    }
    const int code = talk(port, &request, strcmp(what, "--token") == 0 ? "token" : NULL);
    buf_done(&request);
    buf_done(&body);
    buf_done(&more);
    return code;
}
