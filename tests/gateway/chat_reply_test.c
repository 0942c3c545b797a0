/* chat_reply_test.c - what the chat services are sent, and what their answers mean. */
#include "tests/check.h"

#include "gateways/chat/reply.h"

static const struct hook_account account = {
    .id = "app", .secret = "s3cret", .agent = "7", .base = "http://127.0.0.1:1"
};
static const struct reply_words words = {
    .to = "c1", .thread = "12", .text = "工单 \"N1\"\n好了", .id = "0102"
};

static void
the_words_arrive_whole_in_every_service_s_request(void **state)
{
    static const struct {
        const char *service, *url, *header, *words_at, *to_at;
    } rows[] = {
        { "wecom", "http://127.0.0.1:1/cgi-bin/message/send?access_token=T", "", "text.content",
          "touser" },
        { "dingtalk", "http://127.0.0.1:1/v1.0/robot/oToMessages/batchSend",
          "x-acs-dingtalk-access-token: T\n", NULL, NULL },
        { "feishu", "http://127.0.0.1:1/open-apis/im/v1/messages?receive_id_type=chat_id",
          "Authorization: Bearer T\n", NULL, "receive_id" },
        { "slack", "http://127.0.0.1:1/api/chat.postMessage", "Authorization: Bearer s3cret\n",
          "text", "channel" },
        { "telegram", "http://127.0.0.1:1/bots3cret/sendMessage", "", "text", "chat_id" },
    };
    (void)state;
    for (size_t i = 0; i < countof(rows); i++) {
        struct reply r = { 0 };
        struct buf why = { 0 };
        assert_true(reply_make(&r, rows[i].service, &account, "T", &words));
        assert_string_equal(buf_cstr(&r.url), rows[i].url);
        assert_non_null(strstr(buf_cstr(&r.headers), rows[i].header));
        struct json *j = json_read(buf_str(&r.body), &why);
        assert_non_null(j);
        if (rows[i].words_at != NULL)
            assert_string_equal(json_text(hook_at(j, rows[i].words_at)), words.text);
        if (rows[i].to_at != NULL)
            assert_string_equal(json_text(hook_at(j, rows[i].to_at)), "c1");
        if (strcmp(rows[i].service, "dingtalk") == 0)
            assert_string_equal(json_text(json_at(hook_at(j, "userIds"), 0)), "c1");
        const char *inner = json_text(hook_at(j, i == 1 ? "msgParam" : "content"));
        if (inner != NULL) { /* JSON inside JSON */
            struct json *k = json_read(str_of(inner), &why);
            assert_string_equal(json_text(hook_at(k, i == 1 ? "content" : "text")), words.text);
            json_free(&k);
        }
        assert_true(inner != NULL || (i != 1 && i != 2));
        json_free(&j);
        reply_fini(&r);
    }
}

static void
an_answer_is_delivered_again_or_never(void **state)
{
    static const struct {
        const char *service;
        int status;
        const char *body;
        enum reply_outcome is;
    } rows[] = {
        { "wecom", 200, "{\"errcode\":0,\"errmsg\":\"ok\"}", REPLY_DELIVERED },
        { "wecom", 200, "{\"errcode\":42001}", REPLY_TOKEN },
        { "wecom", 200, "{\"errcode\":-1}", REPLY_LATER },
        { "wecom", 200, "{\"errcode\":81013}", REPLY_FAILED },
        { "dingtalk", 200, "{\"processQueryKey\":\"x\"}", REPLY_DELIVERED },
        { "dingtalk", 200, "{\"processQueryKey\":\"x\",\"invalidStaffIdList\":[\"u\"]}",
          REPLY_FAILED },
        { "dingtalk", 200, "{\"flowControlledStaffIdList\":[\"u\"]}", REPLY_LATER },
        { "dingtalk", 400, "{\"code\":\"Throttling.Api\"}", REPLY_LATER },
        { "dingtalk", 401, "{}", REPLY_TOKEN },
        { "dingtalk", 400, "{\"code\":\"staffId.notExisted\"}", REPLY_FAILED },
        { "feishu", 200, "{\"code\":0}", REPLY_DELIVERED },
        { "feishu", 400, "{\"code\":99991663}", REPLY_TOKEN },
        { "feishu", 400, "{\"code\":230002}", REPLY_FAILED },
        { "feishu", 400, "{\"code\":99991400}", REPLY_LATER },
        { "feishu", 200, "<html>", REPLY_LATER },
        { "slack", 200, "{\"ok\":false,\"error\":\"internal_error\"}", REPLY_LATER },
        { "slack", 200, "{\"ok\":true}", REPLY_DELIVERED },
        { "slack", 200, "{\"ok\":false,\"error\":\"channel_not_found\"}", REPLY_FAILED },
        { "slack", 200, "{\"ok\":false,\"error\":\"ratelimited\"}", REPLY_LATER },
        { "slack", 429, "", REPLY_LATER },
        { "telegram", 200, "{\"ok\":true,\"result\":{}}", REPLY_DELIVERED },
        { "telegram", 403, "{\"ok\":false,\"error_code\":403}", REPLY_FAILED },
        { "telegram", 502, "<html>", REPLY_LATER },
        { "telegram", 0, "", REPLY_LATER },
    };
    (void)state;
    for (size_t i = 0; i < countof(rows); i++)
        assert_int_equal(reply_read(rows[i].service, rows[i].status, str_of(rows[i].body)),
                         rows[i].is);
}

