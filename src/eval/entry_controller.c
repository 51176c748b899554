/*
 * Controllers of entries: from the class that an Ingress or a Gateway names to the pods that serve it.
 */
#include <string.h>

#include "entry_internal.h"

struct marker {
    const char *key, *value;
};

#define MOST_MARKERS 4

/* The usual controllers. `ids`: what classes call them, with blanks around; one that ends in / stands for all
   that begin so. `classes`: how their classes are usually named. A pod is theirs if it has one of the labels
   and, if it has a component at all, one of `components`. */
static const struct known {
    const char *ids, *classes, *name;
    struct marker markers[MOST_MARKERS];
    const char *components;
    unsigned flags;
} KNOWN[] = {
    {" k8s.io/ingress-nginx ",
     " nginx ",
     "ingress-nginx",
     {{"app.kubernetes.io/name", "ingress-nginx"},
      {"app", "ingress-nginx"},
      {"k8s-app", "nginx-ingress-controller"}},
     " controller ",
     0},
    {" nginx.org/ingress-controller ",
     "",
     "NGINX Ingress Controller",
     {{"app.kubernetes.io/name", "nginx-ingress"}, {"app", "nginx-ingress"}},
     NULL,
     0},
    {" traefik.io/ingress-controller traefik.io/gateway-controller ",
     " traefik ",
     "Traefik",
     {{"app.kubernetes.io/name", "traefik"}, {"app", "traefik"}, {"k8s-app", "traefik-ingress-lb"}},
     NULL,
     0},
    {" haproxy.org/ingress-controller haproxy.org/ingress-controller/ ",
     " haproxy ",
     "HAProxy Kubernetes Ingress Controller",
     {{"app.kubernetes.io/name", "kubernetes-ingress"}, {"run", "haproxy-ingress"}},
     NULL,
     0},
    {" haproxy-ingress.github.io/controller ",
     "",
     "HAProxy Ingress",
     {{"app.kubernetes.io/name", "haproxy-ingress"}, {"run", "haproxy-ingress"}},
     NULL,
     0},
    {" projectcontour.io/ ",
     " contour ",
     "Contour",
     {{"app.kubernetes.io/name", "contour"}, {"app", "envoy"}},
     " envoy ",
     0},
    {" gateway.envoyproxy.io/ ",
     " eg envoy ",
     "Envoy Gateway",
     {{"app.kubernetes.io/managed-by", "envoy-gateway"}},
     " proxy ",
     0},
    {" gateway.nginx.org/ ",
     "",
     "NGINX Gateway Fabric",
     {{"app.kubernetes.io/name", "nginx-gateway-fabric"},
      {"app.kubernetes.io/name", "nginx-gateway"}},
     NULL,
     0},
    {" istio.io/ ",
     " istio ",
     "Istio's ingress gateway",
     {{"istio", "ingressgateway"}, {"app", "istio-ingressgateway"}, {"istio", "ingress"}},
     NULL,
     0},
    {" ingress-controllers.konghq.com/ konghq.com/ ",
     " kong ",
     "Kong",
     {{"app.kubernetes.io/name", "kong"},
      {"app", "proxy-kong"},
      {"app", "ingress-kong"},
      {"app", "kong-gateway"}},
     " app ",
     0},
    {" getambassador.io/ ",
     " ambassador ",
     "Emissary",
     {{"app.kubernetes.io/name", "emissary-ingress"}, {"app.kubernetes.io/name", "ambassador"}},
     NULL,
     0},
    {" apisix.apache.org/ ", " apisix ", "APISIX", {{"app.kubernetes.io/name", "apisix"}}, NULL, 0},
    {" openshift.io/ingress-to-route ",
     " openshift-default ",
     "OpenShift's router",
     {{"ingresscontroller.operator.openshift.io/deployment-ingresscontroller", "default"}},
     NULL,
     0},
    {" cilium.io/ingress-controller io.cilium/gateway-controller ",
     " cilium ",
     "Cilium",
     {{"k8s-app", "cilium-envoy"}, {"app.kubernetes.io/name", "cilium-envoy"}, {"k8s-app", "cilium"}},
     NULL,
     CONTROLLER_IDENTITY},
    {" ingress.k8s.aws/alb gateway.k8s.aws/ ",
     " alb ",
     "the AWS load balancer controller",
     {{NULL, NULL}},
     NULL,
     CONTROLLER_OUTSIDE},
    {" k8s.io/ingress-gce networking.gke.io/ ",
     " gce gce-internal ",
     "Google's load balancer",
     {{NULL, NULL}},
     NULL,
     CONTROLLER_OUTSIDE},
    {" azure/application-gateway alb.networking.azure.io/ ",
     " azure-application-gateway azure-alb-external ",
     "Azure's application gateway",
     {{NULL, NULL}},
     NULL,
     CONTROLLER_OUTSIDE},
};

