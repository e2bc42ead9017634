/* A disk whose syncs take longer: each fsync and fdatasync sleeps SYNC_US microseconds first. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <unistd.h>

static int slowly(const char *name, int file) {
    const char *wait = getenv("SYNC_US");
    if (wait) usleep((useconds_t)atol(wait));
    return ((int (*)(int))dlsym(RTLD_NEXT, name))(file);
}

int fsync(int file) { return slowly("fsync", file); }
int fdatasync(int file) { return slowly("fdatasync", file); }
