/* pack_test.c - msgpack: the shortest form, bounded reading, the same bytes as Python's. */
#include "common/wire/pack.h"
#include "tests/wire/draw.h"

#include <unistd.h>

static struct doc doc;
static struct draw draw;

static enum err
open_bytes(const void *at, size_t len)
{
    return doc_open(&doc, str_bytes(at, len), 0);
}
#define OPEN(...)                                                                                  \
    open_bytes((const uint8_t[]){ __VA_ARGS__ }, sizeof((const uint8_t[]){ __VA_ARGS__ }))

static void
put_random(struct buf *b, size_t depth)
{
    switch (draw_below(&draw, depth == 0 ? 6 : 8)) {
    case 0:
        pack_nil(b);
        break;
    case 1:
        pack_bool(b, draw_bool(&draw));
        break;
    case 2:
        pack_uint(b, draw_u64(&draw));
        break;
    case 3:
        pack_int(b, draw_i64(&draw));
        break;
    case 4:
        pack_str(b, draw_text(&draw));
        break;
    case 5: {
        struct str s = draw_octets(&draw);
        pack_bin(b, s.at, s.len);
        break;
    }
    case 6: {
        size_t count = draw_below(&draw, draw_below(&draw, 8) == 0 ? 40 : 6);
        pack_array(b, count);
        for (size_t i = 0; i < count; i++)
            put_random(b, depth - 1);
        break;
    }
    default: {
        size_t count = draw_below(&draw, draw_below(&draw, 8) == 0 ? 40 : 6);
        pack_map(b, count);
        for (size_t i = 0; i < count; i++) {
            char key[32];
            snprintf(key, sizeof(key), "k%zu", i);
            pack_text(b, key);
            put_random(b, depth - 1);
        }
    }
    }
}

/* Says a node again. */
static void
put_node(struct buf *b, node n)
{
    bool flag;
    uint64_t u;
    int64_t i;
    size_t count;
    struct str s;
    if (node_nil(n)) {
        pack_nil(b);
    } else if (node_bool(n, &flag)) {
        pack_bool(b, flag);
    } else if (node_uint(n, &u)) {
        pack_uint(b, u);
    } else if (node_int(n, &i)) {
        pack_int(b, i);
    } else if (node_str(n, &s)) {
        pack_str(b, s);
    } else if (node_bin(n, &s)) {
        pack_bin(b, s.at, s.len);
    } else if (node_array(n, &count)) {
        pack_array(b, count);
        for (size_t k = 0; k < count; k++)
            put_node(b, node_at(n, k));
    } else if (node_map(n, &count)) {
        pack_map(b, count);
        for (size_t k = 0; k < count; k++) {
            put_node(b, node_key(n, k));
            put_node(b, node_value(n, k));
        }
    } else {
        pack_text(b, "a float: we never send one");
    }
}

static enum err
open_and_say(void *context, struct str bytes, struct buf *again)
{
    enum err e = doc_open(context, bytes, 0);
    if (e == OK)
        put_node(again, ((struct doc *)context)->root);
    return e;
}

static void
what_is_written_is_read_as_itself(void **state)
{
    struct buf b = { 0 }, again = { 0 };
    (void)state;
    for (size_t round = 0; round < 2000; round++) {
        buf_clear(&b);
        buf_clear(&again);
        put_random(&b, 4);
        assert_int_equal(open_and_say(&doc, buf_str(&b), &again),
                         b.len > PACK_BYTES_MAX ? ERR_TOO_BIG : OK);
        if (b.len <= PACK_BYTES_MAX)
            assert_true(str_eq(buf_str(&b), buf_str(&again)));
    }
    buf_fini(&b);
    buf_fini(&again);
}

static void
cut_changed_and_senseless_bytes_are_survived(void **state)
{
    struct buf b = { 0 };
    (void)state;
    for (size_t round = 0; round < 30; round++) {
        buf_clear(&b);
        pack_array(&b, 3);
        for (size_t i = 0; i < 3; i++)
            put_random(&b, 2);
        if (b.len <= 3000)
            check_hostile(open_and_say, &doc, buf_str(&b), &draw);
    }
    buf_fini(&b);
}

static void
numbers_take_their_shortest_form(void **state)
{
    static const struct {
        int64_t n;
        size_t bytes;
    } rows[] = { { 0, 1 },          { 127, 1 },         { 128, 2 },         { 255, 2 },
                 { 256, 3 },        { 65535, 3 },       { 65536, 5 },       { 4294967295, 5 },
                 { 4294967296, 9 }, { INT64_MAX, 9 },   { -1, 1 },          { -32, 1 },
                 { -33, 2 },        { -128, 2 },        { -129, 3 },        { -32768, 3 },
                 { -32769, 5 },     { -2147483648, 5 }, { -2147483649, 9 }, { INT64_MIN, 9 } };
    struct buf b = { 0 };
    (void)state;
    for (size_t i = 0; i < countof(rows); i++) {
        int64_t back;
        buf_clear(&b);
        pack_int(&b, rows[i].n);
        assert_int_equal(b.len, rows[i].bytes);
        assert_int_equal(doc_open(&doc, buf_str(&b), 0), OK);
        assert_true(node_int(doc.root, &back));
        assert_int_equal(back, rows[i].n);
    }
    buf_fini(&b);
}

