/* The follower: what the oracle's random worlds do not reach: services, what was touched, why it is stale. */
#include "unit.h"

#include "polgrid/follow.h"
#include "world.h"

#define NS(name, labels) \
    "apiVersion: v1\nkind: Namespace\nmetadata: {name: " name ", labels: {" labels "}}\n---\n"
#define POD(ns, name, labels, ip)                                                               \
    "apiVersion: v1\nkind: Pod\nmetadata: {name: " name ", namespace: " ns ", labels: {" labels \
    "}}\nspec: {containers: [{name: c, ports: [{name: http, containerPort: 8080}]}]}\nstatus: " \
    "{podIP: " ip "}\n---\n"
#define POLICY(ns, spec)                                                                        \
    "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p, namespace: " ns \
    "}\nspec: {" spec "}\n---\n"
#define SERVICE(ns, port)                                                                      \
    "apiVersion: v1\nkind: Service\nmetadata: {name: s, namespace: " ns "}\nspec: {selector: " \
    "{app: web}, ports: [{port: " port "}]}\n---\n"
#define FROM_X                                                  \
    "podSelector: {matchLabels: {app: db}}, ingress: [{from: [" \
    "{namespaceSelector: {matchLabels: {team: x}}}]}]"
#define SPACES NS("a", "team: x") NS("b", "team: y")
#define PODS   POD("a", "web", "app: web", "10.0.0.1") POD("b", "db", "app: db", "10.0.0.2")
#define BASE   SPACES PODS POLICY("b", FROM_X)

/* The event that puts the only policy of a text. */
static enum pg_follow_result put_policy(struct pg_follow *follow, const char *yaml)
{
    struct world world = world_open(yaml, NULL);
    const struct pg_policy *policy = &world.cluster->policies[0];
    struct pg_change change = {
        .kind = PG_CHANGE_POLICY,
        .ns = pg_cluster_text(world.cluster, world.cluster->namespaces[policy->ns].name),
        .name = pg_cluster_text(world.cluster, policy->name),
        .strs = world.cluster->strs,
        .policy = policy,
        .policy_group = pg_cluster_text(world.cluster, policy->group),
        .policy_kind = pg_cluster_text(world.cluster, policy->kind_name),
    };
    enum pg_follow_result result = pg_follow_apply(follow, &change);
    world_close(&world);
    return result;
}

static struct pg_follow *follow_text(const char *yaml)
{
    struct world world = world_open(yaml, NULL);
    struct pg_follow *follow = pg_follow_new(world.cluster, NULL);
    world_close(&world); /* it has copied what it needs */
    return follow;
}

static bool is_open(struct pg_follow *follow)
{
    struct pg_cell cell;
    assert_true(pg_follow_cell(follow, "a", "web", "b", "db", &cell));
    return cell.sure == PG_PORTS_ALL;
}

static void touches(void **state)
{
    (void)state;
    struct pg_follow *follow = follow_text(BASE);
    assert_true(is_open(follow));
    struct pg_change gone = {.kind = PG_CHANGE_NAMESPACE, .removed = true, .name = "a"};
    assert_int_equal(pg_follow_apply(follow, &gone), PG_FOLLOW_APPLIED);
    assert_false(is_open(follow)); /* its labels went with it, its pod did not */
    uint32_t n;
    const uint32_t *touched = pg_follow_touched(follow, &n);
    assert_int_equal(n, 1);
    uint32_t web = pg_follow_find_pod(follow, "a", "web");
    assert_int_equal(touched[0], pg_eval_class_of_pod(pg_follow_eval(follow), web));
    assert_int_equal(pg_follow_first_pod(follow, touched[0]), web);
    assert_int_equal(pg_follow_next_pod(follow, web), PG_NONE);
    pg_follow_free(follow);
}

static void services(void **state)
{
    (void)state;
    struct pg_follow *follow = follow_text(BASE SERVICE("a", "80"));
    struct world world = world_open(SERVICE("a", "81") SERVICE("c", "82"), NULL);
    for (uint32_t i = 0; i < 2; i++) {
        struct pg_change change = {.kind = PG_CHANGE_SERVICE,
                                   .ns = i == 0 ? "a" : "c",
                                   .name = "s",
                                   .strs = world.cluster->strs,
                                   .service = &world.cluster->services[i]};
        assert_int_equal(pg_follow_apply(follow, &change), PG_FOLLOW_APPLIED);
    }
    world_close(&world);
    struct pg_cluster *frozen = pg_follow_cluster(follow);
    assert_int_equal(frozen->nservices, 2);
    assert_int_equal(frozen->nnamespaces, 3); /* c is made up */
    assert_true(frozen->namespaces[2].synthesised);
    assert_int_equal(frozen->services[0].ports[0].port, 81);
    assert_int_equal(frozen->services[1].ns, 2);
    pg_cluster_free(frozen);
    struct pg_change gone = {.kind = PG_CHANGE_SERVICE, .removed = true, .ns = "c", .name = "s"};
    assert_int_equal(pg_follow_apply(follow, &gone), PG_FOLLOW_APPLIED);
    frozen = pg_follow_cluster(follow);
    assert_int_equal(frozen->nservices, 1);
    assert_int_equal(frozen->nnamespaces, 2);
    pg_cluster_free(frozen);
    pg_follow_free(follow);
}

