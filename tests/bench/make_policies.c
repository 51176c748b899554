#include "make_internal.h"

static uint32_t below(struct maker *m, uint32_t n)
{
    m->random ^= m->random << 13;
    m->random ^= m->random >> 7;
    m->random ^= m->random << 17;
    return (uint32_t)(m->random >> 33) % n;
}

static void put_managed_fields(struct writer *w)
{
    static const char *const fields[] = {"f:egress", "f:ingress", "f:podSelector", "f:policyTypes"};
    put_list(w, "managedFields");
    make_manager(w, "kubectl-client-side-apply", "networking.k8s.io/v1", false);
    put_map(w, "f:spec");
    for (uint32_t i = 0; i < sizeof fields / sizeof *fields; i++)
        put_empty(w, fields[i]);
    put_end(w);
    make_manager_end(w);
    put_end(w);
}

static void put_policy(struct maker *m, uint32_t ns, const char *what, uint32_t number)
{
    char namespace[32], name[64];
    snprintf(namespace, sizeof namespace, "ns-%u", ns);
    snprintf(name, sizeof name, "%s-%u", what, number);
    make_object(m, "networking.k8s.io/v1", "NetworkPolicy", namespace, name, ns * 32 + number);
    put_managed_fields(&m->w);
    put_end(&m->w);
    put_map(&m->w, "spec");
}

static void put_types(struct writer *w, bool ingress, bool egress)
{
    put_list(w, "policyTypes");
    if (ingress)
        put_text(w, NULL, "Ingress");
    if (egress)
        put_text(w, NULL, "Egress");
    put_end(w);
}

static void end_policy(struct writer *w)
{
    put_end(w);
    put_end(w);
}

/* A selector of one label. */
static void put_selector(struct writer *w, const char *field, const char *key, const char *value)
{
    put_map(w, field);
    put_map(w, "matchLabels");
    put_text(w, key, "%s", value);
    put_end(w);
    put_end(w);
}

static void put_app_selector(struct writer *w, const char *field, uint32_t app)
{
    char value[32];
    snprintf(value, sizeof value, "app-%u", app);
    put_selector(w, field, "app", value);
}

static void put_all_selector(struct writer *w, const char *field)
{
    put_map(w, field);
    put_end(w);
}

static void put_port(struct writer *w, const char *name, uint32_t number, const char *protocol)
{
    put_map(w, NULL);
    if (name != NULL)
        put_text(w, "port", "%s", name);
    else
        put_number(w, "port", number);
    put_text(w, "protocol", "%s", protocol);
    put_end(w);
}

static void put_default_deny(struct maker *m, uint32_t ns)
{
    put_policy(m, ns, "default-deny", 0);
    put_all_selector(&m->w, "podSelector");
    put_types(&m->w, true, true);
    end_policy(&m->w);
}

static void put_dns(struct maker *m, uint32_t ns)
{
    struct writer *w = &m->w;
    put_policy(m, ns, "allow-dns", 1);
    put_list(w, "egress");
    put_map(w, NULL);
    put_list(w, "ports");
    put_port(w, NULL, 53, "UDP");
    put_port(w, NULL, 53, "TCP");
    put_end(w);
    put_list(w, "to");
    put_map(w, NULL);
    put_selector(w, "namespaceSelector", "kubernetes.io/metadata.name", "ns-0");
    put_end(w);
    put_end(w);
    put_end(w);
    put_end(w);
    put_all_selector(w, "podSelector");
    put_types(w, false, true);
    end_policy(w);
}

/* One rule of `direction`; what it says of the other end follows between this and end_rule(). */
static void begin_rule(struct writer *w, bool ingress, const char *port_name, uint32_t port)
{
    put_list(w, ingress ? "ingress" : "egress");
    put_map(w, NULL);
    put_list(w, "ports");
    put_port(w, port_name, port, "TCP");
    put_end(w);
    put_list(w, ingress ? "from" : "to");
}

static void end_rule(struct writer *w)
{
    put_end(w);
    put_end(w);
    put_end(w);
}

/* From app 0 to another app of the namespace, at its port "http". */
static void put_app_to_app(struct maker *m, uint32_t ns, bool ingress, uint32_t app, uint32_t number)
{
    struct writer *w = &m->w;
    put_policy(m, ns, ingress ? "allow-in" : "allow-out", number);
    begin_rule(w, ingress, "http", 0);
    put_map(w, NULL);
    put_app_selector(w, "podSelector", ingress ? 0 : app);
    put_end(w);
    end_rule(w);
    put_app_selector(w, "podSelector", ingress ? app : 0);
    put_types(w, ingress, !ingress);
    end_policy(w);
}

