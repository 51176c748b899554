#include "kinds.h"

#include <string.h>

#include "calico.h"
#include "decode.h"
#include "route.h"

#define ANY_VERSION NULL

static const struct pg_kind kinds[] = {
    {"", "Namespace", "v1", NULL, &pg_shape_namespace, pg_decode_namespace,
     PG_KIND_CLUSTER | PG_KIND_DRAFT | PG_KIND_LABEL | PG_KIND_PLAIN},
    {"", "Node", "v1", NULL, &pg_shape_node, pg_decode_node, PG_KIND_CLUSTER | PG_KIND_PLAIN},
    {"", "Pod", "v1", NULL, &pg_shape_pod, pg_decode_pod, PG_KIND_DRAFT | PG_KIND_PLAIN},
    {"", "ServiceAccount", "v1", NULL, &pg_shape_service_account, pg_decode_service_account, 0},
    {"", "Service", "v1", NULL, &pg_shape_service, pg_decode_service, PG_KIND_LABEL | PG_KIND_PLAIN},
    {"", "Endpoints", "v1", NULL, &pg_shape_endpoints, pg_decode_endpoints, PG_KIND_PLAIN},
    {"discovery.k8s.io", "EndpointSlice", "v1 v1beta1", NULL, &pg_shape_endpoint_slice,
     pg_decode_endpoint_slice, PG_KIND_PLAIN},
    {"", "ReplicationController", "v1", NULL, &pg_shape_replication_controller, pg_decode_workload,
     PG_KIND_DRAFT | PG_KIND_PLAIN},

    {"apps", "Deployment", "v1 v1beta1 v1beta2", "v1beta1 v1beta2", &pg_shape_deployment,
     pg_decode_workload, PG_KIND_DRAFT | PG_KIND_PLAIN},
    {"apps", "ReplicaSet", "v1 v1beta2", "v1beta2", &pg_shape_replicaset, pg_decode_workload,
     PG_KIND_DRAFT | PG_KIND_PLAIN},
    {"apps", "StatefulSet", "v1 v1beta1 v1beta2", "v1beta1 v1beta2", &pg_shape_statefulset,
     pg_decode_workload, PG_KIND_DRAFT | PG_KIND_PLAIN},
    {"apps", "DaemonSet", "v1 v1beta2", "v1beta2", &pg_shape_daemonset, pg_decode_workload,
     PG_KIND_DRAFT | PG_KIND_PLAIN},
    {"extensions", "Deployment", "v1beta1", "v1beta1", &pg_shape_deployment, pg_decode_workload,
     PG_KIND_DRAFT | PG_KIND_PLAIN},
    {"extensions", "ReplicaSet", "v1beta1", "v1beta1", &pg_shape_replicaset, pg_decode_workload,
     PG_KIND_DRAFT | PG_KIND_PLAIN},
    {"extensions", "DaemonSet", "v1beta1", "v1beta1", &pg_shape_daemonset, pg_decode_workload,
     PG_KIND_DRAFT | PG_KIND_PLAIN},
    {"batch", "Job", "v1", NULL, &pg_shape_job, pg_decode_workload, PG_KIND_DRAFT | PG_KIND_PLAIN},
    {"batch", "CronJob", "v1 v1beta1 v2alpha1", "v1beta1 v2alpha1", &pg_shape_cronjob,
     pg_decode_workload, PG_KIND_DRAFT | PG_KIND_PLAIN},

    {"networking.k8s.io", "Ingress", "v1", NULL, &pg_shape_ingress, pg_decode_ingress, 0},
    {"networking.k8s.io", "Ingress", "v1beta1", "v1beta1", &pg_shape_brief, pg_decode_ingress, 0},
    {"extensions", "Ingress", "v1beta1", "v1beta1", &pg_shape_brief, pg_decode_ingress, 0},
    {"networking.k8s.io", "IngressClass", "v1", NULL, &pg_shape_ingress_class,
     pg_decode_ingress_class, PG_KIND_CLUSTER},
    {"networking.k8s.io", "IngressClass", "v1beta1", "v1beta1", &pg_shape_brief,
     pg_decode_ingress_class, PG_KIND_CLUSTER},
#define GATEWAY(kind, shape, decoder, flags)                                               \
    {                                                                                      \
        "gateway.networking.k8s.io", kind, "v1 v1beta1 v1alpha2 v1alpha3", NULL, &(shape), \
            decoder, (flags)                                                               \
    }
    GATEWAY("GatewayClass", pg_shape_gateway_class, pg_decode_gateway_class, PG_KIND_CLUSTER),
    GATEWAY("Gateway", pg_shape_gateway, pg_decode_gateway, 0),
    GATEWAY("HTTPRoute", pg_shape_http_route, pg_decode_gateway_route, 0),
    GATEWAY("GRPCRoute", pg_shape_grpc_route, pg_decode_gateway_route, 0),
    GATEWAY("TLSRoute", pg_shape_tls_route, pg_decode_gateway_route, 0),
    GATEWAY("TCPRoute", pg_shape_plain_route, pg_decode_gateway_route, 0),
    GATEWAY("UDPRoute", pg_shape_plain_route, pg_decode_gateway_route, 0),
    GATEWAY("ReferenceGrant", pg_shape_reference_grant, pg_decode_reference_grant, 0),
#undef GATEWAY

    {"networking.k8s.io", "NetworkPolicy", "v1", NULL, &pg_shape_network_policy,
     pg_decode_network_policy, PG_KIND_POLICY | PG_KIND_NETPOL | PG_KIND_PLAIN},
    {"extensions", "NetworkPolicy", "v1beta1", "v1beta1", &pg_shape_network_policy,
     pg_decode_network_policy, PG_KIND_POLICY | PG_KIND_NETPOL | PG_KIND_PLAIN},

    {"policy.networking.k8s.io", "AdminNetworkPolicy", "v1alpha1", NULL, &pg_shape_admin_policy,
     pg_decode_admin_policy, PG_KIND_POLICY | PG_KIND_CLUSTER},
    {"policy.networking.k8s.io", "BaselineAdminNetworkPolicy", "v1alpha1", NULL,
     &pg_shape_baseline_policy, pg_decode_baseline_policy, PG_KIND_POLICY | PG_KIND_CLUSTER},
    {"policy.networking.k8s.io", "ClusterNetworkPolicy", "v1alpha2 v1beta1", NULL,
     &pg_shape_cluster_policy, pg_decode_cluster_policy, PG_KIND_POLICY | PG_KIND_CLUSTER},

    {"cilium.io", "CiliumNetworkPolicy", "v2", NULL, &pg_shape_cilium_policy,
     pg_decode_cilium_policy, PG_KIND_POLICY | PG_KIND_SOURCES},
    {"cilium.io", "CiliumClusterwideNetworkPolicy", "v2", NULL, &pg_shape_cilium_policy,
     pg_decode_cilium_policy, PG_KIND_POLICY | PG_KIND_CLUSTER | PG_KIND_SOURCES},
    {"cilium.io", "CiliumCIDRGroup", "v2 v2alpha1", NULL, &pg_shape_cilium_cidr_group,
     pg_decode_cilium_cidr_group, PG_KIND_CLUSTER},

/* Calico's own group, and the one that its objects are stored under (semantics 1.2). */
#define STORED(kind, shape, stored, decoder, flags)                            \
    {"projectcalico.org", kind, "v3", NULL, &(shape), decoder, (flags)},       \
    {                                                                          \
        "crd.projectcalico.org", kind, "v1", NULL, &(stored), decoder, (flags) \
    }
#define CALICO(kind, shape, decoder, flags) STORED(kind, shape, shape, decoder, flags)
    CALICO("NetworkPolicy", pg_shape_calico_policy, pg_decode_calico_policy, PG_KIND_POLICY),
    CALICO("GlobalNetworkPolicy", pg_shape_calico_global_policy, pg_decode_calico_policy,
           PG_KIND_POLICY | PG_KIND_CLUSTER),
    CALICO("StagedNetworkPolicy", pg_shape_calico_staged_policy, pg_decode_calico_policy,
           PG_KIND_POLICY),
    CALICO("StagedGlobalNetworkPolicy", pg_shape_calico_staged_global_policy,
           pg_decode_calico_policy, PG_KIND_POLICY | PG_KIND_CLUSTER),
    CALICO("StagedKubernetesNetworkPolicy", pg_shape_calico_staged_kubernetes_policy,
           pg_decode_calico_staged_kubernetes, PG_KIND_POLICY),
    CALICO("Tier", pg_shape_calico_tier, pg_decode_calico_tier, PG_KIND_CLUSTER | PG_KIND_LABEL),
    STORED("NetworkSet", pg_shape_calico_set, pg_shape_calico_stored_set, pg_decode_calico_set, 0),
    STORED("GlobalNetworkSet", pg_shape_calico_set, pg_shape_calico_stored_set,
           pg_decode_calico_set, PG_KIND_CLUSTER),
    STORED("HostEndpoint", pg_shape_calico_host, pg_shape_calico_stored_host, pg_decode_calico_host,
           PG_KIND_CLUSTER),
#undef CALICO
#undef STORED

    {"polgrid", "Snapshot", "v1", NULL, &pg_shape_snapshot, pg_decode_snapshot, PG_KIND_CLUSTER},

#define UNEVALUATED(group, kind, flags)                                         \
    {                                                                           \
        group, kind, ANY_VERSION, NULL, &pg_shape_brief, pg_decode_unevaluated, \
            PG_KIND_POLICY | (flags)                                            \
    }
    UNEVALUATED("policy.networking.k8s.io", "*NetworkPolicy", PG_KIND_CLUSTER),
    UNEVALUATED("crd.antrea.io", "NetworkPolicy", 0),
    UNEVALUATED("crd.antrea.io", "ClusterNetworkPolicy", PG_KIND_CLUSTER),
    UNEVALUATED("k8s.ovn.org", "EgressFirewall", 0),
    UNEVALUATED("k8s.ovn.org", "AdminPolicyBasedExternalRoute", PG_KIND_CLUSTER),
    UNEVALUATED("network.openshift.io", "EgressNetworkPolicy", 0),
    UNEVALUATED("security.istio.io", "AuthorizationPolicy", 0),
    UNEVALUATED("policy.linkerd.io", "AuthorizationPolicy", 0),
    UNEVALUATED("policy.linkerd.io", "ServerAuthorization", 0),
    UNEVALUATED("policy.linkerd.io", "Server", 0),
    UNEVALUATED("consul.hashicorp.com", "ServiceIntentions", 0),
#undef UNEVALUATED
};

