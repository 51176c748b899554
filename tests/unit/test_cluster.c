/* cluster.h and diag.h, on a small cluster made by hand */
#include "unit.h"

#include <string.h>

#include "polgrid/cluster.h"

static pg_str str(struct pg_cluster *cluster, const char *text)
{
    return pg_strs_puts(cluster->strs, text);
}

static struct pg_addr addr(const char *text)
{
    struct pg_addr read;

    if (!pg_addr_parse(text, &read, NULL))
        fail_msg("%s is no address", text);
    return read;
}

static void fill_pods(struct pg_cluster *cluster)
{
    static const struct {
        uint32_t ns;
        const char *name, *v4, *v6;
        bool host_network;
    } pods[] = {
        {0, "dns-1", "10.0.0.1", NULL, false},
        {0, "proxy", "192.168.0.1", NULL, true},
        {2, "api-1", "10.0.0.2", "fd00::2", false},
        {2, "api-10", "10.0.0.3", NULL, false},
        {2, "api-2", NULL, NULL, false},
        {2, "web", "10.0.0.2", NULL, false},
    };

    cluster->npods = PG_COUNT(pods);
    cluster->pods = pg_arena_array(cluster->arena, PG_COUNT(pods), sizeof *cluster->pods);
    for (uint32_t i = 0; i < cluster->npods; i++) {
        struct pg_pod *pod = &cluster->pods[i];
        pod->ns = pods[i].ns;
        pod->name = str(cluster, pods[i].name);
        pod->host_network = pods[i].host_network;
        if (pods[i].v4)
            pod->addr[0] = addr(pods[i].v4);
        if (pods[i].v6)
            pod->addr[1] = addr(pods[i].v6);
    }
}

static void fill_workloads(struct pg_cluster *cluster)
{
    static const struct {
        uint32_t ns;
        const char *kind, *name;
    } workloads[] = {
        {0, "DaemonSet", "proxy"}, {0, "Deployment", "dns"}, {2, "CronJob", "report"},
        {2, "Deployment", "api"},  {2, "Deployment", "web"}, {2, "Job", "web"},
        {2, "Pod", "web"},         {2, "Rollout", "canary"}, {2, "StatefulSet", "db"},
    };

    cluster->nworkloads = PG_COUNT(workloads);
    cluster->workloads =
        pg_arena_array(cluster->arena, PG_COUNT(workloads), sizeof *cluster->workloads);
    for (uint32_t i = 0; i < cluster->nworkloads; i++) {
        cluster->workloads[i].ns = workloads[i].ns;
        cluster->workloads[i].kind = str(cluster, workloads[i].kind);
        cluster->workloads[i].name = str(cluster, workloads[i].name);
    }
}

static void fill_nodes(struct pg_cluster *cluster)
{
    static const char *const names[] = {"node-a", "node-b"};
    struct pg_addr *addrs = pg_arena_array(cluster->arena, 3, sizeof *addrs);

    addrs[0] = addr("192.168.0.1");
    addrs[1] = addr("fd01::1");
    addrs[2] = addr("192.168.0.2");
    cluster->nnodes = 2;
    cluster->nodes = pg_arena_array(cluster->arena, 2, sizeof *cluster->nodes);
    for (uint32_t i = 0; i < 2; i++)
        cluster->nodes[i].name = str(cluster, names[i]);
    cluster->nodes[0].addrs = addrs;
    cluster->nodes[0].naddrs = 2;
    cluster->nodes[1].addrs = addrs + 2;
    cluster->nodes[1].naddrs = 1;
}

