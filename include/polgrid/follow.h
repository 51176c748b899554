/*
 * Following a live cluster: the compiled state, kept up to date one event at a time.
 *
 * A follower is made from a loaded cluster, of which it copies what it needs, and is told what changed since:
 * pods, policies, namespaces, services and nodes that came, changed or went. After each event that was
 * applied, every cell is what compiling the whole cluster anew would give. An event costs microseconds, since
 * objects live in slots that keep their number (nothing moves when one is added or removed) and since only the
 * classes that an event reaches are looked at: those of the namespace of a pod or a policy.
 *
 * Some events are not followed: then pg_follow_apply() says PG_FOLLOW_STALE, and cells must not be asked any
 * more until the state is compiled anew (pg_follow_renew()). The objects are kept up all the same, so that
 * nothing has to be read again, and pg_follow_cluster() is always right. These are (enum pg_stale):
 *   - clusters that have a policy of another kind than NetworkPolicy, or another engine than Kubernetes';
 *   - clusters of which namespaces could not be read. What doubts there are about their labels is in the policies,
 *     as the loader left them: of a namespace that comes later they do not speak, nor does a policy that does. So
 *     there even pg_follow_cluster() is right only as long as neither comes;
 *   - a policy that reads a label or names a port that none did before, in pods of every namespace, where there
 *     are pods that have it;
 *   - an ipBlock that none of the policies had when the state was compiled;
 *   - more namespaces or nodes than there was room for, or more memory than is worth keeping: what is
 *     replaced is not given back.
 *
 * A follower belongs to one thread. What others read is a frozen cluster made by pg_follow_cluster(), which
 * shares nothing with it. To compile anew without a pause, hand such a cluster to another thread, make a
 * follower of it there, and give that one the events which came in the meantime.
 *
 * What an object says in terms of another is for the caller to see to, as for the loader: a host-network pod
 * that has its node's address is put again when that changes; a pod that is done is removed.
 *
 * Pods and nodes are named by the number of their slot: a struct pg_end holds it in `index`.
 */
#ifndef POLGRID_FOLLOW_H
#define POLGRID_FOLLOW_H

#include "polgrid/eval.h"

struct pg_follow;

/* Copies the cluster. `assume` NULL: the defaults. */
struct pg_follow *pg_follow_new(const struct pg_cluster *cluster, const struct pg_assume *assume);
void pg_follow_free(struct pg_follow *follow);

enum pg_change_kind {
    PG_CHANGE_POD,
    PG_CHANGE_POLICY,
    PG_CHANGE_NAMESPACE,
    PG_CHANGE_SERVICE,
    PG_CHANGE_NODE,
    PG_NCHANGES,
};

/*
 * One event. An object is put (added, or in place of the one of its name) or removed. Names come as text, the
 * object in the terms of the model; it is copied. Its strings are numbers of `strs`. What is an index in the
 * model is not read but found by name: namespaces (one that does not exist is made up, as when loading), nodes,
 * workloads.
 */
struct pg_change {
    enum pg_change_kind kind;
    bool removed;
    const char *ns, *name; /* ns: of pods, policies and services; NULL for a cluster-scoped policy */
    const struct pg_strs *strs;
    /* The new state, of the kind at hand; not read where it is removed. */
    const struct pg_pod *pod;
    const struct pg_workload *workload; /* of the pod: its kind, name, replicas */
    const struct pg_policy *policy;
    const struct pg_namespace *namespace;
    const struct pg_service *service;
    const struct pg_node *node;
    /* Of a policy, also where it is removed: which kind, since plugins have a NetworkPolicy of their own
       ("networking.k8s.io", "NetworkPolicy"), and which spec of a Cilium object (its spec_path; NULL: "spec"). */
    const char *policy_group, *policy_kind, *policy_spec;
};

enum pg_follow_result {
    PG_FOLLOW_APPLIED,
    PG_FOLLOW_STALE, /* the objects are up to date, what is compiled of them is not */
};

