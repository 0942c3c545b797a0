/* telegram.c - Telegram: an update as JSON, with the secret we gave when we set the address. */
#include "gateways/chat/crypt.h"
#include "gateways/chat/hook.h"

#include <inttypes.h>

static const struct json *
message_in(const struct json *update)
{
    static const char *const names[] = { "message", "edited_message", "business_message",
                                         "edited_business_message" };
    for (size_t i = 0; i < countof(names); i++)
        if (hook_at(update, names[i]) != NULL)
            return hook_at(update, names[i]);
    return NULL;
}

/* "/status@our_bot N1" is "status N1"; what every conversation begins with asks for help. */
static void
put_command(struct buf *out, struct str text)
{
    struct str rest = text, word = str_cut(&rest, ' ');
    word = str_cut(&word, '@');
    word = str_bytes(word.at + 1, word.len - 1);
    if (str_is(word, "start"))
        buf_printf(out, "help");
    else
        buf_printf(out, "%.*s %.*s", STR_ARG(word), STR_ARG(rest));
}

/* The words of a text, below a picture, of a place, or of an item chosen. */
static bool
put_words(struct buf *out, const struct json *message)
{
    static const char *const paths[] = { "text", "caption", "venue.title" };
    struct buf all = { 0 };
    for (size_t i = 0; i < countof(paths); i++)
        if (hook_put(&all, message, paths[i]))
            break;
    if (all.len > 0 && all.data[0] == '/')
        put_command(out, buf_str(&all));
    else
        buf_put(out, all.data, all.len);
    buf_fini(&all);
    return out->len > 0;
}

static bool
is_bot(const struct json *message)
{
    bool bot = false;
    return json_bool(hook_at(message, "from.is_bot"), &bot) && bot;
}

enum hook_kind
telegram_update(struct str text, struct hook_event *e)
{
    struct buf why = { 0 };
    int64_t seconds;
    struct json *j = json_read(text, &why);
    const struct json *message = message_in(j);
    enum hook_kind found = j == NULL || !json_is(j, JSON_AN_OBJECT) ? HOOK_BROKEN : HOOK_IGNORED;
    if (message != NULL && !is_bot(message) && hook_put(&e->user, message, "from.id") &&
        hook_put(&e->chat, message, "chat.id") && hook_put(&e->key, j, "update_id") &&
        put_words(&e->text, message))
        found = hook_found(e);
    if (str_eq(buf_str(&e->chat), buf_str(&e->user)))
        buf_clear(&e->chat);
    if (message != NULL) {
        hook_put(&e->thread, message, "message_thread_id");
        hook_put(&e->name, message, "from.first_name");
        if (json_number(hook_at(message, "date"), &seconds) && seconds > 0 && seconds < 1LL << 40)
            e->at = seconds * 1000;
    }
    json_free(&j);
    buf_fini(&why);
    return found;
}

enum hook_kind
telegram_read(const struct hook_account *a, const struct hook_request *r, struct hook_event *e)
{
    struct str shown = str_of(hook_header(r, "x-telegram-bot-api-secret-token"));
    if (!crypt_same(shown, str_of(a->token)))
        return HOOK_FORGED;
    return telegram_update(r->body, e);
}
