#include "polgrid/plugin.h"

#include <string.h>

#include "plugin_internal.h"
#include "polgrid/policy.h"
#include "polgrid/vec.h"

/* A sign of a plugin. */
struct sign {
    struct pg_plugin_seen seen;
    const char *sentence;         /* alone, it is the whole answer */
    const struct plugin_set *set; /* the DaemonSet that it is, else NULL */
    uint32_t workload;
    bool below; /* it may be the network below another plugin, and nothing says that it enforces itself */
};

struct finding {
    struct pg_arena *arena;
    const struct pg_cluster *cluster;
    PG_VEC(struct sign) signs;
};

static const char *text_of(const struct finding *f, pg_str str)
{
    return pg_cluster_text(f->cluster, str);
}

static struct pg_plugin_seen seen_of(const char *name, enum pg_enforcement enforcement,
                                     const char *evidence)
{
    const struct plugin_facts *facts = pg_plugin_facts(name);

    return (struct pg_plugin_seen){.name = name,
                                   .enforcement = enforcement,
                                   .evidence = evidence,
                                   .own_node = facts->own_node,
                                   .lacks = facts->lacks,
                                   .reads = facts->reads,
                                   .may_read = facts->may_read};
}

static const char *say(struct finding *f, const char *name, enum pg_enforcement enforcement,
                       const char *condition)
{
    if (enforcement == PG_ENFORCEMENT_FOUND)
        return pg_arena_printf(f->arena, "%s enforces NetworkPolicy", name);
    if (enforcement == PG_ENFORCEMENT_UNKNOWN)
        return pg_arena_printf(f->arena, "whether %s enforces NetworkPolicy is not known: %s", name,
                               condition);
    return pg_arena_printf(f->arena,
                           "policies describe intent only: this cluster's network plugin (%s) does "
                           "not enforce NetworkPolicy, all traffic is allowed",
                           name);
}

/* --- DaemonSets ----------------------------------------------------------------------------------- */

/* The known DaemonSet in one of its namespaces; PG_NONE where there is none. */
static uint32_t find_set(const struct pg_cluster *cluster, const struct plugin_set *set)
{
    char name[64];
    for (const char *p = set->namespaces + 1; *p != '\0'; p += strcspn(p, " ") + 1) {
        size_t n = strcspn(p, " ");
        memcpy(name, p, n);
        name[n] = '\0';
        uint32_t ns = pg_cluster_find_namespace(cluster, name);
        uint32_t workload =
            ns == PG_NONE ? PG_NONE
                          : pg_cluster_find_workload(cluster, ns, "DaemonSet", set->daemonset);
        if (workload != PG_NONE)
            return workload;
    }
    return PG_NONE;
}

/* The first pod of a workload from number `i` on; PG_NONE: there are no more. */
static uint32_t next_pod(const struct pg_cluster *cluster, uint32_t workload, uint32_t i)
{
    const struct pg_namespace *ns = &cluster->namespaces[cluster->workloads[workload].ns];
    for (i = i < ns->first_pod ? ns->first_pod : i; i < ns->first_pod + ns->npods; i++)
        if (cluster->pods[i].workload == workload)
            return i;
    return PG_NONE;
}

/* What the pods of a DaemonSet tell. Where they don't agree, while one is rolled out, they tell nothing. */
static unsigned agents_of(const struct pg_cluster *cluster, uint32_t workload)
{
    const unsigned telling =
        PG_AGENT_ENFORCES | PG_AGENT_ON | PG_AGENT_OFF | PG_AGENT_NO_K8S | PG_AGENT_ODD;
    uint32_t first = next_pod(cluster, workload, 0);
    unsigned marks = 0;
    bool agree = true;
    for (uint32_t i = first; i != PG_NONE; i = next_pod(cluster, workload, i + 1)) {
        agree = agree && ((cluster->pods[first].agent ^ cluster->pods[i].agent) & telling) == 0;
        marks |= cluster->pods[i].agent;
    }
    return agree ? marks : (marks & ~telling) | PG_AGENT_ODD;
}

/* Something that decides whether a plugin runs was not read. */
static bool is_read_in_part(const struct pg_cluster *cluster)
{
    bool pods = false, sets = false;
    for (uint32_t i = 0; i < cluster->nunread; i++) {
        pods = pods || strcmp(cluster->unread[i].resource, "pods") == 0;
        sets = sets || strcmp(cluster->unread[i].resource, "daemonsets") == 0;
    }
    return cluster->partial || (pods && sets);
}

