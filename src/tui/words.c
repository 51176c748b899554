#include "app.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "polgrid/text.h"

void pg_words_count(struct pg_buf *out, uint64_t n)
{
    char digits[24];
    int length = snprintf(digits, sizeof digits, "%" PRIu64, n);
    for (int i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0)
            pg_buf_putc(out, ',');
        pg_buf_putc(out, digits[i]);
    }
}

void pg_words_plural(struct pg_buf *out, uint64_t n, const char *one, const char *many)
{
    pg_words_count(out, n);
    pg_buf_printf(out, " %s", n == 1 ? one : many);
}

/* Never 0 % of something, never 100 % of less than all. */
void pg_words_percent(struct pg_buf *out, uint64_t part, uint64_t whole)
{
    if (whole == 0)
        return;
    double percent = 100.0 * (double)part / (double)whole;
    if (part > 0 && percent < 1)
        pg_buf_puts(out, "<1%");
    else if (part < whole && percent > 99)
        pg_buf_puts(out, ">99%");
    else
        pg_buf_printf(out, "%.0f%%", percent);
}

void pg_words_tail(struct pg_buf *out, const char *text, int columns)
{
    struct pg_buf clean = {0};
    pg_text_clean(&clean, text, strlen(text));
    const char *rest = pg_buf_text(&clean);
    if (pg_text_width(rest) > columns && columns > 2) {
        while (*rest && pg_text_width(rest) > columns - 2) {
            uint32_t rune;
            rest += pg_text_decode(rest, strlen(rest), &rune);
        }
        pg_buf_puts(out, "..");
    }
    pg_buf_puts(out, rest);
    pg_buf_free(&clean);
}

/* The line and the end of the path say most. */
void pg_words_loc(struct pg_buf *out, const struct pg_cluster *cluster, struct pg_loc loc,
                  int columns)
{
    if (loc.line == 0 || loc.file >= cluster->nfiles)
        return;
    struct pg_buf name = {0};
    const char *file = cluster->files[loc.file].name;
    pg_buf_printf(&name, "%s:%" PRIu32, strcmp(file, "-") == 0 ? "stdin" : file, loc.line);
    pg_words_tail(out, pg_buf_text(&name), columns);
    pg_buf_free(&name);
}

const char *pg_words_policy(const struct pg_cluster *cluster, uint32_t policy)
{
    const struct pg_policy *it = &cluster->policies[policy];
    return it->unread ? "(unread)" : pg_cluster_text(cluster, it->name);
}

void pg_words_end(struct pg_buf *out, const struct pg_eval *eval, const struct pg_end *end,
                  bool workload)
{
    const struct pg_cluster *cluster = pg_eval_cluster(eval);
    switch (end->kind) {
    case PG_END_POD: {
        const struct pg_pod *pod = &cluster->pods[end->index];
        /* A virtual pod is its workload. */
        bool owner = workload || pod->is_virtual;
        pg_str name = owner ? cluster->workloads[pod->workload].name : pod->name;
        pg_buf_puts(out, pg_cluster_text(cluster, name));
        break;
    }
    case PG_END_NODE:
        pg_buf_printf(out, "node %s", pg_cluster_text(cluster, cluster->nodes[end->index].name));
        break;
    case PG_END_ADDR:
        pg_grid_outside_name(out, eval, pg_eval_class_of_addr(eval, end->addr));
        break;
    }
}

void pg_words_end_full(struct pg_buf *out, const struct pg_eval *eval, const struct pg_end *end)
{
    if (end->kind == PG_END_ADDR)
        pg_words_end(out, eval, end, false);
    else
        pg_end_print(out, eval, end);
}

