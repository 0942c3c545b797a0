/* principal.c - roles and keys. Z85 is ZeroMQ's base 85 (rfc.zeromq.org/spec/32): five letters
 * a group, four bytes of it, big end first. */
#include "common/plan/principal.h"

enum role
principal_role(const char *text)
{
    static const char *const names[ROLES] = {
        [ROLE_GATEWAY] = "gateway", [ROLE_ENGINEER] = "engineer", [ROLE_DISPATCHER] = "dispatcher",
        [ROLE_BROKER] = "broker",   [ROLE_WORKER] = "worker",
    };
    for (enum role r = ROLE_NONE + 1; r < ROLES; r++)
        if (str_is(str_of(text), names[r]))
            return r;
    return ROLE_NONE;
}

/* One group; false when a letter is foreign or the number does not fit in four bytes. */
static bool
group(uint8_t out[4], const char text[5])
{
    static const char letters[] = "0123456789abcdefghijklmnopqrstuvwxyz"
                                  "ABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";
    static_assert(sizeof(letters) - 1 == 85, "base 85");
    uint64_t n = 0;
    for (size_t i = 0; i < 5; i++) {
        const char *found = memchr(letters, text[i], sizeof(letters) - 1);
        if (found == NULL)
            return false;
        n = n * 85 + (uint64_t)(found - letters);
    }
    for (size_t i = 0; i < 4; i++)
        out[i] = (uint8_t)(n >> (24 - 8 * i));
    return n <= UINT32_MAX;
}

bool
principal_z85(uint8_t key[32], const char *z85)
{
    bool good = z85 != NULL && strlen(z85) == Z85_SIZE;
    for (size_t i = 0; good && i < 8; i++)
        good = group(key + 4 * i, z85 + 5 * i);
    if (!good)
        memset(key, 0, 32);
    return good;
}

bool
principal_hex(uint8_t key[32], const char *hex)
{
    bool good = hex != NULL && hex_to(key, 32, str_of(hex));
    if (!good)
        memset(key, 0, 32);
    return good;
}
