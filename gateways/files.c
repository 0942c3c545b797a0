/* files.c - whole files, synced. */
#include "gateways/files.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

bool
files_sync_folder(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool good = fd >= 0 && fsync(fd) == 0;
    if (fd >= 0)
        close(fd);
    return good;
}

bool
files_write(const char *path, struct str bytes)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    size_t at = 0;
    while (fd >= 0 && at < bytes.len) {
        ssize_t put = write(fd, bytes.at + at, bytes.len - at);
        if (put < 0 && errno != EINTR)
            break;
        at += put > 0 ? (size_t)put : 0;
    }
    bool good = fd >= 0 && at == bytes.len && fsync(fd) == 0;
    if (fd >= 0)
        close(fd);
    return good;
}
