/* files.h - files that somebody is told of: on the disk before he is. errno says what failed. */
#ifndef GATEWAYS_FILES_H
#define GATEWAYS_FILES_H

#include "common/base/str.h"

/* Mode 0600, whole and synced; what was there is replaced. Its folder is the caller's to sync. */
must_use bool files_write(const char *path, struct str bytes);
/* The names in it are on disk. */
must_use bool files_sync_folder(const char *path);

#endif
