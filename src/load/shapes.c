/* The tables of shape.h: the fields of Kubernetes 1.34, sorted. Names that only newer servers know make no
   noise: see OBJ-FIELD-NEW. */
#include "shape_tables.h"

/* --- metadata ---------------------------------------------------------------------------------- */

SHAPE(owner_reference, STRING("apiVersion"), BOOL("blockOwnerDeletion"), BOOL("controller"),
      STRING("kind"), STRING("name"), STRING("uid"));

PUBLIC_SHAPE(pg_shape_metadata, NOTES("annotations"), ANY("clusterName"), ANY("creationTimestamp"),
             ANY("deletionGracePeriodSeconds"), STRING("deletionTimestamp"), ANY("finalizers"),
             STRING("generateName"), ANY("generation"), STRMAP("labels"), ANY("managedFields"),
             STRING("name"), STRING("namespace"), LIST("ownerReferences", owner_reference),
             ANY("resourceVersion"), ANY("selfLink"), ANY("uid"));

OPEN_SHAPE(brief_metadata, STRING("generateName"), STRING("name"), STRING("namespace"));
FIELDS(pg_shape_brief, STRING("apiVersion"), STRING("kind"), OBJECT("metadata", brief_metadata));
const struct pg_shape pg_shape_brief = TABLE(pg_shape_brief, false, true);

/* --- pods -------------------------------------------------------------------------------------- */

SOFT_SHAPE(container_port, INT("containerPort"), ANY("hostIP"), ANY("hostPort"), STRING("name"),
           STRING("protocol"));

SHAPE(container, FLAGS("args"), FLAGS("command"), ANY("env"), ANY("envFrom"), ANY("image"),
      ANY("imagePullPolicy"), ANY("lifecycle"), ANY("livenessProbe"), STRING("name"),
      LIST("ports", container_port), ANY("readinessProbe"), ANY("resizePolicy"), ANY("resources"),
      STRING("restartPolicy"), ANY("restartPolicyRules"), ANY("securityContext"),
      ANY("startupProbe"), ANY("stdin"), ANY("stdinOnce"), ANY("terminationMessagePath"),
      ANY("terminationMessagePolicy"), ANY("tty"), ANY("volumeDevices"), ANY("volumeMounts"),
      ANY("workingDir"));

SHAPE(pod_spec, ANY("activeDeadlineSeconds"), ANY("affinity"), ANY("automountServiceAccountToken"),
      LIST("containers", container), ANY("dnsConfig"), ANY("dnsPolicy"), ANY("enableServiceLinks"),
      ANY("ephemeralContainers"), ANY("hostAliases"), ANY("hostIPC"), BOOL("hostNetwork"),
      ANY("hostPID"), ANY("hostUsers"), ANY("hostname"), ANY("hostnameOverride"),
      ANY("imagePullSecrets"), LIST("initContainers", container), STRING("nodeName"),
      ANY("nodeSelector"), ANY("os"), ANY("overhead"), ANY("preemptionPolicy"), ANY("priority"),
      ANY("priorityClassName"), ANY("readinessGates"), ANY("resourceClaims"), ANY("resources"),
      ANY("restartPolicy"), ANY("runtimeClassName"), ANY("schedulerName"), ANY("schedulingGates"),
      ANY("securityContext"), STRING("serviceAccount"), STRING("serviceAccountName"),
      ANY("setHostnameAsFQDN"), ANY("shareProcessNamespace"), ANY("subdomain"),
      ANY("terminationGracePeriodSeconds"), ANY("tolerations"), ANY("topologySpreadConstraints"),
      ANY("volumes"), ANY("workloadRef"));

SHAPE(pod_ip, STRING("ip"));

SHAPE(pod_condition, ANY("lastProbeTime"), ANY("lastTransitionTime"), ANY("message"),
      ANY("observedGeneration"), ANY("reason"), STRING("status"), STRING("type"));
SHAPE(pod_status, LIST("conditions", pod_condition), ANY("containerStatuses"),
      ANY("ephemeralContainerStatuses"), ANY("extendedResourceClaimStatus"), ANY("hostIP"),
      ANY("hostIPs"), ANY("initContainerStatuses"), ANY("message"), ANY("nominatedNodeName"),
      ANY("observedGeneration"), STRING("phase"), STRING("podIP"), LIST("podIPs", pod_ip),
      ANY("qosClass"), ANY("reason"), ANY("resize"), ANY("resourceClaimStatuses"), ANY("startTime"));

