#include "marks.h"

#include <string.h>

#include <jansson.h>

#define K3S_ARGS  "k3s.io/node-args"
#define NO_POLICY "--disable-network-policy"
#define BACKEND   "--flannel-backend"

static const struct {
    const char *prefix;
    unsigned mark;
} prefixes[] = {
    {"projectcalico.org/", PG_MARK_CALICO}, {"network.cilium.io/", PG_MARK_CILIUM},
    {"io.cilium.network.", PG_MARK_CILIUM}, {"node.antrea.io/", PG_MARK_ANTREA},
    {"k8s.ovn.org/", PG_MARK_OVN},          {"flannel.alpha.coreos.com/", PG_MARK_FLANNEL},
};

/* A word for a truth, as the argument's value or the word behind it. Nothing: the argument alone is true. */
static unsigned no_policy(const char *value)
{
    if (!value || strcmp(value, "true") == 0)
        return PG_MARK_K3S_ARGS | PG_MARK_K3S_NO_POLICY;
    return strcmp(value, "false") == 0 ? (unsigned)PG_MARK_K3S_ARGS : 0u;
}

/* What an argument has as its value: behind a '=', or the next word, unless that is an argument, too. False where it is
   another argument. */
static bool read_argument(json_t *list, size_t i, const char *name, const char **value)
{
    const char *word = json_string_value(json_array_get(list, i));
    const char *next = json_string_value(json_array_get(list, i + 1));
    size_t n = strlen(name);

    if (!word || strncmp(word, name, n) != 0 || (word[n] != '=' && word[n] != '\0'))
        return false;
    *value = word[n] == '=' ? word + n + 1 : next && *next != '-' ? next : NULL;
    return true;
}

/* The arguments of k3s: a list, as JSON in a string. The last counts. What is not understood tells nothing. */
static unsigned k3s_marks(const char *text)
{
    json_t *list = text ? json_loads(text, 0, NULL) : NULL;
    unsigned marks = json_is_array(list) ? PG_MARK_K3S_ARGS : 0u, flannel = 0;
    const char *value;

    for (size_t i = 0; marks && i < json_array_size(list); i++) {
        if (read_argument(list, i, NO_POLICY, &value))
            marks = no_policy(value);
        else if (read_argument(list, i, BACKEND, &value))
            flannel = value && strcmp(value, "none") == 0 ? PG_MARK_K3S_NO_FLANNEL : 0u;
    }
    json_decref(list);
    return marks ? marks | flannel : 0u;
}

unsigned pg_marks_of(const char *key, const char *value)
{
    if (strcmp(key, K3S_ARGS) == 0)
        return k3s_marks(value);
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
        if (strncmp(key, prefixes[i].prefix, strlen(prefixes[i].prefix)) == 0)
            return prefixes[i].mark;
    return 0;
}

const char *pg_marks_rest(const char *key, const char *value)
{
    unsigned marks = strcmp(key, K3S_ARGS) == 0 ? k3s_marks(value) : 0u;
    bool policy = marks & PG_MARK_K3S_NO_POLICY, flannel = marks & PG_MARK_K3S_NO_FLANNEL;

    if (marks == 0)
        return "";
    if (policy && flannel)
        return "[\"" NO_POLICY "\",\"" BACKEND "=none\"]";
    return policy ? "[\"" NO_POLICY "\"]" : flannel ? "[\"" BACKEND "=none\"]" : "[]";
}
