/* chat.c - what is posted to the chat gateway: Telegram's updates, each a report of another person.
 * What they are answered with waits: the service, which is us, takes connections and says nothing.
 */
#include "bench/gate.h"

static void
prepare(const char *site, struct buf *settings)
{
    struct buf row = { 0 };
    int port;
    (void)gate_listen(&port); /* open until the end of this process */
    buf_printf(settings, "talk_burst 0\nask_site no\nask_urgency no\n");
    buf_printf(&row, "tg telegram token=sesame secret=bench base=http://127.0.0.1:%d\n", port);
    gate_write(site, "chat.hooks", buf_str(&row));
    buf_fini(&row);
}

static void
request(struct buf *out, unsigned number)
{
    struct buf body = { 0 };
    unsigned user = 100000000 + number;
    buf_printf(&body,
               "{\"update_id\":%u,\"message\":{\"message_id\":%u,\"from\":{\"id\":%u,\"is_bot\":"
               "false,\"first_name\":\"Ann\"},\"chat\":{\"id\":%u,\"first_name\":\"Ann\",\"type\":"
               "\"private\"},\"date\":1795195698,\"text\":\"The lift in stairwell %u stands "
               "between two floors, nobody is inside\"}}",
               number + 1, number + 1, user, user, number);
    post_put(out, "/v1/hooks/tg", "X-Telegram-Bot-Api-Secret-Token: sesame\r\n", buf_str(&body));
    buf_fini(&body);
}

const struct post chat_post = { "chat", 200, prepare, request };
