/* mime.c - the doorman of GMime. It finds the parts and decodes their transfer encodings; charsets
 * and encoded-words are ours (charset.h, header.h), for three faults of it: adjacent base64
 * encoded-words are truncated, Big5-HKSCS in "big5" loses letters, HZ comes back undecoded.
 *
 * A body is the best alternative of each multipart, in order; what is no body is a file. Nesting
 * deeper than LEVELS is not looked at, and a mail with too many parts is not either. */
#include "gateways/email/mime.h"

#include "gateways/email/charset.h"
#include "gateways/email/header.h"
#include "gateways/email/html.h"

#include <gmime/gmime.h>
#include <strings.h>

enum { LEVELS = 20, PARTS_MAX = 2000, BOUNDARIES_MAX = 1000 };

struct walk {
    struct mail *m;
    size_t file_max, parts;
    unsigned level;
    bool inside; /* a message within the message */
};

void
mime_open_library(void)
{
    g_mime_init();
}

/* ---- a part's bytes and names */

static void
put_content(struct buf *out, GMimePart *part)
{
    GMimeDataWrapper *content = g_mime_part_get_content(part);
    if (content == NULL)
        return;
    GMimeStream *memory = g_mime_stream_mem_new();
    g_mime_data_wrapper_write_to_stream(content, memory);
    GByteArray *bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(memory));
    buf_put(out, bytes->data, bytes->len);
    g_object_unref(memory);
}

static struct str
type_parameter(GMimeObject *o, const char *name)
{
    GMimeContentType *type = g_mime_object_get_content_type(o);
    return str_of(type == NULL ? NULL : g_mime_content_type_get_parameter(type, name));
}

/* The raw value of a header of a part, when it holds encoded-words or high bytes; else empty. */
static struct str
odd_value(GMimeObject *o, const char *header, const char *parameter)
{
    GMimeHeader *h = g_mime_header_list_get_header(g_mime_object_get_header_list(o), header);
    struct str value =
        header_parameter(str_of(h == NULL ? NULL : g_mime_header_get_raw_value(h)), parameter);
    bool odd = value.len > 0 && memmem(value.at, value.len, "=?", 2) != NULL;
    for (size_t i = 0; i < value.len; i++)
        odd = odd || (value.at[i] & 0x80) != 0;
    return odd ? value : (struct str){ NULL, 0 };
}

static char *
file_name(GMimeObject *o)
{
    struct buf name = { 0 };
    struct str odd = odd_value(o, "Content-Disposition", "filename");
    if (odd.len == 0)
        odd = odd_value(o, "Content-Type", "name");
    if (odd.len > 0)
        header_put_text(&name, odd, STR(""));
    else if (GMIME_IS_PART(o))
        header_put_text(&name, str_of(g_mime_part_get_filename(GMIME_PART(o))), STR("UTF-8"));
    char *copy = str_dup(buf_str(&name));
    buf_fini(&name);
    return copy;
}

static void
keep_file(struct walk *w, GMimeObject *o, struct buf *bytes, char *name)
{
    struct mail *m = w->m;
    char *type = g_mime_content_type_get_mime_type(g_mime_object_get_content_type(o));
    if (m->files_count == FILES_MAX || bytes->len > w->file_max) {
        m->files_dropped++;
        buf_fini(bytes);
        free(name);
    } else {
        m->files[m->files_count++] =
            (struct mail_file){ .name = name, .type = str_dup(str_of(type)), .bytes = *bytes };
    }
    g_free(type);
    *bytes = (struct buf){ 0 };
}

/* ---- texts */

/* "text", "<html>": what is no type at all means text, says RFC 2045. */
static bool
is_typeless(GMimeObject *o)
{
    GMimeHeader *h =
        g_mime_header_list_get_header(g_mime_object_get_header_list(o), "Content-Type");
    struct str value = str_of(h == NULL ? NULL : g_mime_header_get_raw_value(h));
    value = str_trim(str_cut(&value, ';'));
    return value.len > 0 && memchr(value.at, '/', value.len) == NULL;
}

