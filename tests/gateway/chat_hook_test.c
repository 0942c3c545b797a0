/* chat_hook_test.c - the services' published examples, and what a changed byte does to them. */
#include "tests/check.h"

#include "gateways/chat/crypt.h"
#include "gateways/chat/hook.h"

static const uint8_t random16[16] = { 9, 8, 7, 6, 5, 4, 3, 2, 1 };

#define WECOM_KEY "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
static const struct hook_account wecom = { .token = "QDG6eK",
                                           .key = WECOM_KEY,
                                           .id = "wx5823bf96d3bd56c7" };
static const char wecom_body[] =
    "<xml><ToUserName><![CDATA[wx5823bf96d3bd56c7]]></ToUserName><Encrypt><![CDATA["
    "RypEvHKD8QQKFhvQ6QleEB4J58tiPdvo+rtK1I9qca6aM/wvqnLSV5zEPeusUiX5L5X/0lWfrf0QADHHhGd3Qczcd"
    "CUpj911L3vg3W/sYYvuJTs3TUUkSUXxaccAS0qhxchrRYt66wiSpGLYL42aM6A8dTT+6k4aSknmPj48kzJs8qLjvd"
    "4Xgpue06DOdnLxAUHzM6+kDZ+HMZfJYuR+LtwGc2hgf5gsijff0ekUNXZiqATP7PF5mZxZ3Izoun1s4zG4LUMnvw2"
    "r+KqCKIw+3IQH03v+BCA9nMELNqbSf6tiWSrXJB3LAVGUcallcrw8V2t9EL4EhzJWrQUax5wLVMNS0+rUPA3k22Nc"
    "x4XXZS9o0MBH27Bo6BpNelZpS+/uh9KsNlY6bHCmJU9p8g7m3fVKn28H3KDYA5Pl/T8Z1ptDAVe0lXdQ2YoyyH2uy"
    "PIGHBZZIs2pDBS8R07+qN+E7Q==]]></Encrypt><AgentID>218</AgentID></xml>";
static const char wecom_query[] =
    "msg_signature=477715d11cdb4164915debcba66cb864d751f3e6&timestamp="
    "1409659813&nonce=1372623149";

#define WECOM_NOW 1409659815000

static enum hook_kind
read_as(const char *service, const struct hook_account *a, struct hook_request r,
        struct hook_event *e)
{
    *e = (struct hook_event){ 0 };
    r.random = random16;
    return hook_service(service)->read(a, &r, e);
}

static void
wecom_s_published_message_opens(void **state)
{
    (void)state;
    struct hook_event e;
    struct hook_request r = { .query = str_of(wecom_query),
                              .body = str_of(wecom_body),
                              .now = WECOM_NOW };
    assert_int_equal(read_as("wecom", &wecom, r, &e), HOOK_MESSAGE);
    assert_string_equal(buf_cstr(&e.text), "hello");
    assert_string_equal(buf_cstr(&e.user), "mycreate");
    assert_true(e.key.len > 0 && e.at == 1409659813000);
    hook_fini(&e);
    r.now += 2 * 3600 * 1000; /* somebody has kept it */
    assert_int_equal(read_as("wecom", &wecom, r, &e), HOOK_FORGED);
    hook_fini(&e);
}

static void
wecom_s_published_verification_is_answered(void **state)
{
    (void)state;
    struct hook_event e;
    struct hook_request r = {
        .get = true,
        .now = WECOM_NOW,
        .query =
            STR("msg_signature=5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3&timestamp=1409659589&"
                "nonce=263014780&echostr=P9nAzCzyDtyTWESHep1vC5X9xho%2FqYX3Zpb4yKa9SKld1DsH3Iyt"
                "3tP3zNdtp%2B4RPcs8TgAE7OaBO%2BFZXvnaqQ%3D%3D")
    };
    assert_int_equal(read_as("wecom", &wecom, r, &e), HOOK_ANSWER);
    assert_string_equal(buf_cstr(&e.reply), "1616140317555161061");
    hook_fini(&e);
}

static void
no_changed_byte_of_a_signed_body_gets_through(void **state)
{
    (void)state;
    size_t len = sizeof(wecom_body) - 1;
    char *body = str_dup(str_bytes(wecom_body, len));
    size_t from = (size_t)(strstr(wecom_body, "Ryp") - wecom_body);
    size_t to = (size_t)(strstr(wecom_body, "]]></Encrypt>") - wecom_body);
    for (size_t i = from; i < to; i++) {
        struct hook_event e;
        struct hook_request r = { .query = str_of(wecom_query),
                                  .body = str_bytes(body, len),
                                  .now = WECOM_NOW };
        body[i] ^= 1;
        enum hook_kind k = read_as("wecom", &wecom, r, &e);
        assert_true(k == HOOK_FORGED || k == HOOK_BROKEN);
        hook_fini(&e);
        body[i] ^= 1;
    }
    for (size_t i = 0; i < len; i++) { /* nor does a part of it crash anything */
        struct hook_event e;
        struct hook_request r = { .query = str_of(wecom_query),
                                  .body = str_bytes(body, i),
                                  .now = WECOM_NOW };
        char *exact = malloc(i + 1);
        memcpy(exact, body, i);
        r.body.at = exact;
        (void)read_as("wecom", &wecom, r, &e);
        hook_fini(&e);
        free(exact);
    }
    free(body);
}

