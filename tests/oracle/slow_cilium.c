/* Cilium's policies: subjects, peers, ports (semantics 13). */
#include <ctype.h>
#include <string.h>

#include "slow_kinds.h"

#define NAMESPACE_KEY       "io.kubernetes.pod.namespace"
#define NAMESPACE_LABEL_KEY "io.cilium.k8s.namespace.labels."
#define ACCOUNT_KEY         "io.cilium.k8s.policy.serviceaccount"

/* --- selectors (13.6) ------------------------------------------------------------------------------------ */

/* A key without its source: pods have labels of k8s only, so that no source and any mean the same. */
static const char *plain_key(const char *key)
{
    const char *colon = strchr(key, ':');
    return colon != NULL ? colon + 1 : key;
}

static bool is_about_namespace(const char *key)
{
    key = plain_key(key);
    return strcmp(key, NAMESPACE_KEY) == 0 ||
           strncmp(key, NAMESPACE_LABEL_KEY, strlen(NAMESPACE_LABEL_KEY)) == 0;
}

static bool mentions_namespace(const struct w_selector *selector)
{
    for (int i = 0; i < selector->labels.n; i++) {
        if (is_about_namespace(selector->labels.v[i].key))
            return true;
    }
    for (int i = 0; i < selector->nreqs; i++) {
        if (is_about_namespace(selector->reqs[i].key))
            return true;
    }
    return false;
}

/* What a pod wears under a key of Cilium's; NULL: nothing. */
static const char *wears(const struct world *world, const struct w_pod *pod, const char *key)
{
    const struct w_namespace *ns = &world->namespaces[pod->ns];
    key = plain_key(key);
    if (strcmp(key, NAMESPACE_KEY) == 0)
        return ns->name;
    if (strcmp(key, ACCOUNT_KEY) == 0)
        return pod->account != NULL ? pod->account : "default";
    if (strncmp(key, NAMESPACE_LABEL_KEY, strlen(NAMESPACE_LABEL_KEY)) != 0)
        return slow_label(&pod->labels, key);
    key += strlen(NAMESPACE_LABEL_KEY);
    return strcmp(key, "kubernetes.io/metadata.name") == 0 ? ns->name : slow_label(&ns->labels, key);
}

/* `overruled`: a pair that names the namespace is written over with the policy's own (13.2). */
static bool selector_has(const struct world *world, const struct w_selector *selector,
                         const struct w_pod *pod, bool overruled)
{
    for (int i = 0; i < selector->labels.n; i++) {
        const struct w_label *want = &selector->labels.v[i];
        if (overruled && strcmp(want->key, "k8s:" NAMESPACE_KEY) == 0)
            continue;
        const char *value = wears(world, pod, want->key);
        if (value == NULL || strcmp(value, want->value) != 0)
            return false;
    }
    for (int i = 0; i < selector->nreqs; i++) {
        if (!slow_value_holds(&selector->reqs[i], wears(world, pod, selector->reqs[i].key)))
            return false;
    }
    return true;
}

bool slow_cilium_selects(const struct world *world, const struct w_policy *policy, int index)
{
    const struct w_pod *pod = &world->pods[index];
    const struct w_selector *subject = &world->ciliums[policy->part].subject;
    if (policy->cluster_wide)
        return selector_has(world, subject, pod, false);
    return pod->ns == policy->ns && selector_has(world, subject, pod, true);
}

enum truth slow_cilium_selects_node(const struct world *world, const struct w_policy *policy,
                                    const struct w_node *node)
{
    const struct w_selector *subject = &world->ciliums[policy->part].subject;
    if (node == NULL)
        return MAYBE;
    for (int i = 0; i < subject->labels.n; i++) {
        const struct w_label *want = &subject->labels.v[i];
        const char *value = slow_label(&node->labels, plain_key(want->key));
        if (value == NULL || strcmp(value, want->value) != 0)
            return NO;
    }
    for (int i = 0; i < subject->nreqs; i++) {
        const struct w_req *req = &subject->reqs[i];
        if (!slow_value_holds(req, slow_label(&node->labels, plain_key(req->key))))
            return NO;
    }
    return YES;
}

/* --- peers ------------------------------------------------------------------------------------- */

static enum truth endpoint_has(const struct world *world, const struct w_policy *policy,
                               const struct w_selector *selector, struct slow_end other)
{
    if (!slow_is_plain_pod(world, other))
        return NO;
    const struct w_pod *pod = &world->pods[other.index];
    if (!policy->cluster_wide && !mentions_namespace(selector) && pod->ns != policy->ns)
        return NO;
    return selector_has(world, selector, pod, false) ? YES : NO;
}