#define NKNOWN (sizeof KNOWN / sizeof *KNOWN)

/* Labels by which the pods that were made for one Gateway are known: its name, and its namespace where they
   live in another. */
static const struct {
    const char *name, *ns;
} OWNED[] = {
    {"gateway.networking.k8s.io/gateway-name", NULL},
    {"istio.io/gateway-name", NULL},
    {"gateway.envoyproxy.io/owning-gateway-name", "gateway.envoyproxy.io/owning-gateway-namespace"},
    {"projectcontour.io/owning-gateway-name", NULL},
};

/* --- the table ------------------------------------------------------------------------------------ */

/* Whether a list of words has a word, or one that ends in / has its beginning. */
static bool is_in(const char *list, const char *word)
{
    for (const char *p = list + (*list == ' '); *p != '\0'; p += strcspn(p, " ") + 1) {
        size_t n = strcspn(p, " ");
        if (strncmp(p, word, n) == 0 && (word[n] == '\0' || p[n - 1] == '/'))
            return true;
    }
    return false;
}

static const struct known *known_by_id(const char *id)
{
    for (size_t i = 0; i < NKNOWN; i++)
        if (is_in(KNOWN[i].ids, id))
            return &KNOWN[i];
    return NULL;
}

static const struct known *known_by_class(const char *class_name)
{
    for (size_t i = 0; i < NKNOWN; i++)
        if (is_in(KNOWN[i].classes, class_name))
            return &KNOWN[i];
    return NULL;
}

/* --- pods ----------------------------------------------------------------------------------------- */

static pg_str text_id(const struct pg_cluster *cluster, const char *text)
{
    return text != NULL ? pg_strs_find(cluster->strs, text, strlen(text)) : PG_STR_NONE;
}

static bool has_label(struct pg_labels labels, pg_str key, pg_str value)
{
    return key != PG_STR_NONE && value != PG_STR_NONE && pg_labels_get(labels, key) == value;
}

/* The labels of a line of the table, as the cluster's strings. */
struct wanted {
    struct pg_label markers[MOST_MARKERS];
    pg_str component;
    const char *components;
};

static struct wanted look_up(const struct pg_cluster *cluster, const struct known *known)
{
    struct wanted wanted = {.component = text_id(cluster, "app.kubernetes.io/component"),
                            .components = known->components};
    for (int i = 0; i < MOST_MARKERS; i++)
        wanted.markers[i] = (struct pg_label){text_id(cluster, known->markers[i].key),
                                              text_id(cluster, known->markers[i].value)};
    return wanted;
}

static bool is_theirs(const struct pg_cluster *cluster, const struct wanted *wanted,
                      const struct pg_pod *pod)
{
    bool marked = false;
    for (int i = 0; i < MOST_MARKERS; i++)
        marked |= has_label(pod->labels, wanted->markers[i].key, wanted->markers[i].value);
    if (!marked || wanted->components == NULL || wanted->component == PG_STR_NONE)
        return marked;
    pg_str has = pg_labels_get(pod->labels, wanted->component);
    return has == PG_STR_NONE || is_in(wanted->components, pg_cluster_text(cluster, has));
}

typedef PG_VEC(uint32_t) pod_vec;

static void take_pods(struct controller *controller, const pod_vec *pods)
{
    controller->pods = pods->v;
    controller->npods = pods->n;
}

static void find_pods(struct pg_arena *arena, const struct pg_cluster *cluster,
                      const struct known *known, struct controller *controller)
{
    struct wanted wanted = look_up(cluster, known);
    pod_vec pods = {0};
    for (uint32_t i = 0; i < cluster->npods; i++)
        if (is_theirs(cluster, &wanted, &cluster->pods[i]))
            pg_vec_push(arena, &pods, i);
    take_pods(controller, &pods);
}

