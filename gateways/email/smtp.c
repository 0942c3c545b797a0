/* smtp.c - libcurl's multi interface in a poll loop. Its own codes say little: a refused recipient
 * is CURLE_SEND_ERROR with 550 in the response; we decide by the response. */
#include "gateways/email/smtp.h"

#include <curl/curl.h>
#include <stdio.h>

enum { CONNECT_MS = 10000, WHOLE_MS = 60000, WHY = 300, SOCKETS = 64 };

struct errand {
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
    CURLM *multi;
    struct pollfd sockets[SOCKETS];
    size_t sockets_count, count;
};

static int
on_socket(CURL *easy, curl_socket_t fd, int what, void *own, void *socket_own)
{
    (void)easy, (void)socket_own;
    struct smtp *s = own;
    size_t i = 0;
    while (i < s->sockets_count && s->sockets[i].fd != fd)
        i++;
    if (what == CURL_POLL_REMOVE) {
        if (i < s->sockets_count)
            s->sockets[i] = s->sockets[--s->sockets_count];
        return 0;
    }
    if (i == SOCKETS)
        return 0; /* it is looked at by time */
    if (i == s->sockets_count)
        s->sockets_count++;
    short events =
        (short)((what & CURL_POLL_IN ? POLLIN : 0) | (what & CURL_POLL_OUT ? POLLOUT : 0));
    s->sockets[i] = (struct pollfd){ .fd = fd, .events = events };
    return 0;
}

struct smtp *
smtp_new(const struct smtp_options *o)
{
    struct smtp *s = zalloc(sizeof(*s));
    s->o = *o;
    curl_global_init(CURL_GLOBAL_DEFAULT);
    s->multi = curl_multi_init();
    assert(s->multi != NULL);
    curl_multi_setopt(s->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
    curl_multi_setopt(s->multi, CURLMOPT_SOCKETDATA, s);
    curl_multi_setopt(s->multi, CURLMOPT_MAXCONNECTS, 8L);
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
    curl_easy_setopt(c, CURLOPT_URL, o->url);
    curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    curl_easy_setopt(c, CURLOPT_MAIL_FROM, from);
    curl_easy_setopt(c, CURLOPT_MAIL_RCPT, e->to);
    curl_easy_setopt(c, CURLOPT_READFUNCTION, on_read);
    curl_easy_setopt(c, CURLOPT_READDATA, e);
    curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, on_line);
    curl_easy_setopt(c, CURLOPT_HEADERDATA, e);
    curl_easy_setopt(c, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(c, CURLOPT_INFILESIZE_LARGE, (curl_off_t)e->message.len);
    curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, (long)WHOLE_MS);
    curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
    curl_easy_setopt(c, CURLOPT_ERRORBUFFER, e->error);
    curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(c, CURLOPT_PRIVATE, e);
    curl_easy_setopt(c, CURLOPT_USE_SSL, (long)(o->tls ? CURLUSESSL_ALL : CURLUSESSL_NONE));
    if (o->ca[0] != '\0')
        curl_easy_setopt(c, CURLOPT_CAINFO, o->ca);
    if (o->user[0] != '\0') {
        curl_easy_setopt(c, CURLOPT_USERNAME, o->user);
        curl_easy_setopt(c, CURLOPT_PASSWORD, o->password);
    }
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
    s->count++;
    curl_multi_add_handle(s->multi, e->easy);
}

static void
errand_free(struct errand *e)
{
    curl_multi_remove_handle(e->smtp->multi, e->easy);
    curl_easy_cleanup(e->easy);
    curl_slist_free_all(e->to);
    buf_fini(&e->message);
    e->smtp->count--;
    free(e);
}

static void
end(struct errand *e, CURLcode result)
{
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

size_t
smtp_fds(struct smtp *s, struct pollfd *fds, size_t room)
{
    size_t count = s->sockets_count < room ? s->sockets_count : room;
    if (count > 0)
        memcpy(fds, s->sockets, count * sizeof(*fds));
    return count;
}

int
smtp_wait_ms(struct smtp *s)
{
    long ms = -1;
    curl_multi_timeout(s->multi, &ms);
    if (s->count == 0 || ms > 1000)
        return 1000;
    return ms < 0 ? 100 : (int)ms;
}

void
smtp_work(struct smtp *s)
{
    int running, left;
    struct pollfd now[SOCKETS];
    size_t count = s->sockets_count;
    memcpy(now, s->sockets, sizeof(now));
    curl_multi_socket_action(s->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    if (count > 0 && poll(now, (nfds_t)count, 0) > 0)
        for (size_t i = 0; i < count; i++) {
            int what = (now[i].revents & (POLLIN | POLLHUP | POLLERR) ? CURL_CSELECT_IN : 0) |
                       (now[i].revents & POLLOUT ? CURL_CSELECT_OUT : 0);
            if (what != 0)
                curl_multi_socket_action(s->multi, now[i].fd, what, &running);
        }
    CURLMsg *m;
    while ((m = curl_multi_info_read(s->multi, &left)) != NULL) {
        char *own = NULL;
        CURLcode result = m->data.result;
        curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &own);
        end((struct errand *)(void *)own, result);
    }
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
    curl_multi_cleanup(s->multi); /* errands under way end with the process */
    free(s);
}
