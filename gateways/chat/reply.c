/* reply.c - a row for each service. */
#include "gateways/chat/reply.h"

static const struct service {
    const char *name, *base, *token_path, *path;
    const char *token_key, *life_key; /* in the token's answer */
    const char *error_key;            /* in every answer: 0 or true is good */
    int64_t expired[3];               /* errors that want another token */
    int64_t busy[4];                  /* errors that pass */
} services[] = {
    { "wecom",
      "https://qyapi.weixin.qq.com",
      "/cgi-bin/gettoken",
      "/cgi-bin/message/send",
      "access_token",
      "expires_in",
      "errcode",
      { 40014, 42001, 41001 },
      { -1, 45009, 45033, 46003 } },
    { "dingtalk",
      "https://api.dingtalk.com",
      "/v1.0/oauth2/accessToken",
      "/v1.0/robot/oToMessages/batchSend",
      "accessToken",
      "expireIn",
      NULL,
      { 0 },
      { 0 } },
    { "feishu",
      "https://open.feishu.cn",
      "/open-apis/auth/v3/tenant_access_token/internal",
      "/open-apis/im/v1/messages?receive_id_type=",
      "tenant_access_token",
      "expire",
      "code",
      { 99991663, 99991664, 99991661 },
      { 99991400, 11232, 230020, 1000 } },
    { "slack", "https://slack.com", NULL, "/api/chat.postMessage", NULL, NULL, "ok", { 0 }, { 0 } },
    { "telegram",
      "https://api.telegram.org",
      NULL,
      "/sendMessage",
      NULL,
      NULL,
      "ok",
      { 0 },
      { 0 } },
};

static const struct service *
find(const char *name)
{
    for (size_t i = 0; i < countof(services); i++)
        if (strcmp(services[i].name, name) == 0)
            return &services[i];
    return NULL;
}

void
reply_fini(struct reply *r)
{
    buf_fini(&r->url);
    buf_fini(&r->headers);
    buf_fini(&r->body);
}

bool
reply_needs_token(const char *service)
{
    const struct service *s = find(service);
    return s != NULL && s->token_path != NULL;
}

static void
begin(struct reply *r, const struct service *s, const struct hook_account *a, const char *path)
{
    bool telegram = strcmp(s->name, "telegram") == 0;
    buf_printf(&r->url, "%s%s%s%s", a->base[0] == '\0' ? s->base : a->base, telegram ? "/bot" : "",
               telegram ? a->secret : "", path);
    buf_printf(&r->headers, "Content-Type: application/json; charset=utf-8\n");
}

bool
reply_token_make(struct reply *r, const char *service, const struct hook_account *a)
{
    const struct service *s = find(service);
    if (s == NULL || s->token_path == NULL)
        return false;
    begin(r, s, a, s->token_path);
    if (strcmp(service, "wecom") == 0) {
        r->get = true;
        buf_printf(&r->url, "?corpid=%s&corpsecret=%s", a->id, a->secret);
        return true;
    }
    bool feishu = strcmp(service, "feishu") == 0;
    struct json *j = json_object_new();
    json_put_text(j, feishu ? "app_id" : "appKey", a->id);
    json_put_text(j, feishu ? "app_secret" : "appSecret", a->secret);
    json_write(&j, &r->body);
    return true;
}

bool
reply_token_read(struct buf *token, int64_t *life_s, const char *service, struct str body)
{
    const struct service *s = find(service);
    struct buf why = { 0 };
    struct json *j = json_read(body, &why);
    bool good = s != NULL && s->token_key != NULL && j != NULL &&
                json_text(hook_at(j, s->token_key)) != NULL && hook_put(token, j, s->token_key) &&
                token->len > 0 && json_number(hook_at(j, s->life_key), life_s);
    json_free(&j);
    buf_fini(&why);
    return good;
}

static struct json *
text_object(const char *key, const char *text)
{
    struct json *j = json_object_new();
    json_put_text(j, key, text);
    return j;
}

