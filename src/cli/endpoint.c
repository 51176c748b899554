#include "endpoint.h"

#include <string.h>
#include <strings.h>

#include "args.h"
#include "polgrid/grid.h"
#include "polgrid/vec.h"

struct finder {
    struct pg_arena *arena;
    const struct pg_eval *eval;
    const struct pg_cluster *cluster;
    struct pg_cli_ends *ends;
    struct pg_err *err;
};

static bool found(struct finder *finder, struct pg_end end)
{
    struct pg_end *copy = pg_arena_alloc(finder->arena, sizeof *copy);
    *copy = end;
    finder->ends->v = copy;
    finder->ends->n = 1;
    return true;
}

static bool found_pod(struct finder *finder, uint32_t pod)
{
    return found(finder, (struct pg_end){.kind = PG_END_POD, .index = pod});
}

/* --- addresses ----------------------------------------------------------------------------------- */

/* The service with a cluster IP; PG_NONE where there is none. */
static uint32_t service_at(const struct pg_cluster *cluster, struct pg_addr addr)
{
    for (uint32_t i = 0; i < cluster->nservices; i++)
        for (int family = 0; family < 2; family++)
            if (cluster->services[i].cluster_ip[family].family != 0 &&
                pg_addr_compare(cluster->services[i].cluster_ip[family], addr) == 0)
                return i;
    return PG_NONE;
}

/* The address of a pod is that pod, of a node that node (semantics 2.10); that of a service is translated
   before any policy sees it (9.1). */
static bool found_addr(struct finder *finder, struct pg_addr addr)
{
    uint32_t service = service_at(finder->cluster, addr);
    finder->ends->family = addr.family;
    if (service != PG_NONE) {
        finder->ends->service = service;
        finder->ends->asked = NULL;
        return true;
    }
    return found(finder, pg_end_at(finder->cluster, addr));
}

static uint32_t count_pods_in(const struct pg_cluster *cluster, struct pg_cidr cidr)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < cluster->npods; i++) {
        const struct pg_addr *addr = cluster->pods[i].addr;
        n += pg_cidr_has(cidr, addr[0]) || pg_cidr_has(cidr, addr[1]);
    }
    return n;
}

/* The first address of a block that is in a group of outside addresses; family 0 where none is. */
static struct pg_addr first_common(const struct pg_class *class, struct pg_cidr cidr)
{
    struct pg_addr first = pg_cidr_first(cidr), last = pg_cidr_last(cidr);
    for (uint32_t i = 0; i < class->nranges; i++) {
        struct pg_addr_range range = class->ranges[i];
        if (range.first.family != first.family || pg_addr_compare(range.last, first) < 0 ||
            pg_addr_compare(range.first, last) > 0)
            continue;
        return pg_addr_compare(range.first, first) > 0 ? range.first : first;
    }
    return (struct pg_addr){.family = 0};
}

/* A block stands for the outside addresses in it: one of each group that policies tell apart. */
static bool found_cidr(struct finder *finder, const char *text, struct pg_cidr cidr)
{
    PG_VEC(struct pg_end) ends = {0};
    for (uint32_t i = 0; i < pg_eval_nclasses(finder->eval); i++) {
        const struct pg_class *class = pg_eval_class(finder->eval, i);
        if (class->kind != PG_CLASS_OUTSIDE)
            continue;
        struct pg_addr addr = first_common(class, cidr);
        struct pg_end end = {.kind = PG_END_ADDR,
                             .addr = addr,
                             .maybe_inside = pg_cluster_addresses_unread(finder->cluster)};
        if (addr.family != 0)
            pg_vec_push(finder->arena, &ends, end);
    }
    if (ends.n == 0)
        return pg_err_set(finder->err, "%s: no address outside the cluster is in it", text);
    finder->ends->v = ends.v;
    finder->ends->n = ends.n;
    finder->ends->asked = text;
    uint32_t npods = count_pods_in(finder->cluster, cidr);
    if (npods > 0)
        finder->ends->note =
            pg_arena_printf(finder->arena,
                            "%s stands for the addresses outside the cluster; the %u %s with an "
                            "address in it must be asked by name",
                            text, (unsigned)npods, npods == 1 ? "pod" : "pods");
    return true;
}

static bool find_internet(struct finder *finder, const char *text, int family)
{
    uint32_t class = pg_grid_internet(finder->eval, family);
    if (class == PG_NONE)
        return pg_err_set(finder->err, "%s: every IPv%d address is inside the cluster", text,
                          family);
    finder->ends->asked = text;
    return found(
        finder, (struct pg_end){.kind = PG_END_ADDR, .addr = pg_grid_example(finder->eval, class)});
}