static void
lengths_that_claim_gigabytes_are_refused_at_once(void **state)
{
    (void)state;
    assert_int_equal(OPEN(0xdd, 0xff, 0xff, 0xff, 0xff), ERR_TRUNCATED);
    assert_int_equal(OPEN(0xdf, 0xff, 0xff, 0xff, 0xff), ERR_TRUNCATED);
    assert_int_equal(OPEN(0xdb, 0xff, 0xff, 0xff, 0xff), ERR_TRUNCATED);
    assert_int_equal(OPEN(0xc6, 0xff, 0xff, 0xff, 0xff), ERR_TRUNCATED);
    assert_int_equal(OPEN(0x91, 0xdd, 0x15, 0x55, 0x55, 0x55), ERR_TRUNCATED);
    /* Many that are nearly true: each claims all that is left. */
    uint8_t nested[60];
    for (size_t i = 0; i < sizeof(nested); i += 3) {
        nested[i] = 0xdc;
        nested[i + 1] = 0;
        nested[i + 2] = (uint8_t)(sizeof(nested) - i - 3);
    }
    assert_int_equal(open_bytes(nested, sizeof(nested)), ERR_TOO_DEEP);
}

static void
eight_levels_are_read_and_nine_are_not(void **state)
{
    uint8_t bytes[40000];
    (void)state;
    for (size_t map = 0; map < 2; map++) {
        for (size_t depth = 1; depth < 60; depth++) {
            size_t len = 0;
            for (size_t i = 0; i < depth; i++) {
                bytes[len++] = map ? 0x81 : 0x91;
                if (map) {
                    bytes[len++] = 0xa1;
                    bytes[len++] = 'k';
                }
            }
            bytes[len++] = 0xc0;
            assert_int_equal(open_bytes(bytes, len), depth <= PACK_DEPTH_MAX ? OK : ERR_TOO_DEEP);
        }
    }
    memset(bytes, 0x91, sizeof(bytes));
    assert_int_equal(open_bytes(bytes, sizeof(bytes)), ERR_TOO_DEEP);
}

static void
a_key_twice_is_refused_in_small_and_large_maps(void **state)
{
    struct buf b = { 0 };
    (void)state;
    for (size_t count = 1; count < 200; count += 1 + count / 8) {
        for (size_t twice = 0; twice <= count; twice += 1 + count / 5) {
            buf_clear(&b);
            pack_map(&b, count + 1);
            for (size_t i = 0; i <= count; i++) {
                char key[16];
                snprintf(key, sizeof(key), "%zu", i == count ? twice : i);
                pack_text(&b, key);
                pack_map(&b, 1); /* the same key one level below is another matter */
                pack_text(&b, "0");
                pack_nil(&b);
            }
            assert_int_equal(doc_open(&doc, buf_str(&b), 0), twice == count ? OK : ERR_SYNTAX);
        }
    }
    buf_fini(&b);
}

static void
odd_values_are_refused(void **state)
{
    (void)state;
    assert_int_equal(OPEN(0xc1), ERR_SYNTAX);                         /* never used */
    assert_int_equal(OPEN(0xd4, 0x01, 0x02), ERR_SYNTAX);             /* fixext */
    assert_int_equal(OPEN(0xc7, 0x01, 0x01, 0x02), ERR_SYNTAX);       /* ext */
    assert_int_equal(OPEN(0xd6, 0xff, 0, 0, 0, 0), ERR_SYNTAX);       /* timestamp */
    assert_int_equal(OPEN(0x81, 0x01, 0x02), ERR_SYNTAX);             /* key is a number */
    assert_int_equal(OPEN(0x81, 0xc4, 0x01, 'k', 0x02), ERR_SYNTAX);  /* key is octets */
    assert_int_equal(OPEN(0x81, 0xc0, 0xc0), ERR_SYNTAX);             /* key is nil */
    assert_int_equal(OPEN(0x93, 0x01, 0x02, 0x03, 0x04), ERR_SYNTAX); /* a trailing byte */
    assert_int_equal(OPEN(0xc0, 0xc0), ERR_SYNTAX);                   /* two values */
    assert_int_equal(OPEN(0xa1, 0xff), ERR_SYNTAX);                   /* not UTF-8 */
    assert_int_equal(OPEN(0xa2, 0xc0, 0x80), ERR_SYNTAX);             /* overlong */
    assert_int_equal(OPEN(0x81, 0xa1, 0xff, 0xc0), ERR_SYNTAX);       /* key is not UTF-8 */
    assert_int_equal(open_bytes(NULL, 0), ERR_TRUNCATED);
}

