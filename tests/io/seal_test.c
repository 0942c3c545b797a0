/* seal_test.c - docs/protocol.md section 2 against libsodium called directly, against Python's
 * bindings, and against every changed byte. */
#include "tests/io/help.h"

#include "common/io/keys.h"
#include "common/io/seal.h"

#include <sodium.h>

struct pair {
    struct keys *a, *b;
    struct seal_key out, in; /* a -> b as a and as b have it */
};

static struct pair
pair_new(void)
{
    struct pair p = { .a = keys_new(), .b = keys_new() };
    assert_true(seal_key_between(&p.out, p.a, keys_public(p.b)->seal, true));
    assert_true(seal_key_between(&p.in, p.b, keys_public(p.a)->seal, false));
    return p;
}

static void
pair_free(struct pair *p)
{
    keys_free(p->a);
    keys_free(p->b);
}

static struct str
view(const void *at, size_t len)
{
    return str_bytes(at, len);
}

static void
what_is_sealed_opens_with_the_other_s_key(void **state)
{
    (void)state;
    struct rng rng = seeded();
    struct pair p = pair_new();
    struct buf sealed = { 0 }, plain = { 0 };
    uint8_t words[3000], ad[100];
    fill_random(&rng, words, sizeof(words));
    fill_random(&rng, ad, sizeof(ad));
    for (size_t len = 0; len <= sizeof(words); len += len < 70 ? 1 : 293) {
        struct str ads = view(ad, len % sizeof(ad));
        buf_clear(&sealed);
        buf_clear(&plain);
        buf_put(&sealed, "head", 4);
        buf_put(&plain, "kept", 4);
        seal(&sealed, &p.out, ads, view(words, len));
        assert_int_equal(sealed.len, 4 + len + SEAL_OVERHEAD);
        assert_int_equal(unseal(&plain, &p.in, ads, view(sealed.data + 4, sealed.len - 4)), OK);
        assert_int_equal(plain.len, 4 + len);
        assert_memory_equal(plain.data, "kept", 4);
        if (len > 0)
            assert_memory_equal(plain.data + 4, words, len);
    }
    buf_fini(&sealed);
    buf_fini(&plain);
    pair_free(&p);
}

static void
a_reflected_message_does_not_open(void **state)
{
    (void)state;
    struct pair p = pair_new();
    struct seal_key back, inbound;
    struct buf sealed = { 0 }, plain = { 0 };
    assert_true(seal_key_between(&back, p.b, keys_public(p.a)->seal, true));
    assert_true(seal_key_between(&inbound, p.a, keys_public(p.b)->seal, false));
    assert_memory_equal(&back, &inbound, sizeof(back));
    assert_memory_not_equal(&back, &p.out, sizeof(back));
    seal(&sealed, &p.out, STR("ad"), STR("hello"));
    assert_int_equal(unseal(&plain, &inbound, STR("ad"), buf_str(&sealed)), ERR_KEY);
    assert_int_equal(unseal(&plain, &p.in, STR("ad"), buf_str(&sealed)), OK);
    buf_fini(&sealed);
    buf_fini(&plain);
    pair_free(&p);
}