static int set_up(void **state)
{
    static const char *const names[] = {"kube-system", "prod", "shop"};
    struct pg_cluster *cluster = pg_cluster_new();

    cluster->nnamespaces = PG_COUNT(names);
    cluster->namespaces =
        pg_arena_array(cluster->arena, PG_COUNT(names), sizeof *cluster->namespaces);
    for (uint32_t i = 0; i < cluster->nnamespaces; i++)
        cluster->namespaces[i].name = str(cluster, names[i]);
    cluster->namespaces[0].npods = 2;
    cluster->namespaces[0].nworkloads = 2;
    cluster->namespaces[1].first_pod = cluster->namespaces[2].first_pod = 2;
    cluster->namespaces[2].npods = 4;
    cluster->namespaces[1].first_workload = cluster->namespaces[2].first_workload = 2;
    cluster->namespaces[2].nworkloads = 7;
    fill_pods(cluster);
    fill_workloads(cluster);
    fill_nodes(cluster);
    pg_cluster_index(cluster);
    *state = cluster;
    return 0;
}

static int tear_down(void **state)
{
    pg_cluster_free(*state);
    return 0;
}

static void an_empty_cluster(void **state)
{
    struct pg_cluster *cluster = pg_cluster_new();

    (void)state;
    pg_cluster_index(cluster);
    assert_true(pg_cluster_complete(cluster));
    assert_int_equal(pg_cluster_find_namespace(cluster, "default"), PG_NONE);
    assert_int_equal(pg_cluster_find_node(cluster, "a"), PG_NONE);
    assert_int_equal(pg_cluster_pod_at(cluster, addr("10.0.0.1")), PG_NONE);
    cluster->nrejected = 1;
    assert_false(pg_cluster_complete(cluster));
    cluster->nrejected = 0;
    cluster->nunevaluated = 1;
    assert_false(pg_cluster_complete(cluster));
    cluster->nunevaluated = 0;
    cluster->partial = true;
    assert_false(pg_cluster_complete(cluster));
    pg_cluster_free(cluster);
    pg_cluster_free(NULL);
}

static void names_are_found(void **state)
{
    const struct pg_cluster *cluster = *state;

    for (uint32_t i = 0; i < cluster->nnamespaces; i++) {
        const char *name = pg_cluster_text(cluster, cluster->namespaces[i].name);
        assert_int_equal(pg_cluster_find_namespace(cluster, name), i);
    }
    assert_int_equal(pg_cluster_find_namespace(cluster, ""), PG_NONE);
    assert_int_equal(pg_cluster_find_namespace(cluster, "pro"), PG_NONE);
    assert_int_equal(pg_cluster_find_namespace(cluster, "zoo"), PG_NONE);
    for (uint32_t i = 0; i < cluster->npods; i++) {
        const struct pg_pod *pod = &cluster->pods[i];
        const char *name = pg_cluster_text(cluster, pod->name);
        assert_int_equal(pg_cluster_find_pod(cluster, pod->ns, name), i);
    }
    assert_int_equal(pg_cluster_find_pod(cluster, 2, "dns-1"), PG_NONE);
    assert_int_equal(pg_cluster_find_pod(cluster, 0, "web"), PG_NONE);
    assert_int_equal(pg_cluster_find_pod(cluster, 1, "web"), PG_NONE);
    assert_int_equal(pg_cluster_find_node(cluster, "node-a"), 0);
    assert_int_equal(pg_cluster_find_node(cluster, "node-b"), 1);
    assert_int_equal(pg_cluster_find_node(cluster, "node-c"), PG_NONE);
}

static void workloads_are_found_as_kubectl_names_them(void **state)
{
    static const struct {
        const char *kind, *name;
        uint32_t found;
    } cases[] = {
        {"Deployment", "api", 3},
        {"deployment", "web", 4},
        {"deployments", "web", 4},
        {"DEPLOYMENTS", "web", 4},
        {"deploy", "web", 4},
        {"deployment.apps", "web", 4},
        {"deployments.v1.apps", "web", 4},
        {"job", "web", 5},
        {"jobs", "web", 5},
        {"po", "web", 6},
        {"pods", "web", 6},
        {"cj", "report", 2},
        {"cronjobs.batch", "report", 2},
        {"sts", "db", 8},
        {"StatefulSet", "db", 8},
        {"rollout", "canary", 7},
        {"rollouts.argoproj.io", "canary", 7},
        {"deploy", "db", PG_NONE},
        {"deploys", "web", PG_NONE},
        {"dep", "web", PG_NONE},
        {"deploymentss", "web", PG_NONE},
        {"deploymentx", "web", PG_NONE},
        {"ds", "proxy", PG_NONE},
        {"", "web", PG_NONE},
    };
    const struct pg_cluster *cluster = *state;

    for (size_t i = 0; i < PG_COUNT(cases); i++) {
        uint32_t found = pg_cluster_find_workload(cluster, 2, cases[i].kind, cases[i].name);
        if (found != cases[i].found)
            fail_msg("%s/%s: %u", cases[i].kind, cases[i].name, found);
    }
    assert_int_equal(pg_cluster_find_workload(cluster, 0, "ds", "proxy"), 0);
    assert_int_equal(pg_cluster_find_workload(cluster, 0, "daemonset", "proxy"), 0);
    assert_int_equal(pg_cluster_find_workload(cluster, 1, "deploy", "web"), PG_NONE);
}