void pg_words_sentence(struct pg_buf *out, const struct pg_eval *eval, const struct pg_why *why)
{
    const struct pg_end *const ends[2] = {&why->from, &why->to};
    pg_buf_puts(out, why->sentence);
    for (int i = 0; i < 2; i++) {
        struct pg_buf addr = {0}, name = {0};
        if (ends[i]->kind == PG_END_ADDR) {
            pg_addr_print(&addr, ends[i]->addr);
            pg_words_end(&name, eval, ends[i], false);
        }
        if (strcmp(pg_buf_text(&addr), pg_buf_text(&name)) != 0)
            pg_buf_printf(out, " (%s is an address of %s.)", pg_buf_text(&addr), pg_buf_text(&name));
        pg_buf_free(&addr);
        pg_buf_free(&name);
    }
}

/* "8080", "53/UDP", "8000-8010": TCP goes without saying where there is little room. */
static void short_range(struct pg_buf *out, struct pg_range range)
{
    enum pg_protocol protocol = PG_KEY_PROTOCOL(range.lo);
    uint32_t lo = PG_KEY_PORT(range.lo), hi = PG_KEY_PORT(range.hi);
    if (lo == 1 && hi == 65535) {
        pg_buf_puts(out, pg_protocol_name(protocol));
        return;
    }
    pg_buf_printf(out, "%" PRIu32, lo);
    if (hi != lo)
        pg_buf_printf(out, "-%" PRIu32, hi);
    if (protocol != PG_TCP)
        pg_buf_printf(out, "/%s", pg_protocol_name(protocol));
}

void pg_words_ports_short(struct pg_buf *out, const struct pg_portsets *sets, pg_ports ports,
                          int columns)
{
    if (ports == PG_PORTS_ALL || ports == PG_PORTS_EVERY) {
        pg_buf_puts(out, columns >= 10 ? "every port" : "ALL");
        return;
    }
    uint32_t n;
    const struct pg_range *ranges = pg_portset_ranges(sets, ports, &n);
    if (n == 0) {
        pg_buf_puts(out, "-");
        return;
    }
    /* As many as fit, and how many more there are. */
    struct pg_buf text = {0};
    for (uint32_t shown = n; shown > 0; shown--) {
        pg_buf_clear(&text);
        for (uint32_t i = 0; i < shown; i++) {
            if (i > 0)
                pg_buf_putc(&text, ' ');
            short_range(&text, ranges[i]);
        }
        if (shown < n)
            pg_buf_printf(&text, " +%" PRIu32, n - shown);
        if ((int)text.n <= columns)
            break;
    }
    if ((int)text.n <= columns)
        pg_buf_puts(out, pg_buf_text(&text));
    else
        pg_buf_puts(out, "+");
    pg_buf_free(&text);
}

static void say_block(struct pg_buf *out, const struct pg_peer *peer)
{
    pg_cidr_print(out, peer->cidr);
    for (uint32_t i = 0; i < peer->nexcept; i++) {
        pg_buf_puts(out, i == 0 ? " except " : ",");
        pg_cidr_print(out, peer->except[i]);
    }
}

static void say_pods(struct pg_buf *out, const struct pg_cluster *cluster,
                     const struct pg_peer *peer)
{
    if (peer->namespace_selector.present) {
        pg_buf_puts(out, "ns ");
        pg_selector_print(out, cluster, &peer->namespace_selector);
    } else if (peer->any_namespace) {
        pg_buf_puts(out, "ns any");
    }
    if (peer->pod_selector.present) {
        pg_buf_puts(out, peer->namespace_selector.present || peer->any_namespace ? " pod " : "pod ");
        pg_selector_print(out, cluster, &peer->pod_selector);
    }
}

static void say_entities(struct pg_buf *out, unsigned entities)
{
    static const struct {
        unsigned bit;
        const char *name;
    } names[] = {{PG_ENTITY_WORLD, "the outside"},
                 {PG_ENTITY_PODS, "every pod"},
                 {PG_ENTITY_HOST, "its own node"},
                 {PG_ENTITY_REMOTE_NODE, "other nodes"},
                 {PG_ENTITY_MAYBE_NODE, "nodes, possibly"},
                 {PG_ENTITY_MAYBE_WORLD, "the outside, possibly"}};
    const char *between = "";
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (entities & names[i].bit) {
            pg_buf_printf(out, "%s%s", between, names[i].name);
            between = ", ";
        }
    }
    if (!entities)
        pg_buf_puts(out, "no one here");
}

