#!/usr/bin/env bash
# plant.sh: would the oracle notice? Plants one bug at a time in a copy of the sources, builds the oracle against it,
# and expects a difference within some seeds. A plant whose place is gone fails too: then the source has changed, and the
# plant is to be written anew. Each is made of the text that is there once, and the text that takes its place.
set -u
. "$(dirname "$0")/../tap.sh"
src=${PG_SRC:-$(cd "$(dirname "$0")/../.." && pwd)}
build=${PG_BUILD:-$PWD}
seeds=${PLANT_SEEDS:-1..2000}
only=${1:-}
planted=0 found=0

make_variable() { sed -n "s/^$1 *= *//p" "$build/Makefile"; }

if [ ! -e "$build/Makefile" ] || [ ! -e "$build/tests/oracle/oracle" ]; then
    echo "1..0 # SKIP no oracle in $build"
    exit 0
fi
tree=$(mktemp -d "${TMPDIR:-/tmp}/polgrid-plant.XXXXXX") || exit 1
trap 'rm -rf "$tree"' EXIT
cp -R "$src/src" "$src/include" "$tree" && chmod -R u+w "$tree" && cp -R "$tree/src" "$tree/was" || exit 1
# Configured flags, but for the optimiser: a plant is compiled once, and runs for a moment.
cflags="$(make_variable PG_STD) $(make_variable PG_SANITIZE) $(make_variable YAML_CFLAGS) $(make_variable JANSSON_CFLAGS) -O0 -w"
libs="$(make_variable YAML_LIBS) $(make_variable JANSSON_LIBS) -lm"
CC=${CC:-cc}