/* Why what is compiled is not up to date; the first reason since it last was. */
enum pg_stale {
    PG_STALE_NOT,
    PG_STALE_KIND,   /* a policy of another kind than NetworkPolicy, or in doubt about labels */
    PG_STALE_ENGINE, /* another engine than Kubernetes' */
    PG_STALE_UNREAD, /* namespaces could not be read, so that the labels of a new one are not known */
    PG_STALE_LABEL,     /* a label that pods have is read for the first time */
    PG_STALE_PORT_NAME, /* a port that pods have is named for the first time */
    PG_STALE_BLOCK,     /* a new ipBlock */
    PG_STALE_ROOM,      /* more namespaces or nodes than there is room for */
    PG_STALE_MEMORY,
    PG_NSTALE,
};

enum pg_follow_result pg_follow_apply(struct pg_follow *follow, const struct pg_change *change);
enum pg_stale pg_follow_stale(const struct pg_follow *follow);
/* How often each reason came up; PG_STALE_NOT: events that were applied. */
uint64_t pg_follow_count(const struct pg_follow *follow, enum pg_stale reason);
/* A follower of the same objects, compiled anew and without what was replaced; counts start at zero. The old
   one is freed. It takes as long as loading's last step and compiling: see above for doing it elsewhere. */
struct pg_follow *pg_follow_renew(struct pg_follow *follow);

/* A frozen cluster of the objects as they are now, dense and sorted; it shares nothing with the follower. What
   is not followed (diagnostics, ways in from outside, what was left out) is not in it; what could not be read
   is said, so that it is not taken to be complete. */
struct pg_cluster *pg_follow_cluster(const struct pg_follow *follow);

/* --- while it is not stale --- */

/* The compiled state: for pg_eval_pair(), pg_eval_cell(), pg_eval_near(), pg_eval_class_of(), pg_eval_class()
   (but for the lists of pods, see below), pg_eval_policies(), pg_eval_portsets(). Numbers are those of slots. */
struct pg_eval *pg_follow_eval(struct pg_follow *follow);
/* Ends by name; PG_NONE where there is no such pod or node. */
uint32_t pg_follow_find_pod(const struct pg_follow *follow, const char *ns, const char *name);
uint32_t pg_follow_find_node(const struct pg_follow *follow, const char *name);
/* pg_eval_pair() by name: namespaces and names of two pods. False where one is not there. */
bool pg_follow_cell(struct pg_follow *follow, const char *from_ns, const char *from,
                    const char *to_ns, const char *to, struct pg_cell *cell);

/* Slots are below these; one may be empty. */
uint32_t pg_follow_npods(const struct pg_follow *follow);
uint32_t pg_follow_nclasses(const struct pg_follow *follow);
/* The pod in a slot; NULL where it is empty. Strings are numbers of pg_eval_cluster()'s table; `ns`,
   `workload` and `node` are slots. */
const struct pg_pod *pg_follow_pod(const struct pg_follow *follow, uint32_t pod);
/* The first pod of a class and the one behind a pod in its class, in no order; PG_NONE ends them. A class of
   pods without one is an empty slot. */
uint32_t pg_follow_first_pod(const struct pg_follow *follow, uint32_t class);
uint32_t pg_follow_next_pod(const struct pg_follow *follow, uint32_t pod);
/* Likewise the classes of a namespace by its slot (struct pg_pod.ns). */
uint32_t pg_follow_first_class(const struct pg_follow *follow, uint32_t ns);
uint32_t pg_follow_next_class(const struct pg_follow *follow, uint32_t class);

/* The classes whose rows and columns the last event may have changed, each once. Those of a namespace whose
   labels changed are among them; a class may have become an empty slot. Cells between two other classes
   are as they were. */
const uint32_t *pg_follow_touched(const struct pg_follow *follow, uint32_t *n);

#endif