PUBLIC_SHAPE(pg_shape_pod, STRING("apiVersion"), STRING("kind"),
             OBJECT("metadata", pg_shape_metadata), OBJECT("spec", pod_spec),
             OBJECT("status", pod_status));

/* --- workloads --------------------------------------------------------------------------------- */

SHAPE(pod_template, OBJECT("metadata", pg_shape_metadata), OBJECT("spec", pod_spec));

#define WORKLOAD(name, spec)                                 \
    PUBLIC_SHAPE(name, STRING("apiVersion"), STRING("kind"), \
                 OBJECT("metadata", pg_shape_metadata), OBJECT("spec", spec), ANY("status"))

SHAPE(deployment_spec, ANY("minReadySeconds"), ANY("paused"), ANY("progressDeadlineSeconds"),
      INT("replicas"), ANY("revisionHistoryLimit"), ANY("rollbackTo"), ANY("selector"),
      ANY("strategy"), OBJECT("template", pod_template));
WORKLOAD(pg_shape_deployment, deployment_spec);

SHAPE(replicaset_spec, ANY("minReadySeconds"), INT("replicas"), ANY("selector"),
      OBJECT("template", pod_template));
WORKLOAD(pg_shape_replicaset, replicaset_spec);
WORKLOAD(pg_shape_replication_controller, replicaset_spec);

SHAPE(statefulset_spec, ANY("minReadySeconds"), ANY("ordinals"),
      ANY("persistentVolumeClaimRetentionPolicy"), ANY("podManagementPolicy"), INT("replicas"),
      ANY("revisionHistoryLimit"), ANY("selector"), ANY("serviceName"),
      OBJECT("template", pod_template), ANY("updateStrategy"), ANY("volumeClaimTemplates"));
WORKLOAD(pg_shape_statefulset, statefulset_spec);

SHAPE(daemonset_spec, ANY("minReadySeconds"), ANY("revisionHistoryLimit"), ANY("selector"),
      OBJECT("template", pod_template), ANY("templateGeneration"), ANY("updateStrategy"));
WORKLOAD(pg_shape_daemonset, daemonset_spec);

SHAPE(job_spec, ANY("activeDeadlineSeconds"), ANY("backoffLimit"), ANY("backoffLimitPerIndex"),
      ANY("completionMode"), ANY("completions"), ANY("managedBy"), ANY("manualSelector"),
      ANY("maxFailedIndexes"), ANY("parallelism"), ANY("podFailurePolicy"),
      ANY("podReplacementPolicy"), ANY("selector"), ANY("successPolicy"), BOOL("suspend"),
      OBJECT("template", pod_template), ANY("ttlSecondsAfterFinished"));
WORKLOAD(pg_shape_job, job_spec);

SHAPE(job_template, OBJECT("metadata", pg_shape_metadata), OBJECT("spec", job_spec));
SHAPE(cronjob_spec, ANY("concurrencyPolicy"), ANY("failedJobsHistoryLimit"),
      OBJECT("jobTemplate", job_template), ANY("schedule"), ANY("startingDeadlineSeconds"),
      ANY("successfulJobsHistoryLimit"), BOOL("suspend"), ANY("timeZone"));
WORKLOAD(pg_shape_cronjob, cronjob_spec);

/* --- namespaces, nodes, services ----------------------------------------------------------------- */

PUBLIC_SHAPE(pg_shape_namespace, STRING("apiVersion"), STRING("kind"),
             OBJECT("metadata", pg_shape_metadata), ANY("spec"), ANY("status"));

SHAPE(node_address, STRING("address"), STRING("type"));
SHAPE(node_info, ANY("architecture"), ANY("bootID"), ANY("containerRuntimeVersion"),
      ANY("kernelVersion"), ANY("kubeProxyVersion"), STRING("kubeletVersion"), ANY("machineID"),
      ANY("operatingSystem"), ANY("osImage"), ANY("swap"), ANY("systemUUID"));
