/* src/load/unread.h: what was not read of a cluster leaves no cell sure that hangs on it. */
#include "loading.h"

#include "polgrid/eval.h"
#include "polgrid/report.h"
#include "polgrid/why.h"

#define NAMESPACE(name, labels) \
    "---\napiVersion: v1\nkind: Namespace\nmetadata: {name: " name ", labels: {" labels "}}\n"
#define POD(ns, name)                                                           \
    "---\napiVersion: v1\nkind: Pod\nmetadata: {name: " name ", namespace: " ns \
    ", labels: {app: " name "}}\nspec: {containers: [{name: c}]}\nstatus: {podIP: 10.0.0.1}\n"
#define POLICY(ns, name, spec)                                                           \
    "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: " name \
    ", namespace: " ns "}\nspec: " spec "\n"

static const struct pg_unread netpols_of_b = {PG_UNREAD_POLICY,
                                              "networking.k8s.io",
                                              "networkpolicies",
                                              "NetworkPolicy",
                                              true,
                                              "b",
                                              "user \"alice\" may not list them",
                                              NULL,
                                              0};
static const struct pg_unread namespaces = {
    PG_UNREAD_PEERS, "", "namespaces", "Namespace", false, NULL, "no", NULL, 0};

static struct pg_eval *load(const char *text, const struct pg_unread *unread, uint32_t n)
{
    struct pg_loader *loader = pg_loader_new(NULL);

    for (uint32_t i = 0; i < n; i++)
        pg_loader_unread(loader, &unread[i]);
    pg_loader_text(loader, "t", text, strlen(text));
    return pg_eval_new(pg_loader_finish(loader), NULL);
}

static void unload(struct pg_eval *eval)
{
    struct pg_cluster *cluster = (struct pg_cluster *)(uintptr_t)pg_eval_cluster(eval);

    pg_eval_free(eval);
    pg_cluster_free(cluster);
}

/* '.' denied, '#' allowed on every port, '+' on some, '?' unknown on every port, '~' on some. */
static char glyph(struct pg_eval *eval, uint32_t from, uint32_t to)
{
    struct pg_end a = {.kind = PG_END_POD, .index = from}, b = {.kind = PG_END_POD, .index = to};
    struct pg_cell cell = pg_eval_pair(eval, &a, &b);

    if (cell.sure != cell.possible)
        return cell.sure == PG_PORTS_NONE ? '?' : '~';
    return cell.sure == PG_PORTS_NONE ? '.' : cell.sure == PG_PORTS_ALL ? '#' : '+';
}

/* The matrix of all pods, a row after the other. */
static void assert_matrix(const char *text, const struct pg_unread *unread, uint32_t n,
                          const char *expected)
{
    struct pg_eval *eval = load(text, unread, n);
    struct pg_buf found = {0};
    uint32_t npods = pg_eval_cluster(eval)->npods;

    for (uint32_t from = 0; from < npods; from++) {
        for (uint32_t to = 0; to < npods; to++)
            pg_buf_putc(&found, glyph(eval, from, to));
        pg_buf_putc(&found, ' ');
    }
    assert_string_equal(pg_buf_text(&found), expected);
    pg_buf_free(&found);
    unload(eval);
}

/* --- policies ------------------------------------------------------------------------------------ */

static const char three[] = POD("a", "a1") POD("a", "a2") POD("b", "b1");

static bool stop_in_time(void *context, const struct pg_load_progress *progress)
{
    (void)context;
    return progress->pods < 200;
}

/* A load that was stopped may have come to a policy for any pod: none of those that are there is sure of
   anything but itself, and the reason says why. */