static void
no_prefix_and_no_changed_byte_opens(void **state)
{
    (void)state;
    struct pair p = pair_new();
    struct buf sealed = { 0 }, plain = { 0 };
    char ad[] = "the associated data";
    struct str ads = view(ad, strlen(ad));
    seal(&sealed, &p.out, ads, STR("the words of a report"));
    for (size_t len = 0; len < sealed.len; len++)
        assert_int_equal(unseal(&plain, &p.in, ads, view(sealed.data, len)),
                         len < SEAL_OVERHEAD ? ERR_TRUNCATED : ERR_KEY);
    for (size_t bit = 0; bit < 8 * sealed.len; bit++) {
        sealed.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_int_equal(unseal(&plain, &p.in, ads, buf_str(&sealed)), ERR_KEY);
        sealed.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    for (size_t bit = 0; bit < 8 * ads.len; bit++) {
        ad[bit / 8] = (char)(ad[bit / 8] ^ 1 << bit % 8);
        assert_int_equal(unseal(&plain, &p.in, ads, buf_str(&sealed)), ERR_KEY);
        ad[bit / 8] = (char)(ad[bit / 8] ^ 1 << bit % 8);
    }
    assert_int_equal(plain.len, 0);
    assert_int_equal(unseal(&plain, &p.in, ads, buf_str(&sealed)), OK); /* and unchanged it does */
    buf_fini(&sealed);
    buf_fini(&plain);
    pair_free(&p);
}

static void
weak_public_keys_are_refused(void **state)
{
    (void)state;
    static const uint8_t weak[][32] = {
        { 0 },
        { 1 },
        { 0xe0, 0xeb, 0x7a, 0x7c, 0x3b, 0x41, 0xb8, 0xae, 0x16, 0x56, 0xe3,
          0xfa, 0xf1, 0x9f, 0xc4, 0x6a, 0xda, 0x09, 0x8d, 0xeb, 0x9c, 0x32,
          0xb1, 0xfd, 0x86, 0x62, 0x05, 0x16, 0x5f, 0x49, 0xb8, 0x00 }, /* of order 8 */
    };
    struct keys *k = keys_new();
    struct seal_key key;
    for (size_t i = 0; i < countof(weak); i++) {
        assert_false(seal_key_between(&key, k, weak[i], true));
        assert_false(seal_key_between(&key, k, weak[i], false));
    }
    keys_free(k);
}

static int
compare_nonces(const void *a, const void *b)
{
    return memcmp(a, b, 24);
}

static void
no_nonce_comes_twice(void **state)
{
    (void)state;
    enum { COUNT = 50000 };
    uint8_t(*nonces)[24] = grow(NULL, COUNT * sizeof(*nonces));
    struct seal_key key;
    struct buf sealed = { 0 };
    seal_key_random(&key);
    for (size_t i = 0; i < COUNT; i++) {
        buf_clear(&sealed);
        seal(&sealed, &key, STR(""), STR(""));
        memcpy(nonces[i], sealed.data, 24);
    }
    qsort(nonces, COUNT, sizeof(*nonces), compare_nonces);
    for (size_t i = 1; i < COUNT; i++)
        assert_memory_not_equal(nonces[i - 1], nonces[i], 24);
    free(nonces);
    buf_fini(&sealed);
}

static void
draw_and_tell(void *context)
{
    (void)context;
    uint8_t drawn[64];
    random_bytes(drawn, sizeof(drawn));
    assert_int_equal(write(STDERR_FILENO, drawn, sizeof(drawn)), sizeof(drawn));
}

static void
a_forked_child_draws_other_randomness(void **state)
{
    (void)state;
    struct buf first = { 0 }, second = { 0 };
    uint8_t own[64];
    random_u64(); /* so that the parent holds a block */
    assert_int_equal(run_apart(draw_and_tell, NULL, &first), 0);
    assert_int_equal(run_apart(draw_and_tell, NULL, &second), 0);
    random_bytes(own, sizeof(own));
    assert_int_equal(first.len, 64);
    assert_int_equal(second.len, 64);
    assert_memory_not_equal(first.data, second.data, 64);
    assert_memory_not_equal(first.data, own, 64);
    buf_fini(&first);
    buf_fini(&second);
}

static void
random_bytes_of_any_length_fill_all_and_no_more(void **state)
{
    (void)state;
    uint8_t room[6000];
    for (size_t len = 0; len < 5000; len += len < 40 ? 1 : 517) {
        bool seen[5000] = { false };
        for (int round = 0; round < 12; round++) {
            memset(room, 0, sizeof(room));
            random_bytes(room, len);
            for (size_t i = 0; i < len; i++)
                seen[i] = seen[i] || room[i] != 0;
            assert_true(sodium_is_zero(room + len, sizeof(room) - len));
        }
        for (size_t i = 0; i < len; i++)
            assert_true(seen[i]); /* twelve zeros in one place: 2^-96 */
    }
}

/* ---- the protocol's formulas, written out again */

static void
the_direction_s_key_is_the_protocol_s(void **state)
{
    (void)state;
    struct pair p = pair_new();
    uint8_t shared[32], both[64], expected[32];
    assert_int_equal(crypto_scalarmult(shared, p.b->seal_secret, keys_public(p.a)->seal), 0);
    memcpy(both, keys_public(p.a)->seal, 32);
    memcpy(both + 32, keys_public(p.b)->seal, 32);
    uint8_t salt[16] = { 0 };
    crypto_generichash_blake2b_salt_personal(expected, 32, both, 64, shared, 32, salt,
                                             (const uint8_t *)"faultline-seal-1");
    assert_memory_equal(expected, p.out.b, 32);
    assert_memory_equal(expected, p.in.b, 32);
    pair_free(&p);
}

static void
the_report_s_id_is_the_protocol_s(void **state)
{
    (void)state;
    struct rng rng = seeded();
    for (int round = 0; round < 200; round++) {
        uint8_t whole[300], expected[16], id[16];
        size_t source = rng_below(&rng, 40), key = rng_below(&rng, 200);
        fill_random(&rng, whole, sizeof(whole));
        whole[source] = 0;
        crypto_generichash_blake2b_salt_personal(expected, 16, whole, source + 1 + key, NULL, 0,
                                                 NULL, (const uint8_t *)"faultline-report");
        report_id_of(id, view(whole, source), view(whole + source + 1, key));
        assert_memory_equal(id, expected, 16);
    }
}

/* docs/protocol.md, with Python's hashlib. */
static void
an_event_s_ticket_id_is_the_protocol_s(void **state)
{
    (void)state;
    uint8_t expected[16], id[16];
    assert_true(hex_to(expected, sizeof(expected), STR("b9e51a9a5992483877427f436f216855")));
    ticket_id_of(id, STR("desk"), 7, 300);
    assert_memory_equal(id, expected, 16);
}

static void
the_key_id_is_the_protocol_s(void **state)
{
    (void)state;
    struct keys *k = keys_new();
    uint8_t whole[32], id[8];
    crypto_generichash(whole, 32, keys_public(k)->seal, 32, NULL, 0);
    seal_key_id(id, keys_public(k)->seal);
    assert_memory_equal(id, whole, 8);
    assert_memory_equal(keys_public(k)->seal_id, whole, 8);
    keys_free(k);
}

static const char python[] =
    "import sys\n"
    "try:\n"
    "    from nacl import bindings as n\n"
    "    from nacl.hash import blake2b\n"
    "    from nacl.encoding import RawEncoder as R\n"
    "except ImportError:\n"
    "    print('skip'); sys.exit()\n"
    "own, a, b, sealed, source, key, signature, signer = map(bytes.fromhex, sys.argv[1:])\n"
    "def hash(m, size, key=b'', person=b''):\n"
    "    return blake2b(m, size, key=key, person=person, encoder=R)\n"
    "k = hash(a + b, 32, n.crypto_scalarmult(own, a), b'faultline-seal-1')\n"
    "plain = n.crypto_aead_xchacha20poly1305_ietf_decrypt(sealed[24:], b'the ad', sealed[:24], k)\n"
    "n.crypto_sign_open(signature + plain, signer)\n"
    "print(plain.decode(), hash(a, 32)[:8].hex(),\n"
    "      hash(source + bytes(1) + key, 16, person=b'faultline-report').hex())\n";

/* The receiver's side, in Python, opens what we sealed and finds the same ids. */
static void
python_reads_what_we_wrote(void **state)
{
    (void)state;
    struct pair p = pair_new();
    struct buf sealed = { 0 }, command = { 0 };
    uint8_t id[16], signature[64];
    char hex[1024], said[512] = "", expected[512];
    seal(&sealed, &p.out, STR("the ad"), STR("lift-stuck"));
    sign(signature, p.a, STR("lift-stuck"));
    report_id_of(id, STR("mail.support"), STR("<17@example>"));
    buf_printf(&command, "/usr/bin/python3 -c \"%s\"", python);
    const struct str arguments[] = {
        view(p.b->seal_secret, 32),
        view(keys_public(p.a)->seal, 32),
        view(keys_public(p.b)->seal, 32),
        buf_str(&sealed),
        STR("mail.support"),
        STR("<17@example>"),
        view(signature, 64),
        view(keys_public(p.a)->sign, 32),
    };
    for (size_t i = 0; i < countof(arguments); i++) {
        assert_true(2 * arguments[i].len < sizeof(hex));
        hex_of(hex, arguments[i].at, arguments[i].len);
        buf_printf(&command, " %s", hex);
    }
    FILE *pipe = popen(buf_cstr(&command), "r");
    assert_non_null(pipe);
    size_t got = fread(said, 1, sizeof(said) - 1, pipe);
    int status = pclose(pipe);
    said[got] = '\0';
    int len = snprintf(expected, sizeof(expected), "lift-stuck ");
    hex_of(expected + len, keys_public(p.a)->seal_id, 8);
    strcat(expected, " ");
    hex_of(expected + strlen(expected), id, 16);
    strcat(expected, "\n");
    buf_fini(&sealed);
    buf_fini(&command);
    pair_free(&p);
    if (WEXITSTATUS(status) == 127 || strcmp(said, "skip\n") == 0) {
        print_message("skipped: no python3 with nacl here\n");
        skip();
    }
    assert_int_equal(status, 0);
    assert_string_equal(said, expected);
}

/* ---- hashing and signing */

static void
a_digest_in_pieces_is_the_digest_of_the_whole(void **state)
{
    (void)state;
    struct rng rng = seeded();
    uint8_t bytes[300], whole[32], pieces[32];
    fill_random(&rng, bytes, sizeof(bytes));
    digest_32(whole, view(bytes, sizeof(bytes)));
    for (size_t cut = 0; cut <= sizeof(bytes); cut++) {
        struct digest d;
        digest_begin(&d);
        digest_add(&d, view(bytes, cut));
        digest_add(&d, view(bytes + cut, sizeof(bytes) - cut));
        digest_end(&d, pieces);
        assert_memory_equal(whole, pieces, 32);
    }
    struct digest d;
    digest_begin(&d);
    for (size_t i = 0; i < sizeof(bytes); i++)
        digest_add(&d, view(bytes + i, 1));
    digest_end(&d, pieces);
    assert_memory_equal(whole, pieces, 32);
}

static void
a_keyed_digest_depends_on_its_key(void **state)
{
    (void)state;
    struct seal_key a, b;
    uint8_t da[16], db[16], none[16], direct[16];
    seal_key_random(&a);
    seal_key_random(&b);
    digest_16(da, &a, STR("x"));
    digest_16(db, &b, STR("x"));
    digest_16(none, NULL, STR("x"));
    crypto_generichash(direct, 16, (const uint8_t *)"x", 1, a.b, 32);
    assert_memory_equal(da, direct, 16);
    assert_memory_not_equal(da, db, 16);
    assert_memory_not_equal(da, none, 16);
}

static void
a_storage_key_depends_on_its_purpose_and_its_pool(void **state)
{
    (void)state;
    struct keys *pool = keys_new(), *other = keys_new();
    struct seal_key records, digest, theirs;
    seal_key_storage(&records, pool, "records");
    seal_key_storage(&digest, pool, "digest");
    seal_key_storage(&theirs, other, "records");
    assert_memory_not_equal(&records, &digest, sizeof(records));
    assert_memory_not_equal(&records, &theirs, sizeof(records));
    keys_free(pool);
    keys_free(other);
}

static void
a_signature_holds_for_its_bytes_and_its_signer_alone(void **state)
{
    (void)state;
    struct keys *k = keys_new(), *other = keys_new();
    char text[] = "version 7 of territory north";
    struct str bytes = view(text, strlen(text));
    uint8_t signature[SIGNATURE_SIZE];
    sign(signature, k, bytes);
    assert_true(sign_check(keys_public(k)->sign, signature, bytes));
    assert_false(sign_check(keys_public(other)->sign, signature, bytes));
    for (size_t i = 0; i < sizeof(signature); i++) {
        signature[i] ^= 1;
        assert_false(sign_check(keys_public(k)->sign, signature, bytes));
        signature[i] ^= 1;
    }
    for (size_t i = 0; i < bytes.len; i++) {
        text[i] ^= 1;
        assert_false(sign_check(keys_public(k)->sign, signature, bytes));
        text[i] ^= 1;
    }
    keys_free(k);
    keys_free(other);
}

static void
derive_without_a_secret(void *path)
{
    struct keys *k = NULL;
    struct seal_key key;
    if (keys_read(path, &k, NULL) == OK)
        seal_key_storage(&key, k, "records");
}

static void
sign_without_a_seed(void *path)
{
    struct keys *k = NULL;
    uint8_t signature[SIGNATURE_SIZE];
    if (keys_read(path, &k, NULL) == OK)
        sign(signature, k, STR("x"));
}

static void
an_absent_secret_is_named_and_never_used(void **state)
{
    (void)state;
    char folder[64], path[128];
    struct buf said = { 0 };
    scratch_make(folder, sizeof(folder));
    snprintf(path, sizeof(path), "%s/empty.key", folder);
    write_file(path, STR("# nothing\n"), 0600);
    assert_int_equal(run_apart(derive_without_a_secret, path, &said), 78);
    assert_says(&said, "storage-secret");
    assert_int_equal(run_apart(sign_without_a_seed, path, &said), 78);
    assert_says(&said, "sign-seed");
    buf_fini(&said);
    scratch_remove(folder);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_sealed_opens_with_the_other_s_key),
        cmocka_unit_test(a_reflected_message_does_not_open),
        cmocka_unit_test(no_prefix_and_no_changed_byte_opens),
        cmocka_unit_test(weak_public_keys_are_refused),
        cmocka_unit_test(no_nonce_comes_twice),
        cmocka_unit_test(a_forked_child_draws_other_randomness),
        cmocka_unit_test(random_bytes_of_any_length_fill_all_and_no_more),
        cmocka_unit_test(the_direction_s_key_is_the_protocol_s),
        cmocka_unit_test(the_report_s_id_is_the_protocol_s),
        cmocka_unit_test(an_event_s_ticket_id_is_the_protocol_s),
        cmocka_unit_test(the_key_id_is_the_protocol_s),
        cmocka_unit_test(python_reads_what_we_wrote),
        cmocka_unit_test(a_digest_in_pieces_is_the_digest_of_the_whole),
        cmocka_unit_test(a_keyed_digest_depends_on_its_key),
        cmocka_unit_test(a_storage_key_depends_on_its_purpose_and_its_pool),
        cmocka_unit_test(a_signature_holds_for_its_bytes_and_its_signer_alone),
        cmocka_unit_test(an_absent_secret_is_named_and_never_used),
    };
    seal_open_library();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
