/* The shapes of cilium.io, as its 1.18 has them. What a proxy decides (HTTP, Kafka, DNS, TLS) is only asked for
   whether it is there: see `anything`. */
#include "shape_tables.h"

OPEN_SHAPE(anything, STRING("mode"));

/* --- parts ------------------------------------------------------------------------------------- */

SHAPE(port, INT("endPort"), STRING("port"), STRING("protocol"));
SHAPE(proxy_rules, LIST("dns", anything), LIST("http", anything), LIST("kafka", anything),
      LIST("l7", anything), STRING("l7proto"));
SHAPE(to_port, OBJECT("listener", anything), OBJECT("originatingTLS", anything), LIST("ports", port),
      OBJECT("rules", proxy_rules), STRLIST("serverNames"), OBJECT("terminatingTLS", anything));
SHAPE(to_port_deny, LIST("ports", port));

SHAPE(icmp_field, STRING("family"), INTSTR("type"));
SHAPE(icmp, LIST("fields", icmp_field));

SHAPE(cidr_rule, STRING("cidr"), STRING("cidrGroupRef"),
      OBJECT("cidrGroupSelector", pg_shape_selector), STRLIST("except"));
SHAPE(name, STRING("matchName"), STRING("matchPattern"));
SHAPE(service, STRING("namespace"), STRING("serviceName"));
SHAPE(service_selector, STRING("namespace"), OBJECT("selector", pg_shape_selector));
SHAPE(to_service, OBJECT("k8sService", service), OBJECT("k8sServiceSelector", service_selector));

/* --- rules ------------------------------------------------------------------------------------- */

#define FROM                                                                                       \
    STRLIST("fromCIDR"), LIST("fromCIDRSet", cidr_rule), LIST("fromEndpoints", pg_shape_selector), \
        STRLIST("fromEntities"), LIST("fromGroups", anything),                                     \
        LIST("fromNodes", pg_shape_selector), LIST("fromRequires", pg_shape_selector),             \
        LIST("icmps", icmp)

SHAPE(ingress, OBJECT("authentication", anything), FROM, LIST("toPorts", to_port));
SHAPE(ingress_deny, FROM, LIST("toPorts", to_port_deny));
SHAPE(egress, OBJECT("authentication", anything), LIST("icmps", icmp), STRLIST("toCIDR"),
      LIST("toCIDRSet", cidr_rule), LIST("toEndpoints", pg_shape_selector), STRLIST("toEntities"),
      LIST("toFQDNs", name), LIST("toGroups", anything), LIST("toNodes", pg_shape_selector),
      LIST("toPorts", to_port), LIST("toRequires", pg_shape_selector),
      LIST("toServices", to_service));
SHAPE(egress_deny, LIST("icmps", icmp), STRLIST("toCIDR"), LIST("toCIDRSet", cidr_rule),
      LIST("toEndpoints", pg_shape_selector), STRLIST("toEntities"), LIST("toGroups", anything),
      LIST("toNodes", pg_shape_selector), LIST("toPorts", to_port_deny),
      LIST("toRequires", pg_shape_selector), LIST("toServices", to_service));

/* --- objects ----------------------------------------------------------------------------------- */

SHAPE(default_deny, BOOL("egress"), BOOL("ingress"));
SHAPE(spec, ANY("description"), LIST("egress", egress), LIST("egressDeny", egress_deny),
      OBJECT("enableDefaultDeny", default_deny), OBJECT("endpointSelector", pg_shape_selector),
      LIST("ingress", ingress), LIST("ingressDeny", ingress_deny), ANY("labels"), ANY("log"),
      OBJECT("nodeSelector", pg_shape_selector));
PUBLIC_SHAPE(pg_shape_cilium_policy, STRING("apiVersion"), STRING("kind"),
             OBJECT("metadata", pg_shape_metadata), OBJECT("spec", spec), LIST("specs", spec),
             ANY("status"));

SHAPE(cidr_group_spec, STRLIST("externalCIDRs"));
PUBLIC_SHAPE(pg_shape_cilium_cidr_group, STRING("apiVersion"), STRING("kind"),
             OBJECT("metadata", pg_shape_metadata), OBJECT("spec", cidr_group_spec), ANY("status"));
