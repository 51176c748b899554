#include "marks.h"

#include <string.h>

#define NO_POLICY  "--disable-network-policy"
#define NO_FLANNEL "\"--flannel-backend\",\"none\""

static const struct {
    const char *prefix;
    unsigned mark;
} prefixes[] = {
    {"projectcalico.org/", PG_MARK_CALICO}, {"network.cilium.io/", PG_MARK_CILIUM},
    {"io.cilium.network.", PG_MARK_CILIUM}, {"node.antrea.io/", PG_MARK_ANTREA},
    {"k8s.ovn.org/", PG_MARK_OVN},          {"flannel.alpha.coreos.com/", PG_MARK_FLANNEL},
};

static unsigned k3s_marks(const char *arguments)
{
    unsigned marks = 0;

    if (strstr(arguments, NO_POLICY "\"") && !strstr(arguments, NO_POLICY "\",\"false"))
        marks |= PG_MARK_K3S_NO_POLICY;
    if (strstr(arguments, NO_FLANNEL) || strstr(arguments, "--flannel-backend=none\""))
        marks |= PG_MARK_K3S_NO_FLANNEL;
    return marks;
}

unsigned pg_marks_of(const char *key, const char *value)
{
    if (strcmp(key, "k3s.io/node-args") == 0) /* a list, as JSON in a string */
        return PG_MARK_K3S_ARGS | (value ? k3s_marks(value) : 0u);
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
        if (strncmp(key, prefixes[i].prefix, strlen(prefixes[i].prefix)) == 0)
            return prefixes[i].mark;
    return 0;
}

const char *pg_marks_rest(const char *key, const char *value)
{
    unsigned marks = pg_marks_of(key, value) & (PG_MARK_K3S_NO_POLICY | PG_MARK_K3S_NO_FLANNEL);

    if (marks == PG_MARK_K3S_NO_POLICY)
        return "[\"" NO_POLICY "\"]";
    if (marks == PG_MARK_K3S_NO_FLANNEL)
        return "[" NO_FLANNEL "]";
    return marks ? "[\"" NO_POLICY "\"," NO_FLANNEL "]" : "";
}