static void
a_token_is_asked_for_and_read(void **state)
{
    static const char *const answers[][2] = {
        { "wecom", "{\"errcode\":0,\"access_token\":\"T1\",\"expires_in\":7200}" },
        { "dingtalk", "{\"accessToken\":\"T1\",\"expireIn\":7200}" },
        { "feishu", "{\"code\":0,\"tenant_access_token\":\"T1\",\"expire\":7200}" },
    };
    (void)state;
    for (size_t i = 0; i < countof(answers); i++) {
        struct reply r = { 0 };
        struct buf token = { 0 };
        int64_t life_s = 0;
        assert_true(reply_needs_token(answers[i][0]));
        assert_true(reply_token_make(&r, answers[i][0], &account));
        assert_true(r.get == (r.body.len == 0));
        assert_true(reply_token_read(&token, &life_s, answers[i][0], str_of(answers[i][1])));
        assert_string_equal(buf_cstr(&token), "T1");
        assert_int_equal(life_s, 7200);
        buf_clear(&token);
        assert_false(reply_token_read(&token, &life_s, answers[i][0], STR("{\"errcode\":40001}")));
        buf_fini(&token);
        reply_fini(&r);
    }
    assert_false(reply_needs_token("slack") || reply_needs_token("nobody"));
}

static void
a_refusal_is_told_in_the_service_s_words_and_its_wish_to_wait_is_heard(void **state)
{
    static const struct {
        const char *service, *body, *why;
        int64_t retry_s;
    } rows[] = {
        { "slack", "{\"ok\":false,\"error\":\"not_in_channel\"}",
          "slack answered 400: not_in_channel", 0 },
        { "wecom", "{\"errcode\":81013,\"errmsg\":\"user not found\"}",
          "wecom answered 400: user not found", 0 },
        { "telegram",
          "{\"ok\":false,\"description\":\"Too Many "
          "Requests\",\"parameters\":{\"retry_after\":35}}",
          "telegram answered 400: Too Many Requests", 35 },
        { "feishu", "{\"code\":1,\"msg\":\"a\\u0007b\"}", "feishu answered 400", 0 },
        { "dingtalk", "<html>", "dingtalk answered 400", 0 },
    };
    (void)state;
    for (size_t i = 0; i < countof(rows); i++) {
        struct buf why = { 0 };
        reply_why(&why, rows[i].service, 400, str_of(rows[i].body));
        assert_string_equal(buf_cstr(&why), rows[i].why);
        assert_int_equal(reply_retry_s(str_of(rows[i].body)), rows[i].retry_s);
        buf_fini(&why);
    }
}

static void
slack_and_feishu_are_told_as_they_want_it(void **state)
{
    struct reply_words w = { .to = "ou_1", .thread = "", .text = "a < b & c", .id = "01" };
    struct reply r = { 0 };
    (void)state;
    assert_true(reply_make(&r, "slack", &account, "", &w));
    assert_non_null(strstr(buf_cstr(&r.body), "a &lt; b &amp; c"));
    reply_fini(&r);
    r = (struct reply){ 0 };
    assert_true(reply_make(&r, "feishu", &account, "T", &w));
    assert_non_null(strstr(buf_cstr(&r.url), "?receive_id_type=open_id"));
    reply_fini(&r);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_words_arrive_whole_in_every_service_s_request),
        cmocka_unit_test(an_answer_is_delivered_again_or_never),
        cmocka_unit_test(a_token_is_asked_for_and_read),
        cmocka_unit_test(a_refusal_is_told_in_the_service_s_words_and_its_wish_to_wait_is_heard),
        cmocka_unit_test(slack_and_feishu_are_told_as_they_want_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
