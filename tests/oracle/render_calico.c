/* Calico's objects as manifests; its selectors as texts (14.6). */
#include <stdlib.h>
#include <string.h>

#include "render_parts.h"

/* --- selectors ----------------------------------------------------------------------------------- */

static void put_blank(struct render *r, FILE *out)
{
    if (chance(r, 70))
        fputc(' ', out);
}

static void put_value(struct render *r, FILE *out, const char *value)
{
    char quote = chance(r, 60) ? '\'' : '"';
    fprintf(out, "%c%s%c", quote, value, quote);
}

/* Between a key and an operator that is a word, and behind it, blanks may be left out where something else
   than a letter stands. */
static void put_word(struct render *r, FILE *out, const char *word)
{
    fprintf(out, " %s", word);
    put_blank(r, out);
}

static void put_values(struct render *r, FILE *out, const struct w_expr *expr)
{
    fputc('{', out);
    for (int i = 0; i < expr->nvalues; i++) {
        if (i > 0)
            fputs(chance(r, 70) ? ", " : ",", out);
        put_value(r, out, expr->values[i]);
    }
    fputc('}', out);
}

static void put_term(struct render *r, FILE *out, const struct w_expr *expr)
{
    if (expr->kind == W_EXPR_ALL || expr->kind == W_EXPR_HAS) {
        fprintf(out, expr->kind == W_EXPR_ALL ? "all()" : "has(%s)", expr->key);
        return;
    }
    fputs(expr->key, out);
    switch (expr->kind) {
    case W_EXPR_EQ:
    case W_EXPR_NE:
        put_blank(r, out);
        fputs(expr->kind == W_EXPR_EQ ? "==" : "!=", out);
        put_blank(r, out);
        break;
    case W_EXPR_IN: put_word(r, out, "in"); break;
    case W_EXPR_NOT_IN: put_word(r, out, chance(r, 50) ? "not in" : "notin"); break;
    case W_EXPR_CONTAINS: put_word(r, out, "contains"); break;
    case W_EXPR_STARTS: put_word(r, out, chance(r, 50) ? "starts with" : "startswith"); break;
    default: put_word(r, out, chance(r, 50) ? "ends with" : "endswith"); break;
    }
    if (expr->kind == W_EXPR_IN || expr->kind == W_EXPR_NOT_IN)
        put_values(r, out, expr);
    else
        put_value(r, out, expr->values[0]);
}

/* How tightly it binds. */
static int binding(enum w_expr_kind kind)
{
    return kind == W_EXPR_OR ? 0 : kind == W_EXPR_AND ? 1 : kind == W_EXPR_NOT ? 2 : 3;
}

/* Parentheses stand where they must, and once in a while where they need not. */
static void put_expr(struct render *r, FILE *out, const struct w_text_selector *selector, int place,
                     int least)
{
    const struct w_expr *expr = &selector->exprs[place];
    int own = binding(expr->kind);
    bool parentheses = own < least || chance(r, 8);
    if (parentheses)
        fputs(chance(r, 50) ? "( " : "(", out);
    if (expr->kind == W_EXPR_NOT) {
        fputc('!', out);
        put_blank(r, out);
        put_expr(r, out, selector, expr->left, own);
    } else if (expr->kind == W_EXPR_AND || expr->kind == W_EXPR_OR) {
        put_expr(r, out, selector, expr->left, own);
        fputs(expr->kind == W_EXPR_AND ? " && " : " || ", out);
        put_expr(r, out, selector, expr->right, own);
    } else {
        put_term(r, out, expr);
    }
    if (parentheses)
        fputc(')', out);
}

static void add_selector(struct render *r, struct tree *map, const char *key,
                         const struct w_text_selector *selector)
{
    if (!selector->given) {
        if (chance(r, 6)) /* empty is as good as left out */
            add_text(r, map, key, "");
        return;
    }
    if (selector->global) {
        add_text(r, map, key, "global()");
        return;
    }
    char *text = NULL;
    size_t length;
    FILE *out = open_memstream(&text, &length);
    if (out == NULL)
        abort();
    put_expr(r, out, selector, selector->n - 1, 0);
    fclose(out);
    if (length >= TREE_TEXT_SIZE)
        abort();
    add_text(r, map, key, text);
    free(text);
}