static bool has_policy(const struct pg_cluster *cluster, enum pg_policy_kind kind)
{
    for (uint32_t i = 0; i < cluster->npolicies; i++)
        if (cluster->policies[i].kind == kind)
            return true;
    return false;
}

/* Whether the plugin of a DaemonSet enforces, and if that is not known, what it hangs on. */
static enum pg_enforcement judge(const struct finding *f, const struct plugin_set *set,
                                 unsigned marks, const char **condition)
{
    bool off = (marks & PG_AGENT_OFF) != 0, on = (marks & PG_AGENT_ON) != 0;
    enum pg_enforcement enforcement = set->enforcement;
    *condition = set->condition;
    if ((marks & PG_AGENT_NO_K8S) != 0 && !off) {
        *condition = "it was told to ignore NetworkPolicies (enable-k8s-networkpolicy=false), and "
                     "of these answers only those hold that policies of cilium.io give";
        off = !has_policy(f->cluster, PG_POLICY_CILIUM);
        enforcement = PG_ENFORCEMENT_UNKNOWN;
    }
    if ((marks & PG_AGENT_ENFORCES) != 0)
        enforcement = PG_ENFORCEMENT_FOUND;
    else if (strcmp(set->daemonset, "weave-net") == 0 && (marks & PG_AGENT_LISTED) != 0)
        enforcement = PG_ENFORCEMENT_ABSENT; /* all its containers were read */
    else if (on != off)
        enforcement = on ? PG_ENFORCEMENT_FOUND : PG_ENFORCEMENT_ABSENT;
    if ((marks & PG_AGENT_ODD) != 0) {
        enforcement = PG_ENFORCEMENT_UNKNOWN;
        if (set->condition == NULL)
            *condition = "its arguments are not the same everywhere, or not understood";
    }
    if (enforcement == PG_ENFORCEMENT_ABSENT && is_read_in_part(f->cluster)) {
        enforcement = PG_ENFORCEMENT_UNKNOWN;
        *condition = "it does not by itself, and whether something beside it does could not be "
                     "read";
    }
    return enforcement;
}

/* What arguments change in what is known of a plugin. */
static void apply_marks(struct pg_plugin_seen *seen, unsigned marks)
{
    static const struct {
        unsigned yes, no, kind;
    } kinds[] = {{PG_AGENT_ADMIN, PG_AGENT_NO_ADMIN, 1u << PG_POLICY_ADMIN},
                 {PG_AGENT_BASELINE, PG_AGENT_NO_BASELINE, 1u << PG_POLICY_BASELINE_ADMIN}};
    if ((marks & PG_AGENT_ENFORCES) != 0 && strcmp(seen->name, "Flannel") == 0) {
        const struct plugin_facts *facts = pg_plugin_facts("kube-network-policies");
        seen->own_node = facts->own_node;
        seen->lacks = facts->lacks;
        seen->may_read = facts->may_read;
    }
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        bool yes = (marks & kinds[i].yes) != 0, no = (marks & kinds[i].no) != 0;
        if (yes == no)
            continue;
        seen->may_read &= ~kinds[i].kind;
        seen->reads |= yes ? kinds[i].kind : 0;
    }
    if ((marks & PG_AGENT_LOCALHOST) != 0)
        seen->own_node = pg_plugin_cilium_localhost;
    if ((marks & PG_AGENT_ALWAYS) != 0)
        seen->lacks = pg_plugin_cilium_always;
}

static void add_set(struct finding *f, const struct plugin_set *set)
{
    uint32_t workload = find_set(f->cluster, set);
    if (workload == PG_NONE)
        return;
    for (uint32_t i = 0; i < f->signs.n; i++)
        if (strcmp(f->signs.v[i].seen.name, set->name) == 0)
            return;
    uint32_t ns = f->cluster->workloads[workload].ns;
    unsigned marks = agents_of(f->cluster, workload);
    const char *condition;
    enum pg_enforcement enforcement = judge(f, set, marks, &condition);
    struct sign sign = {.set = set,
                        .workload = workload,
                        .below = set->under != NULL &&
                                 (marks & (PG_AGENT_ON | PG_AGENT_ODD | PG_AGENT_ENFORCES)) == 0,
                        .seen = seen_of(set->name, enforcement,
                                        pg_arena_printf(f->arena, "DaemonSet %s/%s",
                                                        text_of(f, f->cluster->namespaces[ns].name),
                                                        set->daemonset))};
    apply_marks(&sign.seen, marks);
    sign.sentence = say(f, set->name, enforcement, condition);
    if ((marks & PG_AGENT_ALWAYS) != 0)
        sign.sentence =
            pg_arena_printf(f->arena, "%s. %s", sign.sentence, pg_plugin_cilium_always[0].text);
    pg_vec_push(f->arena, &f->signs, sign);
}

