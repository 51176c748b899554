/* polgrid/memo.h: objects that are decoded once. That the cluster is the same as one that is read anew, the oracle
   holds against random clusters (tests/oracle/check_memo.c). */
#include "loading.h"

#include "polgrid/memo.h"

#define POD(name, label)                                                     \
    "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"" name \
    "\",\"namespace\":\"a\",\"labels\":{\"app\":\"" label "\"}},\"spec\":{\"containers\":[]}}\n"
#define POLICY(name, more)                                                               \
    "{\"apiVersion\":\"networking.k8s.io/v1\",\"kind\":\"NetworkPolicy\",\"metadata\":{" \
    "\"name\":\"" name "\",\"namespace\":\"a\"},\"spec\":{\"podSelector\":{}" more "}}\n"
#define TIER \
    "{\"apiVersion\":\"projectcalico.org/v3\",\"kind\":\"Tier\",\"metadata\":{\"name\":\"t\"}}\n"

static struct pg_memo_object object_of(uint32_t slot, uint64_t version, const char *api_version,
                                       const char *kind, const char *text)
{
    return (struct pg_memo_object){.slot = slot,
                                   .version = version,
                                   .file = "pods",
                                   .line = slot + 1,
                                   .api_version = api_version,
                                   .kind = kind,
                                   .text = text,
                                   .n = strlen(text)};
}

static struct pg_memo_object object(uint32_t slot, uint64_t version, const char *text)
{
    return object_of(slot, version, "v1", "Pod", text);
}

static struct pg_memo_object policy(uint32_t slot, uint64_t version, const char *text)
{
    struct pg_memo_object one =
        object_of(slot, version, "networking.k8s.io/v1", "NetworkPolicy", text);

    one.file = "a/networkpolicy/p";
    one.line = 0;
    return one;
}

static struct pg_cluster *load(struct pg_memo *memo, const struct pg_memo_object *objects,
                               uint32_t n)
{
    return pg_loader_finish(pg_memo_loader(memo, NULL, objects, n));
}

static void test_decodes_once(void **state)
{
    struct pg_memo *memo = pg_memo_new(NULL);
    struct pg_memo_object objects[] = {object(0, 1, POD("one", "x")), object(1, 2, POD("two", "x")),
                                       policy(2, 3, POLICY("p", ""))};
    (void)state;

    pg_cluster_free(load(memo, objects, 3));
    assert_int_equal(pg_memo_decoded(memo), 3);
    pg_cluster_free(load(memo, objects, 3));
    assert_int_equal(pg_memo_decoded(memo), 3);
    objects[1] = object(1, 4, POD("two", "y"));
    pg_cluster_free(load(memo, objects, 3));
    assert_int_equal(pg_memo_decoded(memo), 4);
    pg_cluster_free(load(memo, objects, 1)); /* the others went, and come back as they were */
    pg_cluster_free(load(memo, objects, 3));
    assert_int_equal(pg_memo_decoded(memo), 4);
    assert_int_equal(pg_memo_renewed(memo), 0);
    pg_memo_free(memo);
}

/* Whoever looks at a cluster does so while the memo goes on, and after it. */
static void test_clusters_live_on(void **state)
{
    struct pg_memo *memo = pg_memo_new(NULL);
    struct pg_memo_object objects[] = {object(0, 1, POD("one", "x")), policy(1, 2, POLICY("p", ""))};
    struct pg_cluster *first = load(memo, objects, 2), *second;
    struct pg_buf found = {0};
    uint32_t app;
    (void)state;

    objects[0] = object(0, 3, POD("one", "y"));
    objects[1] = policy(1, 4, POLICY("p", ",\"policyTypes\":[\"Egress\"]"));
    second = load(memo, objects, 2);
    pg_memo_free(memo);
    app = pg_strs_find(first->strs, "app", 3);
    assert_string_equal(pg_cluster_text(first, pg_labels_get(first->pods[0].labels, app)), "x");
    assert_string_equal(pg_cluster_text(second, pg_labels_get(second->pods[0].labels, app)), "y");
    assert_true(first->policies[0].isolates[PG_INGRESS]);
    assert_false(second->policies[0].isolates[PG_INGRESS]);
    assert_non_null(strstr(second->files[second->policies[0].loc.file].text, "Egress"));
    assert_null(strstr(first->files[first->policies[0].loc.file].text, "Egress"));
    pg_cluster_free(first);
    print_pods(&found, second);
    assert_string_equal(pg_buf_text(&found), "a/one of Pod/one\n");
    pg_buf_free(&found);
    pg_cluster_free(second);
}