static void test_stopped(void **state)
{
    struct pg_load_options options = {.progress = stop_in_time};
    struct pg_loader *loader = pg_loader_new(&options);
    struct pg_buf text = {0}, said = {0};
    struct pg_eval *eval;
    const struct pg_policy *rest;

    (void)state;
    pg_buf_puts(&text, NAMESPACE("a", "") POLICY("a", "all", "{podSelector: {}, ingress: [{}]}"));
    for (int i = 0; i < 400; i++)
        pg_buf_printf(&text, POD("a", "p%u"), i, i);
    pg_loader_text(loader, "t", pg_buf_text(&text), text.n);
    eval = pg_eval_new(pg_loader_finish(loader), NULL);
    assert_true(pg_eval_cluster(eval)->npods < 400);
    assert_true(pg_eval_cluster(eval)->partial);
    assert_int_equal(glyph(eval, 0, 0), '#');
    assert_int_equal(glyph(eval, 0, 1), '?');
    assert_int_equal(glyph(eval, 1, 0), '?');
    rest = &pg_eval_cluster(eval)->policies[0]; /* of no namespace: the first */
    assert_int_equal(rest->kind, PG_POLICY_UNEVALUATED);
    assert_true(rest->unread);
    assert_string_equal(rest->why_not, "could not be read: the load was stopped");
    assert_true(pg_report_left_out(&said, eval));
    assert_non_null(strstr(pg_buf_text(&said), "not read: policies (the load was stopped)"));
    pg_buf_free(&text);
    pg_buf_free(&said);
    unload(eval);
}

/* Nor is it where the rest of a file is lost. */
static void test_broken(void **state)
{
    (void)state;
    assert_matrix(POD("a", "a1") POD("b", "b1") "---\na: [b\n" POD("b", "b2"), NULL, 0, "#? ?# ");
}

static void test_policies_of_a_namespace(void **state)
{
    (void)state;
    assert_matrix(three, NULL, 0, "### ### ### ");
    assert_matrix(three, &netpols_of_b, 1, "##? ##? ??# ");
}

/* What is refused surely is refused, whatever else there may be. */
static void test_denied_stays(void **state)
{
    struct pg_eval *eval = load(POD("a", "a1") POD("b", "b1")
                                    POLICY("a", "deny", "{podSelector: {}, policyTypes: [Ingress]}"),
                                &netpols_of_b, 1);

    (void)state;
    assert_int_equal(glyph(eval, 1, 0), '.');
    unload(eval);
}

static void test_policies_everywhere(void **state)
{
    struct pg_unread everywhere = netpols_of_b;
    const struct pg_unread both[] = {netpols_of_b,
                                     {PG_UNREAD_POLICY, "networking.k8s.io", "networkpolicies",
                                      "NetworkPolicy", true, NULL, "503", NULL, 0}};

    (void)state;
    everywhere.ns = NULL;
    assert_matrix(three, &everywhere, 1, "#?? ?#? ??# ");
    assert_matrix(three, both, 2, "#?? ?#? ??# "); /* and told once of each */
}

static void test_policies_of_the_cluster(void **state)
{
    const struct pg_unread admin = {PG_UNREAD_POLICY,
                                    "policy.networking.k8s.io",
                                    "adminnetworkpolicies",
                                    "AdminNetworkPolicy",
                                    false,
                                    NULL,
                                    "no",
                                    NULL,
                                    0};
    const struct pg_unread nowhere = {PG_UNREAD_POLICY,
                                      "networking.k8s.io",
                                      "networkpolicies",
                                      "NetworkPolicy",
                                      true,
                                      "none",
                                      "no",
                                      NULL,
                                      0};

    (void)state;
    assert_matrix(three, &admin, 1, "#?? ?#? ??# ");
    assert_matrix(three, &nowhere, 1, "### ### ### ");
}

/* What is on the network of its node is beyond the policies of most kinds, and not of all. */
static void test_nodes(void **state)
{
    static const char host[] =
        POD("a", "a1") "---\napiVersion: v1\nkind: Pod\nmetadata: {name: h, namespace: a}\n"
                       "spec: {hostNetwork: true, nodeName: x, containers: [{name: c}]}\n";
    static const struct pg_unread rest[] = {
        {PG_UNREAD_POLICY, "", "policies", "Policy", false, NULL, "no", NULL, 0},
        {PG_UNREAD_POLICY, "cilium.io", "ciliumclusterwidenetworkpolicies",
         "CiliumClusterwideNetworkPolicy", false, NULL, "no", NULL, 0},
        {PG_UNREAD_POLICY, "projectcalico.org", "globalnetworkpolicies", "GlobalNetworkPolicy",
         false, NULL, "no", NULL, 0},
        {PG_UNREAD_PART, "projectcalico.org", "hostendpoints", "HostEndpoint", false, NULL, "no",
         NULL, 0},
        {PG_UNREAD_POLICY, "policy.networking.k8s.io", "adminnetworkpolicies", "AdminNetworkPolicy",
         false, NULL, "no", NULL, 0}};
    const struct pg_end outside = {.kind = PG_END_ADDR, .addr = {.family = 4, .lo = 0x01020304}};

    (void)state;
    for (size_t i = 0; i < sizeof rest / sizeof *rest; i++) {
        struct pg_eval *eval = load(host, &rest[i], 1);
        struct pg_end pod = {.kind = PG_END_POD, .index = 1};
        struct pg_cell cell = pg_eval_pair(eval, &outside, &pod);
        assert_int_equal(cell.sure != cell.possible, i < 4);
        unload(eval);
    }
}

