/* chat_account_test.c - rows of chat.hooks, and the addresses of people in groups. */
#include "tests/check.h"

#include "gateways/chat/account.h"

static const char text[] = "# name kind fields\n"
                           "\n"
                           "desk wecom token=t id=corp secret=s agent=7 source=chat.wecom "
                           "key=jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C\n"
                           "ops\tslack key=k secret=a=b  base=http://127.0.0.1:1\r\n"
                           "ding dingtalk id=i secret=s agent=r\n";

static void
an_account_is_read_and_found_by_name_and_address(void **state)
{
    struct accounts a;
    struct buf why = { 0 };
    (void)state;
    assert_true(accounts_read(&a, "chat.hooks", str_of(text), &why));
    assert_int_equal(a.count, 3);
    const struct account *desk = accounts_named(&a, STR("desk"));
    assert_string_equal(desk->source, "chat.wecom");
    assert_string_equal(desk->hook.agent, "7");
    const struct account *ops = accounts_of(&a, "ops:U1@C2");
    assert_string_equal(ops->hook.secret, "a=b");
    assert_string_equal(ops->hook.base, "http://127.0.0.1:1");
    assert_null(accounts_of(&a, "ops"));
    assert_null(accounts_of(&a, "op:U1"));
    assert_null(accounts_of(&a, "li@chat.example"));
    assert_null(accounts_named(&a, STR("")));
    accounts_fini(&a);
}

static void
an_address_leads_back_to_where_it_was_said(void **state)
{
    static const struct {
        const char *account, *user, *chat, *address, *target;
    } rows[] = {
        { "desk", "li@si", "", "desk:li@si", "li@si" },
        { "ops", "U1", "C2", "ops:U1@C2", "C2" },
        { "ops", "U1", "", "ops:U1", "U1" },
        { "ding", "a@b.example", "", "ding:a@b.example", "a@b.example" },
        { "ding", "a@b.example", "cid/x+y==", "ding:a@b.example@cid/x+y==", "cid/x+y==" },
    };
    struct accounts a;
    struct buf why = { 0 };
    (void)state;
    assert_true(accounts_read(&a, "chat.hooks", str_of(text), &why));
    for (size_t i = 0; i < countof(rows); i++) {
        struct hook_event e = { 0 };
        struct buf address = { 0 };
        const struct account *of = accounts_named(&a, str_of(rows[i].account));
        buf_printf(&e.user, "%s", rows[i].user);
        buf_printf(&e.chat, "%s", rows[i].chat);
        account_address(&address, of, &e);
        assert_string_equal(buf_cstr(&address), rows[i].address);
        assert_ptr_equal(accounts_of(&a, buf_cstr(&address)), of);
        assert_true(str_is(account_target(of, buf_cstr(&address)), rows[i].target));
        buf_fini(&address);
        hook_fini(&e);
    }
    accounts_fini(&a);
}

static void
no_row_without_what_its_service_is_believed_by(void **state)
{
    static const struct {
        const char *row, *why;
    } rows[] = {
        { "a", "f:1: the second word is" },
        { "a:b slack key=k secret=s", "f:1: a name has" },
        { "a slack key=k", "f:1: slack needs secret" },
        { "a telegram secret=s", "f:1: telegram needs token" },
        { "a feishu id=i secret=s", "f:1: feishu needs one of" },
        { "a slack key= secret=s", "f:1: then come field=value" },
        { "a slack key=k secret=s base=ftp://x", "f:1: base is" },
        { "a dingtalk id=i secret=s agent=r key=short", "f:1: key is the EncodingAESKey" },
        { "\n#\na slack key=k secret=s\na slack key=k secret=s", "f:4: this name" },
    };
    (void)state;
    for (size_t i = 0; i < countof(rows); i++) {
        struct accounts a;
        struct buf why = { 0 };
        assert_false(accounts_read(&a, "f", str_of(rows[i].row), &why));
        assert_true(str_starts(buf_str(&why), str_of(rows[i].why)));
        buf_fini(&why);
        accounts_fini(&a);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_account_is_read_and_found_by_name_and_address),
        cmocka_unit_test(an_address_leads_back_to_where_it_was_said),
        cmocka_unit_test(no_row_without_what_its_service_is_believed_by),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