static void kinds_are_named_as_kubectl_does(void **state)
{
    static const char *const usual[] = {
        "po", "Pods", "deploy", "deployments.apps", "sts", "ds", "jobs", "job", "cj", "rs", "rc"};

    (void)state;
    for (size_t i = 0; i < PG_COUNT(usual); i++)
        assert_true(pg_kind_is_usual(usual[i]));
    assert_false(pg_kind_is_usual("shop"));
    assert_false(pg_kind_is_usual(""));
    assert_true(pg_kind_is("Rollout", "rollouts"));
    assert_false(pg_kind_is("Deployment", "dep"));
}

/* Of what was not read there may be more, but where it was read all the same. */
static void the_unread_is_found(void **state)
{
    static const char *const read[] = {"shop"};
    struct pg_unread unread[] = {
        {PG_UNREAD_PEERS, "", "pods", "Pod", true, NULL, "no", read, 1},
        {PG_UNREAD_EXTRA, "", "services", "Service", true, "ops", "no", NULL, 0},
    };
    struct pg_cluster cluster = {.unread = unread, .nunread = 2};
    struct pg_policy policies[] = {{.unread = true}, {.unread = false}, {.unread = true}};

    (void)state;
    assert_ptr_equal(pg_cluster_find_unread(&cluster, "Pod", "ops"), &unread[0]);
    assert_ptr_equal(pg_cluster_find_unread(&cluster, "Pod", NULL), &unread[0]);
    assert_null(pg_cluster_find_unread(&cluster, "Pod", "shop"));
    assert_ptr_equal(pg_cluster_find_unread(&cluster, "Service", "ops"), &unread[1]);
    assert_null(pg_cluster_find_unread(&cluster, "Service", "shop"));
    assert_null(pg_cluster_find_unread(&cluster, "Namespace", NULL));
    cluster.policies = policies;
    cluster.npolicies = 3;
    assert_int_equal(pg_cluster_count_policies(&cluster), 1);
}

static void addresses_are_found(void **state)
{
    const struct pg_cluster *cluster = *state;

    assert_int_equal(pg_cluster_pod_at(cluster, addr("10.0.0.1")), 0);
    assert_int_equal(pg_cluster_pod_at(cluster, addr("10.0.0.3")), 3);
    assert_int_equal(pg_cluster_pod_at(cluster, addr("fd00::2")), 2);
    assert_int_equal(pg_cluster_pod_at(cluster, addr("::ffff:10.0.0.1")), 0);
    /* of two with one address, the first */
    assert_int_equal(pg_cluster_pod_at(cluster, addr("10.0.0.2")), 2);
    /* the address of a host-network pod is its node's (semantics 2.10) */
    assert_int_equal(pg_cluster_pod_at(cluster, addr("192.168.0.1")), PG_NONE);
    assert_int_equal(pg_cluster_node_at(cluster, addr("192.168.0.1")), 0);
    assert_int_equal(pg_cluster_node_at(cluster, addr("fd01::1")), 0);
    assert_int_equal(pg_cluster_node_at(cluster, addr("192.168.0.2")), 1);
    assert_int_equal(pg_cluster_node_at(cluster, addr("10.0.0.1")), PG_NONE);
    assert_int_equal(pg_cluster_pod_at(cluster, addr("0.0.0.0")), PG_NONE);
    assert_int_equal(pg_cluster_pod_at(cluster, addr("ffff::")), PG_NONE);
    /* an unknown address is nobody's, though a pod without an address has the same bytes */
    assert_int_equal(pg_cluster_pod_at(cluster, (struct pg_addr){0}), PG_NONE);
}