/* --- rules ------------------------------------------------------------------------------------- */

static void add_nets(struct render *r, struct tree *map, const char *key,
                     const struct w_block *nets, int n)
{
    struct tree *list = n > 0 ? add_list(r, map, key) : NULL;
    for (int i = 0; i < n; i++)
        render_block(r, list, NULL, &nets[i]);
}

static void add_ports(struct render *r, struct tree *map, const char *key,
                      const struct w_end_port *ports, int n)
{
    struct tree *list = n > 0 ? add_list(r, map, key) : NULL;
    for (int i = 0; i < n; i++) {
        char text[32];
        snprintf(text, sizeof text, ports[i].end != 0 ? "%d:%d" : "%d", ports[i].number,
                 ports[i].end);
        if (ports[i].name != NULL)
            add_text(r, list, NULL, ports[i].name);
        else if (ports[i].end != 0 || chance(r, 30))
            add_text(r, list, NULL, text);
        else
            add_number(r, list, NULL, ports[i].number);
    }
}

static void add_accounts(struct render *r, struct tree *map, const struct w_rule_end *end)
{
    if (end->naccount_names == 0 && !end->accounts.given)
        return;
    struct tree *accounts = add_map(r, map, "serviceAccounts");
    struct tree *names = end->naccount_names > 0 ? add_list(r, accounts, "names") : NULL;
    for (int i = 0; i < end->naccount_names; i++)
        add_text(r, names, NULL, end->account_names[i]);
    add_selector(r, accounts, "selector", &end->accounts);
}

static void add_end(struct render *r, struct tree *rule, const char *key,
                    const struct w_rule_end *end)
{
    struct tree *map = add_map(r, rule, key);
    add_selector(r, map, "selector", &end->selector);
    add_selector(r, map, "notSelector", &end->not_selector);
    add_selector(r, map, "namespaceSelector", &end->namespaces);
    add_accounts(r, map, end);
    add_nets(r, map, "nets", end->nets, end->nnets);
    add_nets(r, map, "notNets", end->not_nets, end->nnot_nets);
    add_ports(r, map, "ports", end->ports, end->nports);
    add_ports(r, map, "notPorts", end->not_ports, end->nnot_ports);
}

/* A name in any case, or its number (14.11). */
static void add_protocol(struct render *r, struct tree *map, const char *key, int protocol)
{
    static const struct {
        int number;
        const char *names[3];
    } known[] = {
        {W_IP_ICMP, {"ICMP", "icmp", "Icmp"}}, {W_IP_TCP, {"TCP", "tcp", "Tcp"}},
        {W_IP_UDP, {"UDP", "udp", "Udp"}},     {W_IP_ICMPV6, {"ICMPv6", "icmpv6", "ICMPV6"}},
        {W_IP_SCTP, {"SCTP", "sctp", "Sctp"}}, {W_IP_UDP_LITE, {"UDPLite", "udplite", "UDPLITE"}},
    };
    if (protocol == W_NONE)
        return;
    if (chance(r, 20)) {
        add_number(r, map, key, protocol);
        return;
    }
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (known[i].number == protocol)
            add_text(r, map, key,
                     known[i].names[chance(r, 70) ? 0 : 1 + w_random_below(&r->random, 2)]);
    }
}

static void add_rule(struct render *r, struct tree *list, const struct w_calico_rule *rule)
{
    static const char *const actions[] = {"Allow", "Deny", "Pass", "Log"};
    struct tree *map = add_map(r, list, NULL);
    add_text(r, map, "action", actions[rule->action]);
    add_protocol(r, map, "protocol", rule->protocol);
    add_protocol(r, map, "notProtocol", rule->not_protocol);
    if (rule->ip_version != 0)
        add_number(r, map, "ipVersion", rule->ip_version);
    if (rule->icmp)
        add_number(r, add_map(r, map, "icmp"), "type", 8);
    if (rule->not_icmp)
        add_number(r, add_map(r, map, "notICMP"), "type", 8);
    if (rule->http)
        add_text(r, add_list(r, add_map(r, map, "http"), "methods"), NULL, "GET");
    add_end(r, map, "source", &rule->source);
    add_end(r, map, "destination", &rule->destination);
}

