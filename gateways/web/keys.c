/* keys.c - a small file of columns. */
#include "gateways/web/keys.h"

#include "common/io/seal.h"
#include "gateways/rows.h"

static bool
fill(char *to, size_t size, struct str word)
{
    return str_is(word, "-") ? str_fill(to, size, STR("")) : str_fill(to, size, word);
}

static const char *
read_row(const struct web_keys *k, struct web_key *row, struct str line)
{
    struct str name = rows_cut_word(&line), hash = rows_cut_word(&line),
               source = rows_cut_word(&line), url = rows_cut_word(&line),
               secret = rows_cut_word(&line);
    if (name.len == 0 || !str_fill(row->name, sizeof(row->name), name))
        return "a name has 1 to 39 bytes";
    if (memchr(name.at, '/', name.len) != NULL)
        return "a name has no '/'";
    if (web_keys_named(k, row->name) != NULL)
        return "this name stands on an earlier line";
    if (!hex_to(row->hash, sizeof(row->hash), hash))
        return "the second column is the key's BLAKE2b-256: printf %s KEY | b2sum -l 256";
    if (!fill(row->source, sizeof(row->source), source))
        return "a source has at most 31 bytes";
    if (!fill(row->url, sizeof(row->url), url) ||
        (row->url[0] != '\0' && !str_starts(url, STR("http://")) &&
         !str_starts(url, STR("https://"))))
        return "a webhook is an http:// or https:// address of at most 511 bytes, or -";
    if (!fill(row->secret, sizeof(row->secret), secret) ||
        (row->url[0] != '\0' && row->secret[0] == '\0'))
        return "a webhook needs a secret of 1 to 127 bytes to sign with";
    return line.len > 0 ? "there are five columns" : NULL;
}

static const char *
enter(void *own, struct str line)
{
    struct web_keys *k = own;
    struct web_key row = { { 0 } };
    const char *wrong = read_row(k, &row, line);
    if (wrong != NULL)
        return wrong;
    k->rows = grow_array(k->rows, k->count, &k->cap, sizeof(*k->rows));
    k->rows[k->count++] = row;
    return NULL;
}

static bool
whole(struct web_keys *k, bool good)
{
    if (!good)
        web_keys_fini(k);
    return good;
}

bool
web_keys_read(struct web_keys *k, const char *name, struct str text, struct buf *why)
{
    *k = (struct web_keys){ 0 };
    return whole(k, rows_read(name, text, enter, k, why));
}

bool
web_keys_open(struct web_keys *k, const char *path, struct buf *why)
{
    *k = (struct web_keys){ 0 };
    return whole(k, rows_open(path, false, enter, k, why));
}

void
web_keys_fini(struct web_keys *k)
{
    if (k->rows != NULL)
        explicit_bzero(k->rows, k->count * sizeof(*k->rows));
    free(k->rows);
    *k = (struct web_keys){ 0 };
}

const struct web_key *
web_keys_find(const struct web_keys *k, struct str key)
{
    uint8_t hash[32];
    const struct web_key *found = NULL;
    digest_32(hash, key);
    for (size_t i = 0; i < k->count; i++) /* all of them: time tells nothing */
        if (same_secret(hash, k->rows[i].hash, sizeof(hash)))
            found = &k->rows[i];
    return key.len == 0 ? NULL : found;
}

const struct web_key *
web_keys_named(const struct web_keys *k, const char *name)
{
    for (size_t i = 0; i < k->count; i++)
        if (strcmp(k->rows[i].name, name) == 0)
            return &k->rows[i];
    return NULL;
}
