/* who_test.c - contacts.csv: who is found, who comes next, what is said of a bad line. */
#include "tests/check.h"

#include "common/io/seal.h"
#include "gateways/who.h"

static const char table[] = "channel,address,customer,site,name,lang\n"
                            "# the hall\n"
                            "sms,+86 138-0013 8000,acme,elm-4,Li Wei,zh\r\n"
                            "email,Li.Wei@Example.org,acme,elm-4,Li Wei,zh\n"
                            "chat,li@chat.example,acme,,Li Wei,zh\n"
                            "email,@hall.example,city,city-hall,,en\n"
                            "sms,+4930123,acme,,\"Smith, \"\"Jo\"\"\",en\n"
                            "web,*,anybody,,,\n"
                            "\n";

static void
expect(const struct who *w, const char *channel, const char *address, const char *customer)
{
    const struct contact *c = who_is(w, channel, address);
    if (customer == NULL)
        assert_null(c);
    else
        assert_string_equal(c == NULL ? "nobody" : c->customer, customer);
}

static void
addresses_are_found_as_people_write_them(void **state)
{
    (void)state;
    struct buf why = { 0 };
    struct who *w = who_read("contacts.csv", str_of(table), &why);
    assert_non_null(w);
    assert_int_equal(who_count(w), 6);
    expect(w, "sms", "+8613800138000", "acme");
    expect(w, "sms", "+86 (138) 0013-8000", "acme");
    expect(w, "sms", "+8613800138001", NULL);
    expect(w, "email", "li.wei@example.ORG", "acme");
    expect(w, "email", "mayor@hall.example", "city");
    expect(w, "chat", "LI@chat.example/phone", "acme");
    expect(w, "sms", "li@chat.example", NULL);
    expect(w, "web", "whoever", "anybody");
    expect(w, "email", "", NULL);
    assert_string_equal(who_is(w, "sms", "+4930123")->name, "Smith, \"Jo\"");
    who_free(w);
    buf_fini(&why);
}

static void
one_persons_rows_are_tried_in_the_files_order(void **state)
{
    (void)state;
    struct buf why = { 0 };
    struct who *w = who_read("contacts.csv", str_of(table), &why);
    const struct contact *c = who_next(w, "sms", "+8613800138000");
    assert_string_equal(c->address, "Li.Wei@Example.org");
    c = who_next(w, c->channel, c->address);
    assert_string_equal(c->channel, "chat");
    assert_null(who_next(w, c->channel, c->address));
    assert_null(who_next(w, "sms", "+1"));
    assert_null(who_next(w, "email", "mayor@hall.example"));
    who_free(w);
    buf_fini(&why);
}

static void
a_bad_line_is_named(void **state)
{
    (void)state;
    static const struct {
        const char *text, *why;
    } rows[] = {
        { "sms,+1\nsms\n", "c:2: address is empty" },
        { ",+1\n", "c:1: channel is empty" },
        { "sms,+1,a,b,c,d,e\n", "c:1: more than six columns" },
        { "sms,\"+1\n", "c:1: a quote is not closed" },
        { "sms,+1,\xff\n", "c:1: a field is not printable" },
        { "sms,+1,12345678901234567890123456789012\n", "c:1: customer and site" },
    };
    for (size_t i = 0; i < countof(rows); i++) {
        struct buf why = { 0 };
        assert_null(who_read("c", str_of(rows[i].text), &why));
        if (strncmp(buf_cstr(&why), rows[i].why, strlen(rows[i].why)) != 0)
            fail_msg("%s, not %s", buf_cstr(&why), rows[i].why);
        buf_fini(&why);
    }
}

static void
any_bytes_are_a_table_or_a_fault(void **state)
{
    (void)state;
    struct rng r = seed();
    for (unsigned round = 0; round < 20000; round++) {
        char text[64];
        size_t len = rng_below(&r, sizeof(text));
        for (size_t i = 0; i < len; i++)
            text[i] = ",\"\n\rsms+1@*#x\xe4"[rng_below(&r, 14)];
        struct buf why = { 0 };
        struct who *w = who_read("c", str_bytes(text, len), &why);
        assert_true((w == NULL) == (why.len > 0));
        who_free(w);
        buf_fini(&why);
    }
}

int
main(void)
{
    seal_open_library();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_are_found_as_people_write_them),
        cmocka_unit_test(one_persons_rows_are_tried_in_the_files_order),
        cmocka_unit_test(a_bad_line_is_named),
        cmocka_unit_test(any_bytes_are_a_table_or_a_fault),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
