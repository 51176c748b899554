/* The tables of shape.h for Calico (projectcalico.org/v3, and crd.projectcalico.org/v1, which says the same):
   the fields of release 3.32. */
#include "shape_tables.h"

#define CALICO(name, spec)                                   \
    PUBLIC_SHAPE(name, STRING("apiVersion"), STRING("kind"), \
                 OBJECT("metadata", pg_shape_metadata), OBJECT("spec", spec), ANY("status"))

/* --- rules --------------------------------------------------------------------------------------- */

SHAPE(service_match, STRING("name"), STRING("namespace"));
SHAPE(account_match, STRLIST("names"), STRING("selector"));
SHAPE(entity, STRING("namespaceSelector"), STRLIST("nets"), STRLIST("notNets"),
      INTSTRLIST("notPorts"), STRING("notSelector"), INTSTRLIST("ports"), STRING("selector"),
      OBJECT("serviceAccounts", account_match), OBJECT("services", service_match));
SHAPE(icmp, INT("code"), INT("type"));
SHAPE(http, ANY("methods"), ANY("paths"));
SHAPE(rule, STRING("action"), OBJECT("destination", entity), OBJECT("http", http),
      OBJECT("icmp", icmp), INT("ipVersion"), ANY("metadata"), OBJECT("notICMP", icmp),
      INTSTR("notProtocol"), INTSTR("protocol"), OBJECT("source", entity));

/* --- policies ------------------------------------------------------------------------------------ */

SHAPE(policy_spec, LIST("egress", rule), LIST("ingress", rule), NUMBER("order"),
      ANY("performanceHints"), STRING("selector"), STRING("serviceAccountSelector"), STRING("tier"),
      STRLIST("types"));
CALICO(pg_shape_calico_policy, policy_spec);

SHAPE(global_spec, BOOL("applyOnForward"), BOOL("doNotTrack"), LIST("egress", rule),
      LIST("ingress", rule), STRING("namespaceSelector"), NUMBER("order"), ANY("performanceHints"),
      BOOL("preDNAT"), STRING("selector"), STRING("serviceAccountSelector"), STRING("tier"),
      STRLIST("types"));
CALICO(pg_shape_calico_global_policy, global_spec);

SHAPE(staged_spec, LIST("egress", rule), LIST("ingress", rule), NUMBER("order"),
      ANY("performanceHints"), STRING("selector"), STRING("serviceAccountSelector"),
      STRING("stagedAction"), STRING("tier"), STRLIST("types"));
CALICO(pg_shape_calico_staged_policy, staged_spec);

SHAPE(staged_global_spec, BOOL("applyOnForward"), BOOL("doNotTrack"), LIST("egress", rule),
      LIST("ingress", rule), STRING("namespaceSelector"), NUMBER("order"), ANY("performanceHints"),
      BOOL("preDNAT"), STRING("selector"), STRING("serviceAccountSelector"), STRING("stagedAction"),
      STRING("tier"), STRLIST("types"));
CALICO(pg_shape_calico_staged_global_policy, staged_global_spec);

/* A NetworkPolicy of Kubernetes in waiting: of its rules nothing is read. */
SHAPE(staged_kubernetes_spec, ANY("egress"), ANY("ingress"),
      OBJECT("podSelector", pg_shape_selector), ANY("policyTypes"), STRING("stagedAction"));
CALICO(pg_shape_calico_staged_kubernetes_policy, staged_kubernetes_spec);

/* As they are stored, the labels of an object are in an annotation (see decode_calico_parts.c). */
SHAPE(stored_metadata, STRMAP("annotations"), ANY("creationTimestamp"),
      ANY("deletionGracePeriodSeconds"), STRING("deletionTimestamp"), ANY("finalizers"),
      STRING("generateName"), ANY("generation"), STRMAP("labels"), ANY("managedFields"),
      STRING("name"), STRING("namespace"), ANY("ownerReferences"), ANY("resourceVersion"),
      ANY("selfLink"), ANY("uid"));

#define STORED(name, spec)                                                                        \
    PUBLIC_SHAPE(name, STRING("apiVersion"), STRING("kind"), OBJECT("metadata", stored_metadata), \
                 OBJECT("spec", spec), ANY("status"))

/* --- what policies speak of ------------------------------------------------------------------------ */

SHAPE(tier_spec, STRING("defaultAction"), NUMBER("order"));
CALICO(pg_shape_calico_tier, tier_spec);

SHAPE(set_spec, STRLIST("nets"));
CALICO(pg_shape_calico_set, set_spec);
STORED(pg_shape_calico_stored_set, set_spec);

SHAPE(host_spec, STRLIST("expectedIPs"), STRING("interfaceName"), STRING("node"), ANY("ports"),
      STRLIST("profiles"));
CALICO(pg_shape_calico_host, host_spec);
STORED(pg_shape_calico_stored_host, host_spec);

PUBLIC_SHAPE(pg_shape_service_account, STRING("apiVersion"), ANY("automountServiceAccountToken"),
             ANY("imagePullSecrets"), STRING("kind"), OBJECT("metadata", pg_shape_metadata),
             ANY("secrets"));
