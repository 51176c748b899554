#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "gen.h"
#include "render.h"

/* --- saying what differs --- */

static void print_options(const struct pg_eval *eval)
{
    struct pg_buf buf = {0};
    if (eval != NULL)
        pg_assume_print(&buf, pg_eval_assume(eval));
    printf("assumed: %s\n", buf.n > 0 ? pg_buf_text(&buf) : "(the defaults)");
    pg_buf_free(&buf);
}

void check_differs(struct check *check, const char *format, ...)
{
    if (check->ndifferences++ == 0) {
        printf("seed %llu\n", (unsigned long long)check->world->seed);
        print_options(check->eval);
        printf("%s\n", check->text);
    }
    if (check->ndifferences > 10)
        return;
    va_list args;
    va_start(args, format);
    printf("differs: ");
    vprintf(format, args);
    printf("\n");
    va_end(args);
}

static void end_name(const struct check *check, int end, char text[80])
{
    const struct world *world = check->world;
    const struct slow_end *slow = &check->ends[end];
    if (slow->kind == SLOW_POD) {
        char name[64];
        render_pod_name(&world->pods[slow->index], name);
        snprintf(text, 80, "%s/%s", world->namespaces[world->pods[slow->index].ns].name, name);
    } else if (slow->kind == SLOW_NODE) {
        snprintf(text, 80, "node/%s", world->nodes[slow->index].name);
    } else {
        w_addr_text(world->outside[slow->index], text);
    }
}

const char *check_pair_name(const struct check *check, int from, int to, int family, char text[200])
{
    char a[80], b[80];
    end_name(check, from, a);
    end_name(check, to, b);
    snprintf(text, 200, "%s -> %s%s", a, b, family == 4 ? " (IPv4)" : family == 6 ? " (IPv6)" : "");
    return text;
}

/* --- port sets --- */

static void add_cut(int cuts[CHECK_CUTS], int *n, int cut)
{
    int at = 0;
    while (at < *n && cuts[at] < cut)
        at++;
    if ((at < *n && cuts[at] == cut) || *n == CHECK_CUTS)
        return;
    memmove(&cuts[at + 1], &cuts[at], (size_t)(*n - at) * sizeof *cuts);
    cuts[at] = cut;
    ++*n;
}

/* What the protocols without ports are told apart by (14.11). */
static void cut_others(struct check *check)
{
    static const int cuts[] = {0,
                               W_IP_ICMP,
                               W_IP_ICMP + 1,
                               W_IP_ICMPV6,
                               W_IP_ICMPV6 + 1,
                               W_IP_UDP_LITE,
                               W_IP_UDP_LITE + 1,
                               256};
    for (size_t i = 0; i + 1 < sizeof cuts / sizeof *cuts; i++) {
        check->other |= UINT64_C(1) << check->natoms;
        check->atoms[check->natoms++] = (struct atom){W_ICMP, cuts[i], cuts[i + 1] - 1};
    }
}

static void cut_atoms(struct check *check)
{
    int cuts[CHECK_CUTS] = {1}, n = 1;
    add_cut(cuts, &n, 65536);
    for (int i = 0; gen_numbers[i] != 0; i++) {
        add_cut(cuts, &n, gen_numbers[i]);
        add_cut(cuts, &n, gen_numbers[i] + 1);
    }
    for (enum w_protocol protocol = W_TCP; protocol <= W_SCTP; protocol++) {
        for (int i = 0; i + 1 < n; i++) {
            check->all |= UINT64_C(1) << check->natoms;
            check->atoms[check->natoms++] = (struct atom){protocol, cuts[i], cuts[i + 1] - 1};
        }
    }
    cut_others(check);
}

/* Whether a range of the program starts and ends where atoms do. */
static bool is_cut_well(const struct check *check, struct pg_range range)
{
    bool starts = false, ends = false;
    for (int i = 0; i < check->natoms; i++) {
        const struct atom *atom = &check->atoms[i];
        starts = starts || range.lo == PG_PORT_KEY(atom->protocol, atom->first);
        ends = ends || range.hi == PG_PORT_KEY(atom->protocol, atom->last);
    }
    return starts && ends;
}

