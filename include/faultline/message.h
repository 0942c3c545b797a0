/* message.h - what clients and brokers say to each other: the structs behind docs/protocol.md.
 * Texts and octets are borrowed from the bytes a message was decoded from. */
#ifndef FAULTLINE_MESSAGE_H
#define FAULTLINE_MESSAGE_H

#include "common/base/str.h"
#include "faultline/ids.h"
#include "faultline/life.h"

enum { PROTOCOL_VERSION = 1, WINDOW_MAX = 4096, CREDIT_MAX = 256, EVENTS_OPEN_MAX = 32 };

enum message_kind {
    MSG_HELLO = 1,
    MSG_WELCOME,
    MSG_ROUTE,
    MSG_ROUTED,
    MSG_REPORT,
    MSG_ACCEPTED,
    MSG_REFUSED,
    MSG_BUSY,
    MSG_EVENT,
    MSG_PLACE,
    MSG_SUBSCRIBE,
    MSG_UPDATE,
    MSG_CONFIRM,
    MSG_QUERY,
    MSG_ANSWER,
    MSG_PING,
    MSG_PONG,
    MSG_KINDS
};

/* Where a report should go: what the broker may see of it. */
struct route {
    struct site_id site;
    struct place place;
    struct customer_id customer;
};

enum routed_how { ROUTED_SITE, ROUTED_PLACE, ROUTED_CUSTOMER, ROUTED_TRIAGE, ROUTED_HOWS };

struct key_id {
    uint8_t b[8];
};

enum { TERRITORIES_SAID_MAX = 1024 };

struct message {
    enum message_kind kind;
    uint64_t number;
    union {
        struct {
            struct str software;
        } hello;
        struct {
            struct principal_id principal;
            enum role role;
            instant now;
            uint32_t plan;
            uint8_t pool_key[32];
            uint32_t window;
            const struct territory_id *territories; /* decoding: owned by the codec's arena */
            size_t territories_count;
            struct territory_id home; /* engineers */
        } welcome;
        struct route route;
        struct {
            struct territory_id territory;
            uint32_t plan;
            enum routed_how how;
            int32_t cell; /* side of the cell that is routed alike, 1e-7 degrees; 0: none */
        } routed;
        struct {
            struct report_id id;
            struct territory_id territory; /* none: asks for its address */
            uint32_t plan;                 /* 0 when there is no address */
            struct route route;
            int8_t hint;
            struct source_id source;
            struct key_id pool_key;
            struct str sealed;
        } report;
        struct {
            struct territory_id territory;
            uint8_t id[16];
            char number[32];
        } accepted;
        struct {
            struct str code, text;
        } refused;
        struct {
            uint32_t retry_ms;
            struct str what;
        } busy;
        struct {
            struct event_id id;
            struct territory_id territory;
            struct ticket_id ticket;
            uint32_t seen;
            enum verb verb; /* VERBS: a name we do not know */
            instant occurred_at;
            struct key_id pool_key;
            struct str sealed;
        } event;
        struct {
            struct territory_id territory;
            instant at;
            struct key_id pool_key;
            struct str sealed;
        } place;
        struct {
            bool watch;
            const struct mark {
                struct territory_id territory;
                uint64_t sequence;
            } * marks; /* decoding: owned by the codec's arena */
            size_t marks_count;
            uint32_t credit;
        } subscribe;
        struct {
            struct territory_id territory;
            bool watch;
            uint64_t sequence; /* of the letter's last update */
            struct str letter;
        } update;
        struct {
            struct territory_id territory;
            bool watch;
            uint64_t sequence;
        } confirm;
        struct {
            struct str what;
        } query;
        struct {
            struct str what;
            struct str value; /* one packed msgpack value */
        } answer;
        struct {
            instant now;
        } pong;
    };
};

#endif
