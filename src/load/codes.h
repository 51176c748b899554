/*
 * The codes of diagnostics: one list, from which come the enum, the names that scripts see and the table
 * that pg_load_codes() shows. Codes are stable: one that was released is never given another meaning.
 *
 * The severity is what a code weighs where nothing else is said. A fault for which the API server would
 * refuse a pod, a workload or a namespace weighs PG_SEVERITY_ERROR instead of PG_SEVERITY_REJECT where the
 * object is kept with a mark (semantics 10.5).
 */
#ifndef POLGRID_LOAD_CODES_H
#define POLGRID_LOAD_CODES_H

#include "polgrid/diag.h"

/* clang-format off */
#define PG_CODES(X)                                                                                \
    X(FILE_READ, "FILE-READ", FATAL, "a file or directory could not be read to its end")           \
    X(FILE_TEXT, "FILE-TEXT", FATAL, "bytes that are no UTF-8 text")                               \
    X(FILE_SIZE, "FILE-SIZE", FATAL, "a file, or one value in it, is larger than polgrid reads")   \
    X(FILE_MANY, "FILE-MANY", FATAL, "a directory holds more files, or lies deeper, than polgrid reads") \
    X(FILE_NONE, "FILE-NONE", WARNING, "a directory without a file ending in .yaml, .yml or .json") \
    X(FILE_EMPTY, "FILE-EMPTY", WARNING, "a file without any Kubernetes object")                   \
    X(FILE_SPECIAL, "FILE-SPECIAL", WARNING, "something in a directory that is no regular file")   \
    X(FILE_DROPPED, "FILE-DROPPED", INFO, "an input was too large to keep its text for the source view") \
    X(YAML_SYNTAX, "YAML-SYNTAX", FATAL, "not YAML")                                               \
    X(JSON_SYNTAX, "JSON-SYNTAX", FATAL, "not JSON")                                               \
    X(DOC_DEPTH, "DOC-DEPTH", FATAL, "lists and maps nested too deep")                             \
    X(DOC_NODES, "DOC-NODES", FATAL, "too many values in one object")                              \
    X(DOC_ANCHORS, "DOC-ANCHORS", FATAL, "too many anchors in one document")                       \
    X(DOC_ALIAS, "DOC-ALIAS", FATAL, "an alias that is unknown, refers to itself, or expands to too much") \
    X(DOC_KEY, "DOC-KEY", FATAL, "a map or a list where a key is expected")                        \
    X(DOC_OBJECT, "DOC-OBJECT", WARNING, "a document that is no Kubernetes object")                \
    X(OBJ_DUPLICATE, "OBJ-DUPLICATE", WARNING, "an object was read twice; the last one counts (1.5)") \
    X(OBJ_FIELD, "OBJ-FIELD", ERROR, "a field that the API does not have (1.7)")                   \
    X(OBJ_FIELD_NEW, "OBJ-FIELD-NEW", INFO, "a field that polgrid does not know, and no slip for a known one") \
    X(OBJ_KEY_TWICE, "OBJ-KEY-TWICE", ERROR, "a key written twice in one map; the last one counts (1.6)") \
    X(OBJ_KEY_TYPE, "OBJ-KEY-TYPE", WARNING, "a key that YAML reads as a boolean or a number (1.6)") \
    X(OBJ_TYPE, "OBJ-TYPE", REJECT, "a value of another type than the API takes (1.6, 1.8)")       \
    X(OBJ_NAME, "OBJ-NAME", REJECT, "a missing or impossible metadata.name")                       \
    X(OBJ_NAMESPACE, "OBJ-NAMESPACE", REJECT, "an impossible metadata.namespace")                  \
    X(OBJ_CLUSTER_SCOPED, "OBJ-CLUSTER-SCOPED", INFO, "a namespace on an object that has none (1.3)") \
    X(OBJ_LABEL_KEY, "OBJ-LABEL-KEY", REJECT, "a label or annotation key that is not valid (6.8)") \
    X(OBJ_LABEL_VALUE, "OBJ-LABEL-VALUE", REJECT, "a label value that is not valid (6.8)")         \
    X(OBJ_API_REMOVED, "OBJ-API-REMOVED", REJECT, "an API version that is no longer served (1.2)") \
    X(OBJ_API_UNKNOWN, "OBJ-API-UNKNOWN", REJECT, "an API version that this kind never had")       \
    X(NS_SYNTHESISED, "NS-SYNTHESISED", INFO, "a namespace that no input defines (1.4)")           \
    X(NS_NAME_LABEL, "NS-NAME-LABEL", WARNING, "kubernetes.io/metadata.name with another value than the name (1.4)") \
    X(POD_PORT, "POD-PORT", REJECT, "a container port that is not valid (10.5)")                   \
    X(POD_ADDRESS, "POD-ADDRESS", WARNING, "a pod address that is no IP address")                  \
    X(POD_ADDRESS_SHARED, "POD-ADDRESS-SHARED", WARNING, "two live pods with one address (2.9)")   \
    X(SVC_PORT, "SVC-PORT", REJECT, "a Service port that is not valid")                            \
    X(SVC_RANGE, "SVC-RANGE", WARNING, "an entry of loadBalancerSourceRanges that is no CIDR")      \
    X(ROUTE_BACKEND, "ROUTE-BACKEND", REJECT, "a backend of an Ingress or Route that is not said as the API wants it") \
    X(NODE_ADDRESS, "NODE-ADDRESS", WARNING, "a node address that is no IP address")               \
    X(POLICY_UNEVALUATED, "POLICY-UNEVALUATED", WARNING, "a policy of a kind that polgrid does not evaluate") \
    X(NP_NAME, "NP-NAME", REJECT, "the name of a policy is not valid (10.1)")                      \
    X(NP_TYPE, "NP-TYPE", REJECT, "a value of another type than the API takes (1.6, 1.8)")         \
    X(NP_SEL_OP, "NP-SEL-OP", REJECT, "an unknown operator in matchExpressions")                   \
    X(NP_SEL_NOVAL, "NP-SEL-NOVAL", REJECT, "In or NotIn without values")                          \
    X(NP_SEL_VAL, "NP-SEL-VAL", REJECT, "Exists or DoesNotExist with values")                      \
    X(NP_SEL_KEY, "NP-SEL-KEY", REJECT, "a label key in a selector that is not valid")             \
    X(NP_SEL_VALUE, "NP-SEL-VALUE", REJECT, "a label value in a selector that is not valid")       \
    X(NP_PEER_EMPTY, "NP-PEER-EMPTY", REJECT, "a peer that says nothing")                          \
    X(NP_PEER_MIX, "NP-PEER-MIX", REJECT, "ipBlock together with a selector in one peer")          \
    X(NP_CIDR_MISSING, "NP-CIDR-MISSING", REJECT, "an ipBlock without cidr")                       \
    X(NP_CIDR_BAD, "NP-CIDR-BAD", REJECT, "a cidr that is not one")                                \
    X(NP_CIDR_ODD, "NP-CIDR-ODD", WARNING, "a CIDR that is not written as usual (5.15)")           \
    X(NP_EXCEPT_BAD, "NP-EXCEPT-BAD", REJECT, "an except that is no CIDR")                         \
    X(NP_EXCEPT_OUT, "NP-EXCEPT-OUT", REJECT, "an except that is no smaller block inside its cidr") \
    X(NP_PORT_RANGE, "NP-PORT-RANGE", REJECT, "a port number outside 1-65535")                     \
    X(NP_PORT_NAME, "NP-PORT-NAME", REJECT, "a port name that is not valid, or a number in quotes") \
    X(NP_ENDPORT_LT, "NP-ENDPORT-LT", REJECT, "endPort below port")                                \
    X(NP_ENDPORT_RANGE, "NP-ENDPORT-RANGE", REJECT, "endPort outside 1-65535")                     \
    X(NP_ENDPORT_NAMED, "NP-ENDPORT-NAMED", REJECT, "endPort beside a named port")                 \
    X(NP_ENDPORT_ALONE, "NP-ENDPORT-ALONE", REJECT, "endPort without port")                        \
    X(NP_ENDPORT_USED, "NP-ENDPORT-USED", INFO, "endPort, which not every plugin supports (7.4)")  \
    X(NP_PROTO, "NP-PROTO", REJECT, "a protocol other than TCP, UDP and SCTP")                     \
    X(NP_TYPES_WORD, "NP-TYPES-WORD", REJECT, "policyTypes with another word than Ingress and Egress") \
    X(NP_TYPES_MANY, "NP-TYPES-MANY", REJECT, "more than two policyTypes")                         \
    X(NP_TYPES_TWICE, "NP-TYPES-TWICE", WARNING, "policyTypes with a repeated entry (3.12)")       \
    X(NP_RULES_UNUSED, "NP-RULES-UNUSED", WARNING, "rules of a direction that policyTypes leaves out (3.6)") \
    X(NP_NULL_RULE, "NP-NULL-RULE", WARNING, "a rule that is a bare dash: it allows everything (4.3)") \
    X(NP_NULL_PORT, "NP-NULL-PORT", WARNING, "a port that is a bare dash: every TCP port (4.3)")   \
    X(ADM_SPEC, "ADM-SPEC", REJECT, "an admin policy without spec (11.20)")                        \
    X(ADM_NAME, "ADM-NAME", REJECT, "a BaselineAdminNetworkPolicy that is not named default (11.20)") \
    X(ADM_PRIORITY, "ADM-PRIORITY", REJECT, "a missing priority, or one outside 0-1000 (11.20)")   \
    X(ADM_TIER, "ADM-TIER", REJECT, "a tier other than Admin and Baseline (12.10)")                \
    X(ADM_SUBJECT, "ADM-SUBJECT", REJECT, "a subject that is not just one of namespaces and pods (11.2)") \
    X(ADM_SELECTOR, "ADM-SELECTOR", REJECT, "pods without a selector that it needs (11.2, 12.9)")  \
    X(ADM_ACTION, "ADM-ACTION", REJECT, "an action that the kind does not have (11.20, 12.1)")     \
    X(ADM_RULE_NAME, "ADM-RULE-NAME", REJECT, "a rule's name of more than 100 characters (11.20)") \
    X(ADM_NONE, "ADM-NONE", REJECT, "a list that needs an item and has none (11.20)")              \
    X(ADM_MANY, "ADM-MANY", REJECT, "a list with more items than the CRD takes (11.20, 12.1)")     \
    X(ADM_PEER, "ADM-PEER", REJECT, "a peer that is not just one thing (11.20)")                   \
    X(ADM_PEER_UNKNOWN, "ADM-PEER-UNKNOWN", WARNING, "a peer of a sort that is not known: fails closed (11.18)") \
    X(ADM_PEER_OLD, "ADM-PEER-OLD", ERROR, "a peer as it was written before v0.1.3 of the API (11.13)") \
    X(ADM_CIDR, "ADM-CIDR", REJECT, "a network that is no CIDR (11.20)")                           \
    X(ADM_CIDR_ODD, "ADM-CIDR-ODD", WARNING, "a CIDR with bits beyond its prefix (5.15)")          \
    X(ADM_DOMAIN, "ADM-DOMAIN", REJECT, "a domain name that is not valid (11.16)")                 \
    X(ADM_DOMAIN_ACTION, "ADM-DOMAIN-ACTION", WARNING, "domainNames in a rule that does not allow (11.16)") \
    X(ADM_TWICE, "ADM-TWICE", REJECT, "one network or domain name twice in a peer")                \
    X(ADM_PORT, "ADM-PORT", REJECT, "a port that is not just one thing (11.20, 12.6)")             \
    X(ADM_PORT_NUMBER, "ADM-PORT-NUMBER", REJECT, "a port number that is missing or outside 1-65535 (11.20)") \
    X(ADM_RANGE, "ADM-RANGE", REJECT, "a range of ports whose start is not below its end (12.10)") \
    X(ADM_RANGE_EMPTY, "ADM-RANGE-EMPTY", WARNING, "a range of ports that ends before it starts: no port (12.1)") \
    X(ADM_PORT_UNKNOWN, "ADM-PORT-UNKNOWN", ERROR, "a port of a sort that is not known: may match anything (12.6)") \
    X(ADM_PROTO, "ADM-PROTO", ERROR, "a protocol other than TCP, UDP and SCTP: may match anything") \
    X(ADM_NAMED, "ADM-NAMED", REJECT, "a named port beside networks, nodes or domainNames (11.20)") \
    X(ADM_EXPERIMENTAL, "ADM-EXPERIMENTAL", INFO, "a field of the experimental channel only (12.10)") \
    X(CIL_SPEC, "CIL-SPEC", REJECT, "an object of cilium.io without a spec, or without rules")     \
    X(CIL_SUBJECT, "CIL-SUBJECT", REJECT, "not just one of endpointSelector and nodeSelector (13.2)") \
    X(CIL_COMBINE, "CIL-COMBINE", REJECT, "fields that Cilium does not take in one rule (13.18)")  \
    X(CIL_MANY, "CIL-MANY", REJECT, "more ports or types than Cilium takes (13.18)")               \
    X(CIL_CIDR, "CIL-CIDR", REJECT, "a block that Cilium does not take")                           \
    X(CIL_CIDR_ODD, "CIL-CIDR-ODD", WARNING, "a CIDR with bits beyond its prefix (5.15)")          \
    X(CIL_ENTITY, "CIL-ENTITY", REJECT, "a word that is no entity (13.7)")                         \
    X(CIL_FQDN, "CIL-FQDN", REJECT, "a domain name that Cilium does not take")                     \
    X(CIL_SERVICE, "CIL-SERVICE", REJECT, "a Service that is not said (13.14)")                    \
    X(CIL_PORT, "CIL-PORT", REJECT, "a port that is no number and no name (13.9)")                 \
    X(CIL_ENDPORT, "CIL-ENDPORT", WARNING, "an endPort that is ignored (13.9)")                    \
    X(CIL_PROTO, "CIL-PROTO", REJECT, "a protocol other than TCP, UDP, SCTP and ANY")              \
    X(CIL_ICMP, "CIL-ICMP", REJECT, "a type of ICMP that Cilium does not take")                    \
    X(CIL_L7, "CIL-L7", REJECT, "rules for a proxy that Cilium does not take")                     \
    X(CIL_AUTHENTICATION, "CIL-AUTHENTICATION", REJECT, "an unknown mode of authentication")       \
    X(CIL_NAMESPACE, "CIL-NAMESPACE", WARNING, "another namespace in the subject of a CiliumNetworkPolicy (13.2)") \
    X(CIL_NAMESPACE_LABELS, "CIL-NAMESPACE-LABELS", INFO, "a namespace's label in a CiliumNetworkPolicy's peer (13.6)") \
    X(CIL_LABEL, "CIL-LABEL", WARNING, "a label that Cilium's selectors do not see by default")    \
    X(CIL_EMPTY_RULE, "CIL-EMPTY-RULE", WARNING, "a rule without peers and ports: it allows nothing (13.5)") \
    X(CIL_EMPTY_LIST, "CIL-EMPTY-LIST", WARNING, "an empty list of peers: nobody (13.19)")         \
    X(CIL_PARTIAL, "CIL-PARTIAL", WARNING, "a field of a Cilium policy that is not evaluated (13.15)") \
    X(CAL_SELECTOR, "CAL-SELECTOR", ERROR, "a Calico selector that can't be read (14.6)")          \
    X(CAL_WORD, "CAL-WORD", REJECT, "a missing word, or one that the field does not take")         \
    X(CAL_NUMBER, "CAL-NUMBER", REJECT, "a number that the field does not take")                   \
    X(CAL_PROTOCOL, "CAL-PROTOCOL", REJECT, "a protocol that Calico does not know (14.11)")        \
    X(CAL_PORT, "CAL-PORT", REJECT, "a port that is no number, range or name (14.10)")             \
    X(CAL_NET, "CAL-NET", REJECT, "an entry that is neither an address nor a block")               \
    X(CAL_NET_ODD, "CAL-NET-ODD", WARNING, "a block with bits beyond its prefix")                  \
    X(CAL_MIX, "CAL-MIX", REJECT, "fields that can't stand together, or one that lacks another")   \
    X(CAL_TIER, "CAL-TIER", REJECT, "a built-in tier with an order or action that is not its own (14.1)") \
    X(CAL_RULES_UNUSED, "CAL-RULES-UNUSED", WARNING, "rules of a direction that types leaves out (14.3)") \
    X(CAL_METADATA, "CAL-METADATA", WARNING, "stored labels of a Calico object that can't be read") \
    X(CAL_STAGED, "CAL-STAGED", INFO, "a staged policy: listed, never enforced (14.15)")           \
    X(DIAG_MORE, "DIAG-MORE", INFO, "more findings of one code than are kept")
/* clang-format on */

enum pg_code {
#define X(id, name, severity, meaning) PG_CODE_##id,
    PG_CODES(X)
#undef X
        PG_CODE_COUNT,
};

const char *pg_code_name(enum pg_code code);
enum pg_severity pg_code_severity(enum pg_code code);

#endif
