// SPDX-License-Identifier: Apache-2.0
// Copyright The Baraza authors
//
// A planted fault, to be preloaded: LMDB runs with MDB_NOSYNC and says that it does not. A campaign of power cuts that
// does not notice this would notice nothing. It must never be linked into a program.
#include <dlfcn.h>
#include <lmdb.h>
#include <string.h>

// dlsym gives an object pointer where a function is meant; POSIX asks for this way round the conversion.
static void find(const char *name, void *function, size_t size)
{
    void *symbol = dlsym(RTLD_NEXT, name);
    memcpy(function, &symbol, size);
}

int mdb_env_open(MDB_env *env, const char *path, unsigned int flags, mdb_mode_t mode)
{
    int (*real)(MDB_env *, const char *, unsigned int, mdb_mode_t) = NULL;
    find("mdb_env_open", &real, sizeof real);
    return real(env, path, flags | MDB_NOSYNC, mode);
}

int mdb_env_get_flags(MDB_env *env, unsigned int *flags)
{
    int (*real)(MDB_env *, unsigned int *) = NULL;
    find("mdb_env_get_flags", &real, sizeof real);
    int code = real(env, flags);
    if (code == 0) {
        *flags &= ~(unsigned int)MDB_NOSYNC;
    }
    return code;
}
