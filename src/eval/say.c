/*
 * Words: the one sentence of an answer, and the notes beside it. The panel, the clipboard, `polgrid why`
 * and the JSON all show what is written here.
 *
 * The words are chosen with care (semantics 16.6, 16.7): nothing is "denied by" a NetworkPolicy, since
 * taking one away changes nothing while another isolates; and an open side is not "allowed by policy".
 */
#include <string.h>

#include "why_internal.h"

/* More names than a sentence should carry. */
#define MOST_NAMES 3

void pg_end_print(struct pg_buf *out, const struct pg_eval *eval, const struct pg_end *end)
{
    const struct pg_cluster *cluster = eval->cluster;
    switch (end->kind) {
    case PG_END_POD:
        pg_buf_printf(
            out, "%s/%s",
            pg_cluster_text(cluster, cluster->namespaces[cluster->pods[end->index].ns].name),
            pg_cluster_text(cluster, cluster->pods[end->index].name));
        break;
    case PG_END_NODE:
        pg_buf_printf(out, "node/%s", pg_cluster_text(cluster, cluster->nodes[end->index].name));
        break;
    case PG_END_ADDR: pg_addr_print(out, end->addr); break;
    }
}

void pg_policy_print(struct pg_buf *out, const struct pg_cluster *cluster, uint32_t policy)
{
    const struct pg_policy *source = &cluster->policies[policy];
    if (source->ns != PG_NONE)
        pg_buf_printf(out, "%s/", pg_cluster_text(cluster, cluster->namespaces[source->ns].name));
    pg_buf_puts(out, source->unread ? "(unread)" : pg_cluster_text(cluster, source->name));
}

static void print_place(struct pg_buf *out, const struct pg_cluster *cluster, struct pg_loc loc)
{
    if (loc.line != 0)
        pg_buf_printf(out, " (%s:%u)", cluster->files[loc.file].name, loc.line);
}

/* A set of effects. */
#define EFFECT(effect) (1u << (effect))

static bool is_in(const struct pg_reason *reason, unsigned effects)
{
    return (effects & EFFECT(reason->effect)) != 0;
}

/* "a, b and c" of the policies of all reasons with some effects; with rule and place where it is a rule
   that decides. */
static void print_reasons(struct question *q, struct pg_buf *out, const struct pg_why_side *side,
                          unsigned effects)
{
    const struct pg_cluster *cluster = q->eval->cluster;
    uint32_t total = 0, shown = 0;
    for (uint32_t i = 0; i < side->nreasons; i++)
        total += is_in(&side->reasons[i], effects);
    for (uint32_t i = 0; i < side->nreasons && shown < MOST_NAMES; i++) {
        const struct pg_reason *reason = &side->reasons[i];
        if (!is_in(reason, effects))
            continue;
        if (shown > 0)
            pg_buf_puts(out, shown + 1 == total ? " and " : ", ");
        shown++;
        pg_policy_print(out, cluster, reason->policy);
        const char *spec = pg_policy_spec(&cluster->policies[reason->policy]);
        if (spec != NULL)
            pg_buf_printf(out, " %s", spec);
        if (reason->rule != PG_NO_INDEX)
            pg_buf_printf(out, "%s%s[%u]", spec != NULL ? "." : " ", reason->list, reason->rule);
        print_place(out, cluster, reason->loc);
    }
    if (total > shown)
        pg_buf_printf(out, " and %u more", total - shown);
}

static bool has_effect(const struct pg_why_side *side, enum pg_effect effect)
{
    for (uint32_t i = 0; i < side->nreasons; i++)
        if (side->reasons[i].effect == effect)
            return true;
    return false;
}

/* Whether a rule denies for sure, or what denies is only rules that possibly do: no isolation. */
static bool is_denied_by_rule(const struct pg_why_side *side)
{
    for (uint32_t i = 0; i < side->nreasons; i++)
        if (side->reasons[i].effect == PG_EFFECT_DENY && side->reasons[i].detail == NULL)
            return true;
    return !has_effect(side, PG_EFFECT_ISOLATE);
}

static void say_denied(struct question *q, struct pg_buf *out, enum pg_dir dir,
                       const struct pg_why_side *side)
{
    bool ingress = dir == PG_INGRESS;
    if (is_denied_by_rule(side)) {
        print_reasons(q, out, side, EFFECT(PG_EFFECT_DENY));
        pg_buf_printf(out, " denies it on the way %s", ingress ? "in" : "out");
        return;
    }
    pg_buf_printf(out, "nothing lets it %s: ", ingress ? "in" : "out");
    pg_end_print(out, q->eval, end_of(q, dir));
    pg_buf_printf(out, " is isolated for %s by ", ingress ? "ingress" : "egress");
    print_reasons(q, out, side, EFFECT(PG_EFFECT_ISOLATE));
    pg_buf_puts(out, ", and no rule allows it");
}

