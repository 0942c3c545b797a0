/* journal_test.c - what was synced is there after any cut, flip or crash; nothing else is. */
#include "tests/client/scratch.h"

#include "common/client/journal.h"

#include <sys/wait.h>

enum { SEEN_MAX = 4096 };

struct seen {
    size_t count;
    uint64_t numbers[SEEN_MAX];
    struct spot spots[SEEN_MAX];
};

static void
see(void *context, uint8_t kind, struct spot at, struct str payload)
{
    struct seen *s = context;
    struct cur c = cur_of(payload);
    assert_int_equal(kind, 7);
    assert_true(s->count < SEEN_MAX);
    s->spots[s->count] = at;
    s->numbers[s->count++] = cur_u64(&c);
}

static struct journal *
open_at(const char *folder, struct seen *seen, struct journal_damage *damage)
{
    struct journal *j;
    struct buf why = { 0 };
    memset(seen, 0, sizeof(*seen));
    enum err e = journal_open(&j, folder, see, seen, damage, &why);
    if (e != OK)
        fail_msg("%s", buf_cstr(&why));
    buf_fini(&why);
    return j;
}

static struct spot
put(struct journal *j, uint64_t number, size_t len)
{
    struct buf *out = journal_begin(j, 7);
    buf_put_u64(out, number);
    for (size_t i = 0; i < len; i++)
        buf_put_u8(out, (uint8_t)(number + i));
    return journal_end(j);
}

static void
what_was_synced_is_there_again_in_its_order(void **state)
{
    (void)state;
    struct rng r = seed();
    struct scratch s = scratch_new();
    struct journal_damage damage;
    struct seen seen;
    uint64_t written = 0;
    for (int life = 0; life < 6; life++) {
        struct journal *j = open_at(s.path, &seen, &damage);
        assert_int_equal(seen.count, written);
        for (uint64_t i = 0; i < written; i++)
            assert_int_equal(seen.numbers[i], i);
        for (int i = 0; i < 50; i++) {
            put(j, written++, rng_below(&r, 300));
            if (rng_below(&r, 10) == 0)
                assert_int_equal(journal_sync(j), OK);
            if (rng_below(&r, 20) == 0 && journal_pending(j) == 0)
                assert_int_equal(journal_roll(j), OK);
        }
        assert_int_equal(journal_sync(j), OK);
        put(j, 999999, 10); /* not synced: may be lost, and here is */
        journal_close(j);
    }
    scratch_free(&s);
}

static void
a_file_cut_anywhere_keeps_every_whole_entry_before_the_cut(void **state)
{
    (void)state;
    struct scratch s = scratch_new();
    struct journal_damage damage;
    struct seen all, seen;
    struct buf bytes = { 0 };
    struct journal *j = open_at(s.path, &all, &damage);
    for (uint64_t i = 0; i < 12; i++)
        put(j, i, 3 * i);
    assert_int_equal(journal_sync(j), OK);
    journal_close(j);
    j = open_at(s.path, &all, &damage);
    journal_close(j);
    const char *file = scratch_at(s.path, "00000001.seg");
    file_get(file, &bytes);
    for (size_t cut = 0; cut <= bytes.len; cut++) {
        file_put(file, (struct str){ (const char *)bytes.data, cut });
        j = open_at(s.path, &seen, &damage);
        size_t whole = 0;
        while (whole < all.count && all.spots[whole].offset + 10 + all.spots[whole].len <= cut)
            whole++;
        assert_int_equal(seen.count, whole);
        assert_int_equal(damage.skipped, 0);
        put(j, 77, 5); /* and goes on where it was cut */
        assert_int_equal(journal_sync(j), OK);
        journal_close(j);
        j = open_at(s.path, &seen, &damage);
        assert_int_equal(seen.count, whole + 1);
        assert_int_equal(damage.cut, 0);
        journal_close(j);
    }
    buf_fini(&bytes);
    scratch_free(&s);
}

static void
a_flipped_byte_costs_one_entry_and_is_told(void **state)
{
    (void)state;
    struct scratch s = scratch_new();
    struct journal_damage damage;
    struct seen all, seen;
    struct buf bytes = { 0 };
    struct journal *j = open_at(s.path, &all, &damage);
    for (uint64_t i = 0; i < 12; i++)
        put(j, i, 3 * i);
    assert_int_equal(journal_sync(j), OK);
    journal_close(j);
    const char *file = scratch_at(s.path, "00000001.seg");
    file_get(file, &bytes);
    for (size_t at = 0; at < bytes.len; at++) {
        bytes.data[at] ^= 0x40;
        file_put(file, buf_str(&bytes));
        bytes.data[at] ^= 0x40;
        j = open_at(s.path, &seen, &damage);
        assert_int_equal(seen.count, 11);
        assert_true(damage.skipped + damage.cut >= 10);
        for (size_t i = 1; i < seen.count; i++)
            assert_true(seen.numbers[i] > seen.numbers[i - 1]);
        journal_close(j);
    }
    buf_fini(&bytes);
    scratch_free(&s);
}

static void
an_entry_in_another_place_is_no_entry(void **state)
{
    (void)state;
    struct scratch s = scratch_new();
    struct journal_damage damage;
    struct seen seen;
    struct buf bytes = { 0 };
    struct journal *j = open_at(s.path, &seen, &damage);
    for (uint64_t i = 0; i < 3; i++)
        put(j, i, 20);
    assert_int_equal(journal_sync(j), OK);
    journal_close(j);
    file_get(scratch_at(s.path, "00000001.seg"), &bytes);
    file_put(scratch_at(s.path, "00000002.seg"), buf_str(&bytes)); /* of another segment */
    j = open_at(s.path, &seen, &damage);
    assert_int_equal(seen.count, 3);
    assert_int_equal(damage.cut, bytes.len);
    journal_close(j);
    buf_fini(&bytes);
    scratch_free(&s);
}

