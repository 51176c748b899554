/* polgrid/journal.h: which cells a change opened and closed. */
#include "loading.h"

#include "polgrid/journal.h"

#define POD(ns, name)                                                           \
    "---\napiVersion: v1\nkind: Pod\nmetadata: {name: " name ", namespace: " ns \
    ", labels: {app: " name "}}\nspec: {containers: [{name: c}]}\n"
#define PODS POD("a", "a1") POD("a", "a2") POD("b", "b1") POD("c", "c1")
#define POLICY(ns, name, spec)                                                           \
    "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: " name \
    ", namespace: " ns "}\nspec: " spec "\n"
#define DENY(ns) POLICY(ns, "deny", "{podSelector: {}, policyTypes: [Ingress]}")

static const struct pg_journal_change policy_of_a = {
    "changed", "NetworkPolicy", "a", "p", "me", true, false};

/* What a change made of two states, as lines. */
static void compare(struct pg_buf *out, const char *before, const char *after,
                    const struct pg_journal_change *changes, uint32_t n, uint32_t more)
{
    struct pg_cluster *old = load_text(before), *new = load_text(after);
    struct pg_eval *a = pg_eval_new(old, NULL), *b = pg_eval_new(new, NULL);
    struct pg_journal_entry *entry = pg_journal_compare(a, b, changes, n, more, 7);

    pg_buf_clear(out);
    if (entry)
        pg_buf_printf(out, "+%u -%u ~%u%s\n", entry->turns[PG_TURN_GAINED],
                      entry->turns[PG_TURN_LOST], entry->turns[PG_TURN_OTHER],
                      entry->outside_in_part ? ", of what is outside a part" : "");
    for (uint32_t i = 0; entry && i < entry->ncells; i++)
        pg_buf_printf(out, "%s %s: %s, %s%s\n", entry->cells[i].from, entry->cells[i].to,
                      entry->cells[i].before, entry->cells[i].after,
                      entry->cells[i].some ? " (some)" : "");
    pg_journal_free(entry);
    pg_eval_free(a);
    pg_eval_free(b);
    pg_cluster_free(old);
    pg_cluster_free(new);
}

static void assert_entry(const char *before, const char *after, const char *expected)
{
    struct pg_buf out = {0};

    compare(&out, before, after, &policy_of_a, 1, 0);
    assert_string_equal(pg_buf_text(&out), expected);
    pg_buf_free(&out);
}

static void test_closed_and_opened(void **state)
{
    (void)state;
    assert_entry(PODS, PODS DENY("a"),
                 "+0 -8 ~0\n"
                 "a/Pod/a1 a/Pod/a2: every port, denied\n"
                 "a/Pod/a2 a/Pod/a1: every port, denied\n"
                 "b/Pod/b1 a/Pod/a1: every port, denied\n"
                 "b/Pod/b1 a/Pod/a2: every port, denied\n"
                 "c/Pod/c1 a/Pod/a1: every port, denied\n"
                 "c/Pod/c1 a/Pod/a2: every port, denied\n"
                 "internet a/Pod/a1: every port, denied\n"
                 "internet a/Pod/a2: every port, denied\n");
    assert_entry(
        PODS DENY("a"),
        PODS DENY("a") POLICY(
            "a", "p", "{podSelector: {matchLabels: {app: a1}}, ingress: [{ports: [{port: 80}]}]}"),
        "+4 -0 ~0\n"
        "a/Pod/a2 a/Pod/a1: denied, 80/TCP\n"
        "b/Pod/b1 a/Pod/a1: denied, 80/TCP\n"
        "c/Pod/c1 a/Pod/a1: denied, 80/TCP\n"
        "internet a/Pod/a1: denied, 80/TCP\n");
}