static void
dingtalk_s_published_event_opens_and_is_answered_in_an_envelope(void **state)
{
    (void)state;
    const struct hook_account a = { .token = "123456",
                                    .key = "4g5j64qlyl3zvetqxz5jiocdr586fn2zvjpa8zls3ij",
                                    .id = "suite4xxxxxxxxxxxxxxx" };
    const struct hook_request r = {
        .query = STR("signature=5a65ceeef9aab2d149439f82dc191dd6c5cbe2c0&timestamp=1445827045067&"
                     "nonce=nEXhMP4r"),
        .now = 1445827045067,
        .body = STR(
            "{\"encrypt\":\"1a3NBxmCFwkCJvfoQ7WhJHB+iX3qHPsc9JbaDznE1i03peOk1LaOQoRz3+nlyGNhwmwJ3"
            "vDMG+OzrHMeiZI7gTRWVdUBmfxjZ8Ej23JVYa9VrYeJ5as7XM/ZpulX8NEQis44w53h1qAgnC3PRzM7Zc/D"
            "6Ibr0rgUathB6zRHP8PYrfgnNOS9PhSBdHlegK+AGGanfwjXuQ9+0pZcy0w9lQ==\"}")
    };
    struct hook_event e;
    struct buf plain = { 0 }, sealed = { 0 }, why = { 0 };
    assert_int_equal(read_as("dingtalk", &a, r, &e), HOOK_ANSWER);
    struct json *j = json_read(buf_str(&e.reply), &why);
    assert_true(hook_put(&sealed, j, "encrypt"));
    assert_true(crypt_open_envelope(&plain, str_of(a.key), buf_str(&sealed), str_of(a.id)));
    assert_string_equal(buf_cstr(&plain), "success");
    json_free(&j);
    buf_fini(&plain);
    buf_fini(&sealed);
    hook_fini(&e);
}

static void
dingtalk_s_robot_is_believed_with_its_signature_alone(void **state)
{
    (void)state;
    const struct hook_account a = { .secret = "s3cret" };
    const struct str parts[] = { STR("1700000000000"), STR("\n"), STR("s3cret") };
    struct buf sign = { 0 };
    struct hook_event e;
    uint8_t mac[32];
    crypt_hmac_sha256(mac, STR("s3cret"), parts, 3);
    crypt_base64(&sign, str_bytes(mac, 32));
    struct http_header headers[] = { { "timestamp", "1700000000000" },
                                     { "sign", buf_cstr(&sign) } };
    struct hook_request r = { .headers = headers,
                              .headers_count = 2,
                              .now = 1700000001000,
                              .body = STR("{\"msgId\":\"m1\",\"senderStaffId\":\"u1\",\"msgtype\":"
                                          "\"text\",\"text\":{\"content\":\" 停电了 \"}}") };
    assert_int_equal(read_as("dingtalk", &a, r, &e), HOOK_MESSAGE);
    assert_string_equal(buf_cstr(&e.text), " 停电了 ");
    hook_fini(&e);
    r.now += 2 * 3600 * 1000;
    assert_int_equal(read_as("dingtalk", &a, r, &e), HOOK_FORGED);
    hook_fini(&e);
    buf_fini(&sign);
}

static void
feishu_s_published_ciphertext_opens(void **state)
{
    (void)state;
    struct buf plain = { 0 };
    assert_true(crypt_open_feishu(&plain, STR("test key"),
                                  STR("P37w+VZImNgPEO1RBhJ6RtKl7n6zymIbEG1pReEzghk=")));
    assert_string_equal(buf_cstr(&plain), "hello world");
    buf_fini(&plain);
}

