#include "syntax.h"

#include <string.h>

#include "polgrid/portset.h"

static bool is_lower(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

static bool is_alphanumeric(char c)
{
    return is_lower(c) || (c >= 'A' && c <= 'Z');
}

static bool is_dns_label(const char *text, size_t n)
{
    if (n == 0 || !is_lower(text[0]) || !is_lower(text[n - 1]))
        return false;
    for (size_t i = 0; i < n; i++)
        if (!is_lower(text[i]) && text[i] != '-')
            return false;
    return true;
}

static bool is_subdomain(const char *text, size_t n)
{
    const char *end = text + n;

    if (n > 253)
        return false;
    for (;;) {
        const char *dot = memchr(text, '.', (size_t)(end - text));
        if (!is_dns_label(text, (size_t)((dot ? dot : end) - text)))
            return false;
        if (!dot)
            return true;
        text = dot + 1;
    }
}

/* What is in a label's value and in the name part of its key. */
static bool is_label_name(const char *text)
{
    size_t n = strlen(text);

    if (n == 0 || n > 63 || !is_alphanumeric(text[0]) || !is_alphanumeric(text[n - 1]))
        return false;
    for (size_t i = 0; i < n; i++)
        if (!is_alphanumeric(text[i]) && !strchr("-_.", text[i]))
            return false;
    return true;
}

bool pg_syntax_subdomain(const char *text)
{
    return is_subdomain(text, strlen(text));
}

bool pg_syntax_dns_label(const char *text)
{
    size_t n = strlen(text);

    return n <= 63 && is_dns_label(text, n);
}

bool pg_syntax_label_key(const char *text)
{
    const char *slash = strchr(text, '/');

    if (!slash)
        return is_label_name(text);
    return is_subdomain(text, (size_t)(slash - text)) && is_label_name(slash + 1);
}

bool pg_syntax_label_value(const char *text)
{
    return text[0] == '\0' || is_label_name(text);
}

bool pg_syntax_port_name(const char *text)
{
    size_t n = strlen(text);
    bool letter = false;

    if (n == 0 || n > 15 || text[0] == '-' || text[n - 1] == '-' || strstr(text, "--"))
        return false;
    for (size_t i = 0; i < n; i++) {
        if (!is_lower(text[i]) && text[i] != '-')
            return false;
        letter = letter || (text[i] >= 'a' && text[i] <= 'z');
    }
    return letter;
}

int pg_syntax_protocol(const char *text)
{
    if (strcmp(text, "TCP") == 0)
        return PG_TCP;
    if (strcmp(text, "UDP") == 0)
        return PG_UDP;
    return strcmp(text, "SCTP") == 0 ? PG_SCTP : -1;
}
