/* keys.c - keys. */
#include "gateways/phone/keys.h"

static const char keys[] = "0123456789*#"; /* by their event's number */

char
key_of_event(struct key_events *k, uint32_t time, struct str payload)
{
    for (size_t i = 0; i < countof(k->at) && i < k->count; i++)
        if (k->at[i] == time)
            return '\0';
    if (payload.len < 4 || (uint8_t)payload.at[0] >= sizeof(keys) - 1)
        return '\0';
    k->at[k->count++ % countof(k->at)] = time;
    return keys[(uint8_t)payload.at[0]];
}

char
key_of_info(struct str body)
{
    while (body.len > 0) {
        struct str value = str_trim(str_cut(&body, '\n'));
        if (str_starts(value, STR("Signal")))
            str_cut(&value, '=');
        value = str_trim(value);
        if (value.len == 1 && strchr(keys, value.at[0]) != NULL && value.at[0] != '\0')
            return value.at[0];
    }
    return '\0';
}