/* {"content":"..."} as a text inside the JSON. */
static void
put_inner(struct json *to, const char *name, const char *key, const char *text)
{
    struct buf inner = { 0 };
    struct json *j = text_object(key, text);
    json_write(&j, &inner);
    json_put_str(to, name, buf_str(&inner));
    buf_fini(&inner);
}

static void
wecom(struct json *j, const struct hook_account *a, const struct reply_words *w)
{
    int64_t agent = 0;
    struct json *text = text_object("content", w->text);
    json_put_text(j, "touser", w->to);
    json_put_text(j, "msgtype", "text");
    if (str_int(str_of(a->agent), &agent))
        json_put_number(j, "agentid", agent);
    json_put(j, "text", &text);
}

static void
dingtalk(struct json *j, const struct hook_account *a, const struct reply_words *w)
{
    bool group = strncmp(w->to, "cid", 3) == 0;
    json_put_text(j, "robotCode", a->agent);
    json_put_text(j, "msgKey", "sampleText");
    put_inner(j, "msgParam", "content", w->text);
    if (group) {
        json_put_text(j, "openConversationId", w->to);
        return;
    }
    struct json *users = json_array_new();
    json_append_text(users, w->to);
    json_put(j, "userIds", &users);
}

static void
feishu(struct json *j, const struct hook_account *a, const struct reply_words *w)
{
    (void)a;
    json_put_text(j, "receive_id", w->to);
    json_put_text(j, "msg_type", "text");
    put_inner(j, "content", "text", w->text);
    json_put_text(j, "uuid", w->id);
}

static void
slack(struct json *j, const struct hook_account *a, const struct reply_words *w)
{
    struct buf text = { 0 };
    (void)a;
    for (const char *at = w->text; *at != '\0'; at++)
        if (*at == '&' || *at == '<' || *at == '>')
            buf_printf(&text, "&%s;", *at == '&' ? "amp" : *at == '<' ? "lt" : "gt");
        else
            buf_put(&text, at, 1);
    json_put_text(j, "channel", w->to);
    json_put_str(j, "text", buf_str(&text));
    buf_fini(&text);
    json_put_text(j, "thread_ts", w->thread);
}

static void
telegram(struct json *j, const struct hook_account *a, const struct reply_words *w)
{
    int64_t thread;
    (void)a;
    json_put_text(j, "chat_id", w->to);
    json_put_text(j, "text", w->text);
    if (str_int(str_of(w->thread), &thread))
        json_put_number(j, "message_thread_id", thread);
}

bool
reply_make(struct reply *r, const char *service, const struct hook_account *a, const char *token,
           const struct reply_words *w)
{
    static const struct {
        const char *name;
        void (*fill)(struct json *, const struct hook_account *, const struct reply_words *);
    } fills[] = { { "wecom", wecom },
                  { "dingtalk", dingtalk },
                  { "feishu", feishu },
                  { "slack", slack },
                  { "telegram", telegram } };
    const struct service *s = find(service);
    if (s == NULL)
        return false;
    bool group = strcmp(service, "dingtalk") == 0 && strncmp(w->to, "cid", 3) == 0;
    begin(r, s, a, group ? "/v1.0/robot/groupMessages/send" : s->path);
    if (strcmp(service, "wecom") == 0)
        buf_printf(&r->url, "?access_token=%s", token);
    else if (strcmp(service, "feishu") == 0) /* a person, or a group */
        buf_printf(&r->url, "%s", strncmp(w->to, "ou_", 3) == 0 ? "open_id" : "chat_id");
    if (strcmp(service, "dingtalk") == 0)
        buf_printf(&r->headers, "x-acs-dingtalk-access-token: %s\n", token);
    else if (strcmp(service, "telegram") != 0 && strcmp(service, "wecom") != 0)
        buf_printf(&r->headers, "Authorization: Bearer %s\n",
                   strcmp(service, "slack") == 0 ? a->secret : token);
    struct json *j = json_object_new();
    for (size_t i = 0; i < countof(fills); i++)
        if (strcmp(fills[i].name, service) == 0)
            fills[i].fill(j, a, w);
    json_write(&j, &r->body);
    return true;
}