/* --- policies ------------------------------------------------------------------------------------ */

static const char *version(bool stored)
{
    return stored ? "crd.projectcalico.org/v1" : "projectcalico.org/v3";
}

static void add_order(struct render *r, struct tree *spec, int halves)
{
    char text[32];
    if (halves == W_NONE)
        return;
    if (halves % 2 == 0 && chance(r, 70)) {
        add_number(r, spec, "order", halves / 2);
        return;
    }
    snprintf(text, sizeof text, "%d.%d", halves / 2, halves % 2 * 5);
    struct tree *node = tree_add(r->pool, spec, "order", TREE_PLAIN);
    snprintf(node->text, sizeof node->text, "%s", text);
}

static void fill_spec(struct render *r, struct tree *spec, const struct w_policy *policy)
{
    static const char *const names[2] = {"Egress", "Ingress"}, *const keys[2] = {"egress",
                                                                                 "ingress"};
    const struct w_calico *calico = &r->world->calicos[policy->part];
    bool faulty = policy->fault != W_FAULT_NONE;
    if (calico->tier != NULL)
        add_text(r, spec, "tier", calico->tier);
    add_order(r, spec, calico->order_halves);
    add_selector(r, spec, "selector", &calico->selector);
    if (policy->cluster_wide)
        add_selector(r, spec, "namespaceSelector", &calico->namespaces);
    add_selector(r, spec, "serviceAccountSelector", &calico->accounts);
    if (calico->forward)
        add_bool(r, spec, "applyOnForward", true);
    struct tree *types =
        add_state(r, spec, "types", faulty ? W_GIVEN : calico->types_state, TREE_LIST);
    if (faulty)
        add_text(r, types, NULL, "ingress");
    for (int i = 0; i < calico->ntypes; i++)
        add_text(r, types, NULL, names[calico->types[i]]);
    for (int dir = 0; dir < 2; dir++) {
        struct tree *list =
            calico->nrules[dir] > 0 || chance(r, 30) ? add_list(r, spec, keys[dir]) : NULL;
        for (int i = 0; i < calico->nrules[dir]; i++)
            add_rule(r, list, &calico->rules[dir][i]);
    }
}

void render_calico(struct render *r, struct tree *items, const struct w_policy *policy)
{
    const struct w_calico *calico = &r->world->calicos[policy->part];
    struct tree *object =
        render_object(r, items, version(calico->stored), render_kind(r->world, policy));
    render_metadata(r, object, policy->cluster_wide ? -1 : policy->ns, policy->name);
    fill_spec(r, add_map(r, object, "spec"), policy);
}

/* --- what policies speak of ------------------------------------------------------------------------ */

static void add_tier(struct render *r, struct tree *items, const struct w_tier *tier)
{
    struct tree *object = render_object(r, items, version(chance(r, 30)), "Tier");
    render_metadata(r, object, -1, tier->name);
    struct tree *spec = add_map(r, object, "spec");
    if (tier->order != W_NONE)
        add_number(r, spec, "order", tier->order);
    if (tier->action != W_NONE)
        add_text(r, spec, "defaultAction", tier->action == W_PASS ? "Pass" : "Deny");
}

static void add_set(struct render *r, struct tree *items, const struct w_set *set)
{
    struct tree *object = render_object(r, items, version(chance(r, 30)),
                                        set->ns == W_NONE ? "GlobalNetworkSet" : "NetworkSet");
    render_labels(r, render_metadata(r, object, set->ns, set->name), "labels", &set->labels);
    add_nets(r, add_map(r, object, "spec"), "nets", set->nets, set->nnets);
}

static void add_account(struct render *r, struct tree *items, const struct w_account *account)
{
    struct tree *object = render_object(r, items, "v1", "ServiceAccount");
    render_labels(r, render_metadata(r, object, account->ns, account->name), "labels",
                  &account->labels);
}

void render_calico_objects(struct render *r, struct tree *items)
{
    const struct world *world = r->world;
    for (int i = 0; i < world->ntiers; i++)
        add_tier(r, items, &world->tiers[i]);
    for (int i = 0; i < world->nsets; i++)
        add_set(r, items, &world->sets[i]);
    for (int i = 0; i < world->naccounts; i++)
        add_account(r, items, &world->accounts[i]);
}
