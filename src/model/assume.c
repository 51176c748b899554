#include "polgrid/assume.h"

#include <string.h>

struct pg_assume pg_assume_default(void)
{
    return (struct pg_assume){.ip_family = 4};
}

/* The keys with their values, the default first, in the order of semantics 17. NULL ends a list. */
enum key {
    KEY_IPBLOCK_PODS,
    KEY_POD_CIDR,
    KEY_IP_FAMILY,
    KEY_HOST_NETWORK,
    KEY_SELF,
    KEY_HAIRPIN,
    KEY_INGRESS_OWN_NODE,
    KEY_EGRESS_OWN_NODE,
    KEY_NAMED_PORTS,
    KEY_ASSUME_ENFORCED,
    KEY_ENGINE,
    KEY_ADMIN_API,
    KEY_FAMILY,
    NKEYS,
};

static const struct {
    const char *name;
    const char *values[5]; /* NULL ends them */
} KEYS[NKEYS] = {
    [KEY_IPBLOCK_PODS] = {"ipblock-pods", {"match", "ignore"}},
    [KEY_POD_CIDR] = {"pod-cidr", {"CIDR"}},
    [KEY_IP_FAMILY] = {"ip-family", {"4", "6"}},
    [KEY_HOST_NETWORK] = {"host-network", {"node", "pod"}},
    [KEY_SELF] = {"self", {"allow", "policy"}},
    [KEY_HAIRPIN] = {"hairpin", {"allow", "policy"}},
    [KEY_INGRESS_OWN_NODE] = {"ingress-own-node", {"allow", "policy"}},
    [KEY_EGRESS_OWN_NODE] = {"egress-own-node", {"policy", "allow"}},
    [KEY_NAMED_PORTS] = {"named-ports", {"sidecars", "containers", "all-init"}},
    [KEY_ASSUME_ENFORCED] = {"assume-enforced", {"yes", "no"}},
    [KEY_ENGINE] = {"engine", {"auto", "k8s", "cilium", "calico"}},
    [KEY_ADMIN_API] = {"admin-api", {"newest", "v1alpha1", "v1alpha2"}},
    [KEY_FAMILY] = {"family", {"any", "4", "6"}},
};

/* The number of the value that stands for a setting, as in KEYS. pod-cidr is apart. */
static int get(const struct pg_assume *assume, enum key key)
{
    switch (key) {
    case KEY_IPBLOCK_PODS: return assume->ipblock_pods_ignore;
    case KEY_IP_FAMILY: return assume->ip_family == 6;
    case KEY_HOST_NETWORK: return assume->host_network_pod;
    case KEY_SELF: return assume->self_policy;
    case KEY_HAIRPIN: return assume->hairpin_policy;
    case KEY_INGRESS_OWN_NODE: return assume->ingress_own_node_policy;
    case KEY_EGRESS_OWN_NODE: return assume->egress_own_node_allow;
    case KEY_NAMED_PORTS: return (int)assume->named_ports;
    case KEY_ASSUME_ENFORCED: return assume->not_enforced;
    case KEY_ENGINE: return (int)assume->engine;
    case KEY_ADMIN_API: return (int)assume->admin_api;
    case KEY_FAMILY: return assume->family == 0 ? 0 : assume->family == 4 ? 1 : 2;
    case KEY_POD_CIDR:
    case NKEYS: break;
    }
    return 0;
}

static void set(struct pg_assume *assume, enum key key, int value)
{
    switch (key) {
    case KEY_IPBLOCK_PODS: assume->ipblock_pods_ignore = value; break;
    case KEY_IP_FAMILY: assume->ip_family = value == 1 ? 6 : 4; break;
    case KEY_HOST_NETWORK: assume->host_network_pod = value; break;
    case KEY_SELF: assume->self_policy = value; break;
    case KEY_HAIRPIN: assume->hairpin_policy = value; break;
    case KEY_INGRESS_OWN_NODE: assume->ingress_own_node_policy = value; break;
    case KEY_EGRESS_OWN_NODE: assume->egress_own_node_allow = value; break;
    case KEY_NAMED_PORTS: assume->named_ports = (enum pg_named_ports)value; break;
    case KEY_ASSUME_ENFORCED: assume->not_enforced = value; break;
    case KEY_ENGINE: assume->engine = (enum pg_engine)value; break;
    case KEY_ADMIN_API: assume->admin_api = (enum pg_admin_api)value; break;
    case KEY_FAMILY: assume->family = value == 0 ? 0 : value == 1 ? 4 : 6; break;
    case KEY_POD_CIDR:
    case NKEYS: break;
    }
}

