/* show.c - happenings as lines. */
#include "cli/show.h"

#include "cli/json.h"
#include "common/io/clock.h"

/* A value from outside, without control characters. */
static void
show_words(FILE *to, const char *label, const char *value)
{
    if (value == NULL || value[0] == '\0')
        return;
    fputs(label, to);
    for (; *value != '\0'; value++)
        fputc((unsigned char)*value < 32 || *value == 127 ? ' ' : *value, to);
}

/* What the environment's locale says first. */
static const char *
locale_name(void)
{
    static const char *const variables[] = { "LC_ALL", "LC_MESSAGES", "LANG" };
    for (size_t i = 0; i < countof(variables); i++) {
        const char *value = getenv(variables[i]);
        if (value != NULL && value[0] != '\0')
            return value;
    }
    return "";
}

bool
show_lang(struct show *how, const struct command *c, const char *given)
{
    static const char *const names[] = { [FL_EN] = "en", [FL_ZH] = "zh" };
    if (given == NULL) {
        how->lang = str_starts(str_of(locale_name()), STR("zh")) ? FL_ZH : FL_EN;
        return true;
    }
    for (size_t i = 0; i < countof(names); i++)
        if (strcmp(given, names[i]) == 0) {
            how->lang = (enum fl_lang)i;
            return true;
        }
    cmd_usage(c, "--lang takes en or zh, not '%s'", given);
    return false;
}

void
show_update(FILE *to, const struct show *how, const struct fl_update *u)
{
    char at[32] = "";
    if (how->json) {
        struct json *j = json_of_update(u);
        json_print(&j, to);
        return;
    }
    int zone = clock_zone_min(u->due != 0 ? u->due : u->at);
    const struct fl_saying s = { .lang = how->lang, .to = how->to, .utc_offset_min = zone };
    clock_text(at, u->at + clock_zone_min(u->at) * 60000);
    size_t size = fl_say(NULL, 0, &s, u) + 1;
    char *line = grow(NULL, size);
    fl_say(line, size, &s, u);
    fprintf(to, "%.8s %s\n", at + 11, line);
    free(line);
    if (u->text == NULL || u->text[0] == '\0')
        return;
    show_words(to, "         \"", u->text);
    fputs("\"\n", to);
}

void
show_other(FILE *to, const struct fl_happening *h)
{
    static const char *const labels[] = {
        [FL_UP] = "connected to ",
        [FL_DOWN] = "connection lost: ",
        [FL_ACCEPTED] = NULL,
        [FL_REFUSED] = "refused: ",
        [FL_BUSY] = "the system is busy; waiting",
        [FL_UPDATE] = NULL,
        [FL_UNSEALED] = "does not open: ",
        [FL_ANSWER] = NULL,
        [FL_ROLLBACK] = "the store was rolled back; sending again what it may have lost",
    };
    if (labels[h->kind] == NULL)
        return;
    fputs(labels[h->kind], to);
    show_words(to, "", h->code);
    show_words(to, h->code != NULL && h->code[0] != '\0' ? ": " : "", h->text);
    fputc('\n', to);
}