static void
put_text(struct buf *out, GMimeObject *o)
{
    struct buf bytes = { 0 }, utf8 = { 0 };
    bool html = g_mime_content_type_is_type(g_mime_object_get_content_type(o), "text", "html");
    struct str charset = type_parameter(o, "charset");
    put_content(&bytes, GMIME_PART(o));
    html =
        html || (is_typeless(o) && bytes.len > 0 && memmem(bytes.data, bytes.len, "</", 2) != NULL);
    if (bytes.len > 4 * MAIL_TEXT_MAX)
        bytes.len = 4 * MAIL_TEXT_MAX;
    if (charset.len == 0 && html)
        charset = html_charset(buf_str(&bytes));
    charset_put(&utf8, charset, buf_str(&bytes));
    if (out->len > 0 && utf8.len > 0)
        buf_put(out, "\n", 1);
    if (html)
        html_put_text(out, buf_str(&utf8));
    else
        buf_put(out, utf8.data, utf8.len);
    buf_fini(&bytes);
    buf_fini(&utf8);
}

static bool
has_words(const struct buf *b, size_t from)
{
    return b->len > from && str_trim(str_bytes(b->data + from, b->len - from)).len > 0;
}

static bool
is_type(GMimeObject *o, const char *type, const char *subtype)
{
    return g_mime_content_type_is_type(g_mime_object_get_content_type(o), type, subtype);
}

static bool
is_body(GMimeObject *o)
{
    GMimeContentDisposition *d = g_mime_object_get_content_disposition(o);
    const char *how = d == NULL ? NULL : g_mime_content_disposition_get_disposition(d);
    bool attached = how != NULL && strcasecmp(how, "attachment") == 0;
    if (is_typeless(o))
        return !attached;
    return is_type(o, "text", "*") && !attached && !is_type(o, "text", "calendar") &&
           !is_type(o, "text", "rfc822-headers") && !is_type(o, "text", "x-vcard") &&
           !is_type(o, "text", "vcard");
}

/* ---- the walk */

static void walk_part(struct walk *w, GMimeObject *o);

/* Text before HTML: it is what the sender's mailer made of the same words. */
static void
walk_alternatives(struct walk *w, GMimeMultipart *all)
{
    size_t before = w->m->text.len;
    int count = g_mime_multipart_get_count(all);
    for (int pass = 0; pass < 2; pass++)
        for (int i = 0; i < count; i++) {
            GMimeObject *o = g_mime_multipart_get_part(all, i);
            bool plain = GMIME_IS_PART(o) && is_type(o, "text", "plain");
            if (has_words(&w->m->text, before) && is_type(o, "text", "*"))
                continue;
            if (plain == (pass == 0) && (pass == 0 || !plain))
                walk_part(w, o);
        }
}

static void
walk_multipart(struct walk *w, GMimeMultipart *all)
{
    GMimeObject *o = GMIME_OBJECT(all);
    w->m->is_report = w->m->is_report || (!w->inside && is_type(o, "multipart", "report"));
    w->m->encrypted = w->m->encrypted || is_type(o, "multipart", "encrypted");
    if (is_type(o, "multipart", "alternative")) {
        walk_alternatives(w, all);
        return;
    }
    int count = g_mime_multipart_get_count(all);
    for (int i = 0; i < count; i++)
        walk_part(w, g_mime_multipart_get_part(all, i));
}

/* A mail within: the header of what came back, or a file; its words are only taken when there are
 * none else (who forwards as an attachment means them). */
static void
walk_message(struct walk *w, GMimeMessagePart *part)
{
    struct buf bytes = { 0 };
    GMimeMessage *message = g_mime_message_part_get_message(part);
    char *source = message == NULL ? NULL : g_mime_object_to_string(GMIME_OBJECT(message), NULL);
    struct str all = str_of(source), header = header_of(all);
    if (w->m->is_report && w->m->returned.len == 0)
        buf_put(&w->m->returned, header.at, header.len);
    if (message != NULL && !w->m->is_report && !has_words(&w->m->text, 0)) {
        bool outer = w->inside;
        w->inside = true;
        if (g_mime_message_get_mime_part(message) != NULL)
            walk_part(w, g_mime_message_get_mime_part(message));
        w->inside = outer;
    }
    buf_put(&bytes, all.at, all.len);
    if (!w->m->is_report)
        keep_file(w, GMIME_OBJECT(part), &bytes, str_dup(STR("message.eml")));
    buf_fini(&bytes);
    g_free(source);
}

