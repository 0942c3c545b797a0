/* err.c - the errors in words. */
#include "common/base/err.h"
#include "common/base/base.h"

static const char *const texts[ERRS] = {
    [OK] = "ok",
    [ERR_TRUNCATED] = "truncated",
    [ERR_TOO_BIG] = "too big",
    [ERR_TOO_DEEP] = "nested too deeply",
    [ERR_SYNTAX] = "malformed",
    [ERR_VERSION] = "unknown version",
    [ERR_KIND] = "unknown kind",
    [ERR_UNKNOWN] = "unknown name",
    [ERR_CONFLICT] = "same id with other content",
    [ERR_KEY] = "does not open with this key",
    [ERR_FORBIDDEN] = "not allowed",
    [ERR_AGAIN] = "try again",
    [ERR_BUSY] = "busy",
    [ERR_CLOSED] = "connection closed",
    [ERR_IO] = "i/o error",
    [ERR_FENCED] = "fenced",
    [ERR_DIVERGED] = "diverged",
    [ERR_DUPLICATE] = "duplicate",
};

const char *
err_text(enum err e)
{
    assert(e >= OK && e < ERRS);
    return texts[e];
}