/* Other ports are another answer, though numbers of sets may be the same. */
static void test_ports(void **state)
{
    (void)state;
    assert_entry(
        PODS POLICY("a", "p",
                    "{podSelector: {matchLabels: {app: a1}}, ingress: [{ports: [{port: 80}]}]}"),
        PODS POLICY("a", "p",
                    "{podSelector: {matchLabels: {app: a1}}, ingress: [{ports: [{port: 81}]}]}"),
        "+0 -0 ~4\n"
        "a/Pod/a2 a/Pod/a1: 80/TCP, 81/TCP\n"
        "b/Pod/b1 a/Pod/a1: 80/TCP, 81/TCP\n"
        "c/Pod/c1 a/Pod/a1: 80/TCP, 81/TCP\n"
        "internet a/Pod/a1: 80/TCP, 81/TCP\n");
    assert_entry(PODS DENY("a"), PODS DENY("a"), "+0 -0 ~0\n");
}

/* Pods that come or go are no cells that opened or closed. */
static void test_other_pods(void **state)
{
    (void)state;
    assert_entry(POD("a", "a1") POD("b", "b1"), PODS DENY("a"),
                 "+0 -2 ~0\nb/Pod/b1 a/Pod/a1: every port, denied\n"
                 "internet a/Pod/a1: every port, denied\n");
    assert_entry(PODS, POD("b", "b1"), "+0 -0 ~0\n");
}

/* Only what the change may touch is looked at; and what cells don't hang on is no entry. */
static void test_touched(void **state)
{
    const struct pg_journal_change service = {"changed", "Service", "a", "s", NULL, false, false};
    const struct pg_journal_change other = {"changed", "NetworkPolicy", "b", "p", NULL, true,
                                            false};
    const struct pg_journal_change namespace = {"changed", "Namespace", NULL, "b",
                                                NULL,      true,        false};
    struct pg_buf out = {0};

    (void)state;
    compare(&out, PODS, PODS DENY("a"), &service, 1, 0);
    assert_string_equal(pg_buf_text(&out), "");
    compare(&out, POD("a", "a1") POD("c", "c1"), POD("a", "a1") POD("c", "c1") DENY("a"), &other, 1,
            0);
    assert_string_equal(pg_buf_text(&out), "+0 -0 ~0\n");
    compare(&out, POD("a", "a1") POD("c", "c1"), POD("a", "a1") POD("c", "c1") DENY("a"),
            &namespace, 1, 0);
    assert_string_equal(pg_buf_text(&out), "+0 -2 ~0\nc/Pod/c1 a/Pod/a1: every port, denied\n"
                                           "internet a/Pod/a1: every port, denied\n");
    compare(&out, POD("a", "a1") POD("c", "c1"), POD("a", "a1") POD("c", "c1") DENY("a"), &other, 1,
            3);
    assert_string_equal(pg_buf_text(&out), "+0 -2 ~0\nc/Pod/c1 a/Pod/a1: every port, denied\n"
                                           "internet a/Pod/a1: every port, denied\n");
    pg_buf_free(&out);
}

#define WEB(name, labels)                                                                       \
    "---\napiVersion: v1\nkind: Pod\nmetadata: {name: " name ", namespace: a, labels: {" labels \
    "}, ownerReferences: [{kind: StatefulSet, name: web, controller: true}]}\n"                 \
    "spec: {containers: [{name: c}]}\n"