static void
walk_leaf(struct walk *w, GMimeObject *o)
{
    struct mail *m = w->m;
    char *name = file_name(o);
    struct buf bytes = { 0 };
    if (is_body(o) && (name[0] == '\0' || !has_words(&m->text, 0)) && m->text.len < MAIL_TEXT_MAX) {
        put_text(&m->text, o);
        free(name);
        return;
    }
    put_content(&bytes, GMIME_PART(o));
    if (is_type(o, "message", "delivery-status") && m->status.len == 0)
        buf_put(&m->status, bytes.data, bytes.len);
    else if (is_type(o, "text", "rfc822-headers") && m->returned.len == 0)
        buf_put(&m->returned, bytes.data, bytes.len);
    else if (is_type(o, "application", "pgp-signature") ||
             is_type(o, "application", "pkcs7-signature"))
        ;
    else if (bytes.len > 0 || name[0] != '\0') {
        keep_file(w, o, &bytes, name);
        return;
    }
    buf_fini(&bytes);
    free(name);
}

static void
walk_part(struct walk *w, GMimeObject *o)
{
    if (w->level == LEVELS || ++w->parts > PARTS_MAX)
        return;
    w->level++;
    if (GMIME_IS_MULTIPART(o))
        walk_multipart(w, GMIME_MULTIPART(o));
    else if (GMIME_IS_MESSAGE_PART(o))
        walk_message(w, GMIME_MESSAGE_PART(o));
    else if (GMIME_IS_PART(o))
        walk_leaf(w, o);
    w->level--;
}

/* ---- the message */

/* Each level of nesting names a boundary; the library's parser goes as deep as the mail says. */
static bool
is_too_deep(struct str message)
{
    size_t count = 0;
    for (const char *at = message.at, *end = message.at + message.len;
         (at = memmem(at, (size_t)(end - at), "oundary", 7)) != NULL; at++)
        count++;
    const char *at = message.at, *end = message.at + message.len;
    for (; at != NULL && (at = memmem(at, (size_t)(end - at), "essage/", 7)) != NULL; at++)
        count++;
    return count > BOUNDARIES_MAX;
}

static void
walk_whole(struct walk *w, struct str message)
{
    GMimeStream *stream = g_mime_stream_mem_new_with_buffer(message.at, message.len);
    GMimeParser *parser = g_mime_parser_new_with_stream(stream);
    GMimeMessage *found = g_mime_parser_construct_message(parser, NULL);
    if (found != NULL && g_mime_message_get_mime_part(found) != NULL)
        walk_part(w, g_mime_message_get_mime_part(found));
    if (found != NULL)
        g_object_unref(found);
    g_object_unref(parser);
    g_object_unref(stream);
}

static bool
is_word(struct str value, const char *word)
{
    size_t len = strlen(word);
    return value.len >= len && strncasecmp(value.at, word, len) == 0 &&
           (value.len == len || strchr("; \t\r\n", value.at[len]) != NULL);
}

/* One text in no transfer encoding, which is what programs write in great number: there is nothing
 * to take apart. */
static bool
read_simple(struct mail *m, struct str message)
{
    struct str type = header_field(m->header, "Content-Type");
    struct str coding = header_field(m->header, "Content-Transfer-Encoding");
    bool plain = type.at == NULL || is_word(type, "text/plain");
    bool bare = coding.at == NULL || is_word(coding, "7bit") || is_word(coding, "8bit");
    if (!plain || !bare || m->header.len == message.len ||
        header_field(m->header, "From").at == NULL || header_parameter(type, "name").len > 0 ||
        header_field(m->header, "Content-Disposition").at != NULL)
        return false;
    struct str body = header_body(message);
    if (body.len > 4 * MAIL_TEXT_MAX)
        body.len = 4 * MAIL_TEXT_MAX;
    charset_put(&m->text, header_parameter(type, "charset"), body);
    return true;
}

