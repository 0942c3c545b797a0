/* chat_fixture_test.c - real services' recorded payloads through the decoders: none crashes, none
 * of a person's words is lost. Skipped where the recordings are not. */
#include "tests/check.h"
#include "tests/client/scratch.h"

#include "gateways/chat/hook.h"

#include <ftw.h>

#define ARCHIVE "../shared/data/webhooks.tar.gz"

enum { FILES_MAX = 1000 };
static char *files[FILES_MAX];
static size_t files_count;

static int
add(const char *path, const struct stat *st, int kind, struct FTW *at)
{
    (void)st;
    (void)at;
    if (kind == FTW_F && files_count < FILES_MAX)
        files[files_count++] = str_dup(str_of(path));
    return 0;
}

static enum hook_kind
read_file(const char *path, struct str text, struct hook_event *e)
{
    if (strstr(path, "/telegram") != NULL)
        return telegram_update(text, e);
    if (strstr(path, "/slack/events") != NULL)
        return slack_event(text, e);
    if (strstr(path, "/wecom") != NULL)
        return wecom_message(text, e);
    return strstr(path, "/slack") != NULL ? slack_form(text, e) : dingtalk_message(text, e);
}

/* Read by hand. */
static const struct {
    const char *file, *text;
} known[] = {
    { "telegram-nutgram/message.json", "Ciao" },
    { "telegram-nutgram/edited_message.json", "Editing this message" },
    { "telegram-nutgram/photo.json", "asdasdasdasdasdasd" },
    { "wechatpy/test_work_parser__test_parse_text_message.xml", "this is a test" },
    { "WxJava/WxCpXmlMessageTest__testFromXml.xml", "this is a test" },
};

static void
recorded_payloads_give_their_words_and_their_parts_do_no_harm(void **state)
{
    struct buf text = { 0 }, command = { 0 };
    size_t found = 0, messages = 0;
    (void)state;
    if (access(ARCHIVE, R_OK) != 0)
        skip();
    struct scratch s = scratch_new();
    buf_printf(&command, "tar xzf " ARCHIVE " -C %s", s.path);
    assert_int_equal(system(buf_cstr(&command)), 0);
    assert_int_equal(nftw(s.path, add, 16, FTW_PHYS), 0);
    for (size_t i = 0; i < files_count; i++) {
        struct hook_event e = { 0 };
        file_get(files[i], &text);
        enum hook_kind k = read_file(files[i], buf_str(&text), &e);
        messages += k == HOOK_MESSAGE;
        assert_true(k != HOOK_MESSAGE || (e.text.len > 0 && e.user.len > 0 && e.key.len > 0));
        for (size_t n = 0; n < countof(known); n++)
            if (strstr(files[i], known[n].file) != NULL) {
                assert_int_equal(k, HOOK_MESSAGE);
                assert_string_equal(buf_cstr(&e.text), known[n].text);
                found++;
            }
        hook_fini(&e);
        for (size_t len = 0; len < text.len; len += 1 + text.len / 64) {
            char *part = malloc(len + 1); /* exact: a read past it is seen */
            memcpy(part, text.data, len);
            struct hook_event rest = { 0 };
            (void)read_file(files[i], str_bytes(part, len), &rest);
            hook_fini(&rest);
            free(part);
        }
    }
    printf("%zu files, %zu messages\n", files_count, messages);
    assert_int_equal(found, countof(known));
    buf_clear(&command);
    buf_printf(&command, "rm -r %s/webhooks", s.path);
    assert_int_equal(system(buf_cstr(&command)), 0);
    for (size_t i = 0; i < files_count; i++)
        free(files[i]);
    buf_fini(&text);
    buf_fini(&command);
    scratch_free(&s);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(recorded_payloads_give_their_words_and_their_parts_do_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
