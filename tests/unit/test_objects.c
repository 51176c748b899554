/* polgrid/objects.h: objects cut out of what an API server sends, and made small. */
#include "loading.h"

#include "polgrid/eval.h"
#include "polgrid/objects.h"

static bool collect(void *context, const struct pg_object *object)
{
    struct pg_buf *out = context;

    pg_buf_printf(out, "%s %s %s/%s\n", object->api_version, object->kind,
                  object->ns ? object->ns : "", object->name);
    pg_buf_add(out, object->json, object->n);
    return true;
}

static void assert_objects(const char *text, const char *expected)
{
    struct pg_buf found = {0};
    struct pg_err err = {{0}};

    if (!pg_objects_read(text, strlen(text), collect, &found, &err))
        fail_msg("%s", err.text);
    assert_string_equal(pg_buf_text(&found), expected);
    pg_buf_free(&found);
}

/* What an object says, where `kind`, namespace and the fields of its one container are given. */
static void assert_agent(const char *kind, const char *ns, const char *container,
                         const char *expected)
{
    bool set = strcmp(kind, "DaemonSet") == 0;
    const char *version = set ? "apps/v1" : "v1", *close = set ? "}}" : "";
    const char *open = set ? "\"template\":{\"spec\":{" : "";
    char text[900], wanted[900];

    snprintf(text, sizeof text,
             "{\"apiVersion\":\"%s\",\"kind\":\"%s\",\"metadata\":{\"name\":\"a\",\"namespace\":"
             "\"%s\"},\"spec\":{%s\"containers\":[{%s,\"env\":[{\"name\":\"TOKEN\",\"value\":"
             "\"hunter2\"}]}]}%s}",
             version, kind, ns, open, container, close);
    snprintf(wanted, sizeof wanted,
             "%s %s %s/a\n{\"apiVersion\":\"%s\",\"kind\":\"%s\",\"metadata\":{\"name\":\"a\","
             "\"namespace\":\"%s\"},\"spec\":{%s\"containers\":[{%s}]}%s}\n",
             version, kind, ns, version, kind, ns, open, expected, close);
    assert_objects(text, wanted);
}

/* Of arguments only those stay that tell of plugins, as the table writes them, and only where plugins live. */
static void test_arguments(void **state)
{
    static const struct {
        const char *name, *args, *kept;
    } cases[] = {
        {"aws-eks-nodeagent", "\"--enable-ipv6=false\",\"--enable-network-policy=true\"",
         "\"--enable-network-policy=true\""},
        {"aws-network-policy-agent", "\"-enable-network-policy=F\"",
         "\"--enable-network-policy=false\""},
        {"aws-eks-nodeagent", "\"--enable-network-policy=hunter2\"", "\"--enable-network-policy=?\""},
        {"aws-eks-nodeagent", "\"--enable-network-policy=$(NETPOL)\"",
         "\"--enable-network-policy=?\""},
        {"aws-eks-nodeagent", "\"--token=hunter2\",\"hunter2\"", ""},
        {"kube-router", "\"--run-firewall\",\"false\"", "\"--run-firewall=true\""},
        {"kube-router", "\"--run-firewall=true\",\"--run-firewall=false\"",
         "\"--run-firewall=false\""},
        {"kube-router", "\"-c\",\"exec kube-router --run-firewall=false --x=hunter2\"",
         "\"--run-firewall=?\""},
        {"cilium-agent", "\"--enable-policy\",\"never\",\"--allow-localhost=policy\"",
         "\"--enable-policy=never\",\"--allow-localhost=policy\""},
        {"cilium-agent", "\"--enable-policy\"", "\"--enable-policy=?\""},
        {"cilium-agent", "\"--enable-policy-accounting=false\"", ""},
        {"kube-network-policies", "\"--baseline-admin-network-policy=true\",\"--v=2\"",
         "\"--baseline-admin-network-policy=true\""},
        {"weave-npc", "\"hunter2\"", ""},
    };
    char container[300], kept[300];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        snprintf(container, sizeof container, "\"args\":[%s],\"name\":\"%s\"", cases[i].args,
                 cases[i].name);
        snprintf(kept, sizeof kept, "\"name\":\"%s\",\"args\":[%s]", cases[i].name, cases[i].kept);
        assert_agent("Pod", "kube-system", container, kept);
        assert_agent("DaemonSet", "kube-system", container, kept);
        snprintf(kept, sizeof kept, "\"name\":\"%s\"", cases[i].name);
        assert_agent("Pod", "shop", container, kept);
    }
    assert_agent("Pod", "kube-system",
                 "\"name\":\"web\",\"args\":[\"--enable-network-policy=true\"]", "\"name\":\"web\"");
    assert_agent("Pod", "kube-system", "\"name\":\"kube-router\"", "\"name\":\"kube-router\"");
    assert_agent("Pod", "kube-system", "\"name\":\"kube-router\",\"command\":[\"--run-firewall=0\"]",
                 "\"name\":\"kube-router\",\"args\":[\"--run-firewall=false\"]");
}