static void say_allowed(struct question *q, struct pg_buf *out, enum pg_dir dir,
                        const struct pg_why_side *side)
{
    bool profile = q->eval->engine == PG_ENGINE_CALICO && side->npolicies > 0;
    if (!has_effect(side, PG_EFFECT_ALLOW) && profile) { /* semantics 14.18 */
        pg_buf_puts(out, "no policy decides, and the profile of the namespace of ");
        pg_end_print(out, q->eval, end_of(q, dir));
        pg_buf_printf(out, " lets it %s", dir == PG_INGRESS ? "in" : "out");
        return;
    }
    if (!has_effect(side, PG_EFFECT_ALLOW)) {
        pg_buf_printf(out, "no policy restricts %s %s ", dir == PG_INGRESS ? "ingress" : "egress",
                      dir == PG_INGRESS ? "to" : "from");
        pg_end_print(out, q->eval, end_of(q, dir));
        return;
    }
    print_reasons(q, out, side, EFFECT(PG_EFFECT_ALLOW));
    pg_buf_printf(out, " lets it %s", dir == PG_INGRESS ? "in" : "out");
}

static void say_exempt(struct question *q, struct pg_buf *out, enum pg_dir dir,
                       const struct pg_why_side *side)
{
    if (side->exempt == PG_EXEMPT_SELF) {
        pg_buf_puts(out, "a pod always reaches itself");
        return;
    }
    if (side->exempt == PG_EXEMPT_HOST_NETWORK) {
        pg_end_print(out, q->eval, end_of(q, dir));
        pg_buf_puts(out, " is on the host network, where policies do not reach it");
        return;
    }
    pg_buf_puts(out, dir == PG_INGRESS ? "a pod's own node is always let in"
                                       : "a pod's own node is taken to be always reachable");
}

/* Rules of one rank that all match and do different things (semantics 11.5). Returns whether it is so. */
static bool say_conflict(struct question *q, struct pg_buf *out, enum pg_dir dir,
                         const struct pg_why_side *side)
{
    unsigned acting = EFFECT(PG_EFFECT_ALLOW) | EFFECT(PG_EFFECT_DENY) | EFFECT(PG_EFFECT_PASS);
    bool denies = has_effect(side, PG_EFFECT_DENY), passes = has_effect(side, PG_EFFECT_PASS);
    if (denies + passes + has_effect(side, PG_EFFECT_ALLOW) < 2)
        return false;
    pg_buf_printf(out, "%s hangs on which of ", dir == PG_INGRESS ? "ingress" : "egress");
    print_reasons(q, out, side, acting);
    pg_buf_puts(out, " acts: some of them have one priority and do different things, and then no "
                     "order is defined");
    return true;
}

static void say_unknown_side(struct question *q, struct pg_buf *out, enum pg_dir dir,
                             const struct pg_why_side *side)
{
    if (side->own_node_unknown) {
        pg_buf_puts(out, dir == PG_INGRESS ? "it is let in only if it comes from the node of "
                                           : "it is let out only if it goes to the node of ");
        pg_end_print(out, q->eval, end_of(q, dir));
        pg_buf_puts(out, ", and a placement is not known");
        return;
    }
    for (uint32_t i = 0; i < side->nreasons; i++)
        if (side->reasons[i].detail != NULL) {
            if (q->eval->cluster->policies[side->reasons[i].policy].unread) {
                pg_buf_printf(out, "%s is not known, for %s",
                              dir == PG_INGRESS ? "ingress" : "egress", side->reasons[i].detail);
                return;
            }
            pg_buf_printf(out, "%s hangs on ", dir == PG_INGRESS ? "ingress" : "egress");
            print_reasons(q, out, side, EFFECT(side->reasons[i].effect));
            pg_buf_printf(out, ": %s", side->reasons[i].detail);
            return;
        }
    if (say_conflict(q, out, dir, side))
        return;
    pg_buf_printf(out, "policies do not say what holds for this protocol, and ");
    pg_end_print(out, q->eval, end_of(q, dir));
    pg_buf_puts(out, " is isolated by ");
    print_reasons(q, out, side, EFFECT(PG_EFFECT_ISOLATE));
}

static void say_mixed(struct question *q, struct pg_buf *out, enum pg_dir dir,
                      const struct pg_why_side *side)
{
    print_reasons(q, out, side, EFFECT(PG_EFFECT_ALLOW));
    pg_buf_printf(out, " lets %s ", dir == PG_INGRESS ? "in" : "out");
    pg_portset_print(out, q->eval->sets, side->sure);
}

