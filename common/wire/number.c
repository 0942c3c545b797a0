/* number.c - a ticket's number for people: what they read out over the phone.
 *
 *     N1-0123456789-4        code, ten digits of the id, check digit (ISO 7064 MOD 11,10)
 *
 * One wrong digit, and nearly every pair of digits swapped, is noticed before anybody is
 * told about another customer's ticket. */
#include "common/wire/body.h"

#include <inttypes.h>
#include <stdio.h>

enum { DIGITS = 10, CODE_MAX = 7, TAIL = 1 + DIGITS + 1 + 1 };

/* The digit that makes the whole sum 1 modulo 10. */
static char
check_digit(const char *digits)
{
    int product = 10;
    for (size_t i = 0; i < DIGITS; i++) {
        int sum = (product + digits[i] - '0') % 10;
        product = 2 * (sum == 0 ? 10 : sum) % 11;
    }
    return (char)('0' + (11 - product) % 10);
}

void
number_of(char out[32], const char *code, struct ticket_id id)
{
    uint64_t n = 0;
    for (size_t i = 0; i < 8; i++)
        n = n << 8 | id.b[i];
    char digits[DIGITS + 1];
    assert(strlen(code) <= CODE_MAX);
    snprintf(digits, sizeof(digits), "%010" PRIu64, n % UINT64_C(10000000000));
    snprintf(out, 32, "%.*s-%s-%c", CODE_MAX, code, digits, check_digit(digits));
}

bool
number_check(struct str number, struct str *code, struct str *digits)
{
    if (number.len < 1 + TAIL || number.len > CODE_MAX + TAIL)
        return false;
    const char *tail = number.at + number.len - TAIL;
    if (tail[0] != '-' || tail[1 + DIGITS] != '-')
        return false;
    for (size_t i = 0; i < DIGITS; i++)
        if (tail[1 + i] < '0' || tail[1 + i] > '9')
            return false;
    if (tail[TAIL - 1] != check_digit(tail + 1))
        return false;
    *code = (struct str){ number.at, number.len - TAIL };
    *digits = (struct str){ tail + 1, DIGITS };
    return true;
}