SHAPE(node_status, LIST("addresses", node_address), ANY("allocatable"), ANY("capacity"),
      ANY("conditions"), ANY("config"), ANY("daemonEndpoints"), ANY("declaredFeatures"),
      ANY("features"), ANY("images"), OBJECT("nodeInfo", node_info), ANY("phase"),
      ANY("runtimeHandlers"), ANY("volumesAttached"), ANY("volumesInUse"));
/* Network plugins mark their nodes (marks.h). */
SHAPE(node_metadata, STRMAP("annotations"), ANY("clusterName"), ANY("creationTimestamp"),
      ANY("deletionGracePeriodSeconds"), STRING("deletionTimestamp"), ANY("finalizers"),
      STRING("generateName"), ANY("generation"), STRMAP("labels"), ANY("managedFields"),
      STRING("name"), STRING("namespace"), LIST("ownerReferences", owner_reference),
      ANY("resourceVersion"), ANY("selfLink"), ANY("uid"));
PUBLIC_SHAPE(pg_shape_node, STRING("apiVersion"), STRING("kind"), OBJECT("metadata", node_metadata),
             ANY("spec"), OBJECT("status", node_status));

SHAPE(service_port, ANY("appProtocol"), STRING("name"), INT("nodePort"), INT("port"),
      STRING("protocol"), INTSTR("targetPort"));
SHAPE(balancer_address, ANY("hostname"), STRING("ip"), ANY("ipMode"), ANY("ports"));
SHAPE(balancer_status, LIST("ingress", balancer_address));
SHAPE(service_status, ANY("conditions"), OBJECT("loadBalancer", balancer_status));
SHAPE(service_spec, ANY("allocateLoadBalancerNodePorts"), STRING("clusterIP"),
      STRLIST("clusterIPs"), STRLIST("externalIPs"), ANY("externalName"),
      STRING("externalTrafficPolicy"), ANY("healthCheckNodePort"), ANY("internalTrafficPolicy"),
      ANY("ipFamilies"), ANY("ipFamilyPolicy"), ANY("loadBalancerClass"), ANY("loadBalancerIP"),
      STRLIST("loadBalancerSourceRanges"), LIST("ports", service_port),
      BOOL("publishNotReadyAddresses"), STRMAP("selector"), ANY("sessionAffinity"),
      ANY("sessionAffinityConfig"), ANY("topologyKeys"), ANY("trafficDistribution"), STRING("type"));
PUBLIC_SHAPE(pg_shape_service, STRING("apiVersion"), STRING("kind"),
             OBJECT("metadata", pg_shape_metadata), OBJECT("spec", service_spec),
             OBJECT("status", service_status));

/* --- NetworkPolicy ----------------------------------------------------------------------------- */

SHAPE(expression, STRING("key"), STRING("operator"), STRLIST("values"));
PUBLIC_SHAPE(pg_shape_selector, LIST("matchExpressions", expression), STRMAP("matchLabels"));
SHAPE(ip_block, STRING("cidr"), STRLIST("except"));
SHAPE(peer, OBJECT("ipBlock", ip_block), OBJECT("namespaceSelector", pg_shape_selector),
      OBJECT("podSelector", pg_shape_selector));
SHAPE(policy_port, INT("endPort"), INTSTR("port"), STRING("protocol"));
SHAPE(ingress_rule, LIST("from", peer), LIST("ports", policy_port));
SHAPE(egress_rule, LIST("ports", policy_port), LIST("to", peer));
SHAPE(policy_spec, LIST("egress", egress_rule), LIST("ingress", ingress_rule),
      OBJECT("podSelector", pg_shape_selector), STRLIST("policyTypes"));
PUBLIC_SHAPE(pg_shape_network_policy, STRING("apiVersion"), STRING("kind"),
             OBJECT("metadata", pg_shape_metadata), OBJECT("spec", policy_spec), ANY("status"));

/* --- snapshots: what polgrid itself says of the objects behind it ---------------------------------- */

SHAPE(unread, STRLIST("except"), STRING("group"), STRING("kind"), STRING("namespace"),
      BOOL("namespaced"), STRING("reason"), STRING("resource"), STRING("what"));
PUBLIC_SHAPE(pg_shape_snapshot, STRING("apiVersion"), STRING("context"), STRLIST("groups"),
             STRING("kind"), OBJECT("metadata", pg_shape_metadata), STRING("namespace"),
             STRING("resourceVersion"), STRING("server"), STRING("taken"), LIST("unread", unread),
             STRING("user"));