static void simple_peer(struct pg_buf *out, const struct pg_cluster *cluster,
                        const struct pg_peer *peer)
{
    switch (peer->kind) {
    case PG_PEER_SELECTOR: say_pods(out, cluster, peer); break;
    case PG_PEER_IPBLOCK:
    case PG_PEER_NETWORKS:
    case PG_PEER_OUTSIDE: say_block(out, peer); break;
    case PG_PEER_NODES:
        pg_buf_puts(out, "nodes ");
        pg_selector_print(out, cluster, &peer->pod_selector);
        break;
    case PG_PEER_ENTITY: say_entities(out, peer->entities); break;
    case PG_PEER_NAMES:
    case PG_PEER_MAYBE:
        pg_buf_printf(out, "%s (not evaluated)", peer->field ? peer->field : "something");
        break;
    case PG_PEER_ALL_OF:
    case PG_PEER_ANY_OF: break;
    }
}

static void one_peer(struct pg_buf *out, const struct pg_cluster *cluster,
                     const struct pg_peer *peer)
{
    bool all = peer->kind == PG_PEER_ALL_OF;
    if (!all && peer->kind != PG_PEER_ANY_OF) {
        simple_peer(out, cluster, peer);
        return;
    }
    if (peer->nparts == 0)
        pg_buf_puts(out, all ? "anyone" : "no one");
    for (uint32_t i = 0; i < peer->nparts; i++) {
        const struct pg_peer *part = &peer->parts[i];
        bool nested = all && part->kind == PG_PEER_ANY_OF;
        pg_buf_printf(out, "%s%s%s",
                      i == 0 ? ""
                      : all  ? " and "
                             : " or ",
                      part->negate ? "not " : "", nested ? "(" : "");
        one_peer(out, cluster, part);
        pg_buf_puts(out, nested ? ")" : "");
    }
}

void pg_words_peer(struct pg_buf *out, const struct pg_cluster *cluster, const struct pg_rule *rule,
                   uint32_t peer)
{
    if (rule->any_peer) {
        pg_buf_puts(out, "anyone");
        return;
    }
    const char *between = "";
    for (uint32_t i = 0; i < rule->npeers; i++) {
        if (peer != PG_NO_INDEX && rule->peers[i].index != peer)
            continue;
        pg_buf_puts(out, between);
        one_peer(out, cluster, &rule->peers[i]);
        between = " or ";
    }
    if (rule->npeers == 0)
        pg_buf_puts(out, "no one");
}

static void one_port(struct pg_buf *out, const struct pg_cluster *cluster,
                     const struct pg_port *port)
{
    const char *protocol = port->protocol == PG_ANY_PROTOCOL
                               ? "any"
                               : pg_protocol_name((enum pg_protocol)port->protocol);
    if (port->name != PG_STR_NONE)
        pg_buf_printf(out, "%s/%s", pg_cluster_text(cluster, port->name), protocol);
    else if (port->protocol == PG_OTHER)
        pg_range_print(out, (struct pg_range){PG_PORT_KEY(PG_OTHER, port->from),
                                              PG_PORT_KEY(PG_OTHER, port->to)});
    else if (port->any && port->protocol == PG_ANY_PROTOCOL)
        pg_buf_puts(out, "every port of TCP, UDP and SCTP");
    else if (port->any)
        pg_buf_printf(out, "every %s port", protocol);
    else if (port->to != port->from)
        pg_buf_printf(out, "%u-%u/%s", (unsigned)port->from, (unsigned)port->to, protocol);
    else
        pg_buf_printf(out, "%u/%s", (unsigned)port->from, protocol);
}

