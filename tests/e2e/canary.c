// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Looks for words that must not be there: canaries, in eight encodings (UTF-8, UTF-16 in both orders, base64 at three
// offsets, hex, msgpack), in the raw bytes of files, of all files below folders, and of disk images.
// It must never miss what it says it looks for: --plant writes every canary in every encoding, for a test to find.
//
//     canary CANARIES PATH...          CANARIES: a folder; each file in it is one canary, its whole content
//     canary --plant CANARIES FOLDER   writes CANARY.ENCODING into FOLDER, in the middle of other bytes
//
// A long canary is looked for piece by piece, so that a part of it is found as well. Exit 0: none found; 1: found, each
// with file, place, canary and encoding; 2: usage, or something could not be read (then nothing is said to be clean).
#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define PREFIX 8              // bytes of a needle that are compared first
#define PIECE 48              // bytes of a canary that are looked for at once
#define PIECE_EVERY 1024      // a piece of a long canary begins so often
#define CANARY_LEAST 12       // a shorter one would be found by chance
#define CANARY_MOST (1 << 20)
#define FILTER_BITS 22
#define HITS_SHOWN 50

enum encoding { UTF_8, UTF_16_LE, UTF_16_BE, BASE64_0, BASE64_1, BASE64_2, HEX, MSGPACK, ENCODINGS };
static const char *const encoding_names[ENCODINGS] = { "utf-8",    "utf-16le", "utf-16be", "base64-0",
                                                       "base64-1", "base64-2", "hex",      "msgpack" };

struct needle {
    uint64_t prefix;
    uint8_t *bytes;
    size_t n;
    const char *canary;
    enum encoding encoding;
};

static struct needle *needles;
static size_t needle_count;
static uint8_t filter[1 << (FILTER_BITS - 3)];
static uint64_t hits, files, scanned;

static void die(const char *what, const char *which)
{
    fprintf(stderr, "canary: %s %s\n", what, which);
    exit(2);
}

static void *room(size_t n)
{
    void *p = calloc(1, n > 0 ? n : 1);
    if (p == NULL) {
        die("no memory for", "a canary");
    }
    return p;
}

static uint64_t prefix_of(const uint8_t *p)
{
    uint64_t v;
    memcpy(&v, p, sizeof v);
    return v;
}

static uint32_t filter_at(uint64_t prefix)
{
    return (uint32_t)((prefix * 0x9e3779b97f4a7c15u) >> (64 - FILTER_BITS));
}

// --- encodings ---

// Code points of UTF-8 as 16-bit units; false when it is not UTF-8 (such a canary has no UTF-16).
static bool to_utf16(const uint8_t *p, size_t n, bool big, uint8_t *out, size_t *made)
{
    size_t at = 0;
    for (size_t i = 0; i < n;) {
        const unsigned more = p[i] < 0x80 ? 0 : (p[i] & 0xe0) == 0xc0 ? 1 : (p[i] & 0xf0) == 0xe0 ? 2 : 3;
        if (i + more >= n || (p[i] & 0xc0) == 0x80) {
            return false;
        }
        uint32_t c = more == 0 ? p[i] : p[i] & (0x3fu >> more);
        for (unsigned k = 1; k <= more; k++) {
            c = c << 6 | (p[i + k] & 0x3fu);
        }
        i += more + 1;
        uint16_t units[2] = { (uint16_t)c, 0 };
        const unsigned count = c > 0xffff ? 2 : 1;
        if (count == 2) {
            units[0] = (uint16_t)(0xd800 + ((c - 0x10000) >> 10));
            units[1] = (uint16_t)(0xdc00 + ((c - 0x10000) & 0x3ff));
        }
        for (unsigned k = 0; k < count; k++) {
            out[at++] = (uint8_t)(big ? units[k] >> 8 : units[k] & 0xff);
            out[at++] = (uint8_t)(big ? units[k] & 0xff : units[k] >> 8);
        }
    }
    *made = at;
    return true;
}

// The characters of base64 that p alone decides, when `offset` unknown bytes stand before it in the same text.
static size_t to_base64(const uint8_t *p, size_t n, unsigned offset, uint8_t *out)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const size_t first = (8 * offset + 5) / 6; // the first character without a bit of what stands before
    const size_t end = 8 * (offset + n) / 6;   // characters that are complete
    size_t made = 0;
    for (size_t k = first; k < end; k++) {
        unsigned v = 0;
        for (size_t bit = 6 * k; bit < 6 * k + 6; bit++) {
            const size_t at = bit - 8 * offset;
            v = v << 1 | ((p[at / 8] >> (7 - at % 8)) & 1u);
        }
        out[made++] = (uint8_t)letters[v];
    }
    return made;
}