static void test_parts(void **state)
{
    static const char calico[] = POD("a", "a1")
        POD("b", "b1") "---\napiVersion: projectcalico.org/v3\nkind: NetworkPolicy\nmetadata: "
                       "{name: p, namespace: a}\n"
                       "spec: {selector: all(), types: [Ingress], ingress: [{action: Allow}]}\n";
    const struct pg_unread sets = {PG_UNREAD_PART,
                                   "crd.projectcalico.org",
                                   "globalnetworksets",
                                   "GlobalNetworkSet",
                                   false,
                                   NULL,
                                   "no",
                                   NULL,
                                   0};

    (void)state;
    assert_matrix(three, &sets, 1, "### ### ### "); /* nothing refers to one */
    assert_matrix(calico, NULL, 0, "## ## ");
    assert_matrix(calico, &sets, 1, "#? ?# ");
}

static void test_extra(void **state)
{
    const struct pg_unread nodes = {
        PG_UNREAD_EXTRA, "", "nodes", "Node", false, NULL, "no", NULL, 0};
    struct pg_eval *eval = load(three, &nodes, 1);

    (void)state;
    assert_true(pg_cluster_complete(pg_eval_cluster(eval)));
    unload(eval);
    assert_matrix(three, &nodes, 1, "### ### ### ");
    eval = load(three, &namespaces, 1);
    assert_false(pg_cluster_complete(pg_eval_cluster(eval)));
    unload(eval);
}

/* --- labels of namespaces ------------------------------------------------------------------------ */

/* a is known and team=x; b is not known. */
#define LABELLED NAMESPACE("a", "team: x") POD("a", "a1") POD("a", "a2") POD("b", "b1")

static void assert_into_a1(const char *selector, const char *column)
{
    char text[2000], found[4] = "";
    struct pg_eval *eval;

    snprintf(text, sizeof text,
             LABELLED POLICY("a", "p",
                             "{podSelector: {matchLabels: {app: a1}}, ingress: [{from: [%s]}]}"),
             selector);
    eval = load(text, &namespaces, 1);
    for (uint32_t from = 0; from < 3; from++)
        found[from] = glyph(eval, from, 0);
    assert_string_equal(found, column);
    unload(eval);
}

static void test_labels(void **state)
{
    (void)state;
    assert_into_a1("{namespaceSelector: {matchLabels: {team: x}}}", "##?");
    assert_into_a1("{namespaceSelector: {matchLabels: {team: z}}}", "#.?");
    assert_into_a1(
        "{namespaceSelector: {matchExpressions: [{key: team, operator: NotIn, values: [x]}]}}",
        "#.?");
    assert_into_a1("{namespaceSelector: {matchExpressions: [{key: k, operator: DoesNotExist}]}}",
                   "##?");
    assert_into_a1("{namespaceSelector: {matchExpressions: [{key: k, operator: Exists}]}}", "#.?");
    assert_into_a1(
        "{namespaceSelector: {matchLabels: {team: z}}, podSelector: {matchLabels: {app: zz}}}",
        "#..");
    /* What hangs on the name alone, or on nothing, is known. */
    assert_into_a1("{namespaceSelector: {}}", "###");
    assert_into_a1("{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: b}}}", "#.#");
    assert_into_a1("{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: c}}}", "#..");
    assert_into_a1("{podSelector: {}}", "##.");
}