/* --- nodes ---------------------------------------------------------------------------------------- */

static bool is_k3s(const struct pg_cluster *cluster, const struct pg_node *node)
{
    return strstr(pg_cluster_text(cluster, node->kubelet_version), "+k3s") != NULL;
}

static const struct pg_node *marked_node(const struct pg_cluster *cluster, unsigned marks)
{
    for (uint32_t i = 0; i < cluster->nnodes; i++)
        if ((cluster->nodes[i].marks & marks) != 0)
            return &cluster->nodes[i];
    return NULL;
}

/* k3s has its plugin inside: the kubelet's version tells of it, and its arguments whether it was turned off. On
   every node it is the same program, but each has arguments of its own. */
static void add_k3s(struct finding *f)
{
    const struct pg_node *node = NULL, *off = marked_node(f->cluster, PG_MARK_K3S_NO_POLICY);
    bool told = true;
    for (uint32_t i = 0; i < f->cluster->nnodes; i++) {
        const struct pg_node *other = &f->cluster->nodes[i];
        if (!is_k3s(f->cluster, other))
            continue;
        node = node != NULL ? node : other;
        told = told && (other->marks & PG_MARK_K3S_ARGS) != 0;
    }
    if (node == NULL)
        return;
    struct sign sign = {
        .seen = seen_of("k3s", told ? PG_ENFORCEMENT_FOUND : PG_ENFORCEMENT_UNKNOWN,
                        pg_arena_printf(f->arena, "the kubelet's version on node %s is %s",
                                        text_of(f, node->name), text_of(f, node->kubelet_version))),
        .workload = PG_NONE};
    sign.sentence = say(f, "k3s", sign.seen.enforcement,
                        "it does unless it was started with --disable-network-policy");
    if (off != NULL) {
        sign.seen.enforcement = PG_ENFORCEMENT_ABSENT;
        sign.seen.evidence =
            pg_arena_printf(f->arena, "--disable-network-policy on node %s", text_of(f, off->name));
        sign.below = true;
        sign.sentence = "policies describe intent only: k3s was started without its network policy "
                        "controller, all traffic is allowed";
        if (marked_node(f->cluster, PG_MARK_K3S_NO_FLANNEL) != NULL || is_read_in_part(f->cluster)) {
            sign.seen.enforcement = PG_ENFORCEMENT_UNKNOWN;
            sign.sentence = "whether policies are enforced is not known: k3s does not, and what "
                            "runs beside it was not seen";
        }
    }
    pg_vec_push(f->arena, &f->signs, sign);
}

/* All that was seen is that k3s's own controller is off. That is how other plugins are put on it. */
static bool is_off_only(const struct finding *f)
{
    return f->signs.n == 1 && f->signs.v[0].set == NULL && f->signs.v[0].below;
}

/* Annotations that plugins write on their nodes. */
static const struct {
    unsigned mark;
    const char *name;
    const char *condition; /* NULL: it enforces */
} MARKS[] = {
    {PG_MARK_CALICO, "Calico", NULL},
    {PG_MARK_CILIUM, "Cilium", NULL},
    {PG_MARK_ANTREA, "Antrea", NULL},
    {PG_MARK_OVN, "OVN-Kubernetes", NULL},
    {PG_MARK_FLANNEL, "Flannel",
     "it does not by itself, and whether something beside it does was not seen"},
};

#define NMARKS (sizeof MARKS / sizeof *MARKS)

static bool is_family_seen(const struct finding *f, const char *name)
{
    const char *family = pg_plugin_facts(name)->family;
    for (uint32_t i = 0; i < f->signs.n; i++)
        if (strcmp(pg_plugin_facts(f->signs.v[i].seen.name)->family, family) == 0)
            return true;
    return false;
}

/* Groups that plugins bring: that they are served does not say that the plugin runs. */
static const struct {
    const char *group, *name;
} GROUPS[] = {{"crd.projectcalico.org", "Calico"},
              {"projectcalico.org", "Calico"},
              {"cilium.io", "Cilium"},
              {"crd.antrea.io", "Antrea"},
              {"k8s.ovn.org", "OVN-Kubernetes"},
              {"networking.k8s.aws", "AWS VPC CNI"}};

