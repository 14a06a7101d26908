// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// LMDB's pages, read defensively. Read first: pages.h.
#include "common/store/pages.h"

#include "common/store/place.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PAGE 4096u
#define HEAD 16u             // of a page
#define NODE 8u              // of a node in it
#define MAGIC 0xBEEFC0DEu
#define DEPTH 32u            // LMDB's own bound
#define VALUE_MOST (1u << 20) // no value of ours is larger
#define NO_PAGE UINT64_MAX

enum { FLAG_BRANCH = 1, FLAG_LEAF = 2, FLAG_OVERFLOW = 4, NODE_BIG = 1, NODE_DATABASE = 2 };

struct pages {
    int fd;
    uint64_t count;      // of pages in the file
    uint64_t txn;        // which state of the store is read
    uint64_t main_root;
    uint8_t *seen;       // a bit for each page of the walk at hand
    uint8_t big[VALUE_MOST];
};

// The file is read as this machine wrote it.
static uint16_t u16_at(const uint8_t *p)
{
    uint16_t v;
    memcpy(&v, p, sizeof v);
    return v;
}

static uint32_t u32_at(const uint8_t *p)
{
    uint32_t v;
    memcpy(&v, p, sizeof v);
    return v;
}

static uint64_t u64_at(const uint8_t *p)
{
    uint64_t v;
    memcpy(&v, p, sizeof v);
    return v;
}

static bool read_at(const struct pages *p, uint64_t at, uint8_t *out, size_t n)
{
    size_t done = 0;
    while (done < n) {
        ssize_t got = pread(p->fd, out + done, n - done, (off_t)(at + done));
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            return false;
        }
        done += (size_t)got;
    }
    return true;
}

// --- the two heads ---

struct head {
    uint64_t txn;
    uint64_t main_root;
    uint64_t last;
};

static bool read_head(const struct pages *p, unsigned number, struct head *out)
{
    uint8_t b[PAGE];
    if (!read_at(p, (uint64_t)number * PAGE, b, sizeof b) || u32_at(b + 16) != MAGIC || u32_at(b + 20) != 1 ||
        u32_at(b + 40) != PAGE) {
        return false;
    }
    *out = (struct head){ .main_root = u64_at(b + 128), .last = u64_at(b + 136), .txn = u64_at(b + 144) };
    return true;
}

static bool read_newest(const struct pages *p, struct head *out)
{
    struct head a;
    struct head b;
    bool good_a = read_head(p, 0, &a);
    bool good_b = read_head(p, 1, &b);
    if (!good_a && !good_b) {
        return false;
    }
    *out = good_a && (!good_b || a.txn >= b.txn) ? a : b;
    return true;
}

enum err pages_open(const char *path, struct pages **out, struct why *why)
{
    char file[PATH_MAX];
    struct stat st;
    struct head head;
    enum err e = place_join(file, path, "/" PLACE_FILE, why);
    if (e != OK) {
        return e;
    }
    int fd = open(file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK); // a pipe must not keep anybody waiting
    if (fd < 0 || fstat(fd, &st) != 0) {
        int number = errno;
        why_set(why, "opening %s: %s", file, strerror(number));
        if (fd >= 0) {
            close(fd);
        }
        return err_from_errno(number);
    }
    if (!S_ISREG(st.st_mode)) {
        why_set(why, "%s is not an ordinary file", file);
        close(fd);
        return ERR_BAD_INPUT;
    }
    struct pages *p = mem_new(sizeof *p);
    p->fd = fd;
    p->count = (uint64_t)st.st_size / PAGE;
    p->seen = mem_new((size_t)(p->count / 8 + 1));
    if (!read_newest(p, &head)) {
        why_set(why, "%s: neither of the two heads of the store can be read", file);
        pages_close(p);
        return ERR_CORRUPT;
    }
    p->txn = head.txn;
    p->main_root = head.main_root;
    *out = p;
    return OK;
}

void pages_close(struct pages *p)
{
    if (p != NULL) {
        close(p->fd);
        free(p->seen);
        free(p);
    }
}

bool pages_quiet(const struct pages *p)
{
    struct head head;
    return read_newest(p, &head) && head.txn == p->txn;
}

// --- nodes ---

struct node {
    unsigned flags;
    struct slice key;
    struct slice data;  // of a leaf: as it lies there
    uint64_t child;     // of a branch
};

static unsigned node_count(const uint8_t *page)
{
    unsigned lower = u16_at(page + 12);
    return lower < HEAD || lower > PAGE ? 0 : (lower - HEAD) / 2;
}

static bool read_node(const uint8_t *page, unsigned at, bool leaf, struct node *out)
{
    if (at < HEAD || at + NODE > PAGE) {
        return false;
    }
    const uint8_t *n = page + at;
    const unsigned key_bytes = u16_at(n + 6);
    const uint32_t low = (uint32_t)u16_at(n) | (uint32_t)u16_at(n + 2) << 16;
    struct node node = { .flags = u16_at(n + 4), .key = slice_of(n + NODE, key_bytes) };
    if (at + NODE + key_bytes > PAGE) {
        return false;
    }
    if (!leaf) {
        node.child = (uint64_t)low | (uint64_t)node.flags << 32;
        *out = node;
        return true;
    }
    const size_t room = PAGE - at - NODE - key_bytes;
    const size_t data_bytes = (node.flags & NODE_BIG) != 0 ? sizeof(uint64_t) : low;
    if (data_bytes > room) {
        return false;
    }
    node.data = slice_of(n + NODE + key_bytes, data_bytes);
    if ((node.flags & NODE_BIG) != 0) {
        node.child = u64_at(node.data.p);
        node.data.n = low; // how many bytes stand there
    }
    *out = node;
    return true;
}

