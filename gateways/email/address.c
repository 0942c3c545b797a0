/* address.c - tags: 'r' or 'b', 26 letters of id, 16 of digest. Lower case, for some servers fold
 * local parts. */
#include "gateways/email/address.h"

#include <strings.h>

enum { ID_LETTERS = 26, SEAL_BYTES = 10, SEAL_LETTERS = 16, TAG = 1 + ID_LETTERS + SEAL_LETTERS };

static const char letters[] = "abcdefghijklmnopqrstuvwxyz234567";

static void
put_base32(struct buf *out, const uint8_t *bytes, size_t len)
{
    uint32_t bits = 0;
    unsigned count = 0;
    for (size_t i = 0; i < len; i++) {
        bits = bits << 8 | bytes[i];
        for (count += 8; count >= 5; count -= 5)
            buf_put_u8(out, (uint8_t)letters[bits >> (count - 5) & 31]);
    }
    if (count > 0)
        buf_put_u8(out, (uint8_t)letters[bits << (5 - count) & 31]);
}

static void
digest_of(uint8_t out[16], const struct seal_key *key, enum address_kind kind,
          const uint8_t report[16])
{
    uint8_t said[17] = { kind == ADDRESS_REPLY ? 'r' : 'b' };
    memcpy(said + 1, report, 16);
    digest_16(out, key, str_bytes(said, sizeof(said)));
}

static void
put_tag(struct buf *out, const struct seal_key *key, enum address_kind kind,
        const uint8_t report[16])
{
    uint8_t digest[16];
    digest_of(digest, key, kind, report);
    buf_put_u8(out, kind == ADDRESS_REPLY ? 'r' : 'b');
    put_base32(out, report, 16);
    put_base32(out, digest, SEAL_BYTES);
}

/* The id that ID_LETTERS letters spell; false: they spell none. */
static bool
read_id(uint8_t report[16], struct str s)
{
    uint32_t bits = 0;
    unsigned count = 0;
    size_t len = 0;
    for (size_t i = 0; i < s.len; i++) {
        char c = (char)(s.at[i] >= 'A' && s.at[i] <= 'Z' ? s.at[i] | 0x20 : s.at[i]);
        const char *at = c == '\0' ? NULL : strchr(letters, c);
        if (at == NULL)
            return false;
        bits = bits << 5 | (uint32_t)(at - letters);
        count += 5;
        if (count >= 8 && len < 16) {
            count -= 8;
            report[len++] = (uint8_t)(bits >> count);
        }
    }
    return len == 16;
}

static enum address_kind
read_tag(const struct seal_key *key, struct str tag, uint8_t report[16])
{
    struct buf right = { 0 };
    char first = (char)(tag.len == TAG ? tag.at[0] | 0x20 : 0);
    if ((first != 'r' && first != 'b') || !read_id(report, str_bytes(tag.at + 1, ID_LETTERS)))
        return ADDRESS_PLAIN;
    enum address_kind kind = first == 'r' ? ADDRESS_REPLY : ADDRESS_BOUNCE;
    put_tag(&right, key, kind, report);
    unsigned differs = 0; /* the same time for every wrong one */
    for (size_t i = 0; i < TAG; i++) {
        uint8_t c = (uint8_t)tag.at[i];
        differs |= (unsigned)((c >= 'A' && c <= 'Z' ? c | 0x20 : c) ^ right.data[i]);
    }
    buf_fini(&right);
    if (differs == 0)
        return kind;
    return kind == ADDRESS_BOUNCE ? ADDRESS_FORGED : ADDRESS_PLAIN;
}

static bool
same(struct str a, struct str b)
{
    return a.len == b.len && a.len > 0 && strncasecmp(a.at, b.at, a.len) == 0;
}

static struct str
next_of(struct str *ours)
{
    size_t begin = 0, end;
    while (begin < ours->len && strchr(" ,\t", ours->at[begin]) != NULL)
        begin++;
    for (end = begin; end < ours->len && strchr(" ,\t", ours->at[end]) == NULL;)
        end++;
    struct str one = str_bytes(ours->at + begin, end - begin);
    *ours = str_bytes(ours->at + end, ours->len - end);
    return one;
}

struct str
address_first(const char *ours)
{
    struct str all = str_of(ours);
    return next_of(&all);
}

struct str
address_domain(struct str address)
{
    const char *at = address.len == 0 ? NULL : memrchr(address.at, '@', address.len);
    if (at == NULL)
        return (struct str){ NULL, 0 };
    return str_bytes(at + 1, address.len - (size_t)(at + 1 - address.at));
}

static struct str
local_of(struct str address, struct str domain)
{
    return str_bytes(address.at, domain.len == 0 ? 0 : address.len - domain.len - 1);
}

enum address_kind
address_read(const char *ours, const struct seal_key *key, struct str address, uint8_t report[16])
{
    struct str all = str_of(ours), one;
    struct str domain = address_domain(address), tag = local_of(address, domain);
    struct str local = str_cut(&tag, '+');
    while ((one = next_of(&all)).len > 0) {
        struct str our_domain = address_domain(one);
        if (same(domain, our_domain) && same(local, local_of(one, our_domain)))
            return read_tag(key, tag, report);
    }
    return ADDRESS_OTHER;
}

bool
address_is_among(const char *list, struct str address)
{
    struct str all = str_of(list), one, domain = address_domain(address);
    while ((one = next_of(&all)).len > 0)
        if (same(one, address) ||
            (one.at[0] == '@' && same(str_bytes(one.at + 1, one.len - 1), domain)))
            return true;
    return false;
}

void
address_put(struct buf *out, const char *ours, const struct seal_key *key, enum address_kind kind,
            const uint8_t report[16])
{
    struct str first = address_first(ours), domain = address_domain(first);
    struct str local = local_of(first, domain);
    buf_printf(out, "%.*s+", STR_ARG(local));
    put_tag(out, key, kind, report);
    buf_printf(out, "@%.*s", STR_ARG(domain));
}
