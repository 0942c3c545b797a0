/* post.c - libcurl's multi interface behind one epoll descriptor. */
#include "gateways/http/post.h"

#include <curl/curl.h>
#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

enum { CONNECT_MS = 10000, WHOLE_MS = 20000, EVENTS = 64, CONNECTIONS = 16 };

struct call {
    struct call *next, **at; /* of those under way */
    struct posts *posts;
    CURL *easy;
    struct curl_slist *headers;
    struct post post; /* its texts are gone; done, own and id count */
    struct buf body, answer;
    char error[CURL_ERROR_SIZE];
};

struct posts {
    CURLM *multi;
    struct call *calls;
    int epoll;
};

/* ---- what libcurl waits for */

static int
on_socket(CURL *easy, curl_socket_t fd, int what, void *own, void *socket_own)
{
    const struct posts *ps = own;
    struct epoll_event e = { .data.fd = fd };
    (void)easy, (void)socket_own;
    e.events = (what & CURL_POLL_IN ? EPOLLIN : 0u) | (what & CURL_POLL_OUT ? EPOLLOUT : 0u);
    if (what == CURL_POLL_REMOVE)
        epoll_ctl(ps->epoll, EPOLL_CTL_DEL, fd, &e);
    else if (epoll_ctl(ps->epoll, EPOLL_CTL_MOD, fd, &e) != 0 && errno == ENOENT)
        epoll_ctl(ps->epoll, EPOLL_CTL_ADD, fd, &e);
    return 0;
}

struct posts *
posts_new(void)
{
    struct posts *ps = zalloc(sizeof(*ps));
    curl_global_init(CURL_GLOBAL_DEFAULT);
    ps->multi = curl_multi_init();
    ps->epoll = epoll_create1(EPOLL_CLOEXEC);
    assert(ps->multi != NULL && ps->epoll >= 0);
    curl_multi_setopt(ps->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
    curl_multi_setopt(ps->multi, CURLMOPT_SOCKETDATA, ps);
    curl_multi_setopt(ps->multi, CURLMOPT_MAXCONNECTS, (long)CONNECTIONS);
    return ps;
}

int
posts_fd(const struct posts *ps)
{
    return ps->epoll;
}

int
posts_wait_ms(const struct posts *ps)
{
    long ms = -1;
    curl_multi_timeout(ps->multi, &ms);
    return ps->calls == NULL || ms < 0 || ms > 1000 ? 1000 : (int)ms;
}

/* ---- one call */

static size_t
on_body(char *bytes, size_t size, size_t count, void *own)
{
    struct call *c = own;
    size_t room = POST_ANSWER_MAX - c->answer.len, len = size * count;
    buf_put(&c->answer, bytes, len < room ? len : room);
    return len <= room ? len : 0;
}

static void
set_up(struct call *c, const struct post *p)
{
    CURL *e = c->easy;
    curl_easy_setopt(e, CURLOPT_URL, p->url);
    curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(e, CURLOPT_HTTPHEADER, c->headers);
    curl_easy_setopt(e, CURLOPT_USERAGENT, "faultline/" FAULTLINE_VERSION);
    curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(e, CURLOPT_WRITEDATA, c);
    curl_easy_setopt(e, CURLOPT_TIMEOUT_MS, (long)WHOLE_MS);
    curl_easy_setopt(e, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
    curl_easy_setopt(e, CURLOPT_ERRORBUFFER, c->error);
    curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(e, CURLOPT_PRIVATE, c);
    if (p->get)
        return;
    curl_easy_setopt(e, CURLOPT_POST, 1L);
    curl_easy_setopt(e, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)c->body.len);
    curl_easy_setopt(e, CURLOPT_POSTFIELDS, buf_cstr(&c->body));
}

static bool
is_callable(const char *url)
{
    CURLU *u = curl_url();
    char *scheme = NULL;
    bool good = curl_url_set(u, CURLUPART_URL, url, 0) == CURLUE_OK &&
                curl_url_get(u, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
                (strcmp(scheme, "http") == 0 || strcmp(scheme, "https") == 0);
    curl_free(scheme);
    curl_url_cleanup(u);
    return good;
}

/* "Expect:" for none: libcurl would wait for a "100 Continue" that few servers send. */
static struct curl_slist *
headers_of(const char *lines)
{
    struct curl_slist *list = curl_slist_append(NULL, "Expect:");
    struct buf line = { 0 };
    for (struct str rest = str_of(lines); rest.len > 0;) {
        struct str one = str_trim(str_cut(&rest, '\n'));
        buf_clear(&line);
        buf_put(&line, one.at, one.len);
        list = curl_slist_append(list, buf_cstr(&line));
    }
    buf_fini(&line);
    return list;
}

bool
post_send(struct posts *ps, const struct post *p)
{
    if (!is_callable(p->url))
        return false;
    struct call *c = zalloc(sizeof(*c));
    c->posts = ps;
    c->post = (struct post){ .done = p->done, .own = p->own };
    memcpy(c->post.id, p->id, 16);
    buf_put(&c->body, p->body.at, p->body.len);
    c->headers = headers_of(p->headers);
    c->easy = curl_easy_init();
    assert(c->easy != NULL);
    set_up(c, p);
    c->next = ps->calls;
    c->at = &ps->calls;
    if (c->next != NULL)
        c->next->at = &c->next;
    ps->calls = c;
    curl_multi_add_handle(ps->multi, c->easy);
    return true;
}

static void
call_free(struct call *c)
{
    curl_multi_remove_handle(c->posts->multi, c->easy);
    curl_easy_cleanup(c->easy);
    curl_slist_free_all(c->headers);
    *c->at = c->next;
    if (c->next != NULL)
        c->next->at = c->at;
    buf_fini(&c->body);
    buf_fini(&c->answer);
    free(c);
}

static void
end(struct call *c, CURLcode result)
{
    long status = 0;
    curl_off_t retry_s = 0;
    bool cut = result == CURLE_WRITE_ERROR && c->answer.len == POST_ANSWER_MAX;
    curl_easy_getinfo(c->easy, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(c->easy, CURLINFO_RETRY_AFTER, &retry_s);
    const struct post_answer a = {
        .status = result == CURLE_OK || cut ? (int)status : 0,
        .body = buf_str(&c->answer),
        .retry_after_s = retry_s,
        .why = c->error[0] != '\0' ? c->error : curl_easy_strerror(result),
    };
    c->post.done(c->post.own, c->post.id, &a);
    call_free(c);
}

/* ---- the loop */

void
posts_work(struct posts *ps)
{
    struct epoll_event events[EVENTS];
    int running, left;
    CURLMsg *m;
    curl_multi_socket_action(ps->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    int count = epoll_wait(ps->epoll, events, EVENTS, 0);
    for (int i = 0; i < count; i++) {
        unsigned is = events[i].events;
        int what = (is & (EPOLLIN | EPOLLHUP | EPOLLERR) ? CURL_CSELECT_IN : 0) |
                   (is & EPOLLOUT ? CURL_CSELECT_OUT : 0);
        curl_multi_socket_action(ps->multi, events[i].data.fd, what, &running);
    }
    while ((m = curl_multi_info_read(ps->multi, &left)) != NULL) {
        char *own = NULL;
        CURLcode result = m->data.result;
        if (m->msg != CURLMSG_DONE)
            continue;
        curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &own);
        end((struct call *)(void *)own, result);
    }
}

void
posts_free(struct posts *ps)
{
    if (ps == NULL)
        return;
    while (ps->calls != NULL)
        call_free(ps->calls);
    curl_multi_cleanup(ps->multi);
    close(ps->epoll);
    free(ps);
}
