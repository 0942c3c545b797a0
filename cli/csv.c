/* csv.c - rows of a CSV file (RFC 4180 and what people make of it). One row's text lies in one
 * buf; fields are offsets into it until the row is whole, then borrowed slices. */
#include "cli/csv.h"

#include <stdio.h>
#include <sys/stat.h>
#include <zlib.h>

enum { FIELDS_MAX = 512, ROW_MAX = 1 << 20 };

struct csv {
    gzFile file;
    int64_t size; /* compressed bytes; 0 unknown */
    int pushed;   /* a byte read ahead, or -1 */
    bool begun;
    bool ended; /* the file gave no more bytes: at its end, or broken */
    uint64_t records, line;
    struct buf text;
    size_t starts[FIELDS_MAX], ends[FIELDS_MAX], count;
    struct str fields[FIELDS_MAX];
};

struct csv *
csv_open(const char *path)
{
    gzFile file = gzopen(path, "rbe");
    if (file == NULL)
        return NULL;
    gzbuffer(file, 256 * 1024);
    struct csv *c = zalloc(sizeof(*c));
    struct stat st;
    *c = (struct csv){ .file = file, .pushed = -1, .line = 1 };
    c->size = stat(path, &st) == 0 ? st.st_size : 0;
    return c;
}

void
csv_close(struct csv *c)
{
    gzclose(c->file);
    buf_fini(&c->text);
    free(c);
}

int
csv_permille(struct csv *c)
{
    int64_t at = gzoffset(c->file);
    return c->size <= 0 || at >= c->size ? 1000 : (int)(at * 1000 / c->size);
}

static int
next_byte(struct csv *c)
{
    int byte = c->pushed;
    if (byte >= 0)
        c->pushed = -1;
    else
        byte = gzgetc(c->file);
    c->ended = c->ended || byte < 0;
    c->line += byte == '\n';
    return byte;
}

static void
push_back(struct csv *c, int byte)
{
    c->line -= byte == '\n';
    c->pushed = byte;
}

static void
skip_mark(struct csv *c)
{
    static const int mark[] = { 0xef, 0xbb, 0xbf };
    int byte = next_byte(c);
    for (size_t i = 0; i < countof(mark) && byte == mark[i]; i++)
        byte = next_byte(c);
    push_back(c, byte);
    c->begun = true;
}

/* Where one field has ended. */
enum stop { STOP_FIELD, STOP_ROW, STOP_FILE, STOP_OPEN_QUOTE, STOP_STRAY_QUOTE, STOP_LONG };

/* The rest of a line, thrown away, so that the next row begins cleanly. */
static enum stop
skip_line(struct csv *c, enum stop why)
{
    for (int byte; (byte = next_byte(c)) >= 0 && byte != '\n';)
        ;
    return why;
}

static enum stop
end_of(struct csv *c, int byte)
{
    if (byte == '\r') {
        int next = next_byte(c);
        if (next != '\n')
            push_back(c, next);
        return STOP_ROW;
    }
    return byte == ',' ? STOP_FIELD : byte == '\n' ? STOP_ROW : STOP_FILE;
}

static bool
ends_field(int byte)
{
    return byte < 0 || byte == ',' || byte == '\n' || byte == '\r';
}

static enum stop
quoted(struct csv *c)
{
    for (;;) {
        int byte = next_byte(c);
        if (byte < 0)
            return STOP_OPEN_QUOTE;
        if (byte == '"') {
            byte = next_byte(c);
            if (ends_field(byte))
                return end_of(c, byte);
            if (byte != '"')
                return skip_line(c, STOP_STRAY_QUOTE);
        }
        if (c->text.len >= ROW_MAX)
            return STOP_LONG;
        buf_put_u8(&c->text, (uint8_t)byte);
    }
}

static enum stop
field(struct csv *c)
{
    int byte = next_byte(c);
    if (byte == '"')
        return quoted(c);
    for (; !ends_field(byte); byte = next_byte(c)) {
        if (c->text.len >= ROW_MAX)
            return skip_line(c, STOP_LONG);
        buf_put_u8(&c->text, (uint8_t)byte);
    }
    return end_of(c, byte);
}

static enum stop
row(struct csv *c)
{
    enum stop stop;
    buf_clear(&c->text);
    c->count = 0;
    do {
        if (c->count == FIELDS_MAX)
            return skip_line(c, STOP_LONG);
        c->starts[c->count] = c->text.len;
        stop = field(c);
        c->ends[c->count++] = c->text.len;
    } while (stop == STOP_FIELD);
    return stop;
}

static bool
nothing(const struct csv *c)
{
    return c->count == 1 && c->text.len == 0;
}

/* What is wrong with the file itself; NULL: nothing. */
static const char *
broken(const struct csv *c)
{
    int code = Z_OK;
    const char *text = gzerror(c->file, &code);
    return code == Z_OK || code == Z_STREAM_END ? NULL : text;
}

enum err
csv_next(struct csv *c, struct csv_row *out)
{
    static const char *const why[] = {
        [STOP_OPEN_QUOTE] = "a quoted field is never closed",
        [STOP_STRAY_QUOTE] = "a quote in the middle of a quoted field (double it)",
        [STOP_LONG] = "a row of more than 512 fields or 1 MiB",
    };
    enum stop stop;
    uint64_t line;
    if (!c->begun)
        skip_mark(c);
    do {
        line = c->line;
        stop = row(c);
    } while (stop == STOP_ROW && nothing(c));
    if (stop != STOP_ROW && c->ended) {
        const char *text = broken(c);
        *out = (struct csv_row){ .number = c->records, .line = line, .why = text };
        if (text != NULL)
            return ERR_IO; /* also of a row: what there is of it may be cut */
        if (stop == STOP_FILE && nothing(c))
            return ERR_TRUNCATED;
    }
    *out = (struct csv_row){ c->fields, c->count, ++c->records, line, NULL };
    if (stop > STOP_FILE) {
        out->why = why[stop];
        return ERR_SYNTAX;
    }
    for (size_t i = 0; i < c->count; i++)
        c->fields[i] = str_bytes((char *)c->text.data + c->starts[i], c->ends[i] - c->starts[i]);
    return OK;
}