static void
size_and_count_have_limits(void **state)
{
    struct buf b = { 0 };
    (void)state;
    pack_array(&b, PACK_PARTS_MAX - 1);
    for (size_t i = 0; i < PACK_PARTS_MAX - 1; i++)
        pack_nil(&b);
    assert_int_equal(doc_open(&doc, buf_str(&b), 0), OK);
    buf_clear(&b);
    pack_array(&b, PACK_PARTS_MAX);
    for (size_t i = 0; i < PACK_PARTS_MAX; i++)
        pack_nil(&b);
    assert_int_equal(doc_open(&doc, buf_str(&b), 0), ERR_TOO_BIG);
    assert_int_equal(doc_open(&doc, buf_str(&b), 2 * PACK_BYTES_MAX), OK);
    buf_clear(&b);
    uint8_t *zeros = zalloc(PACK_BYTES_MAX);
    pack_bin(&b, zeros, PACK_BYTES_MAX - 3);
    assert_int_equal(b.len, PACK_BYTES_MAX);
    assert_int_equal(doc_open(&doc, buf_str(&b), 0), OK);
    buf_clear(&b);
    pack_bin(&b, zeros, PACK_BYTES_MAX - 2);
    assert_int_equal(doc_open(&doc, buf_str(&b), 0), ERR_TOO_BIG);
    assert_null(doc.root);
    free(zeros);
    buf_fini(&b);
}

static void
a_text_that_is_not_utf8_is_written_as_one_that_is(void **state)
{
    struct buf b = { 0 };
    struct str back;
    (void)state;
    pack_str(&b, STR("caf\xe9 \xc3\xa9 \xf0\x9f"));
    assert_int_equal(doc_open(&doc, buf_str(&b), 0), OK);
    assert_true(node_str(doc.root, &back));
    assert_true(str_is(back, "caf? \xc3\xa9 ??"));
    buf_fini(&b);
}

static void
a_node_of_another_type_is_not_read(void **state)
{
    struct buf b = { 0 };
    bool flag = true;
    uint64_t u = 77;
    uint32_t u32 = 77;
    int64_t i = 77;
    size_t count = 77;
    struct str s = STR("x");
    char name[4] = "xyz";
    (void)state;
    pack_array(&b, 4);
    pack_nil(&b);
    pack_uint(&b, UINT64_MAX);
    pack_text(&b, "four");
    pack_bin(&b, "four", 4);
    assert_int_equal(doc_open(&doc, buf_str(&b), 0), OK);
    node four = node_at(doc.root, 2), most = node_at(doc.root, 1);
    assert_null(node_at(doc.root, 4));
    assert_null(node_get(doc.root, "key"));
    assert_null(node_key(doc.root, 0));
    for (size_t k = 0; k < 2; k++) {
        node n = k == 0 ? NULL : node_at(doc.root, 0);
        assert_false(node_bool(n, &flag) || node_uint(n, &u) || node_u32(n, &u32) ||
                     node_int(n, &i) || node_str(n, &s) || node_bin(n, &s) ||
                     node_bytes(n, name, 4) || node_name(n, name, 4) || node_array(n, &count) ||
                     node_map(n, &count));
    }
    assert_false(node_u32(most, &u32) || node_int(most, &i) || node_bin(four, &s));
    assert_false(node_name(four, name, 4));
    assert_false(node_bytes(node_at(doc.root, 3), name, 3));
    assert_true(flag && u == 77 && u32 == 77 && i == 77 && count == 77 && str_is(s, "x"));
    assert_string_equal(name, "xyz");
    assert_true(node_bytes(node_at(doc.root, 3), name, 4));
    buf_fini(&b);
}

static void
a_name_has_no_control_characters(void **state)
{
    static const char *const bad[] = { "a\nb", "\x7f", "\xc2\x85", "\x1b[2J" };
    struct buf b = { 0 };
    char name[16];
    (void)state;
    for (size_t i = 0; i < countof(bad); i++) {
        buf_clear(&b);
        pack_text(&b, bad[i]);
        assert_int_equal(doc_open(&doc, buf_str(&b), 0), OK);
        assert_false(node_name(doc.root, name, sizeof(name)));
    }
    buf_clear(&b);
    pack_str(&b, STR("a\0b"));
    assert_int_equal(doc_open(&doc, buf_str(&b), 0), OK);
    assert_false(node_name(doc.root, name, sizeof(name)));
    buf_clear(&b);
    pack_text(&b, "\xc2\xa0 caf\xc3\xa9");
    assert_int_equal(doc_open(&doc, buf_str(&b), 0), OK);
    assert_true(node_name(doc.root, name, sizeof(name)));
    assert_string_equal(name, "\xc2\xa0 caf\xc3\xa9");
    buf_fini(&b);
}

