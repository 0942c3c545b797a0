/* number.c - digits, and what stands before them. */
#include "gateways/number.h"

enum { SERVICE_DIGITS_MAX = 6, E164_DIGITS_MAX = 15 };

/* Digits alone; false: there was something that belongs to no number, or too many. */
static bool
get_digits(char *digits, size_t size, struct str raw)
{
    size_t n = 0;
    for (size_t i = 0; i < raw.len; i++) {
        char c = raw.at[i];
        if (c == ' ' || c == '-' || c == '(' || c == ')' || c == '.' || (c == '+' && n == 0))
            continue;
        if (c < '0' || c > '9' || n + 1 >= size)
            return false;
        digits[n++] = c;
    }
    digits[n] = '\0';
    return n > 0;
}

static bool
put_number(char to[NUMBER_SIZE], const char *country, const char *digits)
{
    char whole[64] = "+";
    strcat(strcat(whole, country), digits);
    size_t len = strlen(whole);
    if (len > E164_DIGITS_MAX + 1 || len < SERVICE_DIGITS_MAX + 2)
        return false;
    memcpy(to, whole, len + 1);
    return true;
}

bool
number_read(char to[NUMBER_SIZE], const struct numbering *n, struct str raw)
{
    char all[32], *digits = all;
    raw = str_trim(raw);
    memset(to, 0, NUMBER_SIZE);
    memcpy(to, raw.at == NULL ? "" : raw.at, raw.len < NUMBER_SIZE ? raw.len : NUMBER_SIZE - 1);
    if (!get_digits(all, sizeof(all), raw))
        return false;
    bool abroad = raw.at[0] == '+' || strncmp(all, "00", 2) == 0;
    if (!abroad && strlen(all) <= SERVICE_DIGITS_MAX) {
        memcpy(to, all, strlen(all) + 1);
        return true;
    }
    while (*digits == '0')
        digits++;
    /* longer than any number at home: it says its country */
    abroad = abroad || strlen(digits) > n->digits_max;
    return put_number(to, abroad ? "" : n->country, digits);
}
