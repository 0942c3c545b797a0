/* keep.h - what is kept beside the journal: files that came with mails, and the key of the
 * addresses' tags. */
#ifndef GATEWAYS_EMAIL_KEEP_H
#define GATEWAYS_EMAIL_KEEP_H

#include "common/io/seal.h"
#include "gateways/email/mime.h"

/* Writes the mail's files to folder/NAME/1-photo.jpg (0600, synced), and says so in `text`, a line
 * a file, the same for the same mail. `dry`: only says so. false: the disk did not take them. */
bool keep_files(struct buf *text, const struct mail *m, const char *folder, const char *name,
                bool dry);
/* The key file (64 hex digits, mode 0600); made when it is missing, unless `dry`. */
bool keep_key(struct seal_key *key, const char *path, bool dry, struct buf *why);

#endif