static void
an_element_is_found_without_a_doc(void **state)
{
    struct buf b = { 0 };
    size_t starts[8];
    (void)state;
    for (size_t round = 0; round < 300; round++) {
        size_t count = 1 + draw_below(&draw, 7);
        buf_clear(&b);
        pack_array(&b, count);
        for (size_t i = 0; i < count; i++) {
            starts[i] = b.len;
            put_random(&b, 2);
        }
        starts[count] = b.len;
        for (size_t i = 0; i < count; i++) {
            struct str want = { (char *)b.data + starts[i], starts[i + 1] - starts[i] };
            assert_true(str_eq(pack_element(buf_str(&b), i), want));
            /* Whatever follows the element may be missing. */
            assert_true(str_eq(pack_element(str_bytes(b.data, starts[i + 1]), i), want));
            assert_int_equal(pack_element(str_bytes(b.data, starts[i + 1] - 1), i).len, 0);
        }
        assert_int_equal(pack_element(buf_str(&b), count).len, 0);
    }
    buf_fini(&b);
}

static void
a_peek_reads_only_whole_numbers_that_are_not_negative(void **state)
{
    struct buf b = { 0 };
    (void)state;
    for (size_t round = 0; round < 300; round++) {
        uint64_t n = draw_u64(&draw), back = ~n;
        buf_clear(&b);
        pack_array(&b, 3);
        pack_text(&b, "first");
        pack_uint(&b, n);
        pack_int(&b, -5);
        assert_true(pack_peek(buf_str(&b), 1, &back));
        assert_true(back == n);
        assert_false(pack_peek(buf_str(&b), 0, &back));
        assert_false(pack_peek(buf_str(&b), 2, &back));
    }
    buf_fini(&b);
}

/* Python reads what we wrote and writes it again: the bytes must be the same. */
static void
python_packs_the_same_bytes(void **state)
{
    static const char script[] =
        "import msgpack, struct, sys\n"
        "data = open(sys.argv[1], 'rb').read()\n"
        "at = n = 0\n"
        "while at < len(data):\n"
        "    (size,) = struct.unpack_from('<I', data, at)\n"
        "    one = data[at + 4:at + 4 + size]\n"
        "    value = msgpack.unpackb(one, raw=False, strict_map_key=True)\n"
        "    assert msgpack.packb(value, use_bin_type=True) == one, one.hex()\n"
        "    at += 4 + size\n"
        "    n += 1\n"
        "print(n)\n";
    (void)state;
    if (system("/usr/bin/python3 -c 'import msgpack' 2>/dev/null") != 0) {
        print_message("skipped: python3-msgpack is not installed\n");
        skip();
    }
    enum { SAMPLES = 500 };
    struct buf all = { 0 }, one = { 0 };
    for (size_t i = 0; i < SAMPLES; i++) {
        buf_clear(&one);
        put_random(&one, 4);
        buf_put_str(&all, buf_str(&one));
    }
    char path[] = "/tmp/pack_test.XXXXXX", command[2048], said[16] = "";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, all.data, all.len), all.len);
    close(fd);
    snprintf(command, sizeof(command), "/usr/bin/python3 - %s <<'END'\n%sEND\n", path, script);
    FILE *python = popen(command, "r");
    assert_non_null(python);
    assert_non_null(fgets(said, sizeof(said), python));
    assert_int_equal(pclose(python), 0);
    unlink(path);
    assert_int_equal(atoi(said), SAMPLES);
    buf_fini(&all);
    buf_fini(&one);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read_as_itself),
        cmocka_unit_test(cut_changed_and_senseless_bytes_are_survived),
        cmocka_unit_test(numbers_take_their_shortest_form),
        cmocka_unit_test(lengths_that_claim_gigabytes_are_refused_at_once),
        cmocka_unit_test(eight_levels_are_read_and_nine_are_not),
        cmocka_unit_test(a_key_twice_is_refused_in_small_and_large_maps),
        cmocka_unit_test(odd_values_are_refused),
        cmocka_unit_test(size_and_count_have_limits),
        cmocka_unit_test(a_text_that_is_not_utf8_is_written_as_one_that_is),
        cmocka_unit_test(a_node_of_another_type_is_not_read),
        cmocka_unit_test(a_name_has_no_control_characters),
        cmocka_unit_test(an_element_is_found_without_a_doc),
        cmocka_unit_test(a_peek_reads_only_whole_numbers_that_are_not_negative),
        cmocka_unit_test(python_packs_the_same_bytes),
    };
    draw.rng = seed();
    doc_init(&doc);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    doc_fini(&doc);
    arena_fini(&draw.arena);
    return failed;
}
