/* phone_sound_test.c - samples, keys, and numbers that are spoken and dialled. */
#include "tests/check.h"

#include "gateways/phone/keys.h"
#include "gateways/phone/notice.h"
#include "gateways/phone/sound.h"

#include <stdlib.h>
#include <string.h>

/* ITU-T G.711: silence, and the ends of both laws. */
static void
g711_has_its_published_values(void **state)
{
    (void)state;
    assert_int_equal(sound_to_ulaw(0), 0xff);
    assert_int_equal(sound_to_alaw(0), 0xd5);
    assert_int_equal(sound_of_ulaw(0x00), -32124);
    assert_int_equal(sound_of_ulaw(0x80), 32124);
    assert_int_equal(sound_of_alaw(0x2a), -32256);
    assert_int_equal(sound_of_alaw(0xaa), 32256);
    assert_int_equal(sound_of_alaw(0xd5), 8);
}

static void
each_code_is_its_sample_s_and_each_sample_is_near_its_code(void **state)
{
    (void)state;
    for (int code = 0; code < 256; code++) {
        if (code != 0x7f) /* minus zero */
            assert_int_equal(sound_to_ulaw(sound_of_ulaw((uint8_t)code)), code);
        assert_int_equal(sound_to_alaw(sound_of_alaw((uint8_t)code)), code);
    }
    for (int sample = -32768; sample < 32768; sample++) {
        int most = abs(sample) / 16 + 16;
        assert_in_range(abs(sound_of_ulaw(sound_to_ulaw((int16_t)sample)) - sample), 0,
                        abs(sample) > 32124 ? 700 : most);
        assert_in_range(abs(sound_of_alaw(sound_to_alaw((int16_t)sample)) - sample), 0,
                        abs(sample) > 32256 ? 600 : most);
    }
}

static void
a_wav_file_comes_back_as_it_went(void **state)
{
    struct rng rng = seed();
    struct sound s = { 0 }, back = { 0 };
    struct buf wav = { 0 };
    (void)state;
    for (size_t i = 0; i < 1000; i++) {
        int16_t sample = (int16_t)rng_next(&rng);
        sound_put(&s, &sample, 1);
    }
    sound_to_wav(&wav, &s);
    assert_true(sound_put_wav(&back, buf_str(&wav)));
    assert_int_equal(back.count, s.count);
    assert_memory_equal(back.samples, s.samples, s.count * sizeof(int16_t));
    for (size_t len = 0; len < 44; len++) { /* without its data it is none */
        struct sound none = { 0 };
        assert_false(sound_put_wav(&none, str_bytes(wav.data, len)));
        sound_fini(&none);
    }
    sound_fini(&s);
    sound_fini(&back);
    buf_fini(&wav);
}

/* espeak-ng's: 22050 a second, into a pipe, so that its lengths are too large. */
static void
another_rate_is_brought_down_and_a_wrong_length_ends_with_the_file(void **state)
{
    struct sound s = { 0 };
    struct buf wav = { 0 };
    const int16_t level = 1234;
    (void)state;
    buf_put(&wav, "RIFF\xff\xff\xff\x7fWAVEfmt ", 16);
    buf_put_u32(&wav, 16);
    buf_put_u16(&wav, 1);
    buf_put_u16(&wav, 1);
    buf_put_u32(&wav, 22050);
    buf_put_u32(&wav, 44100);
    buf_put_u16(&wav, 2);
    buf_put_u16(&wav, 16);
    buf_put(&wav, "data", 4);
    buf_put_u32(&wav, 0x7fffff00);
    for (size_t i = 0; i < 22050; i++)
        buf_put_u16(&wav, (uint16_t)level);
    assert_true(sound_put_wav(&s, buf_str(&wav)));
    assert_int_equal(s.count, 8000);
    for (size_t i = 0; i < s.count; i++)
        assert_int_equal(s.samples[i], level);
    assert_int_equal(sound_level(s.samples, s.count), level);
    sound_fini(&s);
    buf_fini(&wav);
}

static void
a_press_counts_once_whatever_packets_of_it_come(void **state)
{
    struct key_events k = { 0 };
    (void)state;
    assert_int_equal(key_of_event(&k, 800, str_bytes("\x05\x0a\0\xa0", 4)), '5');
    assert_int_equal(key_of_event(&k, 800, str_bytes("\x05\x8a\1\xa0", 4)), '\0');
    assert_int_equal(key_of_event(&k, 1600, str_bytes("\x05\x8a\1\xa0", 4)),
                     '5'); /* its end alone */
    assert_int_equal(key_of_event(&k, 800, str_bytes("\x05\x8a\1\xa0", 4)), '\0'); /* late */
    assert_int_equal(key_of_event(&k, 2400, str_bytes("\x0b\x0a\0\xa0", 4)), '#');
    assert_int_equal(key_of_event(&k, 3200, str_bytes("\x10\x0a\0\xa0", 4)), '\0'); /* flash */
    assert_int_equal(key_of_event(&k, 4000, str_bytes("\x01", 1)), '\0');
    assert_int_equal(key_of_info(STR("Signal=7\r\nDuration=160\r\n")), '7');
    assert_int_equal(key_of_info(STR("Signal= *\r\n")), '*');
    assert_int_equal(key_of_info(STR("#\r\n")), '#');
    assert_int_equal(key_of_info(STR("Duration=160\r\n")), '\0');
    assert_int_equal(key_of_info(STR("")), '\0');
}

static void
long_numbers_are_spoken_digit_by_digit(void **state)
{
    struct buf out = { 0 };
    (void)state;
    notice_words(&out, "Ticket C1-0123456789-4: 30 min, phone +1 617 555 0101, 13800000021");
    assert_string_equal(buf_cstr(&out),
                        "Ticket C1-0 1 2 3 4 5 6 7 8 9 -4: 30 min, phone  1 617 555 0101, "
                        "1 3 8 0 0 0 0 0 0 2 1 ");
    buf_fini(&out);
}

static void
numbers_are_dialled_as_the_pbx_wants_them(void **state)
{
    static const struct {
        struct notice_options o;
        const char *number, *dialled;
    } rows[] = {
        { { .country = "86", .prefix = "", .home = true }, "+8613800000021", "13800000021" },
        { { .country = "86", .prefix = "9", .home = true }, "+8613800000021", "913800000021" },
        { { .country = "86", .prefix = "", .plus = true }, "+8613800000021", "+8613800000021" },
        { { .country = "86", .prefix = "", .plus = true, .home = true },
          "+8613800000021",
          "13800000021" },
        { { .country = "86", .prefix = "00", .home = true }, "+16175550101", "0016175550101" },
        { { .country = "86", .prefix = "", .plus = true, .home = true }, "120", "120" },
    };
    (void)state;
    for (size_t i = 0; i < countof(rows); i++) {
        char to[80];
        notice_number(to, sizeof(to), &rows[i].o, rows[i].number);
        assert_string_equal(to, rows[i].dialled);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(g711_has_its_published_values),
        cmocka_unit_test(each_code_is_its_sample_s_and_each_sample_is_near_its_code),
        cmocka_unit_test(a_wav_file_comes_back_as_it_went),
        cmocka_unit_test(another_rate_is_brought_down_and_a_wrong_length_ends_with_the_file),
        cmocka_unit_test(a_press_counts_once_whatever_packets_of_it_come),
        cmocka_unit_test(long_numbers_are_spoken_digit_by_digit),
        cmocka_unit_test(numbers_are_dialled_as_the_pbx_wants_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