/* --- names --------------------------------------------------------------------------------------- */

static const char *ns_text(const struct finder *finder, uint32_t ns)
{
    return pg_cluster_text(finder->cluster, finder->cluster->namespaces[ns].name);
}

/* It was not found. Returns whether it may be there all the same, since not all of its kind was read; in `ns`, or
   anywhere where that is NULL. */
static bool may_be_unread(struct finder *finder, const char *what, const char *kind, const char *ns)
{
    const struct pg_unread *unread = pg_cluster_find_unread(finder->cluster, kind, ns);
    if (!unread)
        return false;
    finder->ends->unread = true;
    pg_err_set(finder->err, "nothing is known of %s: not all %s could be read (%s)", what,
               unread->resource, unread->reason);
    return true;
}

static bool no_namespace(struct finder *finder, const char *name)
{
    const struct pg_cluster *cluster = finder->cluster;
    if (may_be_unread(finder, pg_arena_printf(finder->arena, "namespace %s", name), "Namespace",
                      NULL))
        return false;
    const char **names =
        pg_arena_array(finder->arena, (size_t)cluster->nnamespaces + 1, sizeof *names);
    for (uint32_t i = 0; i < cluster->nnamespaces; i++)
        names[i] = ns_text(finder, i);
    const char *near = pg_cli_nearest(name, names);
    if (near)
        return pg_err_set(finder->err, "no namespace %s; did you mean %s?", name, near);
    return pg_err_set(finder->err, "no namespace %s", name);
}

/* Something that was read but is no endpoint: a finished pod, a workload scaled to zero. */
static bool is_excluded(struct finder *finder, uint32_t ns, const char *name)
{
    for (uint32_t i = 0; i < finder->cluster->nexcluded; i++) {
        const struct pg_excluded *excluded = &finder->cluster->excluded[i];
        if (excluded->ns != ns || strcmp(pg_cluster_text(finder->cluster, excluded->name), name))
            continue;
        pg_err_set(finder->err, "%s/%s takes no part: %s", ns_text(finder, ns), name,
                   excluded->reason);
        return true;
    }
    return false;
}

static bool no_pod(struct finder *finder, uint32_t ns, const char *name)
{
    const struct pg_namespace *namespace = &finder->cluster->namespaces[ns];
    uint32_t n = 0;
    if (is_excluded(finder, ns, name) ||
        may_be_unread(finder, pg_arena_printf(finder->arena, "%s/%s", ns_text(finder, ns), name),
                      "Pod", ns_text(finder, ns)))
        return false;
    const char **names = pg_arena_array(
        finder->arena, (size_t) namespace->npods + namespace->nworkloads + 1, sizeof *names);
    for (uint32_t i = 0; i < namespace->nworkloads; i++) {
        const struct pg_workload *workload =
            &finder->cluster->workloads[namespace->first_workload + i];
        names[n++] = pg_cluster_text(finder->cluster, workload->name);
    }
    for (uint32_t i = 0; i < namespace->npods; i++)
        names[n++] =
            pg_cluster_text(finder->cluster, finder->cluster->pods[namespace->first_pod + i].name);
    const char *near = pg_cli_nearest(name, names);
    if (near)
        return pg_err_set(finder->err, "no pod or workload %s/%s; did you mean %s/%s?",
                          ns_text(finder, ns), name, ns_text(finder, ns), near);
    return pg_err_set(finder->err, "no pod or workload %s/%s", ns_text(finder, ns), name);
}

/* Every pod of a workload answers for it: the live ones, or the virtual one. */
static bool found_workload(struct finder *finder, const char *asked, uint32_t index)
{
    const struct pg_workload *workload = &finder->cluster->workloads[index];
    const struct pg_namespace *namespace = &finder->cluster->namespaces[workload->ns];
    PG_VEC(struct pg_end) ends = {0};
    for (uint32_t i = namespace->first_pod; i < namespace->first_pod + namespace->npods; i++) {
        struct pg_end end = {.kind = PG_END_POD, .index = i};
        if (finder->cluster->pods[i].workload == index)
            pg_vec_push(finder->arena, &ends, end);
    }
    if (ends.n == 0)
        return pg_err_set(finder->err, "%s has no pods", asked);
    finder->ends->v = ends.v;
    finder->ends->n = ends.n;
    if (ends.n > 1) {
        finder->ends->workload = index;
        finder->ends->asked = asked;
    }
    return true;
}

