/* crash.c - preloaded into a gateway under test: it dies (SIGKILL) right after the disk has taken
 * its spool, and before it can acknowledge anything. Armed by the file that $CRASH_AT names. */
#include <dlfcn.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int
fdatasync(int fd)
{
    union {
        void *object;
        int (*call)(int);
    } real = { dlsym(RTLD_NEXT, "fdatasync") };
    const char *armed = getenv("CRASH_AT");
    char link[64], path[512] = "";
    int result = real.call(fd);
    snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
    ssize_t len = readlink(link, path, sizeof(path) - 1);
    if (armed != NULL && len > 0 && strstr(path, "/spool/") != NULL && unlink(armed) == 0)
        kill(getpid(), SIGKILL);
    return result;
}