#define NGROUPS (sizeof GROUPS / sizeof *GROUPS)

static bool is_group_served(const struct pg_cluster *cluster, const char *group)
{
    for (uint32_t g = 0; g < cluster->ngroups; g++)
        if (strcmp(cluster->groups[g], group) == 0)
            return true;
    return false;
}

/* For those who may not read DaemonSets; and to learn of a plugin that was, or that is to be. What Flannel writes, it
   also writes where others enforce (Canal, k3s). */
static void add_marks(struct finding *f)
{
    for (size_t i = 0; i < NMARKS; i++) {
        const struct pg_node *node = marked_node(f->cluster, MARKS[i].mark);
        const char *name = MARKS[i].name, *condition = MARKS[i].condition;
        bool flannel = MARKS[i].mark == PG_MARK_FLANNEL;
        if (node == NULL || is_family_seen(f, name) || (flannel && f->signs.n > 0))
            continue;
        if (flannel && is_group_served(f->cluster, "crd.projectcalico.org")) {
            name = "Canal";
            condition = "it is Flannel with Calico's policies, whose objects the API knows, and "
                        "whether Calico runs was not seen";
        }
        enum pg_enforcement enforcement =
            condition != NULL ? PG_ENFORCEMENT_UNKNOWN : PG_ENFORCEMENT_FOUND;
        struct sign sign = {.seen = seen_of(name, enforcement,
                                            pg_arena_printf(f->arena, "annotations of node %s",
                                                            text_of(f, node->name))),
                            .sentence = say(f, name, enforcement, condition),
                            .workload = PG_NONE};
        pg_vec_push(f->arena, &f->signs, sign);
    }
}

static const char *label_of(const struct finding *f, const struct pg_node *node, const char *key)
{
    for (uint32_t i = 0; i < node->labels.n; i++)
        if (strcmp(text_of(f, node->labels.v[i].key), key) == 0)
            return text_of(f, node->labels.v[i].value);
    return NULL;
}

static bool has_label_under(const struct finding *f, const struct pg_node *node, const char *prefix)
{
    for (uint32_t i = 0; i < node->labels.n; i++)
        if (strncmp(text_of(f, node->labels.v[i].key), prefix, strlen(prefix)) == 0)
            return true;
    return false;
}

/* Whose cluster it is, where nothing else tells: what that may mean, and that it was not seen. */
static void add_cloud(struct finding *f)
{
    for (uint32_t i = 0; i < f->cluster->nnodes && f->signs.n == 0; i++) {
        const struct pg_node *node = &f->cluster->nodes[i];
        const char *version = text_of(f, node->kubelet_version), *name = NULL, *condition = NULL;
        const char *compute = label_of(f, node, "eks.amazonaws.com/compute-type");
        const char *sign = "kubelet's version";
        if (compute != NULL && strcmp(compute, "auto") == 0) {
            name = "EKS Auto Mode";
            condition = "its NodeClass says so, which is not read";
            sign = "label eks.amazonaws.com/compute-type";
        } else if (strstr(version, "-eks-") != NULL) {
            name = "EKS";
            condition = "the AWS VPC CNI does where that was turned on, and no DaemonSet of a "
                        "network plugin was seen";
        } else if (strstr(version, "-gke.") != NULL) {
            name = "GKE";
            condition = "it does with Dataplane V2 or with its network policy add-on, and neither "
                        "was seen";
        } else if (has_label_under(f, node, "kubernetes.azure.com/")) {
            name = "AKS";
            condition = "it does where it was made with a network policy engine, and none was seen";
            sign = "labels kubernetes.azure.com/*";
        }
        if (name == NULL)
            continue;
        struct sign found = {.seen = seen_of(name, PG_ENFORCEMENT_UNKNOWN,
                                             pg_arena_printf(f->arena, "the %s of node %s", sign,
                                                             text_of(f, node->name))),
                             .sentence = say(f, name, PG_ENFORCEMENT_UNKNOWN, condition),
                             .workload = PG_NONE};
        pg_vec_push(f->arena, &f->signs, found);
    }
}

/* --- what the API tells --------------------------------------------------------------------------- */