/* NS/NAME: a pod, or the only workload of that name. */
static bool find_in_namespace(struct finder *finder, const char *asked, uint32_t ns,
                              const char *name)
{
    uint32_t pod = pg_cluster_find_pod(finder->cluster, ns, name);
    if (pod != PG_NONE)
        return found_pod(finder, pod);
    const struct pg_namespace *namespace = &finder->cluster->namespaces[ns];
    uint32_t match = PG_NONE;
    for (uint32_t i = 0; i < namespace->nworkloads; i++) {
        uint32_t index = namespace->first_workload + i;
        const struct pg_workload *workload = &finder->cluster->workloads[index];
        if (strcmp(pg_cluster_text(finder->cluster, workload->name), name) != 0)
            continue;
        if (match != PG_NONE)
            return pg_err_set(
                finder->err, "%s is several workloads; name one as NS/KIND/NAME (%s/%s/%s)", asked,
                ns_text(finder, ns), pg_cluster_text(finder->cluster, workload->kind), name);
        match = index;
    }
    return match == PG_NONE ? no_pod(finder, ns, name) : found_workload(finder, asked, match);
}

static bool is_one_of(const char *word, const char *const *words)
{
    for (; *words; words++) {
        if (strcasecmp(word, *words) == 0)
            return true;
    }
    return false;
}

static bool find_service(struct finder *finder, uint32_t ns, const char *name)
{
    uint32_t service = pg_cluster_find_service(finder->cluster, ns, name);
    if (service == PG_NONE &&
        may_be_unread(finder,
                      pg_arena_printf(finder->arena, "service %s/%s", ns_text(finder, ns), name),
                      "Service", ns_text(finder, ns)))
        return false;
    if (service == PG_NONE)
        return pg_err_set(finder->err, "no service %s in namespace %s", name, ns_text(finder, ns));
    finder->ends->service = service;
    return true;
}

static bool no_workload(struct finder *finder, uint32_t ns, const char *kind, const char *name)
{
    const char *in = ns_text(finder, ns);
    const char *what = pg_arena_printf(finder->arena, "%s %s/%s", kind, in, name);
    for (uint32_t i = 0; i < finder->cluster->nunread; i++) {
        const char *unread = finder->cluster->unread[i].kind;
        if (pg_kind_is(unread, kind) && may_be_unread(finder, what, unread, in))
            return false;
    }
    return !may_be_unread(finder, what, "Pod", in) &&
           pg_err_set(finder->err, "no %s %s in namespace %s", kind, name, in);
}

static const char *const services[] = {"service", "services", "svc", NULL};

static bool find_by_kind(struct finder *finder, const char *asked, uint32_t ns, const char *kind,
                         const char *name)
{
    if (is_one_of(kind, services))
        return find_service(finder, ns, name);
    if (pg_kind_is("Pod", kind)) {
        uint32_t pod = pg_cluster_find_pod(finder->cluster, ns, name);
        return pod == PG_NONE ? no_pod(finder, ns, name) : found_pod(finder, pod);
    }
    uint32_t workload = pg_cluster_find_workload(finder->cluster, ns, kind, name);
    if (workload == PG_NONE)
        return no_workload(finder, ns, kind, name);
    return found_workload(finder, asked, workload);
}

static bool find_node(struct finder *finder, const char *name)
{
    uint32_t node = pg_cluster_find_node(finder->cluster, name);
    if (node == PG_NONE)
        return !may_be_unread(finder, pg_arena_printf(finder->arena, "node %s", name), "Node",
                              NULL) &&
               pg_err_set(finder->err, "no node %s", name);
    return found(finder, (struct pg_end){.kind = PG_END_NODE, .index = node});
}

/* KIND/NAME, as kubectl takes it. */
static bool is_kind(const struct finder *finder, const char *word, const char *name,
                    const char *default_ns)
{
    uint32_t ns = pg_cluster_find_namespace(finder->cluster, default_ns);
    return pg_kind_is_usual(word) || is_one_of(word, services) ||
           (ns != PG_NONE && pg_cluster_find_workload(finder->cluster, ns, word, name) != PG_NONE);
}

static bool find_in_default(struct finder *finder, const char *text, const char *kind,
                            const char *name, const char *ns_name)
{
    uint32_t ns = pg_cluster_find_namespace(finder->cluster, ns_name);
    if (ns == PG_NONE) {
        no_namespace(finder, ns_name);
        return pg_err_add(finder->err, "%s: write NS/%s, or name it with -n", text,
                          kind ? "KIND/NAME" : "NAME");
    }
    if (!kind)
        return find_in_namespace(finder, text, ns, name);
    /* In the answer it is not to be taken for NS/NAME. */
    return find_by_kind(finder, pg_arena_printf(finder->arena, "%s/%s", ns_name, text), ns, kind,
                        name);
}

