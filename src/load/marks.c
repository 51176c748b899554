#include "marks.h"

#include <string.h>

#include <jansson.h>

#define K3S_ARGS   "k3s.io/node-args"
#define NO_POLICY  "--disable-network-policy"
#define BACKEND    "--flannel-backend"
#define NO_FLANNEL "\"" BACKEND "\",\"none\""

static const struct {
    const char *prefix;
    unsigned mark;
} prefixes[] = {
    {"projectcalico.org/", PG_MARK_CALICO}, {"network.cilium.io/", PG_MARK_CILIUM},
    {"io.cilium.network.", PG_MARK_CILIUM}, {"node.antrea.io/", PG_MARK_ANTREA},
    {"k8s.ovn.org/", PG_MARK_OVN},          {"flannel.alpha.coreos.com/", PG_MARK_FLANNEL},
};

/* The value of an argument: behind its `=`, else the word that follows, unless that is an argument itself. False where
   `word` is another argument. */
static bool has_value(const char *word, const char *next, const char *argument, const char **value)
{
    size_t n = strlen(argument);

    if (strncmp(word, argument, n) != 0 || (word[n] != '=' && word[n] != '\0'))
        return false;
    *value = word[n] == '=' ? word + n + 1 : next && *next != '-' ? next : NULL;
    return true;
}

/* False where a value is not understood: then nothing is told. */
static bool take_argument(unsigned *marks, const char *word, const char *next)
{
    const char *value;
    unsigned mark = PG_MARK_K3S_NO_POLICY;
    bool set = true;

    if (has_value(word, next, NO_POLICY, &value)) {
        set = !value || strcmp(value, "true") == 0; /* alone it is true */
        if (!set && strcmp(value, "false") != 0)
            return false;
    } else if (has_value(word, next, BACKEND, &value)) {
        mark = PG_MARK_K3S_NO_FLANNEL;
        set = value && strcmp(value, "none") == 0;
    } else {
        return true;
    }
    *marks = set ? *marks | mark : *marks & ~mark; /* the last counts */
    return true;
}

/* The arguments of k3s: a list, as JSON in a string. Nothing, where none of them matters. */
static unsigned k3s_marks(const char *value)
{
    json_t *list = json_loads(*value ? value : "[]", 0, NULL);
    unsigned marks = PG_MARK_K3S_ARGS;
    bool good = json_is_array(list);

    for (size_t i = 0; good && i < json_array_size(list); i++) {
        const char *word = json_string_value(json_array_get(list, i));
        good = word && take_argument(&marks, word, json_string_value(json_array_get(list, i + 1)));
    }
    json_decref(list);
    return good ? marks : 0u;
}

unsigned pg_marks_of(const char *key, const char *value)
{
    if (strcmp(key, K3S_ARGS) == 0)
        return value ? k3s_marks(value) : (unsigned)PG_MARK_K3S_ARGS;
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
        if (strncmp(key, prefixes[i].prefix, strlen(prefixes[i].prefix)) == 0)
            return prefixes[i].mark;
    return 0;
}

const char *pg_marks_rest(const char *key, const char *value)
{
    unsigned marks = pg_marks_of(key, value);

    if (marks == 0) /* arguments that were not understood */
        return "?";
    marks &= PG_MARK_K3S_NO_POLICY | PG_MARK_K3S_NO_FLANNEL;
    if (marks == PG_MARK_K3S_NO_POLICY)
        return "[\"" NO_POLICY "\"]";
    if (marks == PG_MARK_K3S_NO_FLANNEL)
        return "[" NO_FLANNEL "]";
    return marks ? "[\"" NO_POLICY "\"," NO_FLANNEL "]" : "";
}