static void reasons(void **state)
{
    (void)state;
    static const struct {
        const char *policy;
        enum pg_stale stale;
    } cases[] = {
        {POLICY("b", "podSelector: {matchLabels: {app: web}}"), PG_STALE_NOT},
        {POLICY("b", "podSelector: {}, ingress: [{from: [{namespaceSelector: {}, podSelector: "
                     "{matchLabels: {app: web}}}]}]"),
         PG_STALE_LABEL},
        {POLICY("b", "podSelector: {}, ingress: [{from: [{namespaceSelector: {}, podSelector: "
                     "{matchLabels: {tier: web}}}]}]"), /* nobody has it */
         PG_STALE_NOT},
        {POLICY("b", "podSelector: {}, ingress: [{ports: [{port: http}]}]"), PG_STALE_NOT},
        {POLICY("b", "podSelector: {}, egress: [{ports: [{port: http}]}]"), PG_STALE_PORT_NAME},
        {POLICY("b", "podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8}}]}]"),
         PG_STALE_BLOCK},
        {"apiVersion: crd.antrea.io/v1beta1\nkind: NetworkPolicy\nmetadata: {name: o, namespace: "
         "b}\nspec: {priority: 5}\n",
         PG_STALE_KIND},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct pg_follow *follow = follow_text(BASE);
        enum pg_follow_result result = put_policy(follow, cases[i].policy);
        assert_int_equal(pg_follow_stale(follow), cases[i].stale);
        assert_int_equal(result == PG_FOLLOW_STALE, cases[i].stale != PG_STALE_NOT);
        assert_int_equal(pg_follow_count(follow, cases[i].stale), 1);
        struct pg_cell cell;
        assert_int_equal(pg_follow_cell(follow, "a", "web", "b", "db", &cell),
                         cases[i].stale == PG_STALE_NOT);
        follow = pg_follow_renew(follow);
        assert_int_equal(pg_follow_stale(follow),
                         cases[i].stale == PG_STALE_KIND ? PG_STALE_KIND : PG_STALE_NOT);
        pg_follow_free(follow);
    }
}

static struct pg_cluster *load_without(const char *yaml, const char *resource)
{
    struct pg_unread unread = {.what = PG_UNREAD_PEERS,
                               .group = "",
                               .resource = resource,
                               .kind = "",
                               .reason = "no",
                               .except = (const char *const[]){"shop"},
                               .nexcept = 1};
    struct pg_loader *loader = pg_loader_new(NULL);
    pg_loader_unread(loader, &unread);
    pg_loader_text(loader, "test.yaml", yaml, strlen(yaml));
    return pg_loader_finish(loader);
}

/* A cluster of which not all was read is not complete for having been followed. */
static void incomplete(void **state)
{
    (void)state;
    struct pg_cluster *cluster = load_without(BASE, "pods");
    assert_false(pg_cluster_complete(cluster));
    struct pg_follow *follow = pg_follow_new(cluster, NULL);
    pg_cluster_free(cluster);
    follow = pg_follow_renew(follow);
    cluster = pg_follow_cluster(follow);
    pg_follow_free(follow);
    assert_false(pg_cluster_complete(cluster));
    assert_int_equal(cluster->nunread, 1);
    assert_string_equal(cluster->unread[0].resource, "pods");
    assert_int_equal(cluster->unread[0].nexcept, 1);
    assert_string_equal(cluster->unread[0].except[0], "shop");
    pg_cluster_free(cluster);
}

static bool surely_open(const struct pg_cluster *cluster)
{
    struct pg_eval *eval = pg_eval_new(cluster, NULL);
    struct pg_end from = {.kind = PG_END_POD, .index = 0}, to = from;
    to.index = cluster->npods - 1;
    bool open = pg_eval_pair(eval, &from, &to).sure == PG_PORTS_ALL;
    pg_eval_free(eval);
    return open;
}

/* Where namespaces could not be read, a peer is of parts that read labels of pods, too: such a cluster is not
   followed, nor is such a policy. */
