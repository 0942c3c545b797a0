/* imap.c - a table of steps: what is asked, and what is done with its answer.
 *
 * A response is collected as one line, its literals left out; only the literal of BODY[] is kept,
 * and no more of it than size_max. */
#include "gateways/email/imap.h"

#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

enum { LINE_MAX_BYTES = 1 << 20, FOUND_MAX = 1000000 };
enum step { SELECT, SEARCH, AGAIN, FETCH, MARK, FLAG, LOGOUT, STEPS };

static void
end(struct imap *m, const char *what, struct str why)
{
    if (m->stage != IMAP_OVER && what != NULL)
        buf_printf(&m->why, "%s%s%.*s", what, why.len > 0 ? ": " : "",
                   (int)(why.len < 200 ? why.len : 200), why.at);
    m->stage = IMAP_OVER;
}

/* ---- asking */

static void
put_quoted(struct buf *out, const char *text)
{
    buf_put(out, "\"", 1);
    for (; *text != '\0'; text++) {
        if (*text == '"' || *text == '\\')
            buf_put(out, "\\", 1);
        buf_put(out, text, 1);
    }
    buf_put(out, "\"", 1);
}

static void
begin(struct imap *m, enum step step)
{
    m->step = step;
    buf_printf(&m->out, "f%u ", ++m->tag);
}

static void
ask_select(struct imap *m)
{
    begin(m, SELECT);
    buf_printf(&m->out, "SELECT ");
    put_quoted(&m->out, m->o.folder);
    buf_printf(&m->out, "\r\n");
}

static void
ask_logout(struct imap *m)
{
    begin(m, LOGOUT);
    buf_printf(&m->out, "LOGOUT\r\n");
}

/* The batch's UIDs of this fate, or all of it; how many. */
static size_t
put_batch(struct imap *m, struct buf *out, enum imap_fate fate, bool all)
{
    size_t count = 0;
    for (size_t i = 0; i < m->batch_count; i++)
        if (all || (m->batch[i].known && m->batch[i].fate == fate))
            buf_printf(out, "%s%u", count++ > 0 ? "," : "", m->batch[i].uid);
    return count;
}

/* Taken ones, as the site wants it; false: there are none. */
static bool
ask_mark(struct imap *m, enum step step)
{
    struct buf set = { 0 };
    bool any = put_batch(m, &set, IMAP_TAKEN, false) > 0, move = m->o.moved[0] != '\0';
    if (any) {
        begin(m, step);
        buf_printf(&m->out, "UID %s %s ", move ? "MOVE" : "STORE", buf_cstr(&set));
        if (move)
            put_quoted(&m->out, m->o.moved);
        else
            buf_printf(&m->out, "+FLAGS.SILENT (\\Seen)");
        buf_printf(&m->out, "\r\n");
    }
    buf_fini(&set);
    return any;
}

static bool
ask_flag(struct imap *m)
{
    struct buf set = { 0 };
    bool any = put_batch(m, &set, IMAP_REFUSED, false) > 0;
    if (any) {
        begin(m, FLAG);
        buf_printf(&m->out, "UID STORE %s +FLAGS.SILENT (\\Seen \\Flagged)\r\n", buf_cstr(&set));
    }
    buf_fini(&set);
    return any;
}

/* The next ones, as long as `settled` says the same of them. */
static void
cut_batch(struct imap *m, bool settled)
{
    m->batch_count = 0;
    while (m->at < m->uids_count && m->batch_count < IMAP_BATCH_MAX &&
           (m->uids[m->at] <= m->before) == settled) {
        m->batch[m->batch_count].uid = m->uids[m->at++];
        m->batch[m->batch_count].fate = IMAP_TAKEN;
        m->batch[m->batch_count++].known = settled;
    }
}

static void
ask_next(struct imap *m)
{
    if (m->ending || m->at == m->uids_count) {
        ask_logout(m);
        return;
    }
    if (m->uids[m->at] <= m->before) {
        cut_batch(m, true);
        (void)ask_mark(m, AGAIN);
        return;
    }
    struct buf set = { 0 };
    cut_batch(m, false);
    put_batch(m, &set, IMAP_TAKEN, true);
    begin(m, FETCH);
    buf_printf(&m->out, "UID FETCH %s (UID BODY.PEEK[])\r\n", buf_cstr(&set));
    buf_fini(&set);
}

