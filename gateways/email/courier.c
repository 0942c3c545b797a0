/* courier.c - libcurl's multi interface: it names its sockets, we poll them. */
#include "gateways/email/courier.h"

#include <curl/curl.h>

enum { SOCKETS = 64, CONNECT_MS = 10000 };

struct courier {
    CURLM *multi;
    struct pollfd sockets[SOCKETS];
    size_t count;
};

static int
on_socket(CURL *easy, curl_socket_t fd, int what, void *own, void *socket_own)
{
    (void)easy, (void)socket_own;
    struct courier *c = own;
    size_t i = 0;
    while (i < c->count && c->sockets[i].fd != fd)
        i++;
    if (what == CURL_POLL_REMOVE) {
        if (i < c->count)
            c->sockets[i] = c->sockets[--c->count];
        return 0;
    }
    if (i == SOCKETS)
        return 0; /* it is looked at by time */
    if (i == c->count)
        c->count++;
    short events =
        (short)((what & CURL_POLL_IN ? POLLIN : 0) | (what & CURL_POLL_OUT ? POLLOUT : 0));
    c->sockets[i] = (struct pollfd){ .fd = fd, .events = events };
    return 0;
}

struct courier *
courier_new(long kept)
{
    struct courier *c = zalloc(sizeof(*c));
    curl_global_init(CURL_GLOBAL_DEFAULT);
    c->multi = curl_multi_init();
    assert(c->multi != NULL);
    curl_multi_setopt(c->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
    curl_multi_setopt(c->multi, CURLMOPT_SOCKETDATA, c);
    curl_multi_setopt(c->multi, CURLMOPT_MAXCONNECTS, kept);
    return c;
}

void
courier_free(struct courier *c)
{
    if (c == NULL)
        return;
    curl_multi_cleanup(c->multi);
    free(c);
}

void
courier_direct(void *easy, const struct way *w, char *error)
{
    curl_easy_setopt(easy, CURLOPT_URL, w->url);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, w->protocols);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, error);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_USE_SSL, (long)(w->tls ? CURLUSESSL_ALL : CURLUSESSL_NONE));
    if (w->ca[0] != '\0')
        curl_easy_setopt(easy, CURLOPT_CAINFO, w->ca);
    if (w->user[0] != '\0') {
        curl_easy_setopt(easy, CURLOPT_USERNAME, w->user);
        curl_easy_setopt(easy, CURLOPT_PASSWORD, w->password);
    }
}

void
courier_add(struct courier *c, void *easy, struct trip *t)
{
    curl_easy_setopt(easy, CURLOPT_PRIVATE, t);
    curl_multi_add_handle(c->multi, easy);
}

void
courier_remove(struct courier *c, void *easy)
{
    curl_multi_remove_handle(c->multi, easy);
}

size_t
courier_fds(const struct courier *c, struct pollfd *fds, size_t room)
{
    size_t count = c->count < room ? c->count : room;
    if (count > 0)
        memcpy(fds, c->sockets, count * sizeof(*fds));
    return count;
}

int
courier_wait_ms(struct courier *c)
{
    long ms = -1;
    curl_multi_timeout(c->multi, &ms);
    return ms < 0 ? 100 : ms > 1000 ? 1000 : (int)ms;
}

void
courier_work(struct courier *c)
{
    int running, left;
    struct pollfd now[SOCKETS];
    size_t count = c->count;
    memcpy(now, c->sockets, sizeof(now));
    curl_multi_socket_action(c->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    if (count > 0 && poll(now, (nfds_t)count, 0) > 0)
        for (size_t i = 0; i < count; i++) {
            int what = (now[i].revents & (POLLIN | POLLHUP | POLLERR) ? CURL_CSELECT_IN : 0) |
                       (now[i].revents & POLLOUT ? CURL_CSELECT_OUT : 0);
            if (what != 0)
                curl_multi_socket_action(c->multi, now[i].fd, what, &running);
        }
    CURLMsg *m;
    while ((m = curl_multi_info_read(c->multi, &left)) != NULL) {
        char *own = NULL;
        int result = (int)m->data.result;
        curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &own);
        struct trip *t = (struct trip *)(void *)own;
        t->ended(t, result);
    }
}
