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
cflags="$(make_variable PG_STD) $(make_variable PG_SANITIZE) $(make_variable YAML_CFLAGS) $(make_variable JANSSON_CFLAGS) -O1 -w"
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
    'class->kind == PG_CLASS_PODS && given->base.family != 0' 'class->kind == PG_CLASS_NODE && given->base.family != 0'
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
    'isolating |=' 'isolating |= source->nrules[ask->dir] > 0 &&'
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

# --- what is told of it (16) and counted
plant "the reasons stop at the first rule" eval/why.c \
    'reason->rule = rule->source->index;' 'reason->rule = 0;'
plant "a reason names the first peer" eval/why.c \
    'pg_match_peer(e->q->eval, policy, &rule->peers[i], e->ask) >= wanted' 'wanted > MATCH_NO'
plant "of the near misses the farthest is told" eval/miss.c \
    'if (compare_misses(&miss, &best) < 0)' 'if (compare_misses(&miss, &best) > 0)'
plant "a miss by the port alone is none" eval/miss.c \
    'if (count_parts(&miss, PG_PART_MISS) > 0)' 'if (count_parts(&miss, PG_PART_MISS) > (miss.parts[PG_PART_PORT] == PG_PART_MISS))'
plant "a grid counts replicas as one pod" grid/axis.c \
    'class->npods, class->pods, class->nselves};' 'class->npods, class->pods, 0};'
plant "a grid counts near and far pods alike" grid/meet.c \
    'npods[near] += places.v[i].npods;' 'npods[PG_NEAR_OTHER] += places.v[i].npods;'

echo "# $found of $planted planted bugs found"
tap_done