static void add_groups(struct finding *f)
{
    for (size_t i = 0; i < NGROUPS; i++)
        for (uint32_t g = 0; g < f->cluster->ngroups; g++) {
            if (strcmp(f->cluster->groups[g], GROUPS[i].group) != 0 ||
                is_family_seen(f, GROUPS[i].name))
                continue;
            struct sign sign = {
                .seen = seen_of(GROUPS[i].name, PG_ENFORCEMENT_UNKNOWN,
                                pg_arena_printf(f->arena, "the API group %s", GROUPS[i].group)),
                .workload = PG_NONE};
            sign.sentence = pg_arena_printf(
                f->arena, "the API knows objects of %s; whether it runs was not seen",
                GROUPS[i].name);
            pg_vec_push(f->arena, &f->signs, sign);
        }
}

/* --- several, or not everywhere ---------------------------------------------------------------------- */

static bool may_run_under(const struct sign *sign, const char *name)
{
    char padded[64];
    size_t n = strlen(name);
    if (sign->set == NULL) /* k3s without its controller */
        return true;
    if (sign->set->under == NULL || n + 3 > sizeof padded)
        return false;
    padded[0] = ' ';
    memcpy(padded + 1, name, n);
    memcpy(padded + 1 + n, " ", 2);
    return strcmp(sign->set->under, "*") == 0 || strstr(sign->set->under, padded) != NULL;
}

/* Takes out the network below a plugin that enforces in its place: that is how some are meant to be run. */
static void drop_lower_layers(struct finding *f)
{
    const char *top = NULL;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < f->signs.n && top == NULL; i++)
        if (!f->signs.v[i].below)
            top = f->signs.v[i].seen.name;
    for (uint32_t i = 0; i < f->signs.n; i++) {
        const struct sign *sign = &f->signs.v[i];
        bool lower = top != NULL && sign->below && may_run_under(sign, top);
        if (!lower)
            f->signs.v[kept++] = *sign;
    }
    f->signs.n = kept;
}

/* Marks the nodes where pods of a DaemonSet run. False where none is known to run anywhere. */
static bool mark_nodes(const struct pg_cluster *cluster, uint32_t workload, bool *runs)
{
    bool any = false;
    for (uint32_t i = next_pod(cluster, workload, 0); i != PG_NONE;
         i = next_pod(cluster, workload, i + 1)) {
        const struct pg_pod *pod = &cluster->pods[i];
        if (pod->is_virtual || pod->node == PG_NONE)
            continue;
        runs[pod->node] = any = true;
    }
    return any;
}

/* The mark that the plugin of a sign writes on its nodes; 0: none. */
static unsigned mark_of(const struct sign *sign)
{
    for (size_t i = 0; i < NMARKS; i++)
        if (sign->set == NULL && strcmp(MARKS[i].name, sign->seen.name) == 0)
            return MARKS[i].mark;
    return 0;
}

/* The first node where the plugin does not seem to run, and how many there are; NULL: it may run on all. */
static const struct pg_node *find_bare_node(const struct finding *f, const struct sign *sign,
                                            uint32_t *n)
{
    const struct pg_cluster *cluster = f->cluster;
    const struct pg_node *first = NULL;
    bool *runs = pg_arena_array(f->arena, cluster->nnodes + 1, sizeof *runs);
    bool known = sign->workload != PG_NONE && mark_nodes(cluster, sign->workload, runs);
    *n = 0;
    for (uint32_t i = 0; i < cluster->nnodes; i++) {
        const struct pg_node *node = &cluster->nodes[i];
        const char *os = label_of(f, node, "kubernetes.io/os");
        bool bare = known && !runs[i];
        if (sign->workload != PG_NONE && !known) /* all of the tables are for Linux */
            bare = os != NULL && strcmp(os, "windows") == 0;
        else if (sign->workload == PG_NONE && strcmp(sign->seen.name, "k3s") == 0)
            bare = !is_k3s(cluster, node);
        else if (mark_of(sign) != 0)
            bare = (node->marks & mark_of(sign)) == 0;
        *n += bare;
        first = first == NULL && bare ? node : first;
    }
    return first;
}

static const struct pg_plugin_seen *keep_seen(struct finding *f)
{
    struct pg_plugin_seen *seen = pg_arena_array(f->arena, f->signs.n, sizeof *seen);
    for (uint32_t i = 0; i < f->signs.n; i++)
        seen[i] = f->signs.v[i].seen;
    return seen;
}

/* "a, b and c" of what is seen: the names, or where each was. */
static const char *join(const struct finding *f, bool evidence)
{
    const char *text = "";
    for (uint32_t i = 0; i < f->signs.n; i++) {
        const struct pg_plugin_seen *seen = &f->signs.v[i].seen;
        text = pg_arena_printf(f->arena, "%s%s%s", text,
                               i == 0                ? ""
                               : i + 1 == f->signs.n ? " and "
                                                     : ", ",
                               evidence ? seen->evidence : seen->name);
    }
    return text;
}

