#include "marks.h"

#include <string.h>

#include <jansson.h>

#define K3S_ARGS  "k3s.io/node-args"
#define NO_POLICY "--disable-network-policy"

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

/* The arguments of k3s: a list, as JSON in a string. The last counts. What is not understood tells nothing. */
static unsigned k3s_marks(const char *value)
{
    json_t *list = value ? json_loads(value, 0, NULL) : NULL;
    unsigned marks = json_is_array(list) ? PG_MARK_K3S_ARGS : 0u;
    size_t n = strlen(NO_POLICY);

    for (size_t i = 0; marks && i < json_array_size(list); i++) {
        const char *word = json_string_value(json_array_get(list, i));
        const char *next = json_string_value(json_array_get(list, i + 1));
        if (!word || strncmp(word, NO_POLICY, n) != 0)
            continue;
        if (word[n] == '=')
            marks = no_policy(word + n + 1);
        else if (word[n] == '\0')
            marks = no_policy(next && *next != '-' ? next : NULL);
    }
    json_decref(list);
    return marks;
}

const char *pg_marks_copy(const char *key, const char *value)
{
    unsigned marks;

    if (strcmp(key, K3S_ARGS) != 0)
        return NULL;
    marks = k3s_marks(value);
    if (marks == 0)
        return "";
    return marks & PG_MARK_K3S_NO_POLICY ? "[\"" NO_POLICY "\"]" : "[]";
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