/* ---- answers: untagged ones */

static uint32_t
number_after(struct str line, const char *label)
{
    size_t len = strlen(label);
    for (size_t i = 0; i + len < line.len; i++)
        if (strncasecmp(line.at + i, label, len) == 0) {
            struct str rest = str_bytes(line.at + i + len, line.len - i - len);
            size_t digits = 0;
            int64_t n = 0;
            while (digits < rest.len && rest.at[digits] >= '0' && rest.at[digits] <= '9')
                digits++;
            return str_int(str_bytes(rest.at, digits), &n) && n <= UINT32_MAX ? (uint32_t)n : 0;
        }
    return 0;
}

static int
by_size(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static void
on_search(struct imap *m, struct str rest)
{
    while (rest.len > 0 && m->uids_count < FOUND_MAX) {
        struct str word = str_cut(&rest, ' ');
        int64_t n;
        if (!str_int(word, &n) || n <= 0 || n > UINT32_MAX)
            continue;
        m->uids = grow_array(m->uids, m->uids_count, &m->uids_cap, sizeof(*m->uids));
        m->uids[m->uids_count++] = (uint32_t)n;
    }
    if (m->uids_count == 0)
        return;
    qsort(m->uids, m->uids_count, sizeof(*m->uids), by_size);
    size_t kept = 1;
    for (size_t i = 1; i < m->uids_count; i++)
        if (m->uids[i] != m->uids[kept - 1])
            m->uids[kept++] = m->uids[i];
    m->uids_count = kept;
}

/* A mail has come whole, when it is one we asked for and have not had. */
static void
on_fetch(struct imap *m, struct str line)
{
    uint32_t uid = number_after(line, "UID ");
    if (!m->keeping)
        return;
    for (size_t i = 0; i < m->batch_count; i++)
        if (m->batch[i].uid == uid && !m->batch[i].known) {
            m->batch[i].fate = m->o.mail(m->o.own, buf_str(&m->message), m->too_large);
            m->batch[i].known = true;
        }
}

static void
on_untagged(struct imap *m, struct str line)
{
    struct str rest = line, first = str_cut(&rest, ' '), second = str_cut(&rest, ' ');
    if (m->step == SELECT && number_after(line, "[UIDVALIDITY ") != 0)
        m->validity = number_after(line, "[UIDVALIDITY ");
    else if (m->step == SEARCH && str_is(first, "SEARCH"))
        on_search(m, str_bytes(line.at + 6, line.len - 6));
    else if (m->step == FETCH && str_is(second, "FETCH"))
        on_fetch(m, rest);
    else if (str_is(first, "BYE") && m->step != LOGOUT)
        end(m, "the server ended it", line);
}

/* ---- and those that end a step */

static void
after_select(struct imap *m)
{
    if (m->validity == 0) {
        end(m, "the server says no UIDVALIDITY", STR(""));
        return;
    }
    m->before = m->o.settled(m->o.own, m->validity);
    begin(m, SEARCH);
    buf_printf(&m->out, "UID SEARCH UNSEEN UNDELETED\r\n");
}

/* What the server did not bring, though it is there: a person has to look at it. */
static void
after_fetch(struct imap *m)
{
    for (size_t i = 0; i < m->batch_count; i++)
        if (!m->batch[i].known) {
            m->batch[i].fate = IMAP_REFUSED;
            m->batch[i].known = true;
        }
    m->stage = IMAP_BATCH;
}

static void
after_mark(struct imap *m)
{
    if (!ask_flag(m))
        ask_next(m);
}

static void
after_logout(struct imap *m)
{
    m->stage = IMAP_OVER;
}

static const struct {
    void (*after)(struct imap *m);
    const char *failed;
} steps[STEPS] = {
    [SELECT] = { after_select, "imap_folder cannot be opened" },
    [SEARCH] = { ask_next, "the server does not search" },
    [AGAIN] = { ask_next, "taken mails cannot be marked or moved (is imap_moved there?)" },
    [FETCH] = { after_fetch, "the server does not give its mails" },
    [MARK] = { after_mark, "taken mails cannot be marked or moved (is imap_moved there?)" },
    [FLAG] = { ask_next, "refused mails cannot be flagged" },
    [LOGOUT] = { after_logout, NULL },
};

static void
on_line(struct imap *m)
{
    struct str line = buf_str(&m->line), tag = str_cut(&line, ' ');
    char mine[16];
    snprintf(mine, sizeof(mine), "f%u", m->tag);
    if (str_is(tag, "*")) {
        on_untagged(m, line);
    } else if (str_is(tag, mine)) {
        if (line.len >= 2 && strncasecmp(line.at, "OK", 2) == 0)
            steps[m->step].after(m);
        else
            end(m, steps[m->step].failed, line);
    }
}

/* ---- bytes */

/* "... BODY[] {123}" at the line's end: so many bytes follow. */
static bool
begins_literal(struct imap *m)
{
    struct str line = buf_str(&m->line);
    const char *open = line.len == 0 ? NULL : memrchr(line.at, '{', line.len);
    int64_t n;
    if (open == NULL || line.at[line.len - 1] != '}')
        return false;
    size_t before = (size_t)(open - line.at);
    struct str digits = str_bytes(open + 1, line.len - before - 2);
    if (!str_int(digits, &n) || n < 0)
        return false;
    bool body = before >= 7 && strncasecmp(open - 7, "BODY[] ", 7) == 0;
    if (body && m->step == FETCH) {
        m->keeping = true;
        m->too_large = (size_t)n > m->o.size_max;
        buf_clear(&m->message);
    }
    m->literal_left = (size_t)n;
    m->line.len = before;
    return true;
}

static size_t
eat_literal(struct imap *m, struct str bytes)
{
    size_t len = bytes.len < m->literal_left ? bytes.len : m->literal_left;
    if (m->keeping && !m->too_large)
        buf_put(&m->message, bytes.at, len);
    m->literal_left -= len;
    return len;
}

static size_t
eat_line(struct imap *m, struct str bytes)
{
    const char *mark = memchr(bytes.at, '\n', bytes.len);
    size_t len = mark == NULL ? bytes.len : (size_t)(mark - bytes.at);
    buf_put(&m->line, bytes.at, len);
    if (m->line.len > LINE_MAX_BYTES) {
        end(m, "the server's line is too long", STR(""));
        return bytes.len;
    }
    if (mark == NULL)
        return len;
    if (m->line.len > 0 && m->line.data[m->line.len - 1] == '\r')
        m->line.len--;
    if (begins_literal(m))
        return len + 1;
    on_line(m);
    buf_clear(&m->line);
    buf_clear(&m->message);
    m->keeping = m->too_large = false;
    return len + 1;
}

void
imap_eat(struct imap *m, struct str bytes)
{
    for (size_t at = 0; at < bytes.len && m->stage != IMAP_OVER;) {
        struct str rest = str_bytes(bytes.at + at, bytes.len - at);
        if (m->stage == IMAP_BATCH) {
            buf_put(&m->ahead, rest.at, rest.len);
            return;
        }
        at += m->literal_left > 0 ? eat_literal(m, rest) : eat_line(m, rest);
    }
}

/* ---- */

void
imap_init(struct imap *m, const struct imap_options *o)
{
    *m = (struct imap){ .o = *o };
    ask_select(m);
}

void
imap_fini(struct imap *m)
{
    free(m->uids);
    buf_fini(&m->out);
    buf_fini(&m->why);
    buf_fini(&m->line);
    buf_fini(&m->message);
    buf_fini(&m->ahead);
}

static void
settle_batch(struct imap *m)
{
    uint32_t last = 0;
    for (size_t i = 0; i < m->batch_count && !m->ending; i++) {
        m->ending = m->batch[i].known && m->batch[i].fate == IMAP_LATER;
        last = m->ending ? last : m->batch[i].uid;
    }
    if (last != 0)
        m->o.settle(m->o.own, m->validity, last);
    if (!ask_mark(m, MARK))
        after_mark(m);
}

void
imap_settle(struct imap *m, bool good)
{
    struct buf ahead = m->ahead;
    assert(m->stage == IMAP_BATCH);
    m->ahead = (struct buf){ 0 };
    m->stage = IMAP_TALKS;
    m->ending = !good;
    if (good)
        settle_batch(m);
    else
        ask_next(m);
    imap_eat(m, buf_str(&ahead));
    buf_fini(&ahead);
}