uint64_t check_mask(struct check *check, pg_ports ports)
{
    if (ports < CHECK_MASKS && check->mask_known[ports])
        return check->mask[ports];
    struct pg_portsets *sets = pg_eval_portsets(check->eval);
    uint64_t mask = 0;
    for (int i = 0; i < check->natoms; i++) {
        uint32_t key = PG_PORT_KEY(check->atoms[i].protocol, check->atoms[i].first);
        if (pg_portset_has(sets, ports, key))
            mask |= UINT64_C(1) << i;
    }
    uint32_t n;
    const struct pg_range *ranges = pg_portset_ranges(sets, ports, &n);
    for (uint32_t i = 0; i < n; i++) {
        if (!is_cut_well(check, ranges[i]))
            check_differs(check, "a port set ends at %x-%x, and nothing in the input does",
                          ranges[i].lo, ranges[i].hi);
    }
    if (ports < CHECK_MASKS) {
        check->mask_known[ports] = true;
        check->mask[ports] = mask;
    }
    return mask;
}

static bool rules_decide(const struct slow_side *side, const struct slow_match *matches,
                         enum w_protocol protocol)
{
    bool acts[SLOW_RULES];
    slow_explore(side, matches, protocol, acts, -1);
    for (int i = 0; i < side->nrules; i++) {
        if (acts[i] && side->rules[i].action != W_PASS)
            return true;
    }
    return false;
}

/* Answers that were given, by what the rules match: most atoms are alike. */
struct known {
    struct slow_match matches[CHECK_ATOMS][SLOW_RULES];
    bool icmp[CHECK_ATOMS];
    enum truth answer[CHECK_ATOMS];
    int n;
};

static enum truth answer(const struct slow_side *side, struct known *known,
                         enum w_protocol protocol, bool *decided)
{
    struct slow_match *matches = known->matches[known->n];
    size_t size = (size_t)side->nrules * sizeof *matches;
    bool icmp = protocol == W_ICMP;
    for (int i = 0; i < known->n; i++) {
        if (known->icmp[i] == icmp && memcmp(known->matches[i], matches, size) == 0)
            return known->answer[i];
    }
    known->icmp[known->n] = icmp;
    if (decided != NULL && !side->foreign)
        *decided = *decided || rules_decide(side, matches, protocol);
    known->answer[known->n] = slow_answer(side, matches, protocol);
    return known->answer[known->n++];
}

struct masks check_side_masks(const struct check *check, const struct slow_side *side, bool *decided)
{
    struct masks masks = {0};
    struct known known;
    known.n = 0;
    for (int i = 0; i < check->natoms; i++) {
        const struct atom *atom = &check->atoms[i];
        for (int r = 0; r < side->nrules; r++)
            known.matches[known.n][r] =
                slow_rule_match(check->world, side, r, atom->protocol, atom->first);
        enum truth truth = answer(side, &known, atom->protocol, decided);
        if (truth == YES)
            masks.sure |= UINT64_C(1) << i;
        if (truth != NO)
            masks.possible |= UINT64_C(1) << i;
    }
    return masks;
}

void check_masks(struct check *check, const char *where, const char *what, uint64_t slow,
                 uint64_t program)
{
    static const char *const names[] = {"TCP", "UDP", "SCTP", "ICMP"};
    check->ncompared++;
    if (slow == program)
        return;
    int i = 0;
    while ((slow >> i & 1) == (program >> i & 1))
        i++;
    check_differs(check, "%s: %s %d-%d/%s: slow says %s, program %s", where, what,
                  check->atoms[i].first, check->atoms[i].last, names[check->atoms[i].protocol],
                  (slow >> i & 1) != 0 ? "yes" : "no", (program >> i & 1) != 0 ? "yes" : "no");
}

/* --- the slow evaluator's cell --- */

static struct masks both(struct masks a, struct masks b, uint64_t limit)
{
    return (struct masks){a.sure & b.sure & limit, a.possible & b.possible & limit};
}

/* Of both families: surely what holds in each, possibly what does in one (5.13). */
static struct masks merge(struct masks a, struct masks b)
{
    return (struct masks){a.sure & b.sure, a.possible | b.possible};
}