static void
a_feishu_post_and_text_give_their_words_with_the_right_token_only(void **state)
{
    (void)state;
    static const char text[] =
        "{\"schema\":\"2.0\",\"header\":{\"event_type\":\"im.message.receive_v1\",\"token\":\"v\"},"
        "\"event\":{\"sender\":{\"sender_id\":{\"open_id\":\"ou_1\"}},\"message\":{\"message_id\":"
        "\"om_1\",\"chat_id\":\"oc_1\",\"create_time\":\"1700000000000\",\"message_type\":\"post\","
        "\"content\":\"{\\\"title\\\":\\\"t\\\",\\\"content\\\":[[{\\\"tag\\\":\\\"text\\\","
        "\\\"text"
        "\\\":\\\"电梯\\\"},{\\\"tag\\\":\\\"text\\\",\\\"text\\\":\\\"坏了\\\"}]]}\"}}}";
    const struct hook_account right = { .token = "v" }, wrong = { .token = "w" },
                              none = { .id = "" };
    struct hook_request r = { .body = str_of(text) };
    struct hook_event e;
    assert_int_equal(read_as("feishu", &right, r, &e), HOOK_MESSAGE);
    assert_string_equal(buf_cstr(&e.text), "电梯 坏了");
    assert_true(e.at == 1700000000000);
    hook_fini(&e);
    assert_int_equal(read_as("feishu", &wrong, r, &e), HOOK_FORGED);
    hook_fini(&e);
    assert_int_equal(read_as("feishu", &none, r, &e), HOOK_FORGED);
    hook_fini(&e);
}

static const char slack_body[] =
    "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&"
    "channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&"
    "response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIG"
    "lgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";

static void
slack_s_published_command_is_believed_while_it_is_fresh(void **state)
{
    (void)state;
    const struct hook_account a = { .key = "8f742231b10e8888abcd99yyyzzz85a5" };
    const struct http_header headers[] = {
        { "x-slack-request-timestamp", "1531420618" },
        { "x-slack-signature",
          "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503" }
    };
    struct hook_request r = {
        .headers = headers, .headers_count = 2, .now = 1531420620000, .body = str_of(slack_body)
    };
    struct hook_event e;
    assert_int_equal(read_as("slack", &a, r, &e), HOOK_IGNORED); /* it has no words */
    assert_string_equal(buf_cstr(&e.user), "U2CERLKJA");
    hook_fini(&e);
    r.now += 301 * 1000;
    assert_int_equal(read_as("slack", &a, r, &e), HOOK_FORGED);
    hook_fini(&e);
    r.now = 1531420620000;
    r.body.len--;
    assert_int_equal(read_as("slack", &a, r, &e), HOOK_FORGED);
    hook_fini(&e);
}

static void
a_slack_message_of_a_bot_starts_nothing(void **state)
{
    (void)state;
    struct hook_event e = { 0 };
    assert_int_equal(slack_event(STR("{\"type\":\"event_callback\",\"event\":{\"type\":\"message\","
                                     "\"bot_id\":\"B1\",\"user\":\"U\",\"text\":\"x\",\"ts\":\"1.2"
                                     "\",\"channel\":\"C\"}}"),
                                 &e),
                     HOOK_IGNORED);
    hook_fini(&e);
    assert_int_equal(slack_event(STR("{\"type\":\"event_callback\",\"event\":{\"type\":\"message\","
                                     "\"user\":\"U\",\"text\":\"x\",\"ts\":\"17.2\",\"channel\":"
                                     "\"C\"}}"),
                                 &e),
                     HOOK_MESSAGE);
    assert_string_equal(buf_cstr(&e.key), "C/17.2");
    assert_true(e.at == 17000);
    hook_fini(&e);
}

static void
telegram_is_believed_with_our_secret_alone(void **state)
{
    (void)state;
    const struct hook_account a = { .token = "sesame" }, none = { .token = "" };
    struct http_header header = { "x-telegram-bot-api-secret-token", "sesame" };
    const struct hook_request r = {
        .headers = &header,
        .headers_count = 1,
        .body = STR("{\"update_id\":7,\"message\":{\"message_id\":1,\"from\":{\"id\":9,\"is_bot\":"
                    "false},\"chat\":{\"id\":-5},\"date\":1,\"text\":\"Lift stuck\"}}")
    };
    struct hook_event e;
    assert_int_equal(read_as("telegram", &a, r, &e), HOOK_MESSAGE);
    assert_string_equal(buf_cstr(&e.chat), "-5");
    assert_string_equal(buf_cstr(&e.key), "7");
    hook_fini(&e);
    assert_int_equal(read_as("telegram", &none, r, &e), HOOK_FORGED);
    hook_fini(&e);
    header.value = "sesamE";
    assert_int_equal(read_as("telegram", &a, r, &e), HOOK_FORGED);
    hook_fini(&e);
}