static void settle_many(struct finding *f, struct pg_plugin *plugin)
{
    bool absent = true;
    for (uint32_t i = 0; i < f->signs.n; i++)
        absent = absent && f->signs.v[i].seen.enforcement == PG_ENFORCEMENT_ABSENT;
    plugin->mixed = true;
    plugin->name = join(f, false);
    plugin->evidence = join(f, true);
    plugin->enforcement = absent ? PG_ENFORCEMENT_ABSENT : PG_ENFORCEMENT_UNKNOWN;
    plugin->sentence =
        absent ? say(f, plugin->name, PG_ENFORCEMENT_ABSENT, NULL)
               : pg_arena_printf(f->arena,
                                 "signs of more than one network plugin were seen, %s: which of "
                                 "them serves a node, and whether it enforces NetworkPolicy "
                                 "there, is not known",
                                 plugin->name);
}

/* One that does not enforce need not be alone where the API knows the objects of another. */
static bool is_another_served(const struct finding *f, const struct sign *sign)
{
    const char *family = pg_plugin_facts(sign->seen.name)->family;
    for (size_t i = 0; i < NGROUPS; i++)
        if (strcmp(pg_plugin_facts(GROUPS[i].name)->family, family) != 0 &&
            is_group_served(f->cluster, GROUPS[i].group))
            return true;
    return false;
}

static void settle_one(struct finding *f, struct pg_plugin *plugin)
{
    const struct sign *sign = &f->signs.v[0];
    uint32_t n;
    plugin->name = sign->seen.name;
    plugin->evidence = sign->seen.evidence;
    plugin->enforcement = sign->seen.enforcement;
    plugin->sentence = sign->sentence;
    if (sign->seen.enforcement == PG_ENFORCEMENT_ABSENT && is_another_served(f, sign)) {
        plugin->enforcement = PG_ENFORCEMENT_UNKNOWN;
        plugin->sentence = say(f, sign->seen.name, PG_ENFORCEMENT_UNKNOWN,
                               "it does not by itself, and what runs beside it was not seen");
    }
    if (plugin->enforcement == PG_ENFORCEMENT_UNKNOWN)
        return;
    const struct pg_node *bare = find_bare_node(f, sign, &n);
    if (bare == NULL)
        return;
    bool enforces = sign->seen.enforcement == PG_ENFORCEMENT_FOUND;
    const char *more = n > 1 ? pg_arena_printf(f->arena, " and %u more", n - 1) : "";
    plugin->mixed = true;
    plugin->enforcement = PG_ENFORCEMENT_UNKNOWN;
    plugin->sentence = pg_arena_printf(
        f->arena,
        "%s %s NetworkPolicy on the nodes where it runs; it was not seen on node %s%s, and whether "
        "anything enforces there is not known",
        sign->seen.name, enforces ? "enforces" : "does not enforce", text_of(f, bare->name), more);
}

/* --- all of it ------------------------------------------------------------------------------------ */

struct pg_plugin pg_plugin_find(struct pg_arena *arena, const struct pg_cluster *cluster)
{
    struct finding f = {.arena = arena, .cluster = cluster};
    struct pg_plugin plugin = {.enforcement = PG_ENFORCEMENT_UNKNOWN,
                               .sentence = "assumes a network plugin that enforces NetworkPolicy: "
                                           "none was seen"};
    for (uint32_t i = 0; i < pg_plugin_nsets; i++)
        add_set(&f, &pg_plugin_sets[i]);
    add_k3s(&f);
    add_marks(&f);
    if (f.signs.n == 0 || is_off_only(&f))
        add_groups(&f);
    add_cloud(&f);
    drop_lower_layers(&f);
    if (f.signs.n > 1)
        settle_many(&f, &plugin);
    else if (f.signs.n == 1)
        settle_one(&f, &plugin);
    plugin.seen = keep_seen(&f);
    plugin.nseen = f.signs.n;
    return plugin;
}

const char *pg_enforcement_name(enum pg_enforcement enforcement)
{
    static const char *const names[] = {
        [PG_ENFORCEMENT_UNKNOWN] = "unknown",
        [PG_ENFORCEMENT_FOUND] = "found",
        [PG_ENFORCEMENT_ABSENT] = "absent",
    };
    return names[enforcement];
}