static void
entries_are_read_again_by_their_spot(void **state)
{
    (void)state;
    struct rng r = seed();
    struct scratch s = scratch_new();
    struct journal_damage damage;
    struct seen seen;
    struct spot spots[400];
    struct journal *j = open_at(s.path, &seen, &damage);
    for (uint64_t i = 0; i < countof(spots); i++) {
        spots[i] = put(j, i, rng_below(&r, 3000));
        if (rng_below(&r, 30) == 0) {
            assert_int_equal(journal_sync(j), OK);
            if (rng_below(&r, 3) == 0)
                assert_int_equal(journal_roll(j), OK);
        }
    }
    assert_int_equal(journal_sync(j), OK);
    for (int i = 0; i < 2000; i++) {
        size_t n = rng_below(&r, countof(spots));
        struct str payload;
        assert_int_equal(journal_read(j, rng_below(&r, JOURNAL_READERS), spots[n], &payload), OK);
        struct cur c = cur_of(payload);
        assert_int_equal(cur_u64(&c), n);
    }
    journal_close(j);
    scratch_free(&s);
}

static void
segments_leave_oldest_first_when_nothing_is_held(void **state)
{
    (void)state;
    struct scratch s = scratch_new();
    struct journal_damage damage;
    struct seen seen;
    uint32_t segment, size;
    uint64_t held;
    struct journal *j = open_at(s.path, &seen, &damage);
    assert_false(journal_oldest(j, &segment, &size, &held));
    struct spot at = put(j, 1, 10);
    journal_hold(j, at);
    assert_int_equal(journal_sync(j), OK);
    assert_int_equal(journal_roll(j), OK);
    assert_true(journal_oldest(j, &segment, &size, &held));
    assert_int_equal(held, size);
    journal_release(j, at);
    journal_drop_oldest(j);
    assert_int_equal(journal_segments(j), 1);
    journal_close(j);
    j = open_at(s.path, &seen, &damage);
    assert_int_equal(seen.count, 0);
    journal_close(j);
    scratch_free(&s);
}

/* Whether a process of its own can open the folder. */
static enum err
open_elsewhere(const char *folder)
{
    int status;
    fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct journal *j;
        struct journal_damage damage;
        struct seen seen = { 0 };
        enum err e = journal_open(&j, folder, see, &seen, &damage, NULL);
        _exit((int)e);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return (enum err)WEXITSTATUS(status);
}

static void
two_processes_cannot_have_one_folder(void **state)
{
    (void)state;
    struct scratch s = scratch_new();
    struct journal_damage damage;
    struct seen seen;
    struct journal *j = open_at(s.path, &seen, &damage);
    assert_int_equal(open_elsewhere(s.path), ERR_CONFLICT);
    journal_close(j);
    assert_int_equal(open_elsewhere(s.path), OK);
    scratch_free(&s);
}

static void
a_folder_that_cannot_be_is_named(void **state)
{
    (void)state;
    struct journal *j;
    struct journal_damage damage;
    struct seen seen = { 0 };
    struct buf why = { 0 };
    assert_int_equal(journal_open(&j, "/proc/none/of/it", see, &seen, &damage, &why), ERR_IO);
    assert_non_null(strstr(buf_cstr(&why), "/proc/none/of/it"));
    buf_fini(&why);
}

/* A full disk: files may grow to a limit only, in a process of its own. */
static void
a_sync_that_failed_succeeds_later_with_the_same_bytes(void **state)
{
    (void)state;
    struct scratch s = scratch_new();
    struct journal_damage damage;
    struct seen seen;
    struct journal *j = open_at(s.path, &seen, &damage);
    put(j, 0, 100);
    assert_int_equal(journal_sync(j), OK);
    /* Take the descriptor's file away from under it: every write fails from now on. */
    int seal_fd = -1, spare = -1;
    char link[64], to[256];
    for (int fd = 3; fd < 64 && seal_fd < 0; fd++) {
        snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
        ssize_t n = readlink(link, to, sizeof(to) - 1);
        if (n > 12 && strncmp(to + n - 12, "00000001.seg", 12) == 0)
            seal_fd = fd;
    }
    assert_true(seal_fd >= 0);
    spare = dup(seal_fd);
    int only_read = open("/dev/null", O_RDONLY);
    assert_int_equal(dup2(only_read, seal_fd), seal_fd);
    put(j, 1, 100);
    assert_int_equal(journal_sync(j), ERR_IO);
    assert_int_equal(journal_sync(j), ERR_IO);
    assert_int_equal(dup2(spare, seal_fd), seal_fd);
    put(j, 2, 100);
    assert_int_equal(journal_sync(j), OK);
    close(spare);
    close(only_read);
    journal_close(j);
    j = open_at(s.path, &seen, &damage);
    assert_int_equal(seen.count, 3);
    journal_close(j);
    scratch_free(&s);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_synced_is_there_again_in_its_order),
        cmocka_unit_test(a_file_cut_anywhere_keeps_every_whole_entry_before_the_cut),
        cmocka_unit_test(a_flipped_byte_costs_one_entry_and_is_told),
        cmocka_unit_test(an_entry_in_another_place_is_no_entry),
        cmocka_unit_test(entries_are_read_again_by_their_spot),
        cmocka_unit_test(segments_leave_oldest_first_when_nothing_is_held),
        cmocka_unit_test(two_processes_cannot_have_one_folder),
        cmocka_unit_test(a_folder_that_cannot_be_is_named),
        cmocka_unit_test(a_sync_that_failed_succeeds_later_with_the_same_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