/* What each service marks up, for its own purposes, is what the person meant. */
static void
a_person_s_words_are_freed_of_the_service_s_marks(void **state)
{
#define SLACK(channel, text)                                                                       \
    "{\"type\":\"event_callback\",\"event\":{\"type\":\"app_mention\",\"user\":\"U\",\"ts\":\"1."  \
    "2\","                                                                                         \
    "\"channel\":\"" channel "\",\"text\":\"" text "\"}}"
#define TELEGRAM(chat, text)                                                                       \
    "{\"update_id\":1,\"message\":{\"from\":{\"id\":9},\"chat\":{\"id\":" chat                     \
    "},\"text\":\"" text "\"}}"
#define FEISHU(kind, text)                                                                         \
    "{\"header\":{\"event_type\":\"im.message.receive_v1\"},\"event\":{\"sender\":{\"sender_id\":" \
    "{\"open_id\":\"ou_1\"}},\"message\":{\"message_id\":\"m\",\"chat_id\":\"oc_1\",\"chat_"       \
    "type\":\"" kind "\",\"content\":\"{\\\"text\\\":\\\"" text "\\\"}\"}}}"
#define DINGTALK(kind, text)                                                                       \
    "{\"msgId\":\"m\",\"senderStaffId\":\"u\",\"conversationType\":\"" kind                        \
    "\",\"conversationId\":\"cid1\",\"text\":{\"content\":\"" text "\"}}"
    static const struct {
        const char *service, *event, *text, *chat;
    } rows[] = {
        { "slack", SLACK("C1", "<@U0> lift &lt;2&gt; &amp; door"), " lift <2> & door", "C1" },
        { "slack", SLACK("D1", "see <http://x.example/a|the page>"), "see the page", "" },
        { "slack", SLACK("C1", "a & b < c"), "a & b < c", "C1" },
        { "slack", SLACK("C1", "&amp;lt; <"), "&lt; <", "C1" },
        { "slack", SLACK("C1", "<@U0> <@U1>"), NULL, "" },
        { "telegram", TELEGRAM("9", "/status@our_bot N1"), "status N1", "" },
        { "telegram", TELEGRAM("-5", "/start"), "help", "-5" },
        { "telegram", TELEGRAM("9", "lift /stuck"), "lift /stuck", "" },
        { "telegram", TELEGRAM("9", "/"), NULL, "" },
        { "feishu", FEISHU("group", "@_user_12 电梯@_user_ 坏了"), " 电梯 坏了", "oc_1" },
        { "feishu", FEISHU("p2p", "电梯 a@b"), "电梯 a@b", "" },
        { "dingtalk", DINGTALK("1", "停电"), "停电", "" },
        { "dingtalk", DINGTALK("2", "停电"), "停电", "cid1" },
    };
    (void)state;
    for (size_t i = 0; i < countof(rows); i++) {
        struct hook_event e = { 0 };
        enum hook_kind k = hook_service(rows[i].service)->plain(str_of(rows[i].event), &e);
        assert_int_equal(k, rows[i].text == NULL ? HOOK_IGNORED : HOOK_MESSAGE);
        if (rows[i].text != NULL)
            assert_string_equal(buf_cstr(&e.text), rows[i].text);
        if (rows[i].text != NULL)
            assert_string_equal(buf_cstr(&e.chat), rows[i].chat);
        hook_fini(&e);
    }
}

/* Before anything of it is believed: its signature covers what is in this envelope. */
static void
an_envelope_that_is_no_xml_is_broken(void **state)
{
    static const char *const rows[] = { "<xml></>",
                                        "</>",
                                        "<//>",
                                        "<xml><Encrypt>x</></xml>",
                                        "<xml><Encrypt",
                                        "<xml><!-->",
                                        "<xml><![CDATA[",
                                        "<xml><Encrypt>&#0;</Encrypt></xml>",
                                        "" };
    (void)state;
    for (size_t i = 0; i < countof(rows); i++) {
        struct hook_event e;
        char *exact = malloc(strlen(rows[i]) + 1);
        memcpy(exact, rows[i], strlen(rows[i]));
        const struct hook_request r = { .query = str_of(wecom_query),
                                        .body = str_bytes(exact, strlen(rows[i])),
                                        .now = WECOM_NOW };
        assert_int_equal(read_as("wecom", &wecom, r, &e), HOOK_BROKEN);
        hook_fini(&e);
        free(exact);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wecom_s_published_message_opens),
        cmocka_unit_test(wecom_s_published_verification_is_answered),
        cmocka_unit_test(no_changed_byte_of_a_signed_body_gets_through),
        cmocka_unit_test(dingtalk_s_published_event_opens_and_is_answered_in_an_envelope),
        cmocka_unit_test(dingtalk_s_robot_is_believed_with_its_signature_alone),
        cmocka_unit_test(feishu_s_published_ciphertext_opens),
        cmocka_unit_test(a_feishu_post_and_text_give_their_words_with_the_right_token_only),
        cmocka_unit_test(slack_s_published_command_is_believed_while_it_is_fresh),
        cmocka_unit_test(a_slack_message_of_a_bot_starts_nothing),
        cmocka_unit_test(telegram_is_believed_with_our_secret_alone),
        cmocka_unit_test(an_envelope_that_is_no_xml_is_broken),
        cmocka_unit_test(a_person_s_words_are_freed_of_the_service_s_marks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