static struct masks ask_side(const struct check *check, enum w_dir dir, int from, int to,
                             bool replicas, int family, struct slow_side *side, bool *isolated)
{
    slow_ask_side(check->world, dir, check->ends[from], check->ends[to], replicas, family, side);
    /* What a node's own pods let in, no rule decides. */
    bool decided = false, asked = side->exempt != SLOW_OWN_NODE && !side->isolates;
    struct masks masks = check_side_masks(check, side, asked ? &decided : NULL);
    *isolated = *isolated || side->isolates || decided;
    return masks;
}

struct slow_cell check_slow_cell(const struct check *check, int from, int to, bool replicas,
                                 int family)
{
    struct slow_cell cell = {0};
    bool common[2];
    slow_families(check->world, check->ends[from], check->ends[to], common);
    for (int f = 0; f < 2; f++) {
        if (common[f] && (family == 0 || family == 4 + 2 * f))
            cell.families[cell.nfamilies++] = 4 + 2 * f;
    }
    cell.no_route = cell.nfamilies == 0;
    for (int f = 0; f < cell.nfamilies || f == 0; f++) {
        struct slow_side other[2], *side = f == 0 ? cell.side : other;
        struct masks masks[2];
        for (int dir = 0; dir < 2; dir++)
            masks[dir] =
                ask_side(check, (enum w_dir)dir, from, to, replicas,
                         cell.no_route ? 4 : cell.families[f], &side[dir], &cell.isolated[dir]);
        struct masks conjunction = both(masks[0], masks[1], check->all);
        cell.by_family[f] = both(masks[0], masks[1], check->all | check->other);
        if (f == 0) {
            memcpy(cell.sides, masks, sizeof masks);
            cell.both = conjunction;
            continue;
        }
        cell.mixed = memcmp(&cell.both, &conjunction, sizeof conjunction) != 0;
        cell.both = merge(cell.both, conjunction);
        for (int dir = 0; dir < 2; dir++)
            cell.sides[dir] = merge(cell.sides[dir], masks[dir]);
    }
    if (cell.no_route)
        cell.both = (struct masks){0};
    return cell;
}

/* --- loading --- */