/* All from the first line on that is no field: of a header that no empty line ends. */
static struct str
after_fields(struct str header)
{
    struct str rest = header;
    while (rest.len > 0) {
        struct str here = rest, line = str_cut(&rest, '\n');
        const char *colon = line.len == 0 ? NULL : memchr(line.at, ':', line.len);
        const char *blank = line.len == 0 ? NULL : memchr(line.at, ' ', line.len);
        bool folded = line.len > 0 && (line.at[0] == ' ' || line.at[0] == '\t');
        if (!folded && (colon == NULL || (blank != NULL && blank < colon)))
            return str_trim(here);
    }
    return (struct str){ NULL, 0 };
}

/* What nothing could be made of, as it came: better than an empty report. */
static void
put_as_it_stands(struct buf *text, struct str message)
{
    struct str body = str_trim(header_body(message));
    if (body.len == 0)
        body = after_fields(header_of(message));
    buf_clear(text);
    if (body.len > 0 && memchr(body.at, 0, body.len) != NULL)
        return; /* no text */
    charset_put(text, STR(""),
                str_bytes(body.at, body.len < MAIL_TEXT_MAX ? body.len : MAIL_TEXT_MAX));
}

static char *
text_of(struct str value, struct str charset)
{
    struct buf b = { 0 };
    header_put_text(&b, value, charset);
    char *copy = str_dup(buf_str(&b));
    buf_fini(&b);
    return copy;
}

static char *
references_of(struct str header)
{
    static const char *const fields[] = { "References", "In-Reply-To" };
    struct buf b = { 0 };
    struct str id;
    for (size_t i = 0; i < countof(fields); i++) {
        struct str rest = header_field(header, fields[i]);
        while (header_id(&rest, &id))
            if (str_is_printable(id) &&
                (b.len == 0 || memmem(b.data, b.len, id.at, id.len) == NULL))
                buf_printf(&b, "%s<%.*s>", b.len > 0 ? " " : "", STR_ARG(id));
    }
    char *copy = str_dup(buf_str(&b));
    buf_fini(&b);
    return copy;
}

static void
read_header(struct mail *m)
{
    struct str from = header_field(m->header, "From"), name = { NULL, 0 }, id = { NULL, 0 };
    struct str charset = header_parameter(header_field(m->header, "Content-Type"), "charset");
    struct str ids = header_field(m->header, "Message-ID");
    if (!header_mailbox(&from, m->from, sizeof(m->from), &name))
        m->from[0] = '\0';
    if (!header_id(&ids, &id) || !str_is_printable(id))
        id = (struct str){ NULL, 0 };
    m->from_name = text_of(name, charset);
    m->subject = text_of(header_field(m->header, "Subject"), charset);
    m->id = str_dup(id);
    m->references = references_of(m->header);
}

/* Line ends, and no control characters but these. */
static void
tidy(struct buf *text)
{
    size_t to = 0;
    for (size_t i = 0; i < text->len; i++) {
        uint8_t c = text->data[i];
        if (c == '\n' || c == '\t' || (c >= ' ' && c != 0x7f))
            text->data[to++] = c;
    }
    text->len = to;
}

void
mime_read(struct mail *m, struct str message, size_t file_max)
{
    *m = (struct mail){ .header = header_of(message) };
    struct walk w = { .m = m, .file_max = file_max };
    read_header(m);
    if (!read_simple(m, message) && message.len > 0 && !is_too_deep(message))
        walk_whole(&w, message);
    if (!has_words(&m->text, 0) && m->files_count == 0)
        put_as_it_stands(&m->text, message);
    tidy(&m->text);
}

void
mime_free(struct mail *m)
{
    for (size_t i = 0; i < m->files_count; i++) {
        free(m->files[i].name);
        free(m->files[i].type);
        buf_fini(&m->files[i].bytes);
    }
    free(m->from_name);
    free(m->subject);
    free(m->id);
    free(m->references);
    buf_fini(&m->text);
    buf_fini(&m->status);
    buf_fini(&m->returned);
}