/* 13.7 */
static enum truth entity_has(const struct world *world, enum w_entity entity, struct slow_end self,
                             struct slow_end other)
{
    bool outside = other.kind == SLOW_OUTSIDE, pod = slow_is_plain_pod(world, other);
    bool node = !outside && !pod;
    enum truth own = node ? slow_on_one_node(world, self, other) : NO;
    switch (entity) {
    case W_ENTITY_ALL: return YES;
    case W_ENTITY_WORLD: return outside ? YES : NO;
    case W_ENTITY_CLUSTER: return outside ? NO : YES;
    case W_ENTITY_HOST: return own;
    case W_ENTITY_REMOTE_NODE: return node ? (enum truth)(YES - own) : NO;
    case W_ENTITY_KUBE_APISERVER: return pod ? NO : MAYBE;
    case W_ENTITY_INGRESS: return outside ? MAYBE : NO;
    default: return NO; /* nothing that the grid has */
    }
}

static enum truth peer_has(const struct world *world, const struct w_policy *policy,
                           enum w_cilium_field field, const struct w_cilium_peer *peer,
                           struct slow_end self, struct slow_end other, int family)
{
    switch (field) {
    case W_FIELD_ENDPOINTS: return endpoint_has(world, policy, &peer->selector, other);
    case W_FIELD_ENTITIES: return entity_has(world, peer->entity, self, other);
    case W_FIELD_CIDR:
    case W_FIELD_CIDR_SET:
        if (other.kind != SLOW_OUTSIDE)
            return NO; /* 13.8 */
        return slow_block_truth(world, &peer->block, peer->except, peer->nexcept, other, family);
    case W_FIELD_FQDNS: return other.kind == SLOW_OUTSIDE ? MAYBE : NO; /* 13.12 */
    case W_FIELD_LEFT_OUT: break;
    }
    return NO;
}

static bool has_ports(const struct w_cilium_rule *rule)
{
    return rule->nentries > 0 || rule->icmp != 0;
}

enum truth slow_cilium_peers(const struct world *world, const struct w_policy *policy,
                             const struct w_cilium_rule *rule, struct slow_end self,
                             struct slow_end other, int family)
{
    if (rule->field == W_FIELD_LEFT_OUT)
        return has_ports(rule) ? YES : NO; /* 13.5 */
    enum truth best = NO;                  /* of an empty list: 13.19 */
    for (int i = 0; i < rule->npeers; i++)
        best = slow_most(
            best, peer_has(world, policy, rule->field, &rule->peers[i], self, other, family));
    return best;
}

/* --- ports (13.9) -------------------------------------------------------------------------------------- */

static bool port_has(const struct world *world, const struct w_cilium_port *port,
                     struct slow_end to, enum w_protocol protocol, int number)
{
    if (protocol == W_ICMP || (port->protocol != W_DEFAULT && port->protocol != protocol))
        return false;
    if (port->name != NULL) {
        char lower[32] = "";
        for (size_t i = 0; port->name[i] != '\0' && i + 1 < sizeof lower; i++)
            lower[i] = (char)tolower((unsigned char)port->name[i]);
        return slow_name_has(world, lower, to, protocol, number);
    }
    int end = port->end != 0 ? port->end : port->number;
    return port->number == 0 || (number >= port->number && number <= end);
}

static enum truth entries_have(const struct world *world, const struct w_cilium_rule *rule,
                               bool http, struct slow_end to, enum w_protocol protocol, int number)
{
    for (int e = 0; e < rule->nentries; e++) {
        const struct w_cilium_entry *entry = &rule->entries[e];
        for (int i = 0; entry->http == http && i < entry->nports; i++) {
            if (port_has(world, &entry->ports[i], to, protocol, number))
                return YES;
        }
    }
    return NO;
}

struct slow_match slow_cilium_port(const struct world *world, const struct w_cilium_rule *rule,
                                   struct slow_end to, enum w_protocol protocol, int number)
{
    struct slow_match match = {NO, NO};
    int icmp = rule->icmp == 4 ? W_IP_ICMP : W_IP_ICMPV6;
    if (!has_ports(rule)) {
        match.plain = YES;
    } else if (rule->icmp != 0) {
        match.plain = protocol == W_ICMP && number == icmp ? MAYBE : NO; /* 13.13 */
    } else {
        match.plain = entries_have(world, rule, false, to, protocol, number);
        match.proxied = entries_have(world, rule, true, to, protocol, number);
    }
    if (rule->authentication) /* 13.11: all of it hangs on that */
        match = (struct slow_match){NO, slow_most(match.plain, match.proxied)};
    return match;
}