// Where the page says that its node i is.
static unsigned place_of(const uint8_t *page, unsigned i)
{
    return u16_at(page + HEAD + 2 * i);
}

// The value of a leaf's node, wherever it lies.
static bool read_value(struct pages *p, const struct node *n, struct slice *out)
{
    uint8_t head[HEAD];
    if ((n->flags & NODE_BIG) == 0) {
        *out = n->data;
        return true;
    }
    if (n->data.n > VALUE_MOST || n->child >= p->count || !read_at(p, n->child * PAGE, head, sizeof head) ||
        (u16_at(head + 10) & FLAG_OVERFLOW) == 0 || !read_at(p, n->child * PAGE + HEAD, p->big, n->data.n)) {
        return false;
    }
    *out = slice_of(p->big, n->data.n);
    return true;
}

// --- trees ---

struct walking {
    struct pages *p;
    enum db db;
    pages_visit *visit;
    void *arg;
    struct pages_walk result;
};

static bool take_page(struct pages *p, uint64_t number, uint8_t page[static PAGE])
{
    if (number < 2 || number >= p->count || !read_at(p, number * PAGE, page, PAGE) || u64_at(page) != number) {
        return false;
    }
    const uint8_t bit = (uint8_t)(1u << number % 8);
    const bool again = (p->seen[number / 8] & bit) != 0; // a tree has no page twice
    p->seen[number / 8] |= bit;
    return !again;
}

static void visit_leaf(struct walking *w, const uint8_t *page)
{
    for (unsigned i = 0; i < node_count(page); i++) {
        struct node n;
        struct slice value;
        if (read_node(page, place_of(page, i), true, &n) && read_value(w->p, &n, &value)) {
            w->result.seen++;
            w->visit(w->arg, w->db, n.key, value);
        } else {
            w->result.bad++;
        }
    }
}

static void walk_page(struct walking *w, uint64_t number, unsigned depth)
{
    uint8_t page[PAGE];
    if (depth == DEPTH || !take_page(w->p, number, page)) {
        w->result.bad++;
        return;
    }
    const unsigned flags = u16_at(page + 10);
    if (flags == FLAG_LEAF) {
        visit_leaf(w, page);
        return;
    }
    if (flags != FLAG_BRANCH) {
        w->result.bad++;
        return;
    }
    for (unsigned i = 0; i < node_count(page); i++) {
        struct node n;
        if (read_node(page, place_of(page, i), false, &n)) {
            walk_page(w, n.child, depth + 1);
        } else {
            w->result.bad++;
        }
    }
}

// Looks for the root of a database among the values of the main one.
struct finding {
    const char *name;
    bool found;
    uint64_t root, entries;
};

static void find_database(void *arg, enum db db, struct slice key, struct slice value)
{
    struct finding *f = arg;
    (void)db;
    if (value.n == 48 && slice_equal(key, slice_text(f->name))) {
        f->found = true;
        f->entries = u64_at(value.p + 32);
        f->root = u64_at(value.p + 40);
    }
}

struct pages_walk pages_walk(struct pages *p, enum db db, pages_visit *visit, void *arg)
{
    struct finding f = { .name = db_names()[db] };
    struct walking main = { .p = p, .db = DB_COUNT, .visit = find_database, .arg = &f };
    memset(p->seen, 0, (size_t)(p->count / 8 + 1)); // the main tree is gone through for each database
    walk_page(&main, p->main_root, 0);
    struct walking w = { .p = p, .db = db, .visit = visit, .arg = arg };
    memset(p->seen, 0, (size_t)(p->count / 8 + 1));
    w.result.known = f.found;
    w.result.counted = f.entries;
    w.result.bad = f.found ? 0 : main.result.bad;
    if (f.found && f.root != NO_PAGE) {
        walk_page(&w, f.root, 0);
    }
    return w.result;
}

// Nodes lie side by side from where the page says they begin to its end: so they are found without the table of places.
static void visit_side_by_side(struct walking *w, const uint8_t *page)
{
    unsigned at = u16_at(page + 14);
    struct node n;
    struct slice value;
    while (read_node(page, at, true, &n)) {
        if (read_value(w->p, &n, &value)) {
            w->visit(w->arg, w->db, n.key, value);
        }
        const size_t bytes = NODE + n.key.n + ((n.flags & NODE_BIG) != 0 ? sizeof(uint64_t) : n.data.n);
        at += (unsigned)(bytes + (bytes & 1));
    }
}

void pages_stray(struct pages *p, pages_visit *visit, void *arg)
{
    struct walking w = { .p = p, .db = DB_COUNT, .visit = visit, .arg = arg };
    uint8_t page[PAGE];
    for (uint64_t number = 2; number < p->count; number++) {
        // Its own number or its kind may be what is damaged: what stands in it proves itself.
        if (read_at(p, number * PAGE, page, PAGE) && (u16_at(page + 10) & FLAG_OVERFLOW) == 0) {
            visit_leaf(&w, page);
            visit_side_by_side(&w, page);
        }
    }
}