static void say_side(struct question *q, struct pg_buf *out, enum pg_dir dir,
                     const struct pg_why_side *side)
{
    if (side->exempt != PG_EXEMPT_NONE)
        say_exempt(q, out, dir, side);
    else if (side->verdict == PG_VERDICT_ALLOWED)
        say_allowed(q, out, dir, side);
    else if (side->verdict == PG_VERDICT_DENIED)
        say_denied(q, out, dir, side);
    else if (side->verdict == PG_VERDICT_MIXED)
        say_mixed(q, out, dir, side);
    else
        say_unknown_side(q, out, dir, side);
}

static void say_ports(struct question *q, struct pg_buf *out, const struct pg_why *why)
{
    pg_buf_puts(out, why->verdict == PG_VERDICT_MIXED && !why->by_family ? " only on " : " on ");
    bool mixed = why->verdict == PG_VERDICT_MIXED && !why->by_family;
    if (q->ports == PG_PORTS_ALL && why->verdict == PG_VERDICT_DENIED)
        pg_buf_puts(out, "any port"); /* "not on every port" would leave some */
    else
        pg_portset_print(out, q->eval->sets, mixed ? why->sure : q->ports);
}

/* "169.254.169.254 (cloud metadata)" */
static void print_known_end(struct question *q, struct pg_buf *out, const struct pg_end *end)
{
    const char *name = pg_special_name(q->arena, q->eval, end);
    pg_end_print(out, q->eval, end);
    if (name != NULL)
        pg_buf_printf(out, " (%s)", name);
}

static void say_verdict(struct question *q, struct pg_buf *out, const struct pg_why *why)
{
    static const char *const words[] = {
        [PG_VERDICT_ALLOWED] = " may reach ",
        [PG_VERDICT_DENIED] = " may not reach ",
        [PG_VERDICT_UNKNOWN] = " may or may not reach ",
        [PG_VERDICT_MIXED] = " may reach ",
        [PG_VERDICT_NO_BACKEND] = " reaches no backend of ",
        [PG_VERDICT_NO_ROUTE] = " shares no address family with ",
    };
    print_known_end(q, out, q->from);
    pg_buf_puts(out, words[why->verdict]);
    print_known_end(q, out, q->to);
    if (why->verdict == PG_VERDICT_NO_ROUTE)
        return;
    say_ports(q, out, why);
    if (why->by_family)
        pg_buf_printf(out, " by one address family only (IPv4 %s, IPv6 %s)",
                      pg_verdict_name(why->families[0]), pg_verdict_name(why->families[1]));
}

/* What to say, the deciding half last: that is where a reader looks, and where the way out is. */
static void say_reasons(struct question *q, struct pg_buf *out, const struct pg_why *why)
{
    const char *separator = ": ";
    if (why->end_unread) {
        pg_buf_puts(out, separator);
        pg_end_print(out, q->eval, q->from->maybe_inside ? q->from : q->to);
        pg_buf_puts(out,
                    " is no pod, node or service that could be read, and not all of them could");
        return;
    }
    bool egress_last = why->sides[PG_INGRESS].verdict == PG_VERDICT_ALLOWED &&
                       why->sides[PG_EGRESS].verdict != PG_VERDICT_ALLOWED;
    for (int i = 0; i < 2; i++) {
        enum pg_dir dir = (i == 0) == egress_last ? PG_INGRESS : PG_EGRESS;
        const struct pg_why_side *side = &why->sides[dir];
        if (!side->present)
            continue;
        if (why->self && i == 1 && separator[0] == ';')
            break; /* both sides would say the same */
        pg_buf_puts(out, separator);
        say_side(q, out, dir, side);
        bool half = why->verdict == PG_VERDICT_DENIED && side->verdict == PG_VERDICT_ALLOWED;
        separator = half ? "; but " : "; ";
    }
    if (why->verdict == PG_VERDICT_DENIED && why->sides[PG_EGRESS].possible != PG_PORTS_NONE &&
        why->sides[PG_INGRESS].possible != PG_PORTS_NONE)
        pg_buf_puts(out, "; no port is in both");
}

const char *pg_say_sentence(struct question *q, const struct pg_why *why)
{
    struct pg_buf out = {0};
    say_verdict(q, &out, why);
    if (why->verdict != PG_VERDICT_NO_ROUTE)
        say_reasons(q, &out, why);
    pg_buf_putc(&out, '.');
    const char *text = pg_why_keep(q, &out);
    pg_buf_free(&out);
    return text;
}

static bool ranged_port(const struct pg_rule *rule, uint32_t index)
{
    for (uint32_t i = 0; i < rule->nports; i++)
        if (rule->ports[i].index == index && rule->ports[i].ranged)
            return true;
    return false;
}

