/*
 * What the parts of the kubeconfig reader share: files (kubeconfig_files.c), the choice and the cluster
 * (kubeconfig.c), the user (kubeconfig_user.c), small syntaxes (kubeconfig_text.c).
 */
#ifndef POLGRID_LIVE_KUBECONFIG_INNER_H
#define POLGRID_LIVE_KUBECONFIG_INNER_H

#include "polgrid/document.h"
#include "polgrid/kubeconfig.h"
#include "polgrid/map.h"
#include "polgrid/vec.h"

struct kube_source {
    const char *path; /* absolute */
    const char *dir;
    struct pg_tree *document; /* NULL: empty */
};

/* A named entry of one of the three lists. `body` may be NULL. */
struct kube_entry {
    const char *name;
    const struct pg_tree *body;
    const struct kube_source *source,
        *last; /* the file it is of, and the last one with such a name */
};

struct kube_entries {
    PG_VEC(struct kube_entry) list;
    struct pg_map places; /* of hashes of names, in the list */
};

struct kube_loading {
    struct pg_arena *arena;
    const struct pg_kube_flags *flags;
    const struct pg_kube_env *env;
    struct pg_kube_target *target;
    struct pg_err *err;
    const char *cwd;
    PG_VEC(struct pg_kube_file) files;             /* all that were looked at */
    PG_VEC(struct kube_source) sources;            /* those that were read */
    struct kube_entries clusters, users, contexts; /* in order; the first of a name counts */
    const char *current;                           /* NULL: none */
    const char *current_path;
    const struct kube_entry *context, *cluster, *user; /* chosen; NULL: none */
};

/* --- kubeconfig_files.c --- */

/* Reads, checks and merges the files that flags and environment name. */
bool kube_files_load(struct kube_loading *loading);
const struct kube_entry *kube_find(const struct kube_entries *entries, const char *name);
void kube_files_wipe(struct kube_loading *loading);
/* "/home/a/.kube/config" or "A, B, C": the files that were read, or "A (no such file)" where none is there; for
   messages. */
const char *kube_files_names(struct kube_loading *loading);
/* "A holds no context", "A (no such file)": why there is no cluster to choose. */
const char *kube_files_lack(struct kube_loading *loading);
/* A whole file, at most `limit` bytes. The error begins with the path. */
bool kube_file_read(struct pg_secret *out, const char *path, size_t limit, struct pg_err *err);
void kube_file_stamp(struct pg_kube_file *file);
/* `path` relative to `dir`. */
const char *kube_path_join(struct pg_arena *arena, const char *dir, const char *path);
const char *kube_env_get(const struct pg_kube_env *env, const char *name); /* NULL where empty */
int64_t kube_env_now_ms(const struct pg_kube_env *env);

#define KUBE_MAX_FILE  ((size_t)16 << 20)
#define KUBE_MAX_PEM   ((size_t)4 << 20)
#define KUBE_MAX_TOKEN ((size_t)1 << 20)

/* --- kubeconfig_user.c --- */

/* The user's part of the target, after that of the cluster. */
bool kube_user_resolve(struct kube_loading *loading);
/* "path: users[NAME].user", for messages. */
const char *kube_user_where(struct kube_loading *loading);
const char *kube_cluster_where(struct kube_loading *loading);
/* `field`-data of a map, decoded; false and an error where it is no base64. Empty where there is none. */
bool kube_bytes(struct kube_loading *loading, const struct pg_tree *map, const char *field,
                struct pg_secret *out);
/* A string field; NULL where it is missing or empty. */
const char *kube_string(const struct pg_tree *map, const char *field);
/* Trims white space at both ends. */
void kube_trim(struct pg_secret *secret);
/* Whether it can stand in a header. */
bool kube_is_printable(const char *text, size_t n);

/* --- kubeconfig_text.c --- */

/* Takes `text` apart into url, tls, host, port, path of the target. */
bool kube_server_parse(struct kube_loading *loading, const char *text, const char *where);
bool kube_proxy_check(const char *url, struct pg_err *err);
bool kube_timeout_parse(const char *text, int64_t *ms, struct pg_err *err);
bool kube_is_namespace(const char *text);

#endif
