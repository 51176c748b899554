#include "resources.h"

#include <stddef.h>

/* In the order in which they are asked for: what is large, and what all else hangs on, first. */
const struct live_resource live_resources[] = {
    {"", "v1", "namespaces", "Namespace", LIVE_PEERS, false, true, NULL, NULL, NULL},
    /* A pod that is done is no end of anything, and its address may be another's by now. */
    {"", "v1", "pods", "Pod", LIVE_PEERS, true, true,
     "status.phase!=Succeeded,status.phase!=Failed", NULL, NULL},
    {"networking.k8s.io", "v1", "networkpolicies", "NetworkPolicy", LIVE_POLICY, true, true, NULL,
     NULL, NULL},

#define POLICY(group, versions, plural, kind, namespaced)                               \
    {                                                                                   \
        group, versions, plural, kind, LIVE_POLICY, namespaced, false, NULL, NULL, NULL \
    }
#define PART(group, versions, plural, kind, namespaced)                               \
    {                                                                                 \
        group, versions, plural, kind, LIVE_PART, namespaced, false, NULL, NULL, NULL \
    }
#define EXTRA(group, versions, plural, kind, namespaced, always)                        \
    {                                                                                   \
        group, versions, plural, kind, LIVE_EXTRA, namespaced, always, NULL, NULL, NULL \
    }

    POLICY("policy.networking.k8s.io", "v1alpha1", "adminnetworkpolicies", "AdminNetworkPolicy",
           false),
    POLICY("policy.networking.k8s.io", "v1alpha1", "baselineadminnetworkpolicies",
           "BaselineAdminNetworkPolicy", false),
    POLICY("policy.networking.k8s.io", "v1alpha2 v1beta1", "clusternetworkpolicies",
           "ClusterNetworkPolicy", false),

    POLICY("cilium.io", "v2", "ciliumnetworkpolicies", "CiliumNetworkPolicy", true),
    POLICY("cilium.io", "v2", "ciliumclusterwidenetworkpolicies", "CiliumClusterwideNetworkPolicy",
           false),
    PART("cilium.io", "v2 v2alpha1", "ciliumcidrgroups", "CiliumCIDRGroup", false),

/* Both groups may be served; then they are two views of the same objects. */
#define CALICO(plural, kind, need, namespaced)                                            \
    {"projectcalico.org", "v3", plural, kind, need, namespaced, false, NULL, NULL, NULL}, \
    {                                                                                     \
        "crd.projectcalico.org", "v1", plural, kind, need, namespaced, false, NULL,       \
            "projectcalico.org", NULL                                                     \
    }
    CALICO("tiers", "Tier", LIVE_PART, false),
    CALICO("networkpolicies", "NetworkPolicy", LIVE_POLICY, true),
    CALICO("globalnetworkpolicies", "GlobalNetworkPolicy", LIVE_POLICY, false),
    CALICO("networksets", "NetworkSet", LIVE_PART, true),
    CALICO("globalnetworksets", "GlobalNetworkSet", LIVE_PART, false),
    CALICO("hostendpoints", "HostEndpoint", LIVE_PART, false),
    CALICO("stagednetworkpolicies", "StagedNetworkPolicy", LIVE_EXTRA, true),
    CALICO("stagedglobalnetworkpolicies", "StagedGlobalNetworkPolicy", LIVE_EXTRA, false),
    CALICO("stagedkubernetesnetworkpolicies", "StagedKubernetesNetworkPolicy", LIVE_EXTRA, true),
#undef CALICO
    {"", "v1", "serviceaccounts", "ServiceAccount", LIVE_EXTRA, true, true, NULL, NULL,
     "projectcalico.org crd.projectcalico.org"},

    /* Not evaluated: that there are some is what must be known. */
    POLICY("crd.antrea.io", "v1beta1 v1alpha1", "networkpolicies", "NetworkPolicy", true),
    POLICY("crd.antrea.io", "v1beta1 v1alpha1", "clusternetworkpolicies", "ClusterNetworkPolicy",
           false),
    POLICY("k8s.ovn.org", "v1", "egressfirewalls", "EgressFirewall", true),
    POLICY("k8s.ovn.org", "v1", "adminpolicybasedexternalroutes", "AdminPolicyBasedExternalRoute",
           false),
    POLICY("network.openshift.io", "v1", "egressnetworkpolicies", "EgressNetworkPolicy", true),
    POLICY("security.istio.io", "v1 v1beta1", "authorizationpolicies", "AuthorizationPolicy", true),
    POLICY("policy.linkerd.io", "v1alpha1", "authorizationpolicies", "AuthorizationPolicy", true),
    POLICY("policy.linkerd.io", "v1beta1", "serverauthorizations", "ServerAuthorization", true),
    POLICY("policy.linkerd.io", "v1beta3 v1beta2 v1beta1", "servers", "Server", true),
    POLICY("consul.hashicorp.com", "v1alpha1", "serviceintentions", "ServiceIntentions", true),

    EXTRA("", "v1", "nodes", "Node", false, true),
    EXTRA("", "v1", "services", "Service", true, true),
    EXTRA("discovery.k8s.io", "v1 v1beta1", "endpointslices", "EndpointSlice", true, false),
    EXTRA("apps", "v1", "deployments", "Deployment", true, true),
    EXTRA("apps", "v1", "statefulsets", "StatefulSet", true, true),
    EXTRA("apps", "v1", "daemonsets", "DaemonSet", true, true),
    EXTRA("networking.k8s.io", "v1", "ingresses", "Ingress", true, true),
    EXTRA("networking.k8s.io", "v1", "ingressclasses", "IngressClass", false, true),
    EXTRA("gateway.networking.k8s.io", "v1 v1beta1", "gatewayclasses", "GatewayClass", false, false),
    EXTRA("gateway.networking.k8s.io", "v1 v1beta1", "gateways", "Gateway", true, false),
    EXTRA("gateway.networking.k8s.io", "v1 v1beta1", "httproutes", "HTTPRoute", true, false),
    EXTRA("gateway.networking.k8s.io", "v1 v1alpha2", "grpcroutes", "GRPCRoute", true, false),
    EXTRA("gateway.networking.k8s.io", "v1 v1alpha3 v1alpha2", "tlsroutes", "TLSRoute", true, false),
    EXTRA("gateway.networking.k8s.io", "v1 v1alpha2", "tcproutes", "TCPRoute", true, false),
    EXTRA("gateway.networking.k8s.io", "v1 v1alpha2", "udproutes", "UDPRoute", true, false),
    EXTRA("gateway.networking.k8s.io", "v1 v1beta1", "referencegrants", "ReferenceGrant", true,
          false),
};

const uint32_t live_nresources = sizeof live_resources / sizeof *live_resources;

_Static_assert(sizeof live_resources / sizeof *live_resources <= LIVE_MAX_RESOURCES, "");