static size_t to_hex(const uint8_t *p, size_t n, uint8_t *out)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < n; i++) {
        out[2 * i] = (uint8_t)digits[p[i] >> 4];
        out[2 * i + 1] = (uint8_t)digits[p[i] & 15];
    }
    return 2 * n;
}

// The head of a str of `whole` bytes, and its beginning: what msgpack makes of the canary.
static size_t to_msgpack(const uint8_t *p, size_t n, size_t whole, uint8_t *out)
{
    size_t head = 0;
    if (whole < 32) {
        out[head++] = (uint8_t)(0xa0 | whole);
    } else if (whole < 256) {
        out[head++] = 0xd9;
        out[head++] = (uint8_t)whole;
    } else if (whole < 65536) {
        out[head++] = 0xda;
        out[head++] = (uint8_t)(whole >> 8);
        out[head++] = (uint8_t)whole;
    } else {
        out[head++] = 0xdb;
        for (unsigned shift = 32; shift > 0; shift -= 8) {
            out[head++] = (uint8_t)(whole >> (shift - 8));
        }
    }
    memcpy(out + head, p, n);
    return head + n;
}

// One piece in one encoding; out has room for 8 times n and 16. Zero: it has none.
static size_t encode(const uint8_t *p, size_t n, size_t whole, enum encoding e, uint8_t *out)
{
    size_t made = n;
    switch (e) {
    case UTF_8:
        memcpy(out, p, n);
        return n;
    case UTF_16_LE: case UTF_16_BE:
        return to_utf16(p, n, e == UTF_16_BE, out, &made) ? made : 0;
    case BASE64_0: case BASE64_1: case BASE64_2:
        return to_base64(p, n, (unsigned)(e - BASE64_0), out);
    case HEX:
        return to_hex(p, n, out);
    case MSGPACK:
        return to_msgpack(p, n, whole, out);
    case ENCODINGS:
        break;
    }
    return 0;
}

static void add_needle(const char *canary, enum encoding e, const uint8_t *bytes, size_t n)
{
    if (n < PREFIX) {
        return;
    }
    needles = realloc(needles, (needle_count + 1) * sizeof *needles);
    if (needles == NULL) {
        die("no memory for", canary);
    }
    struct needle *made = &needles[needle_count++];
    *made = (struct needle){ .prefix = prefix_of(bytes), .bytes = room(n), .n = n, .canary = canary, .encoding = e };
    memcpy(made->bytes, bytes, n);
    const uint32_t at = filter_at(made->prefix);
    filter[at / 8] |= (uint8_t)(1u << at % 8);
}

// Begins and ends at borders of code points.
static bool is_border(const uint8_t *p, size_t n, size_t at)
{
    return at >= n || (p[at] & 0xc0) != 0x80;
}

static void add_canary(const char *name, const uint8_t *p, size_t n)
{
    uint8_t made[8 * PIECE + 64];
    for (size_t from = 0; from < n; from += PIECE_EVERY) {
        // The last piece is the end, whole; so nothing of a long one is left out at either side.
        size_t at = n - from < PIECE && n > PIECE ? n - PIECE : from;
        while (at > 0 && !is_border(p, n, at)) {
            at--;
        }
        size_t end = at + PIECE < n ? at + PIECE : n;
        while (!is_border(p, n, end)) {
            end--;
        }
        for (enum encoding e = UTF_8; e < ENCODINGS; e++) {
            if (e != MSGPACK || at == 0) {
                add_needle(name, e, made, encode(p + at, end - at, n, e, made));
            }
        }
    }
}

static uint8_t *read_all(const char *path, size_t *n)
{
    FILE *f = fopen(path, "rb");
    uint8_t *bytes = room(CANARY_MOST + 1);
    if (f == NULL) {
        die("cannot read", path);
    }
    *n = fread(bytes, 1, CANARY_MOST + 1, f);
    if (ferror(f) != 0 || *n > CANARY_MOST || *n < CANARY_LEAST) {
        die("is no canary (12 bytes to 1 MiB):", path);
    }
    fclose(f);
    return bytes;
}

static int order(const void *a, const void *b)
{
    const struct needle *x = a;
    const struct needle *y = b;
    return (x->prefix > y->prefix) - (x->prefix < y->prefix);
}

static char *join(const char *folder, const char *name)
{
    const size_t n = strlen(folder) + strlen(name) + 2;
    char *path = room(n);
    snprintf(path, n, "%s/%s", folder, name);
    return path;
}

// --- looking ---

