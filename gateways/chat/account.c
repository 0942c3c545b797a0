/* account.c - rows of chat.hooks, and the addresses of their people. */
#include "gateways/chat/account.h"

#include "gateways/rows.h"

#include <stdio.h>

#define AT(field) offsetof(struct account, field), sizeof(((struct account *)0)->field)
static const struct {
    const char *name;
    size_t at, size;
} fields[] = {
    { "token", AT(hook.token) },   { "key", AT(hook.key) },     { "id", AT(hook.id) },
    { "secret", AT(hook.secret) }, { "agent", AT(hook.agent) }, { "base", AT(hook.base) },
    { "source", AT(source) },
};
#undef AT

struct reading {
    struct accounts *accounts;
    char wrong[256];
};

static bool
is_name(struct str s)
{
    for (size_t i = 0; i < s.len; i++)
        if ((s.at[i] < 'a' || s.at[i] > 'z') && (s.at[i] < '0' || s.at[i] > '9') &&
            s.at[i] != '-' && s.at[i] != '_')
            return false;
    return s.len > 0;
}

static bool
set(struct account *row, struct str field)
{
    struct str value = field, name = str_cut(&value, '=');
    for (size_t i = 0; i < countof(fields); i++)
        if (str_is(name, fields[i].name))
            return value.len > 0 && str_fill((char *)row + fields[i].at, fields[i].size, value);
    return false;
}

static bool
has(const struct account *row, struct str name)
{
    for (size_t i = 0; i < countof(fields); i++)
        if (str_is(name, fields[i].name))
            return ((const char *)row + fields[i].at)[0] != '\0';
    return false;
}

/* Is every secret there without which nothing would be believed, or answered? */
static bool
is_complete(struct reading *r, const struct account *row)
{
    struct str needs = str_of(row->service->needs), one_of = str_of(row->service->one_of);
    bool any = one_of.len == 0;
    while (needs.len > 0) {
        struct str one = rows_cut_word(&needs);
        if (!has(row, one)) {
            snprintf(r->wrong, sizeof(r->wrong), "%s needs %.*s=...", row->service->name,
                     STR_ARG(one));
            return false;
        }
    }
    while (one_of.len > 0)
        any = has(row, rows_cut_word(&one_of)) || any;
    if (!any)
        snprintf(r->wrong, sizeof(r->wrong), "%s needs one of these fields: %s", row->service->name,
                 row->service->one_of);
    return any;
}

static const char *
wrong_with(const struct account *row, struct str base)
{
    bool envelope = row->service->read == wecom_read || row->service->read == dingtalk_read;
    if (envelope && row->hook.key[0] != '\0' && strlen(row->hook.key) != 43)
        return "key is the EncodingAESKey, which has 43 letters";
    if (base.len > 0 && !str_starts(base, STR("http://")) && !str_starts(base, STR("https://")))
        return "base is an http:// or https:// address";
    return NULL;
}

static const char *
read_row(void *own, struct str line)
{
    struct reading *r = own;
    struct accounts *a = r->accounts;
    struct account row = { 0 };
    char kind[32];
    struct str name = rows_cut_word(&line), second = rows_cut_word(&line);
    if (!is_name(name) || !str_fill(row.name, sizeof(row.name), name))
        return "a name has 1 to 31 of a-z, 0-9, '-' and '_'";
    if (accounts_named(a, name) != NULL)
        return "this name stands on an earlier line";
    row.service = str_fill(kind, sizeof(kind), second) ? hook_service(kind) : NULL;
    if (row.service == NULL)
        return "the second word is wecom, dingtalk, feishu, slack or telegram";
    while (line.len > 0)
        if (!set(&row, rows_cut_word(&line)))
            return "then come field=value of token, key, id, secret, agent, base and source, none "
                   "of them empty or too long";
    const char *wrong = wrong_with(&row, str_of(row.hook.base));
    if (wrong == NULL && !is_complete(r, &row))
        wrong = r->wrong;
    if (wrong != NULL)
        return wrong;
    a->rows = grow_array(a->rows, a->count, &a->cap, sizeof(*a->rows));
    a->rows[a->count++] = row;
    explicit_bzero(&row, sizeof(row));
    return NULL;
}

bool
accounts_read(struct accounts *a, const char *name, struct str text, struct buf *why)
{
    struct reading r = { .accounts = a };
    *a = (struct accounts){ 0 };
    return rows_read(name, text, read_row, &r, why);
}

bool
accounts_open(struct accounts *a, const char *path, struct buf *why)
{
    struct reading r = { .accounts = a };
    *a = (struct accounts){ 0 };
    return rows_open(path, true, read_row, &r, why);
}

void
accounts_fini(struct accounts *a)
{
    if (a->rows != NULL)
        explicit_bzero(a->rows, a->count * sizeof(*a->rows));
    free(a->rows);
    *a = (struct accounts){ 0 };
}

const struct account *
accounts_named(const struct accounts *a, struct str name)
{
    for (size_t i = 0; i < a->count; i++)
        if (str_is(name, a->rows[i].name))
            return &a->rows[i];
    return NULL;
}

const struct account *
accounts_of(const struct accounts *a, const char *address)
{
    struct str rest = str_of(address), name = str_cut(&rest, ':');
    return strchr(address, ':') == NULL ? NULL : accounts_named(a, name);
}

void
account_address(struct buf *out, const struct account *a, struct hook_event *e)
{
    buf_printf(out, "%s:%s", a->name, buf_cstr(&e->user));
    if (e->chat.len > 0)
        buf_printf(out, "@%s", buf_cstr(&e->chat));
}

/* A user's id may have an '@' in it; a group's has none. */
struct str
account_target(const struct account *a, const char *address)
{
    struct str rest = str_of(address);
    str_cut(&rest, ':');
    const char *at = rest.len == 0 ? NULL : memrchr(rest.at, '@', rest.len);
    if (at == NULL || a->service->group == NULL)
        return rest;
    struct str group = str_bytes(at + 1, rest.len - (size_t)(at + 1 - rest.at));
    return str_starts(group, str_of(a->service->group)) ? group : rest;
}
