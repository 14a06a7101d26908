// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// Which mounts are sticks: only media that people plug in, and never an ordinary folder.
#include "node/desk/sticks.h"

#include <criterion/criterion.h>

#include <string.h>

static const char table[] =
    "22 1 259:2 / / rw,relatime shared:1 - ext4 /dev/nvme0n1p2 rw\n"
    "30 22 0:26 / /media rw - tmpfs tmpfs rw\n"
    "31 22 8:1 / /media/heron/STICK rw,nosuid shared:12 master:3 - vfat /dev/sdb1 rw\n"
    "32 22 8:17 / /run/media/heron/My\\040papers ro - exfat /dev/sdc1 ro\n"
    "33 22 0:40 / /media/share rw - nfs4 server:/x rw\n"
    "34 22 0:41 / /mnt/phone rw - fuse.gvfsd-fuse gvfsd rw\n"
    "35 22 8:33 / /mnt rw - ext4 /dev/sdd1 rw\n"
    "36 22 8:49 / /mediation/x rw - ext4 /dev/sde1 rw\n"
    "37 22 8:50 / /mnt/usb rw - ext4 /dev/sdf1 rw\n"
    "38 22 8:51 / /mnt/usb rw - btrfs /dev/sdg1 rw\n"
    "39 broken\n"
    "\n"
    "40 22 8:52 / /mnt/bad\\000name rw - ext4 /dev/sdh1 rw\n"
    "41 22 8:53 / /mnt/last rw - ext4 /dev/sdi1 rw";

Test(sticks, what_is_mounted_where_media_are_is_one_and_nothing_else)
{
    struct stick found[LIMIT_STICKS];
    static const char *const wanted[][2] = { { "/media/heron/STICK", "vfat" },
                                             { "/run/media/heron/My papers", "exfat" },
                                             { "/mnt/usb", "btrfs" },
                                             { "/mnt/last", "ext4" } };
    const size_t n = sticks_parse(slice_text(table), "/media /run/media/ /mnt", found);
    cr_assert_eq(n, sizeof wanted / sizeof *wanted);
    for (size_t i = 0; i < n; i++) {
        cr_assert_str_eq(found[i].path, wanted[i][0]);
        cr_assert_str_eq(found[i].kind, wanted[i][1]);
    }
    cr_assert_eq(sticks_parse(slice_text(table), "", found), 0);
    cr_assert_eq(sticks_parse(slice_text(table), "/", found), 0);
}

Test(sticks, more_than_are_offered_are_left_out_and_long_paths_too)
{
    struct stick found[LIMIT_STICKS];
    struct buf many = buf_new((size_t)1 << 20);
    for (unsigned i = 0; i < 3 * LIMIT_STICKS; i++) {
        buf_printf(&many, "1 1 8:1 / /mnt/s%u rw - ext4 /dev/sda rw\n", i);
    }
    cr_assert_eq(sticks_parse(buf_slice(&many), "/mnt", found), LIMIT_STICKS);
    buf_reset(&many);
    buf_put_text(&many, "1 1 8:1 / /mnt/");
    for (unsigned i = 0; i < LIMIT_STICK_PATH; i++) {
        buf_put_u8(&many, 'a');
    }
    buf_put_text(&many, " rw - ext4 /dev/sda rw\n");
    cr_assert_eq(sticks_parse(buf_slice(&many), "/mnt", found), 0);
    buf_done(&many);
}