/* --- labels and selectors: semantics 6 --- */

enum {
    APP = 10,
    TIER,
    WEB = 20,
    API,
    DB,
};

static const struct pg_label web_labels[] = {{APP, WEB}, {TIER, PG_STR_EMPTY}};
static const struct pg_labels web = {web_labels, PG_COUNT(web_labels)};
static const struct pg_labels bare = {NULL, 0};

static bool match(struct pg_labels labels, pg_str key, enum pg_op op, const pg_str *values,
                  uint32_t nvalues)
{
    struct pg_req req = {.key = key, .op = op, .values = values, .nvalues = nvalues};
    struct pg_selector selector = {.reqs = &req, .nreqs = 1, .present = true};

    return pg_selector_matches(&selector, labels);
}

static void every_operator(void **state)
{
    const pg_str web_db[] = {WEB, DB}, api[] = {API}, empty[] = {PG_STR_EMPTY};

    (void)state;
    assert_true(match(web, APP, PG_OP_IN, web_db, 2));
    assert_false(match(web, APP, PG_OP_IN, api, 1));
    assert_false(match(bare, APP, PG_OP_IN, web_db, 2));
    assert_false(match(web, APP, PG_OP_NOT_IN, web_db, 2));
    assert_true(match(web, APP, PG_OP_NOT_IN, api, 1));
    assert_true(match(bare, APP, PG_OP_NOT_IN, web_db, 2)); /* 6.3: the key is missing */
    assert_true(match(web, TIER, PG_OP_EXISTS, NULL, 0));   /* 6.4: with an empty value */
    assert_false(match(bare, TIER, PG_OP_EXISTS, NULL, 0));
    assert_false(match(web, TIER, PG_OP_DOES_NOT_EXIST, NULL, 0));
    assert_true(match(bare, TIER, PG_OP_DOES_NOT_EXIST, NULL, 0));
    /* 6.7: an empty value is not a missing one */
    assert_true(match(web, TIER, PG_OP_IN, empty, 1));
    assert_false(match(bare, TIER, PG_OP_IN, empty, 1));
    assert_false(match(web, TIER, PG_OP_NOT_IN, empty, 1));
    assert_true(match(bare, TIER, PG_OP_NOT_IN, empty, 1));
}

static void terms_are_anded(void **state)
{
    const pg_str values[] = {WEB};
    const struct pg_req reqs[] = {
        {.key = APP, .op = PG_OP_IN, .values = values, .nvalues = 1},
        {.key = TIER, .op = PG_OP_DOES_NOT_EXIST},
    };
    struct pg_selector selector = {.reqs = reqs, .nreqs = 1, .present = true};

    (void)state;
    assert_true(pg_selector_matches(&selector, web));
    selector.nreqs = 2;
    assert_false(pg_selector_matches(&selector, web));
    assert_true(pg_selector_matches(&selector, (struct pg_labels){web_labels, 1}));
    selector.nreqs = 0;
    assert_true(pg_selector_matches(&selector, bare));
    selector.present = false;
    assert_true(pg_selector_matches(&selector, bare));
    assert_true(pg_selector_matches(NULL, bare));
}

static void labels_are_found_among_any_number(void **state)
{
    struct pg_label labels[70];

    (void)state;
    for (uint32_t i = 0; i < PG_COUNT(labels); i++)
        labels[i] = (struct pg_label){.key = 3 * i + 5, .value = 1000 + i};
    for (uint32_t n = 0; n <= PG_COUNT(labels); n++) {
        struct pg_labels some = {labels, n};
        for (uint32_t key = 0; key < 3 * n + 12; key++) {
            bool there = key >= 5 && (key - 5) % 3 == 0 && (key - 5) / 3 < n;
            assert_int_equal(pg_labels_get(some, key), there ? 1000 + (key - 5) / 3 : PG_STR_NONE);
        }
    }
}

