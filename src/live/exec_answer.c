/* The ExecCredential that a plugin prints. */
#include <malloc.h>
#include <pthread.h>
#include <string.h>

#include <jansson.h>

#include "exec_plugin.h"
#include "kubeconfig_inner.h"

/* --- memory ------------------------------------------------------------------------------------ */

/* jansson's own buffers hold tokens, too. */
static void wipe_and_free(void *p)
{
    if (p)
        explicit_bzero(p, malloc_usable_size(p));
    free(p);
}

static void wipe_json(void)
{
    json_set_alloc_funcs(malloc, wipe_and_free); /* what was made before came from malloc(), too */
}

void pg_exec_plugin_prepare(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once(&once, wipe_json);
}

/* --- time -------------------------------------------------------------------------------------- */

/* `n` digits at *p. */
static bool digits(const char **p, int n, int *value)
{
    for (*value = 0; n > 0; n--, (*p)++) {
        if (**p < '0' || **p > '9')
            return false;
        *value = *value * 10 + (**p - '0');
    }
    return true;
}

static bool literal(const char **p, char c)
{
    return **p == c && (*p)++;
}

/* Days since 1970-01-01 of a date of the Gregorian calendar. */
static int64_t days(int year, int month, int day)
{
    int64_t y = year - (month <= 2), era = y / 400, of_era = y - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static int days_in(int year, int month)
{
    static const int8_t length[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

    return length[month - 1] + (month == 2 && leap);
}

/* Z or +hh:mm, in minutes. */
static bool zone(const char **p, int *minutes)
{
    int sign = **p == '-' ? -1 : 1, hour, minute;

    *minutes = 0;
    if (literal(p, 'Z'))
        return true;
    if (**p != '+' && **p != '-')
        return false;
    (*p)++;
    if (!digits(p, 2, &hour) || !literal(p, ':') || !digits(p, 2, &minute) || hour > 23 ||
        minute > 59)
        return false;
    *minutes = sign * (hour * 60 + minute);
    return true;
}

static int fraction(const char **p)
{
    int ms = 0, scale = 100;

    for (; **p >= '0' && **p <= '9'; (*p)++, scale /= 10)
        ms += (**p - '0') * scale;
    return ms;
}

bool pg_exec_plugin_time(const char *text, int64_t *ms)
{
    const char *p = text;
    int year, month, day, hour, minute, second, minutes, part = 0;

    if (!digits(&p, 4, &year) || !literal(&p, '-') || !digits(&p, 2, &month) || !literal(&p, '-') ||
        !digits(&p, 2, &day) || !literal(&p, 'T') || !digits(&p, 2, &hour) || !literal(&p, ':') ||
        !digits(&p, 2, &minute) || !literal(&p, ':') || !digits(&p, 2, &second))
        return false;
    if (month < 1 || month > 12 || day < 1 || day > days_in(year, month) || hour > 23 ||
        minute > 59 || second > 59)
        return false;
    if (literal(&p, '.')) {
        if (*p < '0' || *p > '9')
            return false;
        part = fraction(&p);
    }
    if (!zone(&p, &minutes) || *p)
        return false;
    *ms = (((days(year, month, day) * 24 + hour) * 60 + minute - minutes) * 60 + second) * 1000 +
          part;
    return true;
}

/* --- the credential ---------------------------------------------------------------------------- */

static bool refuse(const struct pg_kube_exec *exec, struct pg_err *err, const char *text)
{
    return pg_err_set(err, "the plugin %s: its answer %s", exec->command, text);
}

/* Moves a string of `status` out of the tree, whose copy is overwritten. False where it is no string. */
static bool take(const json_t *status, const char *field, struct pg_secret *out)
{
    json_t *value = json_object_get(status, field);

    if (!value || json_is_null(value))
        return true;
    if (!json_is_string(value))
        return false;
    if (json_string_length(value) == 0)
        return true;
    pg_secret_set(out, json_string_value(value), json_string_length(value));
    explicit_bzero((char *)(uintptr_t)json_string_value(value), json_string_length(value));
    return true;
}

static bool take_expiry(const json_t *status, int64_t *ms)
{
    const json_t *value = json_object_get(status, "expirationTimestamp");

    return !value || json_is_null(value) ||
           (json_is_string(value) && pg_exec_plugin_time(json_string_value(value), ms));
}

static bool take_status(const struct pg_kube_exec *exec, const json_t *status,
                        struct exec_answer *answer, struct pg_err *err)
{
    bool strings = take(status, "token", &answer->token);

    strings = take(status, "clientCertificateData", &answer->cert) && strings;
    strings = take(status, "clientKeyData", &answer->key) && strings;
    if (!json_is_object(status))
        return refuse(exec, err, "has no status");
    if (!strings)
        return refuse(exec, err, "has a field of status that is no string");
    if (!take_expiry(status, &answer->expires_ms))
        return refuse(exec, err, "has an expirationTimestamp that is not as RFC 3339 wants it");
    if (!answer->token.n && !answer->cert.n && !answer->key.n)
        return refuse(exec, err, "has neither token nor certificate");
    if (!answer->cert.n != !answer->key.n)
        return refuse(exec, err, "has one of clientCertificateData and clientKeyData, not both");
    if (!kube_is_printable(answer->token.p ? answer->token.p : "", answer->token.n))
        return refuse(exec, err, "has a token with line ends or control characters");
    return true;
}

static bool check_sort(const struct pg_kube_exec *exec, const json_t *root, struct pg_err *err)
{
    const char *kind = json_string_value(json_object_get(root, "kind"));
    const char *version = json_string_value(json_object_get(root, "apiVersion"));

    if (!kind || strcmp(kind, "ExecCredential") != 0)
        return refuse(exec, err, "is no ExecCredential");
    if (version && strcmp(version, exec->api_version) == 0)
        return true;
    return pg_err_set(err, "the plugin %s answers in %.80s, and the kubeconfig says %s",
                      exec->command, version ? version : "no apiVersion", exec->api_version);
}

bool pg_exec_plugin_parse(const struct pg_kube_exec *exec, const char *text, size_t n,
                          struct exec_answer *answer, struct pg_err *err)
{
    json_t *root = json_loadb(text, n, 0, NULL);
    bool ok;

    *answer = (struct exec_answer){0};
    /* First, so that the tree's copies are overwritten whatever comes of it. */
    ok = take_status(exec, json_object_get(root, "status"), answer, err);
    if (!root)
        ok = refuse(exec, err, n ? "is no JSON" : "is empty");
    else if (!check_sort(exec, root, err))
        ok = false;
    if (!ok)
        pg_exec_plugin_wipe(answer);
    json_decref(root);
    return ok;
}