/* A workload is all of its pods: one of them that changed is seen, and what they may do with each other. */
static void test_pods_of_one(void **state)
{
    static const struct pg_journal_change pod = {"changed", "Pod", "a", "w1", NULL, false, false};
    static const char old[] = WEB("w0", "app: web") WEB("w1", "app: web") POD("b", "b1")
        POLICY("a", "p",
               "{podSelector: {matchLabels: {app: web}}, ingress: [{from: [{"
               "namespaceSelector: {}, podSelector: {matchLabels: {app: b1}}}]}]}");
    static const char new[] = WEB("w0", "app: web") WEB("w1", "app: old") POD("b", "b1")
        POLICY("a", "p",
               "{podSelector: {matchLabels: {app: web}}, ingress: [{from: [{"
               "namespaceSelector: {}, podSelector: {matchLabels: {app: b1}}}]}]}");
    struct pg_buf out = {0};

    (void)state;
    compare(&out, old, new, &pod, 1, 0);
    assert_string_equal(pg_buf_text(&out),
                        "+2 -0 ~0\n"
                        "a/StatefulSet/web a/StatefulSet/web: denied, every port (some)\n"
                        "internet a/StatefulSet/web: denied, every port (some)\n");
    assert_entry(WEB("w0", "app: web") WEB("w1", "app: web"),
                 WEB("w0", "app: web") WEB("w1", "app: web") DENY("a"),
                 "+0 -2 ~0\n"
                 "a/StatefulSet/web a/StatefulSet/web: every port, denied\n"
                 "internet a/StatefulSet/web: every port, denied\n");
    /* Rolled out: every pod has another name. */
    assert_entry(WEB("w0", "app: web") POD("b", "b1"),
                 WEB("w7", "app: web") POD("b", "b1") DENY("a"),
                 "+0 -2 ~0\n"
                 "b/Pod/b1 a/StatefulSet/web: every port, denied\n"
                 "internet a/StatefulSet/web: every port, denied\n");
    pg_buf_free(&out);
}

#define OPEN(cidr) \
    DENY("a")      \
    POLICY("a", "p", "{podSelector: {}, ingress: [{from: [{ipBlock: {cidr: " cidr "}}]}]}")

/* Addresses outside are told as the state has them that tells more of them apart. */
static void test_outside(void **state)
{
    (void)state;
    assert_entry(POD("a", "a1") DENY("a"), POD("a", "a1") OPEN("203.0.113.0/24"),
                 "+1 -0 ~0\n203.0.113.0/24 a/Pod/a1: denied, every port\n");
    assert_entry(POD("a", "a1") OPEN("203.0.113.0/24"), POD("a", "a1") DENY("a"),
                 "+0 -1 ~0\n203.0.113.0/24 a/Pod/a1: every port, denied\n");
    assert_entry(POD("a", "a1") OPEN("203.0.113.0/24"), POD("a", "a1") OPEN("0.0.0.0/0"),
                 "+1 -0 ~0\ninternet a/Pod/a1: denied, every port\n");
}

#define SERVED(ip)                                                                                \
    POD("a", "a1")                                                                                \
    "---\napiVersion: v1\nkind: Pod\nmetadata: {name: b1, namespace: b, labels: {app: b1}}\n"     \
    "spec: {containers: [{name: c}]}\nstatus: {podIP: 10.0.0.7, podIPs: [{ip: 10.0.0.7}]}\n"      \
    "---\napiVersion: v1\nkind: Service\nmetadata: {name: s, namespace: b}\n"                     \
    "spec: {ports: [{port: 80, protocol: TCP}]}\n"                                                \
    "---\napiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\n"                                 \
    "metadata: {name: s1, namespace: b, labels: {kubernetes.io/service-name: s}}\n"               \
    "addressType: IPv4\nendpoints: [{addresses: [" ip "]}]\nports: [{port: 80, protocol: TCP}]\n" \
    "---\napiVersion: projectcalico.org/v3\nkind: NetworkPolicy\n"                                \
    "metadata: {name: p, namespace: a}\nspec: {types: [Egress], egress: [{action: Allow, "        \
    "destination: {services: {name: s, namespace: b}}}]}\n"

/* What a policy of another kind refers to opens and closes cells as well; where it does not, it is no entry. */
static void test_referred(void **state)
{
    const struct pg_journal_change slice = {"changed", "EndpointSlice", "b",  "s1",
                                            NULL,      false,           false};
    struct pg_buf out = {0};

    (void)state;
    compare(&out, SERVED("10.0.0.9"), SERVED("10.0.0.7"), &slice, 1, 0);
    assert_non_null(strstr(pg_buf_text(&out), "a/Pod/a1 b/Pod/b1: denied, 80/TCP\n"));
    compare(&out, SERVED("10.0.0.7"), SERVED("10.0.0.7"), &slice, 1, 0);
    assert_string_equal(pg_buf_text(&out), "");
    pg_buf_free(&out);
}

