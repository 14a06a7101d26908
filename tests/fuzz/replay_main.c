// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Replays seeds: runs one fuzz target on every file of the folders (or on the files) that are named, in the order of
// their names, and on no input at all. For the ordinary test run, where libFuzzer is not.
#include "tests/fuzz/fuzz.h"

#include "common/base/file.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#define SEED_BYTES (4u << 20)

#pragma weak LLVMFuzzerInitialize

static size_t replayed;

static bool replay_file(const char *path)
{
    struct buf b = buf_new(SEED_BYTES);
    struct why why = { "" };
    enum err e = file_read(path, true, &b, &why);
    if (e == OK) {
        // An exact copy, so that reading one byte too far is seen.
        uint8_t *copy = mem_grow(NULL, 1, b.n);
        for (size_t i = 0; i < b.n; i++) {
            copy[i] = b.p[i];
        }
        (void)LLVMFuzzerTestOneInput(copy, b.n);
        free(copy);
        replayed++;
    } else {
        fprintf(stderr, "%s\n", why.text);
    }
    buf_done(&b);
    return e == OK;
}

static bool replay_folder(const char *path)
{
    struct dirent **names = NULL;
    int n = scandir(path, &names, NULL, alphasort);
    bool ok = n >= 0;
    for (int i = 0; i < n; i++) {
        char whole[PATH_MAX];
        if (names[i]->d_name[0] != '.') {
            int length = snprintf(whole, sizeof whole, "%s/%s", path, names[i]->d_name);
            ok = length > 0 && (size_t)length < sizeof whole && replay_file(whole) && ok;
        }
        free(names[i]);
    }
    free(names);
    return ok;
}

int main(int argc, char **argv)
{
    bool ok = true;
    if (LLVMFuzzerInitialize != NULL) {
        (void)LLVMFuzzerInitialize(&argc, &argv);
    }
    (void)LLVMFuzzerTestOneInput((const uint8_t *)"", 0);
    for (int i = 1; i < argc; i++) {
        struct stat st;
        bool folder = stat(argv[i], &st) == 0 && S_ISDIR(st.st_mode);
        ok = (folder ? replay_folder(argv[i]) : replay_file(argv[i])) && ok;
    }
    if (argc > 1 && replayed == 0) {
        fprintf(stderr, "no seeds in %s\n", argv[1]);
        ok = false;
    }
    printf("%zu seeds replayed\n", replayed);
    return ok ? 0 : 1;
}