static bool
holds(const int64_t *codes, size_t count, int64_t code)
{
    for (size_t i = 0; i < count; i++)
        if (codes[i] == code && code != 0)
            return true;
    return false;
}

/* DingTalk says in words what it does not like, and in a list whom it did not reach. */
static enum reply_outcome
by_words(const struct json *j)
{
    static const char *const busy[] = { "Throttling", "QpsLimit", "SystemError" };
    const char *code = json_text(hook_at(j, "code"));
    if (json_count(hook_at(j, "invalidStaffIdList")) > 0)
        return REPLY_FAILED;
    if (json_count(hook_at(j, "flowControlledStaffIdList")) > 0)
        return REPLY_LATER;
    for (size_t i = 0; code != NULL && i < countof(busy); i++)
        if (strstr(code, busy[i]) != NULL)
            return REPLY_LATER;
    return code == NULL ? REPLY_DELIVERED : REPLY_FAILED;
}

/* "ok": false, and Slack's reason; Telegram's is in its status. */
static enum reply_outcome
by_reason(const struct json *j)
{
    static const char *const busy[] = { "ratelimited", "rate_limited",        "internal_error",
                                        "fatal_error", "service_unavailable", "request_timeout" };
    const char *why = json_text(hook_at(j, "error"));
    for (size_t i = 0; why != NULL && i < countof(busy); i++)
        if (strcmp(why, busy[i]) == 0)
            return REPLY_LATER;
    return REPLY_FAILED;
}

/* What the body says of a request that HTTP took. */
static enum reply_outcome
by_body(const struct service *s, const struct json *j)
{
    int64_t code;
    bool good = false;
    if (s->error_key == NULL)
        return by_words(j);
    const struct json *error = hook_at(j, s->error_key);
    if (json_bool(error, &good))
        return good ? REPLY_DELIVERED : by_reason(j);
    if (!json_number(error, &code))
        return REPLY_LATER; /* something else has answered */
    if (holds(s->expired, countof(s->expired), code))
        return REPLY_TOKEN;
    if (holds(s->busy, countof(s->busy), code))
        return REPLY_LATER;
    return code == 0 ? REPLY_DELIVERED : REPLY_FAILED;
}

enum reply_outcome
reply_read(const char *service, int status, struct str body)
{
    const struct service *s = find(service);
    struct buf why = { 0 };
    if (s == NULL)
        return REPLY_FAILED;
    if (status == 0 || status == 429 || status >= 500)
        return REPLY_LATER;
    if (status == 401 && s->token_path != NULL)
        return REPLY_TOKEN;
    struct json *j = json_read(body, &why);
    enum reply_outcome o = j == NULL                        ? REPLY_LATER
                           : status >= 400 && status != 400 ? REPLY_FAILED
                                                            : by_body(s, j);
    if (status == 400 && o == REPLY_DELIVERED)
        o = REPLY_FAILED;
    json_free(&j);
    buf_fini(&why);
    return o;
}

void
reply_why(struct buf *out, const char *service, int status, struct str body)
{
    static const char *const paths[] = { "errmsg", "msg", "description", "error", "message" };
    struct buf why = { 0 };
    struct json *j = json_read(body, &why);
    buf_printf(out, "%s answered %d", service, status);
    for (size_t i = 0; i < countof(paths); i++) {
        const char *said = json_text(hook_at(j, paths[i]));
        if (said == NULL || !str_is_printable(str_of(said)))
            continue;
        buf_printf(out, ": %.*s", (int)(strlen(said) < 100 ? strlen(said) : 100), said);
        break;
    }
    json_free(&j);
    buf_fini(&why);
}

int64_t
reply_retry_s(struct str body)
{
    int64_t seconds = 0;
    struct buf why = { 0 };
    struct json *j = json_read(body, &why);
    if (!json_number(hook_at(j, "parameters.retry_after"), &seconds) || seconds < 0)
        seconds = 0;
    json_free(&j);
    buf_fini(&why);
    return seconds;
}