static void selectors_are_printed(void **state)
{
    struct pg_cluster *cluster = *state;
    const pg_str values[] = {str(cluster, "a"), str(cluster, "b\x1b")}, none[] = {PG_STR_EMPTY};
    const struct pg_req reqs[] = {
        {.key = str(cluster, "app"), .op = PG_OP_IN, .values = values, .nvalues = 1},
        {.key = str(cluster, "tier"), .op = PG_OP_IN, .values = values, .nvalues = 2},
        {.key = str(cluster, "x"), .op = PG_OP_NOT_IN, .values = values, .nvalues = 1},
        {.key = str(cluster, "old"), .op = PG_OP_DOES_NOT_EXIST},
        {.key = str(cluster, "new"), .op = PG_OP_EXISTS},
        {.key = str(cluster, "e"), .op = PG_OP_IN, .values = none, .nvalues = 1},
    };
    struct pg_selector selector = {.reqs = reqs, .nreqs = PG_COUNT(reqs), .present = true};
    struct pg_buf out = {0};

    assert_prints(out, pg_selector_print(&out, cluster, &selector),
                  "app=a,tier in (a,b\\x1b),x notin (a),!old,new,e=");
    selector.nreqs = 0;
    assert_prints(out, pg_selector_print(&out, cluster, &selector), "all");
    assert_prints(out, pg_selector_print(&out, cluster, NULL), "all");
    pg_buf_free(&out);
}

static void diagnostics_are_printed(void **state)
{
    struct pg_cluster *cluster = *state;
    struct pg_file files[] = {{.name = "-"}, {.name = "a\x1b.yaml"}};
    struct pg_diag diag = {
        .severity = PG_SEVERITY_REJECT,
        .loc = {.file = 1, .line = 12, .column = 5},
        .object = "NetworkPolicy shop/api-in",
        .path = "spec.ingress[0].from[1]",
        .message = "no\ncontent",
    };
    struct pg_buf out = {0};

    cluster->files = files;
    cluster->nfiles = 2;
    assert_prints(out, pg_diag_print(&out, cluster, &diag),
                  "a\\x1b.yaml:12:5: rejected: NetworkPolicy shop/api-in: "
                  "spec.ingress[0].from[1]: no\\x0acontent");
    diag = (struct pg_diag){
        .severity = PG_SEVERITY_WARNING, .loc.line = 3, .object = "Pod a/b", .message = "odd"};
    assert_prints(out, pg_diag_print(&out, cluster, &diag), "-:3: warning: Pod a/b: odd");
    diag = (struct pg_diag){.severity = PG_SEVERITY_FATAL, .message = "cut off"};
    assert_prints(out, pg_diag_print(&out, cluster, &diag), "-: fatal: cut off");
    diag.loc.file = PG_NONE;
    assert_prints(out, pg_diag_print(&out, cluster, &diag), "fatal: cut off");
    assert_string_equal(pg_severity_name(PG_SEVERITY_INFO), "info");
    assert_string_equal(pg_severity_name(PG_SEVERITY_ERROR), "error");
    pg_buf_free(&out);
}

#define ON_CLUSTER(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_cluster),
        ON_CLUSTER(names_are_found),
        ON_CLUSTER(workloads_are_found_as_kubectl_names_them),
        cmocka_unit_test(kinds_are_named_as_kubectl_does),
        cmocka_unit_test(the_unread_is_found),
        ON_CLUSTER(addresses_are_found),
        cmocka_unit_test(every_operator),
        cmocka_unit_test(terms_are_anded),
        cmocka_unit_test(labels_are_found_among_any_number),
        ON_CLUSTER(selectors_are_printed),
        ON_CLUSTER(diagnostics_are_printed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
