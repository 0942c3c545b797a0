/* conf.h - a site's settings: one table, one file (faultline.conf), `name value` a line,
 * a line that begins with '#' is a comment (a z85 key may hold a '#'). Relative paths are relative
 * to the file's folder, so a site folder can be moved. Every setting may be overridden by `--set
 * name=value` on a command line. */
#ifndef IO_CONF_H
#define IO_CONF_H

#include "common/base/base.h"

enum { BROKERS_MAX = 16 };

struct conf {
    char dir[512];                    /* the site folder, absolute */
    char redis[512];                  /* "unix:/path" or "tcp:host:port" */
    char redis_broker_password[80];   /* ACL user "broker" */
    char redis_worker_password[80];   /* ACL user "worker" */
    char redis_operator_password[80]; /* ACL user "operator" (plan apply, audit, tickets) */
    char brokers[BROKERS_MAX][256];   /* ZeroMQ endpoints, for binding and connecting */
    size_t brokers_count;
    char broker_key[512];        /* key file of the brokers' CURVE pair */
    char pool_key[512];          /* key file of the pool: workers and operator only */
    char operator_key[512];      /* key file that signs plans */
    char operator_public[80];    /* hex: what brokers check the map against */
    char pool_public[80];        /* hex: what clients seal to */
    char broker_public[48];      /* z85: CURVE serverkey */
    char keys_dir[512];          /* where principals' key files are: NAME.key */
    char plan[512];              /* the plan's YAML */
    char anchors[512];           /* folder of audit anchors, outside Redis */
    char archive[512];           /* folder of archive files: the log and tickets that left Redis */
    char spool_dir[512];         /* clients' durable spools */
    int64_t lease_ms;            /* a silent worker's territories may be taken after */
    int64_t beat_ms;             /* a worker's beat */
    int64_t batch;               /* inbox entries in one commit */
    int64_t inbox_max;           /* entries waiting in a territory before BUSY */
    int64_t mailbox_max;         /* letters waiting for a recipient before RESYNC */
    int64_t watch_max;           /* letters kept in the dispatchers' stream */
    int64_t memory_busy_percent; /* of Redis' maxmemory: BUSY past it */
    int64_t anchor_ms;           /* between anchors of the audit head */
    int64_t archive_after_s;     /* what is older leaves Redis for an archive file; 0: never */
    int64_t planner_steps;       /* of each run of the planner of appointments; 0: never */
    int64_t clock_limit_ms;      /* own clock and Redis' may differ by so much */
};

/* Reads DIR/faultline.conf, then the overrides ("name=value", NULL-terminated or NULL).
 * Dies, naming file and line, on an unknown name, a bad value or a missing file. */
void conf_load(struct conf *c, const char *dir, const char *const *overrides);
/* Is the name before the '=' one of these settings? */
bool conf_knows(const char *assignment);
/* A file with every setting, its default and its meaning, as `faultline init` writes it;
 * `values` names those that differ from the default ("name=value", NULL-terminated). */
struct buf;
void conf_write(struct buf *out, const char *const *values);

#endif