static void assume(struct check *check, struct pg_assume *options, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void assume(struct check *check, struct pg_assume *options, const char *format, ...)
{
    char text[128];
    struct pg_err err;
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (!pg_assume_set(options, text, &err))
        check_differs(check, "--assume %s is refused: %s", text, err.text);
}

static struct pg_assume assume_options(struct check *check)
{
    static const char *const named[] = {"sidecars", "containers", "all-init"};
    static const char *const engines[] = {"auto", "k8s", "cilium", "calico"};
    static const char *const apis[] = {"newest", "v1alpha1", "v1alpha2"};
    const struct w_options *from = &check->world->options;
    struct pg_assume options = pg_assume_default();
    if (from->ipblock_pods_ignore)
        assume(check, &options, "ipblock-pods=ignore");
    if (from->host_network_pod)
        assume(check, &options, "host-network=pod");
    if (from->self_policy)
        assume(check, &options, "self=policy");
    if (from->ingress_own_node_policy)
        assume(check, &options, "ingress-own-node=policy");
    if (from->egress_own_node_allow)
        assume(check, &options, "egress-own-node=allow");
    if (from->not_enforced)
        assume(check, &options, "assume-enforced=no");
    if (from->named_ports != W_NAMED_SIDECARS)
        assume(check, &options, "named-ports=%s", named[from->named_ports]);
    if (from->engine != W_ENGINE_AUTO)
        assume(check, &options, "engine=%s", engines[from->engine]);
    if (from->admin_api != W_ADMIN_NEWEST)
        assume(check, &options, "admin-api=%s", apis[from->admin_api]);
    if (from->ip_family != 0)
        assume(check, &options, "ip-family=%s", from->ip_family == 4 ? "4" : "6");
    for (int f = 0; f < 2; f++) {
        char text[64];
        w_block_text(from->pod_cidr[f], text);
        if (from->pod_cidr[f].base.family != 0)
            assume(check, &options, "pod-cidr=%s", text);
    }
    return options;
}

static uint32_t find_pod(struct check *check, int index)
{
    const struct w_pod *pod = &check->world->pods[index];
    char name[64];
    render_pod_name(pod, name);
    const struct pg_cluster *cluster = check->cluster;
    const char *ns = check->world->namespaces[pod->ns].name;
    for (uint32_t i = 0; i < cluster->npods; i++) {
        const struct pg_pod *found = &cluster->pods[i];
        if (strcmp(pg_cluster_text(cluster, found->name), name) == 0 &&
            strcmp(pg_cluster_text(cluster, cluster->namespaces[found->ns].name), ns) == 0)
            return i;
    }
    return PG_NONE;
}

static void add_end(struct check *check, struct slow_end slow, struct pg_end program)
{
    check->ends[check->nends] = slow;
    check->program_ends[check->nends++] = program;
}

static void match_ends(struct check *check)
{
    const struct world *world = check->world;
    uint32_t npods = 0;
    for (int i = 0; i < world->npods; i++) {
        uint32_t index = check->pod_index[i] = find_pod(check, i);
        bool wanted = slow_is_endpoint(world, i);
        npods += wanted;
        if (wanted != (index != PG_NONE))
            check_differs(check, "pod %s is %sin the cluster", world->pods[i].name,
                          wanted ? "not " : "");
        if (wanted && index != PG_NONE)
            add_end(check, (struct slow_end){SLOW_POD, i},
                    (struct pg_end){.kind = PG_END_POD, .index = index});
    }
    if (check->cluster->npods != npods)
        check_differs(check, "%d pods, not %d", (int)check->cluster->npods, (int)npods);
    for (int i = 0; i < world->nnodes; i++) {
        uint32_t index = pg_cluster_find_node(check->cluster, world->nodes[i].name);
        if (index == PG_NONE)
            check_differs(check, "node %s is not in the cluster", world->nodes[i].name);
        else
            add_end(check, (struct slow_end){SLOW_NODE, i},
                    (struct pg_end){.kind = PG_END_NODE, .index = index});
    }
    for (int i = 0; i < world->noutside; i++) {
        struct pg_end end = {.kind = PG_END_ADDR};
        char text[64];
        w_addr_text(world->outside[i], text);
        if (!pg_addr_parse(text, &end.addr, NULL))
            check_differs(check, "%s is refused", text);
        else
            add_end(check, (struct slow_end){SLOW_OUTSIDE, i}, end);
    }
}

/* A policy of Cilium's is one spec of its object. */
static bool is_spec(const struct check *check, const struct pg_policy *found,
                    const struct w_policy *policy)
{
    char path[32] = "spec";
    if (policy->kind != W_CILIUM)
        return true;
    int spec = check->world->ciliums[policy->part].spec;
    if (spec != W_NONE)
        snprintf(path, sizeof path, "specs[%d]", spec);
    return found->spec_path != NULL && strcmp(found->spec_path, path) == 0;
}

static bool is_policy(const struct check *check, const struct pg_policy *found,
                      const struct w_policy *policy)
{
    const struct pg_cluster *cluster = check->cluster;
    if (strcmp(pg_cluster_text(cluster, found->name), policy->name) != 0 ||
        !is_spec(check, found, policy))
        return false;
    if (policy->cluster_wide)
        return found->ns == PG_NONE;
    const char *ns = check->world->namespaces[policy->ns].name;
    return found->ns != PG_NONE &&
           strcmp(pg_cluster_text(cluster, cluster->namespaces[found->ns].name), ns) == 0;
}

/* How messages name it. */
static void object_name(const struct check *check, const struct w_policy *policy, char object[96])
{
    const char *ns = check->world->namespaces[policy->ns].name;
    snprintf(object, 96, "%s %s%s%s", render_kind(check->world, policy),
             policy->cluster_wide ? "" : ns, policy->cluster_wide ? "" : "/",
             policy->kind == W_BASELINE_ADMIN ? "another" : policy->name);
}

static bool is_refusal(const struct check *check, const struct pg_diag *diag,
                       const struct w_policy *policy)
{
    char object[96];
    object_name(check, policy, object);
    return policy->fault != W_FAULT_NONE && diag->object != NULL &&
           strcmp(diag->object, object) == 0;
}

/* A refused policy is out of the cluster, and the diagnostic says why and where (10.1). */
static void match_refused(struct check *check, const struct w_policy *policy)
{
    const char *end = render_fault_path(policy);
    for (uint32_t i = 0; i < check->cluster->ndiags; i++) {
        const struct pg_diag *diag = &check->cluster->diags[i];
        if (diag->severity != PG_SEVERITY_REJECT || diag->path == NULL ||
            !is_refusal(check, diag, policy))
            continue;
        size_t n = strlen(diag->path), m = strlen(end);
        if (n >= m && strcmp(diag->path + n - m, end) == 0)
            return;
    }
    check_differs(check, "no diagnostic refuses %s for ...%s", policy->name, end);
}

/* One that nobody evaluates, whatever the plugin. */
static bool is_unevaluated(const struct world *world, const struct w_policy *policy)
{
    if (policy->kind != W_CALICO)
        return policy->kind == W_FOREIGN || slow_is_host_policy(world, policy);
    const struct w_calico *calico = &world->calicos[policy->part];
    return !calico->staged && (calico->forward || slow_is_in_lost_tier(world, policy));
}

static void match_policies(struct check *check)
{
    const struct world *world = check->world;
    uint32_t taken = 0, refused = 0, unevaluated = 0;
    for (int i = 0; i < world->npolicies; i++) {
        const struct w_policy *policy = &world->policies[i];
        bool wanted = policy->fault == W_FAULT_NONE;
        check->policy_index[i] = PG_NONE;
        for (uint32_t p = 0; p < check->cluster->npolicies && p < W_POLICIES; p++) {
            if (!is_policy(check, &check->cluster->policies[p], policy))
                continue;
            check->policy_index[i] = p;
            check->policy_of[p] = i;
        }
        if (wanted != (check->policy_index[i] != PG_NONE))
            check_differs(check, "policy %s is %sin the cluster", policy->name,
                          wanted ? "not " : "");
        if (!wanted)
            match_refused(check, policy);
        taken += wanted;
        refused += !wanted;
        unevaluated += wanted && is_unevaluated(world, policy);
    }
    const struct pg_cluster *cluster = check->cluster;
    if (cluster->npolicies != taken || cluster->nrejected != refused ||
        cluster->nunevaluated != unevaluated)
        check_differs(check, "%d policies, %d refused, %d not evaluated; not %d, %d, %d",
                      (int)cluster->npolicies, (int)cluster->nrejected, (int)cluster->nunevaluated,
                      (int)taken, (int)refused, (int)unevaluated);
}

/* Nothing but what a world plants may be refused or unreadable. */
static void match_diagnostics(struct check *check)
{
    for (uint32_t i = 0; i < check->cluster->ndiags; i++) {
        const struct pg_diag *diag = &check->cluster->diags[i];
        bool planted = diag->severity < PG_SEVERITY_REJECT;
        for (int p = 0; p < check->world->npolicies && diag->severity == PG_SEVERITY_REJECT; p++)
            planted = planted || is_refusal(check, diag, &check->world->policies[p]);
        if (!planted)
            check_differs(check, "the loader says: %s %s %s: %s", diag->code,
                          diag->object != NULL ? diag->object : "",
                          diag->path != NULL ? diag->path : "", diag->message);
    }
}

void check_begin(struct check *check, const struct world *world, const char *text, size_t length)
{
    memset(check, 0, sizeof *check);
    check->world = world;
    check->text = text;
    check->random = (struct w_random){world->seed ^ 0x5deece66d};
    struct pg_loader *loader = pg_loader_new(NULL);
    pg_loader_text(loader, "world", text, length);
    check->cluster = pg_loader_finish(loader);
    struct pg_assume options = assume_options(check);
    check->eval = pg_eval_new(check->cluster, &options);
    cut_atoms(check);
    match_diagnostics(check);
    match_ends(check);
    match_policies(check);
}

void check_end(struct check *check)
{
    pg_eval_free(check->eval);
    pg_cluster_free(check->cluster);
}
