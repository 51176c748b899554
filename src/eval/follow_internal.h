/*
 * What the modules of the follower share: the objects in slots, and what is compiled of them.
 *
 * The follower has a cluster and an eval of its own, laid out for change: arrays of slots with empty ones
 * among them, neither dense nor sorted. The evaluator's cell and match look things up by number only, and
 * do not mind. Classes stand in this order: groups of outside addresses, room for nodes, the unknown node,
 * then classes of pods; each policy's entry has the policy's number.
 */
#ifndef POLGRID_FOLLOW_INTERNAL_H
#define POLGRID_FOLLOW_INTERNAL_H

#include "eval_internal.h"
#include "polgrid/follow.h"

/* Objects of one kind by name. Slots are kept apart from the objects, which lie in the cluster's arrays. */
struct slots {
    struct pg_map by_name; /* PAIR(namespace or 0, name) → slot, PG_NONE where it is gone */
    PG_VEC(uint64_t) key;
    PG_VEC(uint8_t) used;
    PG_VEC(uint32_t) empty;
};

/* A list through slots: of pods, classes, policies. */
struct link {
    uint32_t next, prev;
};

/* What the follower knows of a pod's slot. */
struct followed_pod {
    struct link in_namespace, in_class;
};

struct followed_namespace {
    uint32_t first_pod, npods, first_class, first_policy;
};

/* Beside pg_class and class_data. The policies that select it, sorted by name; entries and policies of
   class_data are cut from these and lie in `lists`. */
struct followed_class {
    struct link in_namespace;
    uint32_t first_pod;
    pg_str key; /* number in `keys`; PG_STR_NONE: an empty slot */
    PG_VEC(uint32_t) policies;
    uint32_t *lists[2];
    uint32_t cap[2];
    uint64_t touched; /* the event that last did */
};

/* What a pod may have and a selector or rule may read: a label's key (the value is PG_STR_NONE), a pair, or
   the name of a port (PORT_NAME). */
#define PORT_NAME (UINT32_MAX - 1)

struct feature {
    uint32_t carried; /* by pods */
    bool seen;        /* by a policy that looks into any namespace */
};

struct pg_follow {
    struct pg_cluster *cluster;
    struct pg_eval eval;
    struct pg_arena *arena; /* the cluster's */
    struct slots namespaces, pods, policies, services, nodes, workloads;
    /* of the arrays of the cluster */
    uint32_t namespace_room, pod_room, policy_room, service_room, node_room, workload_room;
    uint32_t namespace_cap, node_cap; /* fixed: bits and classes are laid out for them */
    struct pg_strs *policy_names, *workload_names; /* kind and name, as bytes */
    PG_VEC(struct followed_pod) of_pod;
    PG_VEC(struct followed_namespace) of_namespace;
    PG_VEC(struct link) of_policy; /* in its namespace */
    /* compiled */
    uint32_t first_class; /* of pods */
    uint32_t class_cap;
    struct followed_class *of_class; /* beside eval.classes */
    PG_VEC(uint32_t) empty_classes;
    struct pg_strs *keys, *signatures, *blocks; /* as bytes */
    struct pg_map class_of_key;
    struct selector_bits selectors;
    struct pg_map features; /* PAIR(key, value) → number in `feature` */
    PG_VEC(struct feature) feature;
    struct pg_map local; /* PAIR(namespace, feature): seen by a policy that looks into this one */
    PG_VEC(uint32_t)
    fresh; /* features of one namespace that the policy at hand is the first to see */
    struct pg_buf key, ports;
    PG_VEC(struct pg_label) labels;
    PG_VEC(uint32_t) touched;
    uint64_t now;     /* number of the event */
    uint32_t nothers; /* policies that are not followed */
    size_t most_bytes;
    uint32_t most_strings;
    enum pg_stale stale;
    uint64_t counts[PG_NSTALE];
};

/* --- follow_copy.c: objects with everything they point to --- */

struct copier {
    struct pg_arena *arena;
    const struct pg_strs *from;
    struct pg_strs *to;
};

pg_str pg_copy_str(const struct copier *c, pg_str str);
struct pg_labels pg_copy_labels(const struct copier *c, struct pg_labels labels);
void pg_copy_pod(const struct copier *c, struct pg_pod *to, const struct pg_pod *from);
void pg_copy_policy(const struct copier *c, struct pg_policy *to, const struct pg_policy *from);
void pg_copy_service(const struct copier *c, struct pg_service *to, const struct pg_service *from);
void pg_copy_node(const struct copier *c, struct pg_node *to, const struct pg_node *from);
void pg_copy_file(const struct copier *c, struct pg_file *to, const struct pg_file *from);
/* What a cluster says was not read of it: without that it would be taken to be complete. */
void pg_copy_unread(const struct copier *c, struct pg_cluster *to, const struct pg_cluster *from);

/* --- follow_slots.c --- */

uint32_t pg_slots_find(const struct slots *slots, uint64_t key);
/* The slot of a name, a new one if there is none yet. */
uint32_t pg_slots_take(struct pg_arena *arena, struct slots *slots, uint64_t key);
void pg_slots_drop(struct pg_arena *arena, struct slots *slots, uint32_t slot);
void pg_slots_free(struct slots *slots);
/* Lists: `links` gives the link of slot i at links + i * stride. */
void pg_link_in(uint32_t *first, struct link *links, size_t stride, uint32_t slot);
void pg_link_out(uint32_t *first, struct link *links, size_t stride, uint32_t slot);

/* --- follow_classes.c --- */

/* Room for the classes of what does not change: outside, nodes. */
void pg_follow_lay_classes(struct pg_follow *follow);
/* Room for half as many again as there are. */
void pg_follow_reserve_classes(struct pg_follow *follow);
void pg_follow_class_of_node(struct pg_follow *follow, uint32_t node);
/* A pod, whose object is in place, joins its class or leaves it. */
void pg_follow_join(struct pg_follow *follow, uint32_t pod);
void pg_follow_leave(struct pg_follow *follow, uint32_t pod);
void pg_follow_touch(struct pg_follow *follow, uint32_t class);
/* Counts what a pod has: by is 1 or -1. */
void pg_follow_carry(struct pg_follow *follow, const struct pg_pod *pod, int by);
uint32_t pg_follow_feature(struct pg_follow *follow, pg_str key, pg_str value);

/* --- follow_policies.c --- */

/* Notes what a policy reads; false where the state becomes stale for it. */
bool pg_follow_see(struct pg_follow *follow, const struct pg_policy *policy);
/* Compiles a policy, whose object is in place, and enters it into the classes that it selects. */
void pg_follow_enter(struct pg_follow *follow, uint32_t policy);
/* Takes it out of these. */
void pg_follow_expel(struct pg_follow *follow, uint32_t policy);
/* Finds the policies of a new class. */
void pg_follow_subjects(struct pg_follow *follow, uint32_t class);
/* A class got (by 1) or lost (by -1) a pod. */
void pg_follow_count_selected(struct pg_follow *follow, uint32_t class, int by);
/* Finds anew which selectors mean a namespace. */
void pg_follow_select_namespace(struct pg_follow *follow, uint32_t ns);
void pg_follow_know_blocks(struct pg_follow *follow);

/* --- follow.c --- */

void pg_follow_make_stale(struct pg_follow *follow, enum pg_stale reason);

#endif
