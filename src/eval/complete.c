/*
 * What an answer leaves out (semantics 0.4, 12.11, 13.1): policies that are loaded and have no part in it.
 */
#include <assert.h>

#include "eval_internal.h"

enum pg_engine pg_eval_engine(const struct pg_eval *eval)
{
    return eval->engine;
}

static bool has_kind(const struct pg_eval *eval, enum pg_policy_kind kind)
{
    for (uint32_t i = 0; i < eval->cluster->npolicies; i++)
        if (eval->cluster->policies[i].kind == kind && !eval->cluster->policies[i].staged)
            return true;
    return false;
}

bool pg_eval_two_engines(const struct pg_eval *eval)
{
    return eval->assume.engine == PG_ENGINE_AUTO && has_kind(eval, PG_POLICY_CILIUM) &&
           has_kind(eval, PG_POLICY_CALICO);
}

bool pg_eval_unevaluated(const struct pg_eval *eval, uint32_t policy)
{
    assert(policy < eval->cluster->npolicies);
    return eval->policies[policy].unevaluated && !eval->policies[policy].source->staged;
}

const char *pg_eval_why_not(const struct pg_eval *eval, uint32_t policy)
{
    static const char *const engines[] = {
        [PG_ENGINE_AUTO] = "",
        [PG_ENGINE_K8S] = "is not evaluated under engine=k8s",
        [PG_ENGINE_CILIUM] = "is not evaluated under engine=cilium",
        [PG_ENGINE_CALICO] = "is not evaluated under engine=calico",
    };
    const struct pg_policy *source = &eval->cluster->policies[policy];
    if (source->kind == PG_POLICY_UNEVALUATED)
        return source->why_not != NULL ? source->why_not : "is not evaluated";
    bool admin = policy_is_admin(source);
    if (!admin && pg_eval_two_engines(eval))
        return "is not evaluated: policies of Cilium and of Calico are both loaded, and no network "
               "plugin reads both (--assume engine=cilium or engine=calico chooses)";
    bool no_tiers = eval->engine == PG_ENGINE_CILIUM ||
                    (eval->engine == PG_ENGINE_CALICO && source->kind != PG_POLICY_CLUSTER);
    if (!admin || no_tiers)
        return engines[eval->engine];
    return source->kind == PG_POLICY_CLUSTER
               ? "is not evaluated beside v1alpha1 (--assume admin-api=v1alpha2 chooses)"
               : "is not evaluated beside v1alpha2 (--assume admin-api=v1alpha1 chooses)";
}

uint32_t pg_eval_nunevaluated(const struct pg_eval *eval)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < eval->cluster->npolicies; i++)
        n += pg_eval_unevaluated(eval, i);
    return n;
}

uint32_t pg_eval_nunread(const struct pg_eval *eval)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < eval->cluster->npolicies; i++)
        n += eval->cluster->policies[i].unread && pg_eval_unevaluated(eval, i);
    return n;
}

bool pg_eval_complete(const struct pg_eval *eval)
{
    return pg_cluster_complete(eval->cluster) && pg_eval_nunevaluated(eval) == 0;
}