/* A policy with a rule for each of `n` addresses, and one more for one of them. */
static void many_blocks(struct pg_buf *out, uint32_t n, bool more)
{
    pg_buf_clear(out);
    pg_buf_puts(out, PODS "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\n"
                          "metadata: {name: p, namespace: a}\nspec: {podSelector: {}, ingress: [");
    for (uint32_t i = 0; i < n + more; i++)
        pg_buf_printf(out, "{from: [{ipBlock: {cidr: 10.1.%u.%u/32}}], ports: [{port: %u}]},\n",
                      i % n / 200, i % n % 200, i + 1);
    pg_buf_puts(out, "]}\n");
}

/* Where there are more groups of addresses than are compared, an entry says so. */
static void test_many_outside(void **state)
{
    const uint32_t counts[] = {PG_JOURNAL_OUTSIDE / 2, PG_JOURNAL_OUTSIDE + 100};
    struct pg_buf texts[2] = {{0}}, out = {0};
    (void)state;

    for (int i = 0; i < 2; i++) {
        many_blocks(&texts[0], counts[i], false);
        many_blocks(&texts[1], counts[i], true);
        compare(&out, pg_buf_text(&texts[0]), pg_buf_text(&texts[1]), &policy_of_a, 1, 0);
        assert_string_equal(pg_buf_text(&out), i ? "+0 -0 ~0, of what is outside a part\n"
                                                 : "+0 -0 ~2\n"
                                                   "10.1.0.0 a/Pod/a1: 1/TCP, 1/TCP, 251/TCP\n"
                                                   "10.1.0.0 a/Pod/a2: 1/TCP, 1/TCP, 251/TCP\n");
    }
    pg_buf_free(&texts[0]);
    pg_buf_free(&texts[1]);
    pg_buf_free(&out);
}

/* A NetworkSet of Calico's is referred to from other namespaces, too. */
static void test_network_set(void **state)
{
#define SET(net)                                                                                  \
    "---\napiVersion: projectcalico.org/v3\nkind: NetworkSet\nmetadata: {name: s, namespace: a, " \
    "labels: {role: db}}\nspec: {nets: [" net "]}\n"
    static const char policy[] =
        PODS "---\napiVersion: projectcalico.org/v3\nkind: NetworkPolicy\nmetadata: {name: q, "
             "namespace: b}\nspec: {types: [Egress], egress: [{action: Allow, destination: "
             "{selector: \"role == 'db'\", namespaceSelector: \"all()\"}}]}\n";
    const struct pg_journal_change set = {"changed", "NetworkSet", "a", "s", NULL, true, false};
    struct pg_buf texts[2] = {{0}}, out = {0};
    (void)state;

    pg_buf_printf(&texts[0], "%s%s", policy, SET("10.5.0.0/16"));
    pg_buf_printf(&texts[1], "%s%s", policy, SET("10.6.0.0/16"));
    compare(&out, pg_buf_text(&texts[0]), pg_buf_text(&texts[1]), &set, 1, 0);
    assert_string_equal(pg_buf_text(&out), "+1 -1 ~0\n"
                                           "b/Pod/b1 10.5.0.0/16: every port, denied\n"
                                           "b/Pod/b1 10.6.0.0/16: denied, every port\n");
    pg_buf_free(&texts[0]);
    pg_buf_free(&texts[1]);
    pg_buf_free(&out);
}

