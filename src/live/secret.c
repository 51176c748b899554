/* struct pg_secret: bytes that don't outlive their use. */
#include <string.h>

#include "polgrid/kubeconfig.h"

void pg_secret_set(struct pg_secret *secret, const void *from, size_t n)
{
    pg_secret_wipe(secret);
    secret->p = pg_xmalloc(n + 1);
    if (n)
        memcpy(secret->p, from, n);
    secret->p[n] = '\0';
    secret->n = n;
}

bool pg_secret_equal(const struct pg_secret *a, const struct pg_secret *b)
{
    return a->n == b->n && (a->n == 0 || memcmp(a->p, b->p, a->n) == 0);
}

void pg_secret_wipe(struct pg_secret *secret)
{
    if (secret->p)
        explicit_bzero(secret->p, secret->n);
    free(secret->p);
    *secret = (struct pg_secret){0};
}