/* The arguments of k3s stand in an annotation, and the keys to its datastore may be among them. */
static void test_node_arguments(void **state)
{
    static const struct {
        const char *args, *kept;
    } cases[] = {
        {"[\\\"server\\\",\\\"--datastore-endpoint\\\",\\\"hunter2\\\"]", "[]"},
        {"[\\\"--disable-network-policy\\\",\\\"--token\\\",\\\"hunter2\\\"]",
         "[\\\"--disable-network-policy\\\"]"},
        {"[\\\"--disable-network-policy=true\\\"]", "[\\\"--disable-network-policy\\\"]"},
        {"[\\\"--disable-network-policy\\\",\\\"false\\\"]", "[]"},
        {"[\\\"--disable-network-policy=hunter2\\\"]", NULL},
        {"--disable-network-policy", NULL},
    };
    char text[500], wanted[500], kept[200];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        snprintf(text, sizeof text,
                 "{\"apiVersion\":\"v1\",\"kind\":\"Node\",\"metadata\":{\"name\":\"n\","
                 "\"annotations\":{\"k3s.io/node-args\":\"%s\",\"secret\":\"hunter2\"}}}",
                 cases[i].args);
        kept[0] = '\0';
        if (cases[i].kept)
            snprintf(kept, sizeof kept, ",\"annotations\":{\"k3s.io/node-args\":\"%s\"}",
                     cases[i].kept);
        snprintf(wanted, sizeof wanted,
                 "v1 Node /n\n{\"apiVersion\":\"v1\",\"kind\":\"Node\",\"metadata\":{\"name\":"
                 "\"n\"%s}}\n",
                 kept);
        assert_objects(text, wanted);
    }
}

/* Elements of a built-in list don't say what they are; what nobody reads is gone. */
static void test_list(void **state)
{
    (void)state;
    assert_objects(
        "{\"kind\":\"PodList\",\"apiVersion\":\"v1\",\"metadata\":{\"resourceVersion\":\"7\","
        "\"continue\":"
        "\"t\"},\"items\":[{\"metadata\":{\"name\":\"a\",\"namespace\":\"x\",\"uid\":\"u\","
        "\"managedFields\":[{\"manager\":\"kubectl\"}],\"annotations\":{\"k\":\"v\"},\"labels\":"
        "{\"app\":\"a\"}},\"spec\":{\"volumes\":[{}],\"containers\":[{\"name\":\"c\",\"env\":[],"
        "\"ports\":[{\"containerPort\":80,\"name\":\"http\"}]}]},\"status\":{\"phase\":\"Running\","
        "\"podIPs\":[{\"ip\":\"10.0.0.1\"}],\"startTime\":\"x\"}},{\"metadata\":{\"name\":\"b\"}}]"
        "}",
        "v1 Pod x/a\n"
        "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"a\",\"namespace\":\"x\","
        "\"labels\":{\"app\":\"a\"}},\"spec\":{\"containers\":[{\"name\":\"c\",\"ports\":[{"
        "\"containerPort\":80,\"name\":\"http\"}]}]},\"status\":{\"phase\":\"Running\",\"podIPs\":["
        "{"
        "\"ip\":\"10.0.0.1\"}]}}\n"
        "v1 Pod /b\n"
        "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"b\"}}\n");
}