void pg_words_rule_ports(struct pg_buf *out, const struct pg_cluster *cluster,
                         const struct pg_rule *rule)
{
    if (rule->any_port)
        pg_buf_puts(out, "every port");
    for (uint32_t i = 0; i < rule->nports && !rule->any_port; i++) {
        pg_buf_puts(out, i ? ", " : "");
        one_port(out, cluster, &rule->ports[i]);
    }
    for (uint32_t i = 0; i < rule->nnot_ports; i++) {
        pg_buf_puts(out, i ? ", " : " but ");
        one_port(out, cluster, &rule->not_ports[i]);
    }
}

void pg_words_rule(struct pg_buf *out, const struct pg_cluster *cluster, uint32_t policy,
                   enum pg_dir dir, const struct pg_rule *rule)
{
    const struct pg_policy *it = &cluster->policies[policy];
    const char *usual = dir == PG_EGRESS ? "egress" : "ingress";
    uint32_t n = 0;
    for (uint32_t i = 0; i < it->nrules[dir]; i++)
        n += !rule->list || !it->rules[dir][i].list ||
             strcmp(it->rules[dir][i].list, rule->list) == 0;
    if (rule->list && strcmp(rule->list, usual) != 0)
        pg_buf_printf(out, "%s ", rule->list);
    /* The loader leaves out what can't match: the count is never below the number. */
    if (n <= rule->index)
        n = rule->index + 1;
    pg_buf_printf(out, "rule %" PRIu32 "/%" PRIu32, rule->index + 1, n);
}

void pg_words_labels(struct pg_buf *out, const struct pg_cluster *cluster, struct pg_labels labels)
{
    for (uint32_t i = 0; i < labels.n; i++)
        pg_buf_printf(out, "%s%s=%s", i ? " " : "", pg_cluster_text(cluster, labels.v[i].key),
                      pg_cluster_text(cluster, labels.v[i].value));
}

/* A port number at *text; 0 where there is none. */
static uint32_t port_number(const char **text)
{
    uint32_t n = 0;
    const char *p = *text;
    for (; *p >= '0' && *p <= '9' && n <= 65535; p++)
        n = n * 10 + (uint32_t)(*p - '0');
    *text = p;
    return n <= 65535 ? n : 0;
}

bool pg_words_parse_ports(struct pg_portsets *sets, const char *text, pg_ports *ports)
{
    *ports = PG_PORTS_ALL;
    if (!*text || strcasecmp(text, "any") == 0)
        return true;
    uint32_t lo = 1, hi = 65535;
    if (*text != '/') {
        lo = hi = port_number(&text);
        if (*text == '-') {
            text++;
            hi = port_number(&text);
        }
        if (lo == 0 || hi < lo)
            return false;
    }
    *ports = PG_PORTS_NONE;
    bool named = *text == '/';
    text += named;
    for (int protocol = PG_TCP; protocol <= PG_SCTP; protocol++) {
        if (!named || strcasecmp(text, pg_protocol_name((enum pg_protocol)protocol)) == 0)
            *ports = pg_portset_union(sets, *ports,
                                      pg_portset_range(sets, (enum pg_protocol)protocol, lo, hi));
    }
    return *ports != PG_PORTS_NONE && (named || !*text);
}

static void item(struct pg_buf *out, bool brief, uint32_t n, const char *letter, const char *word)
{
    if (n == 0)
        return;
    if (brief) {
        pg_buf_printf(out, "%s%" PRIu32 "%s", out->n ? " " : "!", n, letter);
    } else {
        pg_buf_puts(out, out->n ? ", " : "");
        pg_words_count(out, n);
        pg_buf_printf(out, " %s", word);
    }
}

bool pg_words_unread(const struct pg_cluster *cluster, enum pg_unread_kind what)
{
    for (uint32_t i = 0; i < cluster->nunread; i++)
        if (cluster->unread[i].what == what)
            return true;
    return false;
}