static bool same_kind(const char *pattern, const char *kind)
{
    size_t suffix, length;

    if (pattern[0] != '*')
        return strcmp(pattern, kind) == 0;
    suffix = strlen(pattern + 1);
    length = strlen(kind);
    return length >= suffix && strcmp(kind + length - suffix, pattern + 1) == 0;
}

const struct pg_kind *pg_kind_find(const char *api_version, const char *kind)
{
    const char *slash = strchr(api_version, '/');
    size_t group = slash ? (size_t)(slash - api_version) : 0;
    const struct pg_kind *other = NULL; /* of another version: the decoder says so */

    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (strncmp(kinds[i].group, api_version, group) != 0 || kinds[i].group[group] != '\0' ||
            !same_kind(kinds[i].kind, kind))
            continue;
        if (!kinds[i].versions || pg_kind_version_in(kinds[i].versions, api_version))
            return &kinds[i];
        if (!other)
            other = &kinds[i];
    }
    return other;
}

bool pg_kind_version_in(const char *versions, const char *api_version)
{
    const char *slash = strchr(api_version, '/');
    const char *version = slash ? slash + 1 : api_version;
    size_t length = strlen(version);

    for (const char *p = versions; p && *p; p += strcspn(p, " "), p += *p == ' ')
        if (strcspn(p, " ") == length && strncmp(p, version, length) == 0)
            return true;
    return false;
}

const struct pg_shape *pg_kind_shape(const char *api_version, const char *kind)
{
    const struct pg_kind *found = pg_kind_is_list(kind) ? NULL : pg_kind_find(api_version, kind);

    return found ? found->shape : &pg_shape_brief;
}

bool pg_kind_is_list(const char *kind)
{
    size_t length = strlen(kind);

    return length >= 4 && strcmp(kind + length - 4, "List") == 0;
}