/* endPort in a rule that allows: a plugin that does not know it applies the first port only (7.4). */
static void note_end_ports(struct question *q, const struct pg_why *why, note_vec *notes)
{
    struct pg_buf text = {0};
    for (int dir = 0; dir < 2; dir++)
        for (uint32_t i = 0; i < why->sides[dir].nreasons; i++) {
            const struct pg_reason *reason = &why->sides[dir].reasons[i];
            if (reason->effect != PG_EFFECT_ALLOW || reason->port == PG_NO_INDEX)
                continue;
            const struct pg_policy *policy = &q->eval->cluster->policies[reason->policy];
            if (!ranged_port(&policy->rules[dir][reason->position], reason->port))
                continue;
            pg_policy_print(&text, q->eval->cluster, reason->policy);
            pg_buf_printf(&text,
                          " %s[%u] uses endPort: a network plugin that does not know it applies "
                          "only the first port",
                          reason->list, reason->rule);
            pg_vec_push(q->arena, notes, pg_why_keep(q, &text));
        }
    pg_buf_free(&text);
}

/* Where plugins disagree on ipBlock and pod addresses, and the verdict would change (5.11). */
static void note_blocks(struct question *q, const struct pg_why *why, note_vec *notes)
{
    if (q->eval->assume.ipblock_pods_ignore || q->self)
        return;
    int families[2];
    int n = pg_cell_families(q->eval, q->from_class, q->to_class, why->family, families);
    for (int dir = 0; n > 0 && dir < 2; dir++) {
        bool egress = dir == PG_EGRESS;
        struct ask ask = {.self = egress ? q->from_class : q->to_class,
                          .other = egress ? q->to_class : q->from_class,
                          .dir = (enum pg_dir)dir,
                          .near = q->near,
                          .family = families[0],
                          .ignore_blocks = true};
        struct pg_side other = pg_cell_side(q->eval, &ask);
        if (why->sides[dir].present && pg_why_verdict(q->eval, q->ports, other.sure,
                                                      other.possible) != why->sides[dir].verdict) {
            pg_vec_push(q->arena, notes,
                        "depends on the plugin: some never match a pod's address with an ipBlock "
                        "(--assume ipblock-pods=ignore shows what they do)");
            return;
        }
    }
}

/* The option that settles an address that is not known (5.12). */
static void note_option(struct question *q, const struct pg_why *why, note_vec *notes)
{
    for (int dir = 0; dir < 2; dir++)
        for (uint32_t i = 0; i < why->sides[dir].nreasons; i++) {
            const struct pg_reason *reason = &why->sides[dir].reasons[i];
            const struct pg_end *other = other_end(q, (enum pg_dir)dir);
            const struct pg_class *class = &q->eval->classes[pg_eval_class_of(q->eval, other)];
            if (reason->effect != PG_EFFECT_UNKNOWN || reason->peer == PG_NO_INDEX ||
                class->addr_known || class->kind != PG_CLASS_PODS)
                continue;
            pg_vec_push(
                q->arena, notes,
                "--assume pod-cidr=CIDR, with the cluster's range of pod addresses, settles "
                "what hangs on an address that is not known");
            return;
        }
}

static void note_namespaces(struct question *q, const struct pg_why *why, note_vec *notes)
{
    const struct pg_cluster *cluster = q->eval->cluster;
    bool policies = why->sides[0].npolicies + why->sides[1].npolicies > 0;
    for (int dir = 0; dir < 2 && policies; dir++) {
        const struct pg_end *end = end_of(q, (enum pg_dir)dir);
        if (end->kind != PG_END_POD)
            continue;
        uint32_t ns = cluster->pods[end->index].ns;
        bool repeated =
            dir == 1 && q->from->kind == PG_END_POD && cluster->pods[q->from->index].ns == ns;
        if (!cluster->namespaces[ns].synthesised || repeated)
            continue;
        const char *name = pg_cluster_text(cluster, cluster->namespaces[ns].name);
        pg_vec_push(q->arena, notes,
                    cluster->namespaces[ns].labels_unread
                        ? pg_arena_printf(q->arena,
                                          "namespace %s could not be read: its labels are not "
                                          "known, but for its name",
                                          name)
                        : pg_arena_printf(q->arena,
                                          "namespace %s is not defined in the input: it is taken "
                                          "to have no labels but its name",
                                          name));
    }
}

void pg_say_notes(struct question *q, struct pg_why *why)
{
    note_vec notes = {0};
    note_end_ports(q, why, &notes);
    note_blocks(q, why, &notes);
    note_option(q, why, &notes);
    note_namespaces(q, why, &notes);
    pg_special_notes(q, why, &notes);
    pg_plugin_notes(q, why, &notes);
    if (q->eval->assume.not_enforced)
        pg_vec_push(q->arena, &notes, "policies are taken to have no effect (assume-enforced=no)");
    why->notes = notes.v;
    why->nnotes = notes.n;
}