/* Lists of custom resources are sorted by key: items come before the rest, and say what they are. */
static void test_custom(void **state)
{
    (void)state;
    assert_objects(
        "{\"apiVersion\":\"cilium.io/v2\",\"items\":[{\"apiVersion\":\"cilium.io/v2\",\"kind\":"
        "\"CiliumCIDRGroup\",\"metadata\":{\"name\":\"g\",\"generation\":3},\"spec\":{"
        "\"externalCIDRs\":[\"10.0.0.0/8\"]}}],\"kind\":\"CiliumCIDRGroupList\",\"metadata\":{}}",
        "cilium.io/v2 CiliumCIDRGroup /g\n"
        "{\"apiVersion\":\"cilium.io/v2\",\"kind\":\"CiliumCIDRGroup\",\"metadata\":{\"name\":"
        "\"g\"},\"spec\":{\"externalCIDRs\":[\"10.0.0.0/8\"]}}\n");
}

/* A field that the API does not have must not get lost: the loader warns of it. */
static void test_unknown_field(void **state)
{
    (void)state;
    assert_objects(
        "{\"apiVersion\":\"networking.k8s.io/v1\",\"kind\":\"NetworkPolicy\",\"metadata\":{"
        "\"name\":\"p\",\"namespace\":\"x\"},\"spec\":{\"podSelector\":{},\"ingress\":[{"
        "\"form\":[{\"podSelector\":{}}]}]},\"status\":{\"a\":1}}",
        "networking.k8s.io/v1 NetworkPolicy x/p\n"
        "{\"apiVersion\":\"networking.k8s.io/v1\",\"kind\":\"NetworkPolicy\",\"metadata\":{"
        "\"name\":\"p\",\"namespace\":\"x\"},\"spec\":{\"podSelector\":{},\"ingress\":[{"
        "\"form\":{}}]}}\n");
}

/* YAML's ways to write a value are gone. */
static void test_yaml_in(void **state)
{
    (void)state;
    assert_objects(
        "apiVersion: v1\nkind: Service\nmetadata: {name: s, namespace: x, labels: {a: 'yes'}}\n"
        "spec:\n  publishNotReadyAddresses: yes\n  ports: [{port: 0x50, targetPort: '80'}]\n"
        "---\nkind: Nameless\napiVersion: v1\n---\nnot an object\n",
        "v1 Service x/s\n"
        "{\"apiVersion\":\"v1\",\"kind\":\"Service\",\"metadata\":{\"name\":\"s\",\"namespace\":"
        "\"x\",\"labels\":{\"a\":\"yes\"}},\"spec\":{\"publishNotReadyAddresses\":true,"
        "\"ports\":[{\"port\":80,\"targetPort\":\"80\"}]}}\n");
}

/* A number that JSON writes otherwise, or not at all, is no string for it: the API server refuses 01.5 as a label, and
   takes .5 as the order of a policy. */
static void test_yaml_numbers(void **state)
{
    (void)state;
    assert_objects(
        "apiVersion: v1\nkind: Service\nmetadata:\n  name: s\n  labels: {a: 01.5, b: 1_000.5, c: "
        "+.5, d: .inf,"
        " e: 0xFFFFFFFFFFFFFFFFFF, f: -0_0., g: +01.50e+3, h: 1.5, i: '01.5', j: -.5E-2, k: "
        "00.0}\n",
        "v1 Service "
        "/s\n{\"apiVersion\":\"v1\",\"kind\":\"Service\",\"metadata\":{\"name\":\"s\",\"labels\":{"
        "\"a\":1.5,\"b\":1000.5,\"c\":0.5,\"d\":1e999,\"e\":1e999,\"f\":-0,\"g\":1.50e+3,\"h\":1.5,"
        "\"i\":\"01.5\",\"j\":-0.5E-2,\"k\":0.0}}}\n");
}