static void doubts(void **state)
{
    (void)state;
    static const char from_web[] =
        POLICY("b", "podSelector: {}, ingress: [{from: [{namespaceSelector: {matchLabels: {team: "
                    "x}}, podSelector: {matchLabels: {app: web}}}]}]") POD("c", "o", "", "10.0.0.3");
    static const char yaml[] = NS("a", "team: x") PODS POD("a", "x", "app: x", "10.0.0.4");
    struct pg_buf text = {0};
    pg_buf_puts(&text, yaml);
    pg_buf_puts(&text, from_web);
    struct pg_cluster *cluster = load_without(pg_buf_text(&text), "namespaces");
    struct pg_follow *follow = pg_follow_new(cluster, NULL);
    struct pg_cell cell;
    assert_int_not_equal(pg_follow_stale(follow), PG_STALE_NOT);
    assert_false(pg_follow_cell(follow, "a", "web", "b", "db", &cell));
    pg_follow_free(follow);

    follow = follow_text(yaml);
    struct pg_change change = {.kind = PG_CHANGE_POLICY,
                               .ns = "b",
                               .name = "p",
                               .strs = cluster->strs,
                               .policy = &cluster->policies[0],
                               .policy_group = "networking.k8s.io",
                               .policy_kind = "NetworkPolicy"};
    assert_int_equal(pg_follow_apply(follow, &change), PG_FOLLOW_STALE);
    assert_int_equal(pg_follow_stale(follow), PG_STALE_KIND);
    struct pg_cluster *frozen = pg_follow_cluster(follow);
    assert_true(surely_open(frozen)); /* a/web may come in, as when nothing is followed */
    pg_cluster_free(frozen);
    pg_follow_free(follow);
    pg_cluster_free(cluster);

    cluster = load_without(yaml, "namespaces"); /* nothing is in doubt yet */
    follow = pg_follow_new(cluster, NULL);
    pg_cluster_free(cluster);
    assert_int_equal(pg_follow_stale(follow), PG_STALE_UNREAD);
    follow = pg_follow_renew(follow);
    assert_int_equal(pg_follow_stale(follow), PG_STALE_UNREAD);
    pg_follow_free(follow);
    pg_buf_free(&text);
}

/* A pod says anew how many replicas its workload has: that is whether the pod that stands for them is a pair with
   itself. */
static void replicas(void **state)
{
    (void)state;
    static const char yaml[] =
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: w, namespace: b}\nspec: "
        "{replicas: "
        "1, template: {metadata: {labels: {app: w}}, spec: {containers: [{name: c}]}}}\n---\n" PODS
            POLICY("b", "podSelector: {matchLabels: {app: w}}, ingress: []");
    struct pg_follow *follow = follow_text(yaml);
    struct pg_cell cell;
    assert_true(pg_follow_cell(follow, "b", "w[Deployment]", "b", "w[Deployment]", &cell));
    assert_int_equal(cell.sure, PG_PORTS_ALL);

    struct world world = world_open(yaml, NULL);
    uint32_t ns = pg_cluster_find_namespace(world.cluster, "b");
    uint32_t db = pg_cluster_find_pod(world.cluster, ns, "db");
    struct pg_workload workload =
        world.cluster->workloads[pg_cluster_find_workload(world.cluster, ns, "deployment", "w")];
    workload.replicas = 3;
    struct pg_change change = {.kind = PG_CHANGE_POD,
                               .ns = "b",
                               .name = "db",
                               .strs = world.cluster->strs,
                               .pod = &world.cluster->pods[db],
                               .workload = &workload};
    assert_int_equal(pg_follow_apply(follow, &change), PG_FOLLOW_APPLIED);
    world_close(&world);
    assert_true(pg_follow_cell(follow, "b", "w[Deployment]", "b", "w[Deployment]", &cell));
    assert_int_equal(cell.sure, PG_PORTS_NONE);
    struct pg_eval *eval = pg_follow_eval(follow);
    uint32_t n, class = pg_eval_class_of_pod(eval, pg_follow_find_pod(follow, "b", "w[Deployment]"));
    const uint32_t *touched = pg_follow_touched(follow, &n);
    bool told = false;
    for (uint32_t i = 0; i < n; i++)
        told |= touched[i] == class;
    assert_true(told);
    assert_int_equal(pg_eval_class(eval, class)->nselves, 1);
    pg_follow_free(follow);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(touches),    cmocka_unit_test(services), cmocka_unit_test(reasons),
        cmocka_unit_test(incomplete), cmocka_unit_test(doubts),   cmocka_unit_test(replicas),
    };
    return cmocka_run_group_tests_name("follow", tests, NULL, NULL);
}