/* A workload without pods of its own has cells all the same; where none of them turns there is nothing to tell. */
static void test_workload(void **state)
{
#define DEPLOYMENT(app)                                                                     \
    "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d, namespace: a}\nspec: " \
    "{replicas: 1, selector: {matchLabels: {x: y}}, template: {metadata: {labels: {x: y, "  \
    "app: " app "}}, spec: {containers: [{name: c}]}}}\n"
    static const char deny[] = POLICY("a", "p", "{podSelector: {matchLabels: {app: one}}}");
    const struct pg_journal_change change = {"changed", "Deployment", "a", "d", NULL, false, false};
    struct pg_buf texts[3] = {{0}}, out = {0};
    (void)state;

    pg_buf_printf(&texts[0], "%s%s%s", POD("b", "b1"), deny, DEPLOYMENT("one"));
    pg_buf_printf(&texts[1], "%s%s%s", POD("b", "b1"), deny, DEPLOYMENT("two"));
    pg_buf_printf(&texts[2], "%s%s%s", POD("b", "b1"), deny, DEPLOYMENT("three"));
    compare(&out, pg_buf_text(&texts[0]), pg_buf_text(&texts[1]), &change, 1, 0);
    assert_string_equal(pg_buf_text(&out), "+2 -0 ~0\n"
                                           "b/Pod/b1 a/Deployment/d: denied, every port\n"
                                           "internet a/Deployment/d: denied, every port\n");
    compare(&out, pg_buf_text(&texts[1]), pg_buf_text(&texts[2]), &change, 1, 0);
    assert_string_equal(pg_buf_text(&out), "");
    for (int i = 0; i < 3; i++)
        pg_buf_free(&texts[i]);
    pg_buf_free(&out);
}

static void test_find(void **state)
{
    struct pg_cluster *old = load_text(PODS), *new = load_text(PODS DENY("b"));
    struct pg_eval *a = pg_eval_new(old, NULL), *b = pg_eval_new(new, NULL);
    const struct pg_journal_change change = {"added", "NetworkPolicy", "b", "deny", NULL, true,
                                             false};
    struct pg_journal_entry *entry = pg_journal_compare(a, b, &change, 1, 0, 7);
    struct pg_end pod = {.kind = PG_END_POD, .index = 2}, internet = {.kind = PG_END_ADDR},
                  node = {.kind = PG_END_NODE};
    struct pg_arena *arena = pg_arena_new();

    (void)state;
    assert_true(pg_addr_parse("203.0.113.1", &internet.addr, NULL));
    assert_string_equal(pg_journal_name(arena, b, &pod), "b/Pod/b1");
    assert_string_equal(pg_journal_name(arena, b, &internet), "internet");
    assert_null(pg_journal_name(arena, b, &node));
    assert_string_equal(pg_journal_find(entry, "a/Pod/a1", "b/Pod/b1")->before, "every port");
    assert_int_equal(pg_journal_find(entry, "a/Pod/a1", "b/Pod/b1")->turn, PG_TURN_LOST);
    assert_non_null(pg_journal_find(entry, "internet", "b/Pod/b1"));
    assert_null(pg_journal_find(entry, "b/Pod/b1", "a/Pod/a1"));
    assert_null(pg_journal_find(entry, "b/Pod/b1", NULL));
    pg_arena_free(arena);
    pg_journal_free(entry);
    pg_eval_free(a);
    pg_eval_free(b);
    pg_cluster_free(old);
    pg_cluster_free(new);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_closed_and_opened),
        cmocka_unit_test(test_ports),
        cmocka_unit_test(test_other_pods),
        cmocka_unit_test(test_touched),
        cmocka_unit_test(test_pods_of_one),
        cmocka_unit_test(test_outside),
        cmocka_unit_test(test_referred),
        cmocka_unit_test(test_many_outside),
        cmocka_unit_test(test_network_set),
        cmocka_unit_test(test_workload),
        cmocka_unit_test(test_find),
    };

    return cmocka_run_group_tests_name("journal", tests, NULL, NULL);
}