/* Annotations are left out, since secrets may be in them; but not what the API server refuses the object for. */
static void test_annotations(void **state)
{
    (void)state;
    assert_objects(
        "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: p\n"
        "  annotations: {a: secret, b: 'true', c: null, d: true, e: 1, e: x, f: [secret]}\n---\n"
        "apiVersion: v1\nkind: Pod\nmetadata: {name: a, annotations: [secret]}\n---\n"
        "apiVersion: v1\nkind: Pod\nmetadata: {name: b, annotations: null}\n---\n"
        "apiVersion: v1\nkind: Node\nmetadata:\n  name: n1\n  annotations: {a: secret, b: 7,"
        " projectcalico.org/x: secret, k3s.io/node-args: "
        "'[\"secret\",\"--disable-network-policy\",\"true\"]'}\n"
        "---\napiVersion: v1\nkind: Node\nmetadata: {name: n2, annotations: {k3s.io/node-args: "
        "'[\"secret\"]'}}\n",
        "networking.k8s.io/v1 NetworkPolicy /p\n"
        "{\"apiVersion\":\"networking.k8s.io/"
        "v1\",\"kind\":\"NetworkPolicy\",\"metadata\":{\"name\":\"p\","
        "\"annotations\":{\"d\":0,\"f\":0}}}\n"
        "v1 Pod "
        "/a\n{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"a\",\"annotations\":"
        "0}}\n"
        "v1 Pod /b\n{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"b\"}}\n"
        "v1 Node "
        "/n1\n{\"apiVersion\":\"v1\",\"kind\":\"Node\",\"metadata\":{\"name\":\"n1\","
        "\"annotations\":"
        "{"
        "\"b\":0,\"projectcalico.org/x\":\"\",\"k3s.io/"
        "node-args\":\"[\\\"--disable-network-policy\\\"]\"}}}\n"
        "v1 Node "
        "/n2\n{\"apiVersion\":\"v1\",\"kind\":\"Node\",\"metadata\":{\"name\":\"n2\","
        "\"annotations\":"
        "{"
        "\"k3s.io/node-args\":\"[]\"}}}\n");
}

/* Of what Calico stores in an annotation the labels stay, and that there is something wrong with it. */
static void test_stored_metadata(void **state)
{
    (void)state;
    assert_objects(
        "apiVersion: crd.projectcalico.org/v1\nkind: NetworkSet\nmetadata:\n  name: s\n  "
        "annotations:\n"
        "    a: secret\n    projectcalico.org/metadata: "
        "'{\"annotations\":{\"a\":\"secret\"},\"labels\":{\"l\":\"1\"}}'\n"
        "---\napiVersion: crd.projectcalico.org/v1\nkind: NetworkSet\nmetadata: {name: t, "
        "annotations: {"
        "projectcalico.org/metadata: secret}}\n",
        "crd.projectcalico.org/v1 NetworkSet "
        "/s\n{\"apiVersion\":\"crd.projectcalico.org/v1\",\"kind\":\"NetworkSet\","
        "\"metadata\":{\"name\":\"s\",\"annotations\":{\"projectcalico.org/metadata\":"
        "\"{\\\"labels\\\":{\\\"l\\\":\\\"1\\\"}}\"}}}\n"
        "crd.projectcalico.org/v1 NetworkSet "
        "/t\n{\"apiVersion\":\"crd.projectcalico.org/v1\",\"kind\":\"NetworkSet\","
        "\"metadata\":{\"name\":\"t\",\"annotations\":{\"projectcalico.org/metadata\":\"?\"}}}\n");
}

static void test_broken(void **state)
{
    static const char text[] =
        "{\"kind\":\"PodList\",\"apiVersion\":\"v1\",\"items\":[{\"metadata\":{"
        "\"name\":\"a\",\"namespace\":\"x\"}},{\"metadata\":";
    struct pg_buf found = {0};
    struct pg_err err = {{0}};

    (void)state;
    assert_false(pg_objects_read(text, sizeof text - 1, collect, &found, &err));
    assert_non_null(strstr(err.text, "line 1"));
    assert_non_null(strstr(pg_buf_text(&found), "v1 Pod x/a\n")); /* what came before was given */
    pg_buf_free(&found);
}

/* --- YAML out ------------------------------------------------------------------------------------ */

static bool to_yaml(void *context, const struct pg_object *object)
{
    struct pg_err err;

    return pg_object_yaml(context, object->json, object->n, &err);
}

