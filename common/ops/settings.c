// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// The two tables of configuration keys. A new key is one row here, and a paragraph in the configuration guide.
#include "common/ops/settings.h"

#include <stddef.h>

#define LANGUAGES "en fr pt ar"
#define LANGUAGE_HELP "language of the names of codes (themes, answers): en, fr, pt, ar"
#define LEVELS "error warn info debug"

static const struct conf_key site[] = {
    { "language", CONF_CHOICE, "en", 0, 0, LANGUAGES, "LANGUAGE", LANGUAGE_HELP },
    { "hub", CONF_TEXT, "", 0, 0, NULL, "ADDRESSES", "where the hub answers: host:port, several with spaces between" },
    { "idle", CONF_UINT, "60", 0, 1440, NULL, "MINUTES", "lock who has not written for so long; 0 never locks" },
    { "sticks", CONF_TEXT, "/media /run/media /mnt", 0, 0, NULL, "FOLDERS",
      "where this system mounts sticks: the page offers what is mounted below" },
    { "page-port", CONF_UINT, "4741", 0, 65535, NULL, "PORT",
      "where baraza-node serves the page to browsers of this computer; 0 serves none" },
    { "any-filesystem", CONF_BOOL, "no", 0, 0, NULL, "yes|no",
      "keep the store on a file system that can lose it (tmpfs, NFS)" },
    { "log-level", CONF_CHOICE, "info", 0, 0, LEVELS, "LEVEL", "what the daemon writes to its log" },
    { NULL, CONF_TEXT, NULL, 0, 0, NULL, NULL, NULL },
};

static const struct conf_key hub[] = {
    { "language", CONF_CHOICE, "en", 0, 0, LANGUAGES, "LANGUAGE", LANGUAGE_HELP },
    { "listen", CONF_TEXT, "tcp://*:4740", 0, 0, NULL, "ADDRESS", "where sites connect to: [tcp://]HOST:PORT" },
    { "workers", CONF_UINT, "0", 0, 256, NULL, "THREADS", "threads that verify what arrives; 0 is one per processor" },
    { "erase-after", CONF_UINT, "2", 0, 86400, NULL, "SECONDS",
      "redactions that come within so many seconds (a day at most) are carried out together" },
    { "any-filesystem", CONF_BOOL, "no", 0, 0, NULL, "yes|no",
      "keep the store on a file system that can lose it (tmpfs, NFS)" },
    { "log-level", CONF_CHOICE, "info", 0, 0, LEVELS, "LEVEL", "what the daemon writes to its log" },
    { NULL, CONF_TEXT, NULL, 0, 0, NULL, NULL, NULL },
};

const struct conf_key *settings_site(void)
{
    return site;
}

const struct conf_key *settings_hub(void)
{
    return hub;
}