# mutate FILE OLD NEW: FILE of the copy, with the one OLD in it replaced.
mutate() {
    local text rest
    text=$(cat "$tree/was/$1" && printf x) || return 1
    rest=${text//"$2"/}
    [ $((${#text} - ${#rest})) -eq ${#2} ] || return 1
    text=${text/"$2"/"$3"}
    printf '%s' "${text%x}" >"$tree/src/$1"
}

# build_with FILE: the oracle with FILE compiled from the copy; for a header, with every source of its room.
build_with() {
    local sources=("$tree/src/$1") source objects=()
    case $1 in *.h) sources=("$tree/src/${1%/*}"/*.c) ;; esac
    for source in "${sources[@]}"; do
        objects+=("$tree/$(basename "$source").o")
        # shellcheck disable=SC2086 # these are lists of flags
        $CC $cflags -include "$build/config.h" -include "$tree/src/base/banned.h" -I"$tree/include" \
            -c -o "$tree/$(basename "$source").o" "$source" || return 1
    done
    # What comes first counts: the archive's own copies of these objects are not taken.
    # shellcheck disable=SC2086
    $CC $cflags -o "$tree/oracle" "$build"/tests/oracle/*.o "${objects[@]}" "$build/libpolgrid.a" $libs
}

# plant NAME FILE OLD NEW
plant() {
    local said status
    case $1 in *"$only"*) ;; *) return ;; esac
    planted=$((planted + 1))
    if ! mutate "$2" "$3" "$4"; then
        tap_fail "$1" "src/$2 does not have, exactly once: $3" "write this plant anew"
        return
    fi
    if said=$(build_with "$2" 2>&1); then
        said=$("$tree/oracle" --seeds "$seeds" 2>&1)
        status=$?
        if [ "$status" -eq 1 ] && [[ $said == *"differs: "* ]]; then
            found=$((found + 1))
            tap_ok "$1: $(grep -am1 '^seed' <<<"$said")"
        else
            tap_fail "$1" "not found within seeds $seeds (exit status $status)"
        fi
    else
        tap_fail "$1" "does not compile:" "$(head -5 <<<"$said")"
    fi
    cp "$tree/was/$2" "$tree/src/$2"
    rm -f "$tree"/*.o "$tree/oracle"
}

# --- labels and selectors (semantics 6)
plant "NotIn does not match a missing key" model/selector.c \
    'return value == PG_STR_NONE || !listed(req, value);' 'return value != PG_STR_NONE && !listed(req, value);'
plant "Exists overlooks an empty value" model/selector.c \
    'case PG_OP_EXISTS: return value != PG_STR_NONE;' 'case PG_OP_EXISTS: return value > PG_STR_EMPTY;'
plant "namespaceSelector or podSelector, not both" eval/match.c \
    'pg_match_namespace(policy, peer, class->ns) &&' 'pg_match_namespace(policy, peer, class->ns) ||'
plant "a podSelector alone reaches into every namespace" eval/match.c \
    'ns == policy->source->ns; /* semantics 5.1 */' 'true;'
plant "values that no selector lists drop the key" eval/classes.c \
    'label.value = OTHER_VALUE;' 'continue;'

# --- addresses (5)
plant "except is ignored" eval/match.c \
    'if (pg_cidr_has(peer->except[i], addr))' 'if (pg_cidr_has(peer->except[i], addr) && peer->nexcept > 9)'
plant "a block meets an unknown address surely" eval/match.c \
    '&& !touched ? MATCH_YES : MATCH_MAYBE;' '&& !touched ? MATCH_YES : MATCH_YES;'
plant "pod-cidr is not looked at" eval/match.c \
    'host_pods && given->base.family != 0)' 'host_pods && given->base.family == 9)'
plant "what has a node's address is in pod-cidr" eval/match.c \
    '!eval->data[other].host_pods && given->base.family' 'given->base.family'
plant "both families answer as the first" eval/cell.c \
    'if (n == 2 && by_block) {' 'if (n > 2 && by_block) {'
plant "addresses of a pod do not split classes" eval/classes.c \
    'group = pg_blocks_group(eval->blocks, pod->addr[family]);' 'group = 0;'
plant "families of a pod do not split classes" eval/classes.c \
    'uint32_t group = PG_NONE;' 'uint32_t group = 0;'
plant "what follows an except is as the except" eval/blocks.c \
    'start = after;' 'start = hole;'
plant "a host-network pod does not take its node's address" load/finish_pods.c \
    'if (!pod->host_network || pod->addr_known ||' 'if (pod->host_network || pod->addr_known ||'

# --- ports (7)
plant "endPort is off by one" load/decode_networkpolicy.c \
    'port->to = in_range(end) ? (uint16_t)end : port->from;' 'port->to = in_range(end) ? (uint16_t)(end - (end > number)) : port->from;'
plant "a named port is looked up in the source" eval/eval_internal.h \
    'return ask->dir == PG_EGRESS ? ask->other : ask->self;' 'return ask->dir == PG_EGRESS ? ask->self : ask->other;'
plant "a name means the same number everywhere" eval/match.c \
    'PG_MAP_PAIR(rule->id, data->port_signature)' 'PG_MAP_PAIR(rule->id, 0)'
plant "the protocol of a named port is ignored" eval/match.c \
    'if (named->name == port->name && (any || named->protocol == port->protocol))' 'if (named->name == port->name)'
plant "named ports do not split classes" eval/classes.c \
    'pg_buf_add(&builder->key, builder->ports.p, builder->ports.n);' ';'
plant "UDP is TCP" load/decode_networkpolicy.c \
    'port->protocol = (uint8_t)protocol;' 'port->protocol = (uint8_t)(protocol & 2);'
plant "init containers name ports" eval/classes.c \
    'return option == PG_NAMED_PORTS_ALL_INIT;' 'return true;'

# --- isolation (3, 4)
plant "a policy without rules does not isolate" eval/cell.c \
    'closing.isolates != MATCH_YES)' 'closing.isolates != MATCH_YES && source->nrules[ask->dir] > 0)'
plant "egress rules always isolate for egress only" load/decode_networkpolicy.c \
    'policy->has_type[PG_INGRESS] = true;' 'policy->has_type[PG_INGRESS] = policy->nrules[PG_EGRESS] == 0;'
plant "policies apply in both directions" eval/subjects.c \
    'return source->has_type[dir] ||' 'return source->has_type[0] || source->has_type[1] ||'
plant "egress is not asked" eval/cell.c \
    'if (eval->data[ask->self].nentries[ask->dir] == 0)' 'if (ask->dir == PG_EGRESS || eval->data[ask->self].nentries[ask->dir] == 0)'
plant "ICMP is allowed where a rule is open to every port" eval/match.c \
    '*sure = pg_portset_intersect(eval->sets, *sure, PG_PORTS_ALL);' ';'

# --- special traffic (2, 8)
plant "a peer selects pods on the host network" eval/match.c \
    'return class->kind == PG_CLASS_PODS /* semantics 5.7 */ &&' 'return class->kind <= PG_CLASS_HOST &&'
plant "the own node is not exempt" eval/cell.c \
    'own_node && ask->near == PG_NEAR_SAME' 'own_node && ask->near > PG_NEAR_UNKNOWN'
plant "an unknown placement counts as elsewhere" eval/cell.c \
    'own_node && ask->near == PG_NEAR_UNKNOWN' 'own_node && ask->near > PG_NEAR_UNKNOWN'
plant "replicas count as one pod" eval/eval.c \
    'return !pod->is_virtual || eval->cluster->workloads[pod->workload].replicas == 1;' 'return true;'

# --- admin tiers (11, 12)
plant "Pass is ignored" eval/cell.c \
    'walk->pass_possible = join(eval, walk->pass_possible, possible[PG_ACTION_PASS]);' ';'
plant "a tie is broken by name" eval/order.c \
    'place.name = place.ns = place.kind = "";' 'place.ns = place.kind = ""; place.name = pg_cluster_text(cluster, policy->name);'
plant "the highest order comes first" eval/order.c \
    'int order = compare_doubles(a->order, b->order);' 'int order = compare_doubles(b->order, a->order);'
plant "Baseline comes before NetworkPolicy" eval/order.c \
    'baseline = {.tier_order = 2,' 'baseline = {.tier_order = 0.5,'
plant "Baseline is skipped" eval/cell.c \
    'policy->source->kind == PG_POLICY_NETWORK))' 'policy->source->kind == PG_POLICY_NETWORK) || policy->source->kind == PG_POLICY_BASELINE_ADMIN)'
plant "the tier of a ClusterNetworkPolicy is Admin" load/decode_admin.c \
    'return "Baseline";' 'return "Admin";'
plant "two generations are evaluated together" eval/order.c \
    'return (kind == PG_POLICY_CLUSTER) == newer;' 'return true || newer;'
plant "the older generation is evaluated first" eval/order.c \
    '? has_kind(eval->cluster, PG_POLICY_CLUSTER)' '? !has_kind(eval->cluster, PG_POLICY_ADMIN)'
plant "networks never match pods" eval/match.c \
    'peer->kind == PG_PEER_OUTSIDE ||' 'peer->kind == PG_PEER_OUTSIDE || peer->kind == PG_PEER_NETWORKS ||'
plant "nodes are the pods that run on them" eval/match.c \
    'return MATCH_NO; /* semantics 11.15 */' 'node = eval->cluster->pods[class->pods[0]].node;'
plant "a domain name is never a node" eval/match.c \
    'case PG_CLASS_HOST: return policy_is_admin(policy->source) ? MATCH_MAYBE : MATCH_NO;' 'case PG_CLASS_HOST: return MATCH_NO;'
plant "a strange peer of a Deny is no peer" load/decode_admin.c \
    'peers.unknown && rule.action != PG_ACTION_ALLOW' 'peers.unknown && rule.action == PG_ACTION_PASS'
plant "a strange peer of a Pass is no peer" load/decode_admin.c \
    'peers.unknown && rule.action != PG_ACTION_ALLOW' 'peers.unknown && rule.action == PG_ACTION_DENY'
plant "a strange port is no port" load/decode_admin.c \
    'for (uint32_t i = 0; i < ports->maybes.n; i++)' 'for (uint32_t i = 0; i < 0; i++)'
plant "host-network pods are subjects of admin policies" eval/subjects.c \
    '(eval->data[class].host_pods && policy_is_admin(source))' 'false'
plant "host-network pods are pods to admin policies" eval/match.c \
    'if (eval->data[ask->other].host_pods && policy_is_admin(policy->source))' 'if (false)'
plant "a named port of an admin policy is of TCP" load/decode_admin_ports.c \
    'port.protocol = PG_ANY_PROTOCOL; /*' 'port.protocol = PG_TCP; /*'
plant "an admin policy with rules for one direction has a say in both" load/decode_admin.c \
    'rules.list.n > 0; /*' 'true; /*'

# --- Cilium (13)
plant "denies come after allows" eval/order.c \
    'part == PART_DENIES ? 0 : 1' 'part == PART_DENIES ? 1 : 0'
plant "a rule that denies allows" load/decode_cilium.c \
    '{.action = list->action,' '{.action = PG_ACTION_ALLOW,'
plant "enableDefaultDeny is ignored" load/decode_cilium.c \
    'has[dir] && (!switches[dir].node || pg_at_true(&switches[dir]))' 'has[dir]'
plant "an empty rule allows everything" load/decode_cilium.c \
    '.any_peer = peers.none && !no_ports,' '.any_peer = peers.none,'
plant "an empty list is as good as none" load/cilium_peers.c \
    'empty = true;' ';'
plant "a CIDR of Cilium matches pods" eval/match.c \
    'peer->kind == PG_PEER_OUTSIDE ||' ''
plant "ipBlock matches pods, under Cilium too" eval/match.c \
    '(peer->kind == PG_PEER_IPBLOCK && eval->engine == PG_ENGINE_CILIUM)' 'false'
plant "an except of a set is ignored" load/cilium_peers.c \
    'peer->except = read_excepts(gather, &at, &cidr, &peer->nexcept);' ';'
plant "a proxy refuses nothing" eval/cell.c \
    'if (rule->source->may_refuse)' 'if (false)'
plant "a proxy refuses what another rule lets through" eval/cell.c \
    'less(eval, group->refused, group->matched)' 'group->refused'
plant "authentication is ignored" load/decode_cilium.c \
    'read_authentication(decode, at, &rule);' ';'
plant "ports of an entry with HTTP rules are plain" load/cilium_ports.c \
    'out->may_refuse = true;' ''
plant "ANY is TCP" load/cilium_ports.c \
    'port->protocol = i == PG_OTHER ? PG_ANY_PROTOCOL : i;' 'port->protocol = i == PG_OTHER ? PG_TCP : i;'
plant "port 0 is port 1" load/cilium_ports.c \
    'port->to = port->any ? 65535 :' 'port->to = port->any ? 1 :'
plant "endPort of Cilium is ignored" load/cilium_ports.c \
    '(uint16_t)(end > number ? end : number)' '(uint16_t)number'
plant "names of ports keep their capitals" load/cilium_ports.c \
    "text[i] - 'A' + 'a' : text[i]" 'text[i] : text[i]'
plant "a label of the namespace does not widen a selector" load/cilium_selector.c \
    'add_namespace(split, *req, PG_NAME_LABEL);' ';'
plant "a subject reaches into the namespace that it names" load/cilium_selector.c \
    'if (!overruled(&split, &raw.reqs[i]))' 'if (overruled(&split, &raw.reqs[i]) || true)'
plant "a source before a key is part of it" load/cilium_selector.c \
    'add_label(split, req, rest);' 'add_label(split, req, key);'
plant "every node is the own one" eval/match.c \
    '(same && own)' '(own)'
plant "the API server is nobody" eval/match.c \
    'return maybe_node || (unknown && (own || remote)) ? MATCH_MAYBE : MATCH_NO;' 'return unknown && (own || remote) ? MATCH_MAYBE : MATCH_NO;'
plant "rules outside policyTypes do nothing, under Cilium too" eval/subjects.c \
    'source->kind == PG_POLICY_NETWORK && source->nrules[dir] > 0);' 'false);'
plant "a host policy does nothing" eval/subjects.c \
    'return selects_node(eval, source, class);' 'return false;'
plant "a host policy selects every node" eval/subjects.c \
    'return node == PG_NONE ||' 'return true ||'
plant "icmps allows every protocol without ports" load/cilium_ports.c \
    'port->from = port->to = six ? ICMP_V6 : ICMP_V4;' 'port->from = 0, port->to = six ? ICMP_V6 : ICMP_V4;'

# --- Calico (14)
plant "the default action of a tier is Deny" eval/order.c \
    'place.tier_denies = !policy->tier.pass;' 'place.tier_denies = true;'
plant "what a tier leaves is denied where no policy of it selects the pod" eval/cell.c \
    'closing = (struct closing){.isolates = MATCH_NO};' ';'
plant "a policy without order comes first" load/decode_calico.c \
    'policy->raw.policy.order = INFINITY;' 'policy->raw.policy.order = -1;'
plant "a tier without order comes first" load/decode_calico_parts.c \
    'struct pg_calico_tier tier = {.order = INFINITY};' 'struct pg_calico_tier tier = {.order = -1};'
plant "ties are broken by the name alone" eval/order.c \
    '"%s/%s/%s%s"' '"%s %s/%s%s"'
plant "half an order is none" load/decode_calico_parts.c \
    'shift += point;' 'shift += point; number = point ? number / 10 : number;'
plant "NetworkPolicy is the last of its tier" eval/order.c \
    'CALICO_NETWORK_ORDER 1000.0' 'CALICO_NETWORK_ORDER 1e9'
plant "Baseline of a ClusterNetworkPolicy is Calico's first tier" eval/order.c \
    'CALICO_BASELINE_ORDER 10000000.0' 'CALICO_BASELINE_ORDER 1.0'
plant "kube-baseline denies" load/decode_calico_parts.c \
    '{"kube-baseline", 10000000, true}' '{"kube-baseline", 10000000, false}'
plant "Log decides" load/finish_calico_rules.c \
    'if (!making.source->log)' 'if (true)'
plant "types are as NetworkPolicy's" load/decode_calico.c \
    'policy->nrules[PG_INGRESS] > 0 || !has_type[PG_EGRESS];' 'true;'
plant "staged policies are enforced" load/decode_calico.c \
    'if (strncmp(decode->kind_name, "Staged", strlen("Staged")) == 0)' 'if (false)'
plant "notSelector knows no scope" load/finish_calico_ends.c \
    'entity->namespaces || (ends->policy->raw.id.ns && entity->not_selector)' 'entity->namespaces'
plant "notSelector selects" load/finish_calico_ends.c \
    'not_this.negate = true;' ';'
plant "a namespaced selector reaches everywhere" load/finish_calico_ends.c \
    '(!scoped || !ends->policy->raw.id.ns);' 'true;'
plant "global() selects pods" load/finish_calico_ends.c \
    'if (!scoped || !namespaces || !namespaces->global)' 'if (true)'
plant "a network set is in the scope of every policy" load/finish_calico_ends.c \
    'return !ends->policy->raw.id.ns || set->id.ns == ends->policy->raw.id.ns;' 'return true;'
plant "network sets are nobody" load/finish_calico_ends.c \
    'for (uint32_t k = 0; k < set->nnets; k++)' 'for (uint32_t k = 0; k < 0; k++)'
plant "nets never match pods" load/finish_calico_ends.c \
    'struct pg_peer *peer = add(ends, peers, PG_PEER_NETWORKS, loc);' 'struct pg_peer *peer = add(ends, peers, PG_PEER_OUTSIDE, loc);'
plant "notNets are ignored" load/finish_calico_ends.c \
    'i < entity->nnot_nets' 'i < 0'
plant "the own end is not asked" eval/match.c \
    'best != MATCH_NO && rule->self != NULL' 'false'
plant "ipVersion is ignored" load/finish_calico_ends.c \
    'ends->given[BY_VERSION] = rule->ip_version != 0;' 'ends->given[BY_VERSION] = false;'
plant "notProtocol is ignored" load/finish_calico_rules.c \
    'if (source->not_protocol != PG_CALICO_ANY_PROTOCOL)' 'if (false)'
plant "notPorts are ignored" load/finish_calico_rules.c \
    'copy_ports(making, &not_ports, to->not_ports, to->nnot_ports);' ';'
plant "source ports do not matter" load/finish_calico_rules.c \
    'if (source->source.nports > 0)' 'if (false)'
plant "a type of ICMP is all of ICMP" load/finish_calico_rules.c \
    'if (source->icmp)' 'if (false)'
plant "HTTP rules decide nothing" load/finish_calico_rules.c \
    'if (source->http)' 'if (false)'
plant "a protocol without a name is TCP" load/decode_calico_rule.c \
    '{"UDPLite", IP_UDP_LITE}' '{"UDPLite", IP_TCP}'
plant "!= asks for the label" load/calico_selector.c \
    'kind == TOKEN_NE || kind == TOKEN_NOT_IN' 'kind == TOKEN_NOT_IN'
plant "two ! are one" load/calico_selector.c \
    'negated = !negated' 'negated = true'
plant "a part of a text is its beginning" load/calico_selector.c \
    ': kind == TOKEN_STARTS_WITH ? PG_CALICO_STARTS_WITH' ': true ? PG_CALICO_STARTS_WITH'
plant "a service account that was not read has no labels" load/finish_calico.c \
    'if (!all && pg_labels_get(labels, expr->req.key) == PG_STR_NONE)' 'if (false)'
plant "names of service accounts are ignored" load/finish_calico.c \
    'nnames == 0 || listed(names, nnames, usage->name)' 'true'
plant "a policy in a tier that was not read is in the last one" load/finish_calico.c \
    'if (!has_tier)' 'if (false)'
plant "a policy that may not select the pod isolates it" eval/cell.c \
    '? MATCH_MAYBE' '? MATCH_YES'
plant "what such a policy leaves is as if it was not asked" eval/cell.c \
    'closing.isolates == MATCH_MAYBE ? walk->entered : walk->left_possible' 'walk->left_possible'
plant "policies of two plugins are evaluated together" eval/order.c \
    'if (cilium == calico)' 'if (cilium == calico && !cilium)'
plant "another plugin's policies do nothing" eval/subjects.c \
    'data->unevaluated[dir] |= unevaluated;' ';'

# --- what is told of it (16) and counted
plant "the reasons stop at the first rule" eval/why.c \
    'reason->rule = rule->source->index;' 'reason->rule = 0;'
plant "a reason names the first peer" eval/why.c \
    'pg_match_peer(e->q->eval, policy, &rule->peers[i], e->ask) >= wanted' 'wanted > MATCH_NO'
plant "a Pass is told as an Allow" eval/why.c \
    '[PG_ACTION_PASS] = PG_EFFECT_PASS' '[PG_ACTION_PASS] = PG_EFFECT_ALLOW'
plant "the last rule of a tier is not told" eval/why.c \
    'e->tier_start = e->reasons.n;' 'e->tier_start = e->reasons.n -= e->reasons.n > 0 && rules.n > 0;'
plant "a tier that isolates is not told of" eval/why.c \
    'add_reason(e->q, &isolating, PG_EFFECT_ISOLATE, entry->policy);' ';'
plant "of the near misses the farthest is told" eval/miss.c \
    'if (compare_misses(&miss, &best) < 0)' 'if (compare_misses(&miss, &best) > 0)'
plant "a miss by the port alone is none" eval/miss.c \
    'if (count_parts(&miss, PG_PART_MISS) > 0)' 'if (count_parts(&miss, PG_PART_MISS) > (miss.parts[PG_PART_PORT] == PG_PART_MISS))'
plant "a grid counts replicas as one pod" grid/axis.c \
    'class->npods, class->pods, class->nselves};' 'class->npods, class->pods, 0};'
plant "a grid counts near and far pods alike" grid/meet.c \
    'npods[near] += places.v[i].npods;' 'npods[PG_NEAR_OTHER] += places.v[i].npods;'
plant "a row of the totals forgets what the sources' rules single out" eval/sweep.c \
    '    touch_by_egress(sweep, from);' ''
plant "a row of the totals forgets whose rules single it out" eval/sweep.c \
    '    touch_by_ingress(sweep, from);' ''
plant "a match that is not sure is taken for one" eval/sweep.c \
    'if (i >= set->nsure)' 'if (i > set->n)'
plant "what is near to a host is background" eval/sweep.c \
    'if (!eval->assume.ingress_own_node_policy)' 'if (false)'
plant "the totals count a pod with itself" eval/totals.c \
    'return class->npods - class->nselves;' 'return 0;'
plant "the background of one family stands for both" eval/totals.c \
    'from->background.ports[to->sort][f]' 'from->background.ports[to->sort][0]'
plant "named ports are background" eval/sweep.c \
    'if (rule->named && some &&' 'if (false &&'
plant "large sets let everybody through" eval/large.c \
    'if ((other->in_large >> self->large[i].large & 1) != 0)' ''
plant "large sets let nobody through" eval/large.c \
    'sweep->in_large[set->members[m]] |= UINT64_C(1) << chosen;' ';'
plant "a peer that matches most matches everybody" eval/peersets.c \
    'yes[sort][f] == maker->nclasses[sort][f]' 'yes[sort][f] + 1 >= maker->nclasses[sort][f]'
plant "a peer that leaves a namespace out matches it" eval/peersets.c \
    'by_other_namespaces(maker, peer, UINT32_MAX, true);' ';'

# --- sides under more than plain NetworkPolicies, in the totals (odd.c); what is too rare here has test_totals.c
plant "odd: whether a side isolates does not count" eval/odd.c \
    'text->isolates = doubtful ? MATCH_MAYBE : MATCH_YES;' 'text->isolates = MATCH_NO;'
plant "odd: what denies is as what allows" eval/odd.c \
    'deed.action = (uint8_t)rule->source->action;' ';'
plant "odd: the own end does not count" eval/odd.c \
    'most[f] = rule->self != NULL ?' 'most[f] = false ?'
plant "odd: names mean the same everywhere" eval/odd.c \
    'sweep->names_count = true;' ';'
plant "odd: the ports of a rule do not count" eval/odd.c \
    'deed->ports = pg_sweep_rule_ports(sweep, policy, rule, text->class, text->dir);' 'deed->ports = PG_PORTS_ALL;'
plant "odd: being matched usually does not count" eval/odd.c \
    'if (sweep->large_of[set] == 0 && usual > best)' 'if (false)'
plant "odd: large sets do not count" eval/odd.c \
    'if (deed.large == 0 || does_nothing(&deed))' 'if (true)'
plant "odd: what is not evaluated is open" eval/odd.c \
    'bool odd = data->unevaluated[dir];' 'bool odd = false;'
plant "odd: members of any large set are alike" eval/large.c \
    'set->nsure == set->n || (set->uniform && !plain)' 'true'
plant "odd: a peer of another kind matches all as it does most" eval/oddsets.c \
    'differs |= match != peer_set_usual(set, class_sort(class), f);' ';'
plant "odd: whom a rule of another kind names is background" eval/sweep.c \
    'touch(sweep, from, set->members[i])->out = SLOT_ASK;' ';'
plant "odd: what a rule of another kind does adds ports" eval/sweep.c \
    'sure &= sweep->plain[PG_INGRESS][use->policy] != 0;' ';'
plant "odd: the ports that plain rules add do not count" eval/sweep.c \
    '(uint32_t)slot->out << 16 | slot->in' '0u'
plant "odd: what a host on the own node sends is background" eval/sweep.c \
    'touch_on_node(sweep, from, sweep->guests.v, sweep->guests.n, class->node_name);' ';'
plant "odd: the own node is as others to rules of its host" eval/sweep.c \
    'else if (sweep->eval->assume.egress_own_node_allow || sweep->odd[PG_EGRESS][from] != 0)' 'else if (sweep->eval->assume.egress_own_node_allow)'
plant "odd: a sample is any pair" eval/samples.c \
    'if (sweep->slots[members->v[i]].line != line)' 'if (true)'

# --- namespaces that behave alike (alike.c)
plant "namespaces are alike whoever names one of them" eval/alike.c \
    'add(signing, signing->of[ns].v, signing->of[ns].n * sizeof *signing->of[ns].v);' ';'
plant "namespaces are alike whichever namespaces their rules mean" eval/alike.c \
    'add_word(signing, set != NULL && !(own && *set == 0) ? *set : 0);' '(void)own, (void)set;'
plant "namespaces are alike whatever their policies say" eval/alike.c \
    'policies[i] = sign_policy(signing, namespace->first_policy + i);' 'policies[i] = 0;'
plant "namespaces are alike with addresses in other blocks" eval/alike.c \
    ': pg_blocks_group(signing->eval->blocks, class->addr[family]));' ': 0);'

# --- a cluster that changes (follow.h)
plant "followed: a policy that is gone goes on" eval/follow_policies.c \
    'of->policies.n--;' ';'
plant "followed: labels that a namespace lost still count" eval/follow_policies.c \
    'one->bits[ns / 64] &= ~bit;' ';'
plant "followed: a new namespace is in no selector" eval/follow.c \
    'else if (is_compiled(follow))' 'else if (false)'
plant "followed: pods stay in the class that they had when a policy tells them apart" eval/follow_policies.c \
    'rejoin(follow, policy->ns);' ';'
plant "followed: what a policy reads everywhere changes no class" eval/follow_policies.c \
    'return feature->carried == 0;' 'return true;'
plant "followed: a new block splits no class" eval/follow_policies.c \
    'peer->kind == PG_PEER_IPBLOCK && !knows_block(follow, peer)' 'false'
plant "followed: ports are looked up at home" eval/follow_policies.c \
    'dir == PG_INGRESS ? policy->ns : PG_NONE' 'policy->ns'
plant "followed: what has a node's address is not told of a new one" eval/follow_classes.c \
    'pg_follow_class_of_node(struct pg_follow *follow, uint32_t slot)
{' 'pg_follow_class_of_node(struct pg_follow *follow, uint32_t slot)
{
    if (follow->now > 1) return;'
plant "followed: a policy that goes touches nobody" eval/follow_policies.c \
    'class->isolated[dir] = n > 0;
    }
    pg_follow_touch(follow, slot);' 'class->isolated[dir] = n > 0;
    }'
plant "followed: a new policy comes last" eval/follow_policies.c \
    'compare_names(follow, of->policies.v[middle], policy) < 0' 'of->policies.v[middle] < policy'

# --- objects that are decoded once (memo.h)
plant "kept: a changed object stays as it was" load/memo.c \
    'entry->version != objects[i].version' 'entry->version == 0'
plant "kept: what there was to say of an object is said once" load/memo.c \
    'decoder->diags.n == 0 && ' ''
plant "kept: every object stands in line 1" load/load.c \
    'loader->lines_before = line ? line - 1 : 0;' 'loader->lines_before = line > UINT32_MAX - 1;'

echo "# $found of $planted planted bugs found"
tap_done
