/* err.h - the one list of what can go wrong when the world misbehaves.
 *
 * A function that may meet the world returns `enum err`; results come through
 * its last parameters. The error is logged once, by whoever stops passing it on. */
#ifndef BASE_ERR_H
#define BASE_ERR_H

enum err {
    OK = 0,
    /* input */
    ERR_TRUNCATED, /* ends before its own lengths say */
    ERR_TOO_BIG,   /* past a size limit */
    ERR_TOO_DEEP,  /* nested past the limit */
    ERR_SYNTAX,    /* not of the documented shape */
    ERR_VERSION,   /* a version we do not speak */
    ERR_KIND,      /* a kind we do not know */
    ERR_UNKNOWN,   /* names something that is not there */
    ERR_CONFLICT,  /* the same name with other content */
    ERR_KEY,       /* does not open with this key */
    ERR_FORBIDDEN, /* known, but not allowed */
    /* the world */
    ERR_AGAIN,  /* not now; the same call may succeed later */
    ERR_BUSY,   /* over a watermark; later, slower */
    ERR_CLOSED, /* the connection is gone; the outcome is unknown */
    ERR_IO,     /* a system call failed; errno says how */
    /* a commit's answers */
    ERR_FENCED,    /* another worker holds the territory */
    ERR_DIVERGED,  /* the store's head is not the one this commit builds on */
    ERR_DUPLICATE, /* this very commit is already there */
    ERRS
};

/* A few lower-case words, static. */
const char *err_text(enum err e);

#endif