/* A subject that hangs on them makes the whole policy one that is not evaluated. */
static void test_subject(void **state)
{
    static const char text[] = LABELLED "---\napiVersion: policy.networking.k8s.io/v1alpha1\nkind: "
                                        "AdminNetworkPolicy\nmetadata: {name: p}\n"
                                        "spec: {priority: 1, subject: {namespaces: {matchLabels: "
                                        "{team: z}}}, ingress: [{action: Deny, "
                                        "from: [{namespaces: {}}]}]}\n";

    (void)state;
    assert_matrix(text, NULL, 0, "### ### ### ");
    assert_matrix(text, &namespaces, 1, "#?? ?#? ??# ");
}

/* --- words --------------------------------------------------------------------------------------- */

static void test_words(void **state)
{
    struct pg_eval *eval = load(three, &netpols_of_b, 1);
    struct pg_buf out = {0};

    (void)state;
    assert_true(pg_report_left_out(&out, eval));
    assert_string_equal(
        pg_buf_text(&out),
        "incomplete: not read: networkpolicies of b (user \"alice\" may not list them)");
    pg_buf_free(&out);
    unload(eval);
}

/* An address that nobody has may be that of something that was not read. */
static void assert_asked(const struct pg_unread *unread, uint32_t n, const char *spec, bool to_pod,
                         enum pg_verdict expected)
{
    struct pg_buf text = {0};
    struct pg_arena *arena = pg_arena_new();
    struct pg_eval *eval;
    struct pg_addr addr;
    struct pg_end pod = {.kind = PG_END_POD}, other;
    const struct pg_why *why;

    pg_buf_printf(&text, "%s%s", NAMESPACE("a", "") POD("a", "a1"), spec);
    eval = load(pg_buf_text(&text), unread, n);
    assert_true(pg_addr_parse("10.9.9.9", &addr, NULL));
    other = pg_end_at(pg_eval_cluster(eval), addr);
    why = to_pod ? pg_why_ask(arena, eval, &other, &pod, PG_PORTS_ALL, 0)
                 : pg_why_ask(arena, eval, &pod, &other, PG_PORTS_ALL, 0);
    assert_string_equal(pg_verdict_name(why->verdict), pg_verdict_name(expected));
    assert_int_equal(strstr(why->sentence, "that could be read") != NULL, why->end_unread);
    pg_arena_free(arena);
    unload(eval);
    pg_buf_free(&text);
}

static void test_addresses(void **state)
{
    static const struct pg_unread pods = {
        PG_UNREAD_PEERS, "", "pods", "Pod", true, NULL, "no", NULL, 0};
    static const struct pg_unread nodes = {
        PG_UNREAD_EXTRA, "", "nodes", "Node", false, NULL, "no", NULL, 0};
    static const char one[] =
        POLICY("a", "p",
               "{podSelector: {}, policyTypes: [Ingress, Egress], egress: [{to: "
               "[{podSelector: {}}]}], ingress: [{from: [{podSelector: {}}]}]}");
    static const char none[] = POLICY("a", "p", "{podSelector: {}, policyTypes: [Ingress, Egress]}");
    (void)state;

    assert_asked(NULL, 0, "", false, PG_VERDICT_ALLOWED);
    assert_asked(NULL, 0, one, false, PG_VERDICT_DENIED);
    assert_asked(NULL, 0, one, true, PG_VERDICT_DENIED);
    assert_asked(&pods, 1, "", false, PG_VERDICT_UNKNOWN); /* its namespace's policies */
    assert_asked(&pods, 1, one, false, PG_VERDICT_UNKNOWN);
    assert_asked(&pods, 1, one, true, PG_VERDICT_UNKNOWN);
    assert_asked(&pods, 1, none, false, PG_VERDICT_DENIED);  /* nothing gets out */
    assert_asked(&nodes, 1, none, true, PG_VERDICT_UNKNOWN); /* its own node gets in */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_addresses),
        cmocka_unit_test(test_stopped),
        cmocka_unit_test(test_policies_of_a_namespace),
        cmocka_unit_test(test_denied_stays),
        cmocka_unit_test(test_policies_everywhere),
        cmocka_unit_test(test_policies_of_the_cluster),
        cmocka_unit_test(test_broken),
        cmocka_unit_test(test_nodes),
        cmocka_unit_test(test_parts),
        cmocka_unit_test(test_extra),
        cmocka_unit_test(test_labels),
        cmocka_unit_test(test_subject),
        cmocka_unit_test(test_words),
    };

    return cmocka_run_group_tests_name("unread", tests, NULL, NULL);
}