static void look_at(const char *path, const uint8_t *p, size_t n, size_t at)
{
    const uint64_t prefix = prefix_of(p + at);
    size_t low = 0;
    for (size_t high = needle_count; low < high;) {
        const size_t middle = (low + high) / 2;
        if (needles[middle].prefix < prefix) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    for (; low < needle_count && needles[low].prefix == prefix; low++) {
        const struct needle *x = &needles[low];
        if (x->n <= n - at && memcmp(x->bytes, p + at, x->n) == 0 && hits++ < HITS_SHOWN) {
            printf("%s: byte %zu: canary %s as %s\n", path, at, x->canary, encoding_names[x->encoding]);
        }
    }
}

static void scan_file(const char *path, size_t n)
{
    files++;
    scanned += n;
    if (n < PREFIX) {
        return;
    }
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    uint8_t *p = fd < 0 ? MAP_FAILED : mmap(NULL, n, PROT_READ, MAP_PRIVATE, fd, 0);
    if (p == MAP_FAILED) {
        die("cannot read", path);
    }
    for (size_t at = 0; at + PREFIX <= n; at++) {
        const uint32_t bit = filter_at(prefix_of(p + at));
        if ((filter[bit / 8] & 1u << bit % 8) != 0) {
            look_at(path, p, n, at);
        }
    }
    munmap(p, n);
    close(fd);
}

static void scan(const char *path)
{
    struct stat st;
    if (lstat(path, &st) != 0) {
        die("cannot read", path);
    }
    if (S_ISREG(st.st_mode)) {
        scan_file(path, (size_t)st.st_size);
    }
    if (!S_ISDIR(st.st_mode)) {
        return;
    }
    DIR *folder = opendir(path);
    if (folder == NULL) {
        die("cannot read", path);
    }
    for (struct dirent *d = readdir(folder); d != NULL; d = readdir(folder)) {
        if (strcmp(d->d_name, ".") != 0 && strcmp(d->d_name, "..") != 0) {
            char *below = join(path, d->d_name);
            // A name can tell as much as what is in the file.
            for (size_t at = 0, n = strlen(d->d_name); at + PREFIX <= n; at++) {
                look_at(below, (const uint8_t *)d->d_name, n, at);
            }
            scan(below);
            free(below);
        }
    }
    closedir(folder);
}

// --- planting ---

static void plant_one(const char *folder, const char *name, const uint8_t *p, size_t n, enum encoding e)
{
    char file[512];
    uint8_t *made = room(8 * n + 64);
    const size_t length = encode(p, n, n, e, made);
    snprintf(file, sizeof file, "%s.%s", name, encoding_names[e]);
    char *path = join(folder, file);
    FILE *f = fopen(path, "wb");
    if (f == NULL) {
        die("cannot write", path);
    }
    fputs("something else ", f);
    fwrite(made, 1, length, f);
    fputs(" and more", f);
    if (fclose(f) != 0) {
        die("cannot write", path);
    }
    free(path);
    free(made);
}

static size_t take_canaries(const char *folder, const char *plant)
{
    DIR *d = opendir(folder);
    size_t count = 0;
    if (d == NULL) {
        die("cannot read", folder);
    }
    for (struct dirent *one = readdir(d); one != NULL; one = readdir(d)) {
        if (one->d_name[0] == '.') {
            continue;
        }
        size_t n = 0;
        char *path = join(folder, one->d_name);
        uint8_t *bytes = read_all(path, &n);
        count++;
        if (plant == NULL) {
            add_canary(strdup(one->d_name), bytes, n);
        }
        for (enum encoding e = UTF_8; plant != NULL && e < ENCODINGS; e++) {
            plant_one(plant, one->d_name, bytes, n, e);
        }
        free(bytes);
        free(path);
    }
    closedir(d);
    return count;
}

int main(int argc, char **argv)
{
    if (argc == 4 && strcmp(argv[1], "--plant") == 0) {
        return take_canaries(argv[2], argv[3]) > 0 ? 0 : 2;
    }
    if (argc < 3) {
        die("usage:", "canary CANARIES PATH... | canary --plant CANARIES FOLDER");
    }
    const size_t count = take_canaries(argv[1], NULL);
    if (count == 0) {
        die("no canary is in", argv[1]);
    }
    qsort(needles, needle_count, sizeof *needles, order);
    for (int i = 2; i < argc; i++) {
        scan(argv[i]);
    }
    printf("%zu canaries, %llu files, %llu bytes: %llu hits\n", count, (unsigned long long)files,
           (unsigned long long)scanned, (unsigned long long)hits);
    return hits == 0 ? 0 : 1;
}