static bool find_name(struct finder *finder, const char *text, const char *default_ns)
{
    const char *slash = strchr(text, '/');
    if (!slash)
        return find_in_default(finder, text, NULL, text, default_ns);
    const char *ns_name = pg_arena_strndup(finder->arena, text, (size_t)(slash - text));
    const char *rest = slash + 1, *second = strchr(rest, '/');
    uint32_t ns = pg_cluster_find_namespace(finder->cluster, ns_name);
    if (strcmp(ns_name, "node") == 0 &&
        (ns == PG_NONE || pg_cluster_find_node(finder->cluster, rest) != PG_NONE))
        return find_node(finder, rest);
    if (ns == PG_NONE && !second && is_kind(finder, ns_name, rest, default_ns))
        return find_in_default(finder, text, ns_name, rest, default_ns);
    if (ns == PG_NONE)
        return no_namespace(finder, ns_name);
    if (!second)
        return find_in_namespace(finder, text, ns, rest);
    return find_by_kind(finder, text, ns,
                        pg_arena_strndup(finder->arena, rest, (size_t)(second - rest)), second + 1);
}

bool pg_cli_endpoint_find(struct pg_arena *arena, const struct pg_eval *eval, const char *text,
                          const char *ns, struct pg_cli_ends *ends, struct pg_err *err)
{
    struct finder finder = {arena, eval, pg_eval_cluster(eval), ends, err};
    struct pg_cidr cidr;
    struct pg_addr addr;
    *ends = (struct pg_cli_ends){.workload = PG_NONE, .service = PG_NONE};
    if (*text == '\0')
        return pg_err_set(err, "an endpoint is empty");
    if (strcmp(text, "internet") == 0)
        return find_internet(&finder, text, pg_eval_assume(eval)->family == 6 ? 6 : 4);
    if (strcmp(text, "internet-ipv6") == 0)
        return find_internet(&finder, text, 6);
    if (pg_addr_parse(text, &addr, NULL))
        return found_addr(&finder, addr);
    if (pg_cidr_parse(text, &cidr, NULL))
        return found_cidr(&finder, text, cidr);
    return find_name(&finder, text, ns);
}

const char *pg_cli_endpoint_namespace(const struct pg_cli_run *run, const struct pg_cluster *cluster)
{
    const char *given = run->args->values[PG_OPT_NAMESPACE];
    const struct pg_origin *origin = cluster->origin;
    /* That of a live cluster minds -n already. Where a snapshot was taken is not where its reader works. */
    if (origin && !origin->taken && origin->namespace_)
        return origin->namespace_;
    return given ? given : "default";
}

uint32_t pg_cli_endpoint_given(const struct pg_cli_run *run, const struct pg_cluster *cluster,
                               int *status, struct pg_err *err)
{
    const char *name = run->args->values[PG_OPT_NAMESPACE];
    uint32_t ns = pg_cluster_find_namespace(cluster, name);
    if (ns == PG_NONE) {
        struct pg_cli_ends ends = {0};
        struct finder finder = {.arena = run->arena, .cluster = cluster, .ends = &ends, .err = err};
        no_namespace(&finder, name);
        *status = ends.unread ? PG_CLI_UNDECIDED : PG_CLI_USAGE;
    }
    return ns;
}

/* --- destinations -------------------------------------------------------------------------------- */

bool pg_cli_endpoint_split(struct pg_arena *arena, const char *text, const char **name,
                           const char **port, struct pg_err *err)
{
    const char *end;
    *port = "";
    if (*text == '[') {
        const char *bracket = strchr(text, ']');
        if (!bracket)
            return pg_err_set(err, "%s: the bracket is not closed", text);
        *name = pg_arena_strndup(arena, text + 1, (size_t)(bracket - text - 1));
        end = bracket + 1;
    } else {
        const char *colon = strchr(text, ':');
        bool bare_ipv6 = colon && strchr(colon + 1, ':');
        end = colon && !bare_ipv6 ? colon : text + strlen(text);
        *name = pg_arena_strndup(arena, text, (size_t)(end - text));
    }
    if (*end == ':')
        *port = end + 1;
    else if (*end)
        return pg_err_set(err, "%s: after the bracket comes :PORT, not %s", text, end);
    return true;
}
