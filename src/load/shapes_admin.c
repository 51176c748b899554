/* The shapes of policy.networking.k8s.io: AdminNetworkPolicy and BaselineAdminNetworkPolicy of v1alpha1,
   ClusterNetworkPolicy of v1alpha2 and v1beta1, in the experimental channel, which has every field that the
   standard one has. */
#include "shape_tables.h"

/* --- what all of them say ---------------------------------------------------------------------- */

SHAPE(namespaced_pod, OBJECT("namespaceSelector", pg_shape_selector),
      OBJECT("podSelector", pg_shape_selector));
SHAPE(subject, OBJECT("namespaces", pg_shape_selector), OBJECT("pods", namespaced_pod));

SHAPE(expression, STRING("key"), STRING("operator"), STRLIST("values"));

/* A peer, with the fields that it had before v0.1.3 of the API: not read, but recognised (semantics 11.13). */
SHAPE(peer_namespaces, LIST("matchExpressions", expression), STRMAP("matchLabels"),
      ANY("namespaceSelector"), ANY("notSameLabels"), ANY("sameLabels"));
SHAPE(peer_pods, OBJECT("namespaceSelector", pg_shape_selector), ANY("namespaces"),
      OBJECT("podSelector", pg_shape_selector));

SHAPE(ingress_peer, OBJECT("namespaces", peer_namespaces), OBJECT("pods", peer_pods));
SHAPE(egress_peer, STRLIST("domainNames"), OBJECT("namespaces", peer_namespaces),
      STRLIST("networks"), OBJECT("nodes", pg_shape_selector), OBJECT("pods", peer_pods));
/* Without domainNames (semantics 12.1). */
SHAPE(baseline_egress_peer, OBJECT("namespaces", peer_namespaces), STRLIST("networks"),
      OBJECT("nodes", pg_shape_selector), OBJECT("pods", peer_pods));

/* --- v1alpha1 ---------------------------------------------------------------------------------- */

SHAPE(port_number, INT("port"), STRING("protocol"));
SHAPE(port_range, INT("end"), STRING("protocol"), INT("start"));
SHAPE(admin_port, STRING("namedPort"), OBJECT("portNumber", port_number),
      OBJECT("portRange", port_range));

SHAPE(admin_ingress, STRING("action"), LIST("from", ingress_peer), STRING("name"),
      LIST("ports", admin_port));
SHAPE(admin_egress, STRING("action"), STRING("name"), LIST("ports", admin_port),
      LIST("to", egress_peer));
SHAPE(baseline_egress, STRING("action"), STRING("name"), LIST("ports", admin_port),
      LIST("to", baseline_egress_peer));

SHAPE(admin_spec, LIST("egress", admin_egress), LIST("ingress", admin_ingress), INT("priority"),
      OBJECT("subject", subject));
PUBLIC_SHAPE(pg_shape_admin_policy, STRING("apiVersion"), STRING("kind"),
             OBJECT("metadata", pg_shape_metadata), OBJECT("spec", admin_spec), ANY("status"));

SHAPE(baseline_spec, LIST("egress", baseline_egress), LIST("ingress", admin_ingress),
      OBJECT("subject", subject));
PUBLIC_SHAPE(pg_shape_baseline_policy, STRING("apiVersion"), STRING("kind"),
             OBJECT("metadata", pg_shape_metadata), OBJECT("spec", baseline_spec), ANY("status"));

/* --- v1alpha2 ---------------------------------------------------------------------------------- */

SHAPE(range, INT("end"), INT("start"));
SHAPE(destination_port, INT("number"), OBJECT("range", range));
SHAPE(protocol_match, OBJECT("destinationPort", destination_port));
SHAPE(protocol, STRING("destinationNamedPort"), OBJECT("sctp", protocol_match),
      OBJECT("tcp", protocol_match), OBJECT("udp", protocol_match));

SHAPE(cluster_ingress, STRING("action"), LIST("from", ingress_peer), STRING("name"),
      LIST("protocols", protocol));
SHAPE(cluster_egress, STRING("action"), STRING("name"), LIST("protocols", protocol),
      LIST("to", egress_peer));

SHAPE(cluster_spec, LIST("egress", cluster_egress), LIST("ingress", cluster_ingress),
      INT("priority"), OBJECT("subject", subject), STRING("tier"));
PUBLIC_SHAPE(pg_shape_cluster_policy, STRING("apiVersion"), STRING("kind"),
             OBJECT("metadata", pg_shape_metadata), OBJECT("spec", cluster_spec), ANY("status"));