static void put_from_team(struct maker *m, uint32_t ns, uint32_t number)
{
    struct writer *w = &m->w;
    char team[32];
    snprintf(team, sizeof team, "team-%u", below(m, 20));
    put_policy(m, ns, "allow-team", number);
    begin_rule(w, true, "metrics", 0);
    put_map(w, NULL);
    put_selector(w, "namespaceSelector", "team", team);
    put_selector(w, "podSelector", "tier", "frontend");
    put_end(w);
    end_rule(w);
    put_app_selector(w, "podSelector", below(m, APPS_A_NAMESPACE));
    put_types(w, true, false);
    end_policy(w);
}

static void put_from_cidr(struct maker *m, uint32_t ns, uint32_t number)
{
    struct writer *w = &m->w;
    bool ingress = below(m, 2) == 0;
    put_policy(m, ns, "allow-cidr", number);
    begin_rule(w, ingress, NULL, 443 + below(m, 4));
    for (uint32_t i = 1 + below(m, 2); i > 0; i--) {
        put_map(w, NULL);
        put_map(w, "ipBlock");
        uint32_t base = below(m, 64) * 4;
        if (below(m, 3) == 0)
            put_text(w, "cidr", "10.64.%u.0/22", base);
        else
            put_text(w, "cidr", "%u.%u.0.0/16", 100 + below(m, 20), below(m, 256));
        put_end(w);
        put_end(w);
    }
    end_rule(w);
    put_app_selector(w, "podSelector", below(m, APPS_A_NAMESPACE));
    put_types(w, ingress, !ingress);
    end_policy(w);
}

/* Selects nobody, or says what its types leave out. */
static void put_without_effect(struct maker *m, uint32_t ns, uint32_t number)
{
    struct writer *w = &m->w;
    put_policy(m, ns, "left-over", number);
    begin_rule(w, true, NULL, 80);
    put_map(w, NULL);
    put_all_selector(w, "namespaceSelector");
    put_end(w);
    end_rule(w);
    put_app_selector(w, "podSelector", 90 + below(m, 10));
    put_types(w, number % 2 == 0, true);
    end_policy(w);
}

/* BENCH_WORST: any pod of the cluster that has one of a few numbers. */
static void put_worst(struct maker *m, uint32_t ns, uint32_t number)
{
    struct writer *w = &m->w;
    uint32_t rule = ns * 5 + number;
    put_policy(m, ns, "unique", number);
    begin_rule(w, true, NULL, 8000 + rule % 50);
    put_map(w, NULL);
    put_all_selector(w, "namespaceSelector");
    put_map(w, "podSelector");
    put_list(w, "matchExpressions");
    put_map(w, NULL);
    put_text(w, "key", "id");
    put_text(w, "operator", number % 2 == 0 ? "In" : "NotIn");
    put_list(w, "values");
    for (uint32_t i = 0; i < UNIQUE_A_RULE; i++)
        put_text(w, NULL, "u%u", rule * UNIQUE_A_RULE + i);
    put_end(w);
    put_end(w);
    put_end(w);
    put_end(w);
    put_end(w);
    end_rule(w);
    put_app_selector(w, "podSelector", number % APPS_A_NAMESPACE);
    put_types(w, true, false);
    end_policy(w);
}

static void put_policies_even(struct maker *m, uint32_t ns)
{
    put_default_deny(m, ns);
    put_dns(m, ns);
    put_app_to_app(m, ns, true, 2, 2);
    put_app_to_app(m, ns, false, 2, 3);
    put_from_team(m, ns, 4);
}

/* Of 34: 11 without effect, 13 of CIDRs, 4 of teams, 6 from app to app. So a quarter of all 22 policies is
   without effect, and 40 % of the peers are CIDRs. */
static void put_policies_real(struct maker *m, uint32_t ns)
{
    for (uint32_t i = 5; i < 22; i++) {
        uint32_t which = below(m, 34);
        if (which < 11)
            put_without_effect(m, ns, i);
        else if (which < 24)
            put_from_cidr(m, ns, i);
        else if (which < 28)
            put_from_team(m, ns, i);
        else
            put_app_to_app(m, ns, which % 2 == 0, 1 + below(m, APPS_A_NAMESPACE - 1), i);
    }
}

void make_policies(struct maker *m, uint32_t ns)
{
    if (m->cluster->profile == BENCH_WORST) {
        for (uint32_t i = 0; i < 5; i++)
            put_worst(m, ns, i);
        return;
    }
    put_policies_even(m, ns);
    if (m->cluster->profile == BENCH_REAL)
        put_policies_real(m, ns);
    if (m->cluster->profile == BENCH_DEPLOYMENTS)
        put_from_cidr(m, ns, 5);
}
