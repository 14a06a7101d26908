// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The smallest program that promises durability: it appends numbered records and says "saved N" after each, honestly
// (with fdatasync) or not. With it the power cut itself is tested: the dishonest one has to be caught.

#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define RECORD 64

static void make_record(char record[static RECORD + 1], uint64_t number)
{
    (void)snprintf(record, RECORD + 1, "%-*" PRIu64 "\n", RECORD - 1, number);
}

static int write_records(bool synced)
{
    char record[RECORD + 1];
    int fd = open("records", O_CREAT | O_WRONLY | O_APPEND, 0600);
    int dir = open(".", O_RDONLY | O_DIRECTORY);
    if (fd < 0 || dir < 0 || (synced && (fsync(fd) != 0 || fsync(dir) != 0))) {
        return 1;
    }
    for (uint64_t i = 0;; i++) {
        make_record(record, i);
        if (write(fd, record, RECORD) != RECORD || (synced && fdatasync(fd) != 0)) {
            return 1;
        }
        printf("saved %" PRIu64 "\n", i);
        (void)fflush(stdout);
    }
}

// Every record up to the last promise must be there, whole.
static int check_records(const char *promises)
{
    char line[128];
    char wanted[RECORD + 1];
    char found[RECORD + 1];
    uint64_t promised = 0;
    FILE *said = fopen(promises, "r");
    while (said != NULL && fgets(line, sizeof line, said) != NULL) {
        promised += strncmp(line, "saved ", 6) == 0 && strchr(line, '\n') != NULL;
    }
    FILE *records = fopen("records", "r");
    uint64_t kept = 0;
    for (; records != NULL && fread(found, RECORD, 1, records) == 1; kept++) {
        make_record(wanted, kept);
        if (memcmp(found, wanted, RECORD) != 0) {
            break;
        }
    }
    if (said != NULL) {
        (void)fclose(said);
    }
    if (records != NULL) {
        (void)fclose(records);
    }
    printf("%" PRIu64 " promised, %" PRIu64 " kept\n", promised, kept);
    return promised > 0 && kept >= promised ? 0 : 1;
}

int main(int argc, char **argv)
{
    if (argc == 2 && (strcmp(argv[1], "synced") == 0 || strcmp(argv[1], "unsynced") == 0)) {
        return write_records(argv[1][0] == 's');
    }
    if (argc == 3 && strcmp(argv[1], "check") == 0) {
        return check_records(argv[2]);
    }
    fputs("usage: probe synced | unsynced | check PROMISES\n", stderr);
    return 2;
}