static bool unknown_key(const char *text, struct pg_err *err)
{
    struct pg_buf known = {0};
    for (int key = 0; key < NKEYS; key++)
        pg_buf_printf(&known, "%s%s", key > 0 ? ", " : "", KEYS[key].name);
    pg_err_set(err, "--assume %s: no such key; there are %s", text, pg_buf_text(&known));
    pg_buf_free(&known);
    return false;
}

static bool unknown_value(enum key key, const char *value, struct pg_err *err)
{
    struct pg_buf known = {0};
    for (int i = 0; i < 5 && KEYS[key].values[i] != NULL; i++)
        pg_buf_printf(&known, "%s%s", i > 0 ? ", " : "", KEYS[key].values[i]);
    pg_err_set(err, "--assume %s=%s: the value must be one of: %s", KEYS[key].name, value,
               pg_buf_text(&known));
    pg_buf_free(&known);
    return false;
}

static bool set_pod_cidr(struct pg_assume *assume, const char *value, struct pg_err *err)
{
    struct pg_cidr cidr;
    if (!pg_cidr_parse(value, &cidr, NULL))
        return pg_err_set(err, "--assume pod-cidr=%s: not a CIDR such as 10.244.0.0/16", value);
    assume->pod_cidr[cidr.base.family == 6] = cidr;
    return true;
}

bool pg_assume_set(struct pg_assume *assume, const char *text, struct pg_err *err)
{
    const char *equals = strchr(text, '=');
    size_t n = equals != NULL ? (size_t)(equals - text) : strlen(text);
    for (int key = 0; key < NKEYS; key++) {
        if (strlen(KEYS[key].name) != n || memcmp(KEYS[key].name, text, n) != 0)
            continue;
        if (equals == NULL)
            return pg_err_set(err, "--assume %s: write %s=VALUE", text, text);
        if (key == KEY_POD_CIDR)
            return set_pod_cidr(assume, equals + 1, err);
        for (int i = 0; i < 5 && KEYS[key].values[i] != NULL; i++)
            if (strcmp(KEYS[key].values[i], equals + 1) == 0) {
                set(assume, (enum key)key, i);
                return true;
            }
        return unknown_value((enum key)key, equals + 1, err);
    }
    return unknown_key(text, err);
}

const char *pg_assume_key(unsigned key)
{
    return key < NKEYS ? KEYS[key].name : NULL;
}

const char *pg_assume_value(unsigned key, unsigned value)
{
    return key < NKEYS && value < 5 ? KEYS[key].values[value] : NULL;
}

void pg_assume_print(struct pg_buf *out, const struct pg_assume *assume)
{
    const char *separator = "";
    for (int key = 0; key < NKEYS; key++) {
        for (int family = 0; key == KEY_POD_CIDR && family < 2; family++) {
            if (assume->pod_cidr[family].base.family == 0)
                continue;
            pg_buf_printf(out, "%spod-cidr=", separator);
            pg_cidr_print(out, assume->pod_cidr[family]);
            separator = " ";
        }
        int value = get(assume, (enum key)key);
        if (value == 0)
            continue;
        pg_buf_printf(out, "%s%s=%s", separator, KEYS[key].name, KEYS[key].values[value]);
        separator = " ";
    }
}

bool pg_assume_same(const struct pg_assume *a, const struct pg_assume *b)
{
    struct pg_buf left = {0}, right = {0};
    bool same;

    pg_assume_print(&left, a);
    pg_assume_print(&right, b);
    same = strcmp(pg_buf_text(&left), pg_buf_text(&right)) == 0;
    pg_buf_free(&left);
    pg_buf_free(&right);
    return same;
}