/* What is said of an object, or is more than a record, comes anew each time. */
static void test_findings_come_again(void **state)
{
    struct pg_memo *memo = pg_memo_new(NULL);
    struct pg_memo_object objects[] = {
        object(0, 1, POD("One", "x")),
        policy(1, 2, POLICY("p", ",\"ingres\":[]")),
        object_of(2, 3, "projectcalico.org/v3", "Tier", TIER),
        object_of(3, 4, "v1", "Secret",
                  "{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"metadata\":{\"name\":\"s\"}}\n"),
    };
    (void)state;

    for (int i = 0; i < 3; i++) {
        struct pg_cluster *cluster = load(memo, objects, 4);
        assert_int_equal(finding(cluster, "OBJ-NAME")->loc.line, 1);
        assert_non_null(finding(cluster, "OBJ-FIELD"));
        assert_int_equal(cluster->nskipped, 1);
        assert_int_equal(cluster->skipped[0].first.line, 4);
        pg_cluster_free(cluster);
    }
    pg_memo_free(memo);
}

/* Of all pods that have a field that is not known, the first is told of: whichever that is by now. */
static void test_told_once_each_time(void **state)
{
    static const char *const texts[] = {
        "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"one\"},\"brandNewThing\":"
        "1}\n",
        "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"two\"},\"brandNewThing\":"
        "1}\n",
    };
    struct pg_memo *memo = pg_memo_new(NULL);
    struct pg_memo_object objects[] = {object(0, 1, texts[0]), object(1, 2, texts[1])};
    struct pg_cluster *cluster = load(memo, objects, 2);
    (void)state;

    assert_int_equal(cluster->ndiags, 1 + 1); /* the namespace is not defined */
    assert_int_equal(finding(cluster, "OBJ-FIELD-NEW")->loc.line, 1);
    pg_cluster_free(cluster);
    cluster = load(memo, &objects[1], 1);
    assert_int_equal(finding(cluster, "OBJ-FIELD-NEW")->loc.line, 2);
    pg_cluster_free(cluster);
    pg_memo_free(memo);
}

/* What was replaced does not pile up. */
static void test_renews(void **state)
{
    struct pg_memo *memo = pg_memo_new(NULL);
    struct pg_memo_object objects[] = {object(0, 1, POD("one", "x")), policy(1, 2, "")};
    struct pg_buf text = {0};
    (void)state;

    pg_buf_puts(&text, POLICY("p", ""));
    while (text.n < (1u << 20))
        pg_buf_puts(&text, "\n                                                       ");
    for (uint64_t i = 0; i < 80; i++) {
        struct pg_cluster *cluster;
        objects[1] = policy(1, 3 + i, pg_buf_text(&text));
        cluster = load(memo, objects, 2);
        assert_int_equal(cluster->npods, 1);
        assert_int_equal(cluster->npolicies, 1);
        pg_cluster_free(cluster);
    }
    assert_in_range(pg_memo_renewed(memo), 1, 3);
    pg_buf_free(&text);
    pg_memo_free(memo);
}

static bool stop(void *context, const struct pg_load_progress *progress)
{
    (void)context;
    (void)progress;
    return false;
}

static void test_stops(void **state)
{
    struct pg_memo *memo = pg_memo_new(NULL);
    struct pg_memo_object one = object(0, 1, POD("one", "x"));
    struct pg_load_options options = {.progress = stop};
    struct pg_cluster *cluster = pg_loader_finish(pg_memo_loader(memo, &options, &one, 1));
    (void)state;

    assert_true(cluster->partial);
    pg_cluster_free(cluster);
    cluster = load(memo, &one, 1);
    assert_false(cluster->partial);
    assert_int_equal(cluster->npods, 1);
    pg_cluster_free(cluster);
    pg_memo_free(memo);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_decodes_once),
        cmocka_unit_test(test_clusters_live_on),
        cmocka_unit_test(test_findings_come_again),
        cmocka_unit_test(test_renews),
        cmocka_unit_test(test_stops),
        cmocka_unit_test(test_told_once_each_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