/* Where there is room the title says of namespaces and pods that there may be more. */
static void add_unread(struct pg_buf *out, const struct pg_eval *eval, bool brief)
{
    const struct pg_cluster *cluster = pg_eval_cluster(eval);
    bool policies = pg_eval_nunread(eval) > 0 && !cluster->partial;
    bool peers = pg_words_unread(cluster, PG_UNREAD_PEERS);
    if (brief && (policies || peers))
        pg_buf_printf(out, "%s!unread", out->n ? " " : "");
    else if (!brief && policies)
        pg_buf_printf(out, "%spolicies not all read", out->n ? ", " : "");
}

void pg_words_complete(struct pg_buf *out, const struct pg_tui_world *world, bool brief)
{
    const struct pg_cluster *cluster = world->cluster;
    bool idle = world->plugin.enforcement == PG_ENFORCEMENT_ABSENT &&
                !pg_eval_assume(world->eval)->not_enforced;
    uint32_t warnings = 0, unread = 0;
    for (uint32_t i = 0; i < cluster->ndiags; i++) {
        enum pg_severity severity = cluster->diags[i].severity;
        warnings += severity == PG_SEVERITY_WARNING || severity == PG_SEVERITY_ERROR;
        unread += severity == PG_SEVERITY_FATAL;
    }
    struct pg_buf text = {0};
    if (idle && brief)
        pg_buf_puts(&text, "!NOT ENFORCED");
    else if (idle)
        pg_buf_printf(&text, "NOT ENFORCED by %s", world->plugin.name);
    if (cluster->partial)
        pg_buf_printf(&text, "%s%s",
                      text.n == 0 ? ""
                      : brief     ? " "
                                  : ", ",
                      brief ? "!partial" : "partial: not everything was read");
    add_unread(&text, world->eval, brief);
    item(&text, brief, unread, "f", "unreadable");
    item(&text, brief, cluster->nrejected, "r", "rejected");
    item(&text, brief, pg_eval_nunevaluated(world->eval) - pg_eval_nunread(world->eval), "u",
         "not evaluated");
    item(&text, brief, warnings, "w", warnings == 1 ? "warning" : "warnings");
    if (text.n && !brief)
        pg_buf_puts(&text, " (!)");
    pg_buf_puts(out, pg_buf_text(&text));
    pg_buf_free(&text);
}

void pg_words_fit(struct pg_buf *out, const char *text, int columns)
{
    struct pg_buf clean = {0};
    pg_text_clean(&clean, text, strlen(text));
    pg_text_fit(out, pg_buf_text(&clean), columns, true);
    pg_buf_free(&clean);
}

void pg_words_assume(struct pg_buf *out, const struct pg_tui_world *world)
{
    const struct pg_assume *assume = pg_eval_assume(world->eval);
    const struct pg_plugin *plugin = &world->plugin;
    struct pg_buf text = {0};
    pg_assume_print(&text, assume);
    if (assume->not_enforced)
        pg_buf_puts(out, "assumes");
    else if (plugin->mixed && plugin->enforcement == PG_ENFORCEMENT_UNKNOWN)
        pg_buf_puts(out, "assumes that every node enforces");
    else if (plugin->enforcement == PG_ENFORCEMENT_FOUND)
        pg_buf_printf(out, "%s enforces", plugin->name);
    else if (plugin->name)
        pg_buf_printf(out,
                      plugin->enforcement == PG_ENFORCEMENT_ABSENT ? "%s does not enforce"
                                                                   : "assumes that %s enforces",
                      plugin->name);
    else
        pg_buf_puts(out, "assumes an enforcing network plugin");
    if (text.n)
        pg_buf_printf(out, "%s%s", assume->not_enforced ? " " : ", ", pg_buf_text(&text));
    pg_buf_free(&text);
}