static void test_yaml_out(void **state)
{
    static const char text[] =
        "{\"apiVersion\":\"networking.k8s.io/"
        "v1\",\"kind\":\"NetworkPolicy\",\"metadata\":{\"name\":\"p\","
        "\"namespace\":\"x\",\"labels\":{\"a\":\"true\",\"b\":\"1.10\",\"c\":\"\",\"d\":\"null\","
        "\"e\":"
        "\"- x: "
        "y\",\"f\":\"0x1f\"}},\"spec\":{\"podSelector\":{},\"ingress\":[{\"from\":[{\"ipBlock\":{"
        "\"cidr\":\"10.0.0.0/8\"}}],\"ports\":[{\"port\":80},{\"port\":\"http\"}]},{}]}}";
    struct pg_buf yaml = {0};
    struct pg_err err;

    (void)state;
    assert_true(pg_objects_read(text, sizeof text - 1, to_yaml, &yaml, &err));
    assert_string_equal(pg_buf_text(&yaml), "apiVersion: networking.k8s.io/v1\n"
                                            "kind: NetworkPolicy\n"
                                            "metadata:\n"
                                            "  name: p\n"
                                            "  namespace: x\n"
                                            "  labels:\n"
                                            "    a: \"true\"\n"
                                            "    b: \"1.10\"\n"
                                            "    c: \"\"\n"
                                            "    d: \"null\"\n"
                                            "    e: '- x: y'\n"
                                            "    f: \"0x1f\"\n"
                                            "spec:\n"
                                            "  podSelector: {}\n"
                                            "  ingress:\n"
                                            "  - from:\n"
                                            "    - ipBlock:\n"
                                            "        cidr: 10.0.0.0/8\n"
                                            "    ports:\n"
                                            "    - port: 80\n"
                                            "    - port: http\n"
                                            "  - {}\n");
    pg_buf_free(&yaml);
}

/* --- a look inside ------------------------------------------------------------------------------- */

static void assert_member(const char *text, const char *key, const char *expected)
{
    struct pg_json_span span = pg_json_member(text, strlen(text), key);

    if (!expected) {
        assert_null(span.p);
        return;
    }
    assert_non_null(span.p);
    assert_int_equal(span.n, strlen(expected));
    assert_memory_equal(span.p, expected, span.n);
}

static void test_member(void **state)
{
    (void)state;
    assert_member("{\"a\":1,\"b\":\"x\"}", "b", "\"x\"");
    assert_member(" { \"a\" : { \"b\" : 2 } , \"b\" : [ 1 , { } ] } ", "b", "[ 1 , { } ]");
    assert_member("{\"a\":\"}\\\"b\\\":\",\"b\":true}", "b", "true");
    assert_member("{\"a\":{\"k\":\"\xc3\xa9]\"},\"b\":null}", "b", "null");
    assert_member("{\"a\":1}", "b", NULL);
    assert_member("{\"a\":{\"b\":1}}", "b", NULL);
    assert_member("{\"a\":[1,2", "a", NULL);
    assert_member("[{\"b\":1}]", "b", NULL);
    assert_member("{\"b\"", "b", NULL);
    assert_member("{\"a\" 1,\"b\":1}", "b", NULL);
    assert_member("", "b", NULL);
}

static void test_member_text(void **state)
{
    struct pg_buf out = {0};

    (void)state;
    assert_true(pg_json_member_text(&out, "{\"a\":\"x\"}", 9, "a"));
    assert_string_equal(pg_buf_text(&out), "x");
    assert_false(pg_json_member_text(&out, "{\"a\":\"\\n\"}", 10, "a"));
    assert_false(pg_json_member_text(&out, "{\"a\":1}", 7, "a"));
    assert_string_equal(pg_buf_text(&out), "x");
    pg_buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_list),           cmocka_unit_test(test_arguments),
        cmocka_unit_test(test_node_arguments), cmocka_unit_test(test_custom),
        cmocka_unit_test(test_unknown_field),  cmocka_unit_test(test_yaml_in),
        cmocka_unit_test(test_annotations),    cmocka_unit_test(test_stored_metadata),
        cmocka_unit_test(test_yaml_numbers),   cmocka_unit_test(test_broken),
        cmocka_unit_test(test_yaml_out),       cmocka_unit_test(test_member),
        cmocka_unit_test(test_member_text),
    };

    return cmocka_run_group_tests_name("objects", tests, NULL, NULL);
}