/* The pods that a controller made for one Gateway. */
static void find_owned_pods(struct pg_arena *arena, const struct pg_cluster *cluster,
                            const struct pg_gateway *gateway, struct controller *controller)
{
    pg_str ns_name = cluster->namespaces[gateway->ns].name;
    pod_vec pods = {0};
    for (size_t k = 0; k < sizeof OWNED / sizeof *OWNED && pods.n == 0; k++) {
        pg_str name_key = text_id(cluster, OWNED[k].name), ns_key = text_id(cluster, OWNED[k].ns);
        for (uint32_t i = 0; i < cluster->npods && name_key != PG_STR_NONE; i++) {
            const struct pg_pod *pod = &cluster->pods[i];
            bool same_ns = OWNED[k].ns == NULL ? pod->ns == gateway->ns
                                               : has_label(pod->labels, ns_key, ns_name);
            if (same_ns && has_label(pod->labels, name_key, gateway->name))
                pg_vec_push(arena, &pods, i);
        }
    }
    take_pods(controller, &pods);
}

/* --- classes -------------------------------------------------------------------------------------- */

static const struct pg_entry_class *find_class(const struct pg_cluster *cluster, const char *kind,
                                               pg_str name)
{
    for (uint32_t i = 0; i < cluster->nentry_classes; i++) {
        const struct pg_entry_class *class = &cluster->entry_classes[i];
        if (class->name == name && strcmp(pg_cluster_text(cluster, class->kind), kind) == 0)
            return class;
    }
    return NULL;
}

static const struct pg_entry_class *default_class(const struct pg_cluster *cluster)
{
    for (uint32_t i = 0; i < cluster->nentry_classes; i++)
        if (cluster->entry_classes[i].is_default)
            return &cluster->entry_classes[i];
    return NULL;
}

/* From the class, or where it was not read from its name, to the line of the table. Says what is missing. */
static const struct known *identify(struct pg_arena *arena, const struct pg_cluster *cluster,
                                    const char *kind, pg_str class_name,
                                    const struct pg_entry_class *class,
                                    struct controller *controller)
{
    const char *name = pg_cluster_text(cluster, class_name);
    const struct known *known = NULL;
    if (class != NULL) {
        controller->id = pg_cluster_text(cluster, class->controller);
        known = known_by_id(controller->id);
        if (known == NULL)
            controller->missing =
                pg_arena_printf(arena, "the controller %s is none that polgrid knows the pods of",
                                *controller->id != '\0' ? controller->id : "of its class");
    } else {
        known = known_by_class(name);
        if (known == NULL)
            controller->missing = pg_arena_printf(
                arena, "no %s %s was read, so who serves it is not known", kind, name);
        else
            controller->guess =
                pg_arena_printf(arena, "no %s %s was read; a class of that name is usually %s's",
                                kind, name, known->name);
    }
    if (known != NULL) {
        controller->name = known->name;
        controller->flags = known->flags;
    }
    return known;
}

static void need_pods(struct pg_arena *arena, struct controller *controller)
{
    if (controller->npods == 0 && controller->missing == NULL &&
        (controller->flags & CONTROLLER_OUTSIDE) == 0)
        controller->missing =
            pg_arena_printf(arena, "no pod of %s was found by its usual labels", controller->name);
}

void pg_entry_controller_of_ingress(struct pg_arena *arena, const struct pg_eval *eval,
                                    pg_str class_name, struct controller *controller)
{
    const struct pg_cluster *cluster = eval->cluster;
    const struct pg_entry_class *class = class_name == PG_STR_NONE
                                             ? default_class(cluster)
                                             : find_class(cluster, "IngressClass", class_name);
    *controller = (struct controller){.gateway = PG_NONE};
    if (class_name == PG_STR_NONE && class == NULL) {
        controller->missing = "it names no class, and no IngressClass is marked as the default one";
        return;
    }
    const struct known *known =
        identify(arena, cluster, "IngressClass", class_name, class, controller);
    if (known != NULL)
        find_pods(arena, cluster, known, controller);
    need_pods(arena, controller);
}

void pg_entry_controller_of_gateway(struct pg_arena *arena, const struct pg_eval *eval,
                                    uint32_t index, struct controller *controller)
{
    const struct pg_cluster *cluster = eval->cluster;
    const struct pg_gateway *gateway = &cluster->gateways[index];
    *controller = (struct controller){.gateway = index};
    const struct known *known =
        identify(arena, cluster, "GatewayClass", gateway->class_name,
                 find_class(cluster, "GatewayClass", gateway->class_name), controller);
    if ((controller->flags & CONTROLLER_OUTSIDE) != 0)
        return;
    find_owned_pods(arena, cluster, gateway, controller);
    if (controller->npods > 0) { /* whoever made them */
        controller->missing = NULL;
        if (controller->name == NULL)
            controller->name = "its Gateway's own pods";
        return;
    }
    if (known != NULL)
        find_pods(arena, cluster, known, controller);
    need_pods(arena, controller);
}
