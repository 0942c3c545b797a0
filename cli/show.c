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

void
show_update(FILE *to, const struct fl_update *u, bool json)
{
    char at[32];
    if (json) {
        struct json *j = json_of_update(u);
        json_print(&j, to);
        return;
    }
    clock_text(at, u->at);
    fprintf(to, "%.8s %-11s", at + 11, u->kind);
    const struct {
        const char *label, *value;
    } words[] = { { " ", u->number },
                  { " ", u->state },
                  { " ", u->level },
                  { " ", u->category },
                  { " site ", u->site },
                  { " customer ", u->customer },
                  { " ", u->verb },
                  { " refused: ", u->refusal },
                  { " by ", u->engineer },
                  { " ", u->name },
                  { " ", u->phone },
                  { " - ", u->why },
                  { "\n         \"", u->text } };
    for (size_t i = 0; i < countof(words); i++)
        show_words(to, words[i].label, words[i].value);
    if (u->text != NULL && u->text[0] != '\0')
        fputc('"', to);
    if (u->due != 0) {
        clock_text(at, u->due);
        fprintf(to, " before %.8s", at + 11);
    }
    fputc('\n', to);
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
