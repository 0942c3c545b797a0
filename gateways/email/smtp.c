/* smtp.c - an errand of libcurl's for each mail. Its own codes say little: a refused recipient
 * is CURLE_SEND_ERROR with 550 in the response; we decide by the response. */
#include "gateways/email/smtp.h"

#include "gateways/email/courier.h"

#include <curl/curl.h>
#include <stdio.h>

enum { WHOLE_MS = 60000, WHY = 300, KEPT = 8 };

struct errand {
    struct trip trip;
    struct smtp *smtp;
    uint8_t id[16];
    CURL *easy;
    struct curl_slist *to;
    struct buf message;
    size_t sent;
    char error[CURL_ERROR_SIZE], reply[WHY]; /* reply: the last line that refused */
};

struct smtp {
    struct smtp_options o;
    struct courier *courier;
    size_t count;
};

struct smtp *
smtp_new(const struct smtp_options *o)
{
    struct smtp *s = zalloc(sizeof(*s));
    s->o = *o;
    s->courier = courier_new(KEPT);
    return s;
}

static size_t
on_read(char *to, size_t size, size_t count, void *own)
{
    struct errand *e = own;
    size_t left = e->message.len - e->sent, len = size * count < left ? size * count : left;
    memcpy(to, e->message.data + e->sent, len);
    e->sent += len;
    return len;
}

/* The relay's replies, a line each. */
static size_t
on_line(char *bytes, size_t size, size_t count, void *own)
{
    struct errand *e = own;
    struct str line = str_trim(str_bytes(bytes, size * count));
    if (line.len > 3 && (line.at[0] == '4' || line.at[0] == '5'))
        snprintf(e->reply, sizeof(e->reply), "%.*s", STR_ARG(line));
    return size * count;
}

static void
set_up(struct errand *e, const char *from)
{
    const struct smtp_options *o = &e->smtp->o;
    CURL *c = e->easy;
    const struct way way = { o->url, "smtp,smtps", o->user, o->password, o->ca, o->tls };
    courier_direct(c, &way, e->error);
    curl_easy_setopt(c, CURLOPT_MAIL_FROM, from);
    curl_easy_setopt(c, CURLOPT_MAIL_RCPT, e->to);
    curl_easy_setopt(c, CURLOPT_READFUNCTION, on_read);
    curl_easy_setopt(c, CURLOPT_READDATA, e);
    curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, on_line);
    curl_easy_setopt(c, CURLOPT_HEADERDATA, e);
    curl_easy_setopt(c, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(c, CURLOPT_INFILESIZE_LARGE, (curl_off_t)e->message.len);
    curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, (long)WHOLE_MS);
}

static void
errand_free(struct errand *e)
{
    courier_remove(e->smtp->courier, e->easy);
    curl_easy_cleanup(e->easy);
    curl_slist_free_all(e->to);
    buf_fini(&e->message);
    e->smtp->count--;
    free(e);
}

static void
ended(struct trip *t, int how)
{
    struct errand *e = (struct errand *)(void *)t; /* it is its first member */
    CURLcode result = (CURLcode)how;
    struct smtp *s = e->smtp;
    long code = 0;
    curl_easy_getinfo(e->easy, CURLINFO_RESPONSE_CODE, &code);
    bool login = result == CURLE_LOGIN_DENIED; /* our fault, and it can be mended */
    if (result == CURLE_OK)
        code = 250;
    else if (code / 100 != 4 && (code / 100 != 5 || login))
        code = 0;
    const char *words = e->reply[0] != '\0' ? e->reply : e->error;
    s->o.ended(s->o.own, e->id, code, words[0] != '\0' ? words : curl_easy_strerror(result));
    errand_free(e);
}

void
smtp_send(struct smtp *s, const uint8_t id[16], const char *from, const char *to,
          struct buf *message)
{
    char line[400];
    struct errand *e = zalloc(sizeof(*e));
    e->smtp = s;
    memcpy(e->id, id, 16);
    e->message = *message;
    *message = (struct buf){ 0 };
    e->easy = curl_easy_init();
    assert(e->easy != NULL);
    snprintf(line, sizeof(line), "<%s>", to);
    e->to = curl_slist_append(NULL, line);
    snprintf(line, sizeof(line), "<%s>", from);
    set_up(e, line);
    e->trip.ended = ended;
    s->count++;
    courier_add(s->courier, e->easy, &e->trip);
}

size_t
smtp_fds(struct smtp *s, struct pollfd *fds, size_t room)
{
    return courier_fds(s->courier, fds, room);
}

int
smtp_wait_ms(struct smtp *s)
{
    return s->count == 0 ? 1000 : courier_wait_ms(s->courier);
}

void
smtp_work(struct smtp *s)
{
    courier_work(s->courier);
}

size_t
smtp_count(const struct smtp *s)
{
    return s->count;
}

void
smtp_free(struct smtp *s)
{
    if (s == NULL)
        return;
    courier_free(s->courier); /* errands under way end with the process */
    free(s);
}
