/*
 * Which cluster, as whom: kubeconfig files, flags and the environment, resolved as client-go resolves them
 * into one target; the credentials that belong to it, fresh when they are asked for; and the proxy.
 *
 *     struct pg_kube_target target;
 *     if (!pg_kube_load(arena, &flags, &env, &target, &err)) …      no network, no plugin is run
 *     struct pg_kube_creds *creds = pg_kube_creds_new(&target, &env);
 *     struct pg_kube_auth auth = {0};
 *     if (!pg_kube_creds_get(creds, &run, &auth, &err)) …           before a request: files, plugin
 *     … send auth.token, auth.cert, …
 *     pg_kube_auth_wipe(&auth);
 *     pg_kube_creds_free(creds);
 *     pg_kube_target_wipe(&target);
 *
 * What can't be honoured is an error that names the file and the field; nothing is left out in silence.
 * Secrets live in struct pg_secret, are wiped when they are given back, and are in no message: errors name
 * fields, never their values.
 */
#ifndef POLGRID_KUBECONFIG_H
#define POLGRID_KUBECONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "polgrid/arena.h"
#include "polgrid/buf.h"
#include "polgrid/err.h"

/* --- secrets ----------------------------------------------------------------------------------- */

/* Bytes that are wiped before their memory is given back. `p` is NULL where there are none, else `n` bytes
   and a NUL after them. Start with {0}. */
struct pg_secret {
    char *p;
    size_t n;
};

/* Replaces what it holds by a copy. `from` may not be part of it. */
void pg_secret_set(struct pg_secret *secret, const void *from, size_t n);
bool pg_secret_equal(const struct pg_secret *a, const struct pg_secret *b);
void pg_secret_wipe(struct pg_secret *secret);

/* --- what is given ----------------------------------------------------------------------------- */

struct pg_kube_extra {
    const char *key;
    const char *const *values;
    uint32_t n;
};

/* The command line. NULL, false, 0: not given. Zero-initialise. */
struct pg_kube_flags {
    const char *kubeconfig, *context, *cluster, *user;
    const char *namespace_; /* also as ns/NAME, namespace/NAME, namespaces/NAME */
    const char *server, *token;
    const char *as, *as_uid;
    const char *const *as_groups;
    uint32_t nas_groups;
    const char *const *as_user_extra; /* each KEY=VALUE */
    uint32_t nas_user_extra;
    const char *tls_server_name, *certificate_authority, *client_certificate, *client_key;
    bool insecure_skip_tls_verify, disable_compression;
    const char *request_timeout; /* "5" (seconds) or a duration as Go writes it: "1m30s" */
};

/* The world, so that a test can bring its own. Zero-initialised it is the process's. */
struct pg_kube_env {
    const char *(*get)(void *context, const char *name); /* getenv */
    void *context;
    const char *home;                 /* NULL: $HOME */
    const char *cwd;                  /* NULL: getcwd() */
    const char *service_account;      /* NULL: /var/run/secrets/kubernetes.io/serviceaccount */
    const char *const *environ_;      /* that plugins get, ends with NULL; NULL: the process's */
    int64_t (*now_ms)(void *context); /* since 1970; NULL: the clock */
};

/* --- what comes of it -------------------------------------------------------------------------- */

enum pg_kube_interactive { PG_KUBE_NEVER, PG_KUBE_IF_AVAILABLE, PG_KUBE_ALWAYS };

struct pg_kube_env_var {
    const char *name;
    struct pg_secret value;
};

/* users[].user.exec */
struct pg_kube_exec {
    const char *api_version; /* client.authentication.k8s.io/v1 or …/v1beta1 */
    const char *command;     /* as it is run: absolute, or a bare name for PATH */
    const char *const *args;
    uint32_t nargs;
    struct pg_kube_env_var *env;
    uint32_t nenv;
    enum pg_kube_interactive interactive;
    const char *install_hint; /* cleaned; NULL: none */
    const char *cluster_info; /* JSON of spec.cluster where provideClusterInfo is set, else NULL */
};

/* A file that was read, or was missing, and how it looked then. */
struct pg_kube_file {
    const char *path;
    bool exists;
    int64_t mtime_ns, size;
    uint64_t device, inode;
};

struct pg_kube_target {
    const char *context, *cluster, *user; /* names; NULL where flags alone say it */
    bool in_cluster;
    const char *namespace_; /* "default" where nothing says otherwise */
    bool namespace_given;   /* by -n or the context */

    /* The server. Without TLS no credentials are sent, and none are in here. */
    const char *url; /* scheme://host[:port][/path], no slash at the end; IPv6 in brackets */
    bool tls;
    const char *host; /* without brackets */
    uint16_t port;
    const char *path;            /* "" or "/prefix/x" */
    const char *tls_server_name; /* SNI and the name to verify; NULL: `host` */
    bool insecure;               /* does not verify */
    struct pg_secret ca;         /* PEM; empty: the system's roots, else only these */
    const char *ca_file;         /* where it came from; NULL: the kubeconfig itself */
    const char *proxy_url;       /* of the kubeconfig; NULL: see pg_kube_proxy() */
    bool disable_compression;
    int64_t request_timeout_ms; /* 0: none. Not for watches */

    /* The user. A certificate and one of the others may stand together. */
    struct pg_secret token;
    const char *token_file; /* read again, wins over `token` */
    const char *username;
    struct pg_secret password;
    struct pg_secret cert, key;       /* PEM */
    const char *cert_file, *key_file; /* both or neither: read again */
    const struct pg_kube_exec *exec;  /* NULL where another way is set */

    /* Impersonation; `as` NULL: none. */
    const char *as, *as_uid;
    const char *const *as_groups;
    uint32_t nas_groups;
    const struct pg_kube_extra *as_extra;
    uint32_t nas_extra;

    /* The kubeconfig files that were looked at, missing ones too. */
    const struct pg_kube_file *files;
    uint32_t nfiles;
};

/* Reads the files and resolves. On success the target's strings live in `arena`, its secrets until
   pg_kube_target_wipe(); on failure there is nothing to give back. */
bool pg_kube_load(struct pg_arena *arena, const struct pg_kube_flags *flags,
                  const struct pg_kube_env *env, struct pg_kube_target *target, struct pg_err *err);
void pg_kube_target_wipe(struct pg_kube_target *target);

/* Whether a kubeconfig file was changed, appeared or went since it was read: then load again. */
bool pg_kube_changed(const struct pg_kube_target *target);

/* What the target is, line by line, "field: value", without secrets: of these only that there are some.
   A password in a proxy's URL is left out. */
void pg_kube_describe(struct pg_buf *out, const struct pg_kube_target *target);

/* Impersonate-User and its like, one "Name: value" each, for every request. */
const char *const *pg_kube_impersonate(struct pg_arena *arena, const struct pg_kube_target *target,
                                       uint32_t *n);

/* The proxy for an http(s) URL, with its scheme (http, https, socks5 or socks5h), or NULL for none:
   proxy-url, else HTTPS_PROXY or HTTP_PROXY less NO_PROXY, never for loopback. It may hold a password. */
const char *pg_kube_proxy(struct pg_arena *arena, const struct pg_kube_target *target,
                          const struct pg_kube_env *env, const char *url);

/* --- credentials ------------------------------------------------------------------------------- */

/* What a request is sent with. Copies, the caller's to wipe. */
struct pg_kube_auth {
    struct pg_secret token; /* Authorization: Bearer … */
    const char *username; /* Authorization: Basic …, where not NULL; lives as long as the target */
    struct pg_secret password;
    struct pg_secret cert, key; /* PEM */
    uint64_t generation; /* grows when cert or key changed: connections made before are to be closed */
    uint64_t version;    /* grows when anything changed; for pg_kube_creds_reject() */
};
void pg_kube_auth_wipe(struct pg_kube_auth *auth);

enum pg_kube_trouble {
    PG_KUBE_FINE,
    PG_KUBE_FILE,           /* a token or certificate file can't be read or used */
    PG_KUBE_PLUGIN_MISSING, /* not found; the message holds the install hint */
    PG_KUBE_PLUGIN_FAILED,  /* could not be run, exit status, bad answer */
    PG_KUBE_PLUGIN_TIMEOUT,
    PG_KUBE_PLUGIN_TERMINAL, /* it wants a terminal, and `terminal` was not set */
    PG_KUBE_CANCELLED,
};

/* How a plugin may be run, and what became of it. */
struct pg_kube_run {
    bool terminal; /* standard input is a terminal, and the plugin may have it; no deadline then */
    struct pg_buf *said; /* gets what the plugin wrote to stderr, cleaned; NULL: it goes to our stderr */
    int cancel;          /* a descriptor that becomes readable to cancel; -1: none */
    int64_t deadline_ms; /* 0: 30 s */
    /* Called once where a plugin has not answered after a second, and is none that always has the terminal. NULL: nobody
       wants to know. */
    void (*waiting)(void *context, const char *plugin);
    void *context;
    enum pg_kube_trouble trouble; /* set by the call */
};

struct pg_kube_creds;

/* `target` and `env` must outlive it. */
struct pg_kube_creds *pg_kube_creds_new(const struct pg_kube_target *target,
                                        const struct pg_kube_env *env);
void pg_kube_creds_free(struct pg_kube_creds *creds);

/* The credentials as they are now: a token file read again when its copy is older than 50 s, certificate
   files when they were changed, a plugin run when there is nothing from it or it has expired (one run at a
   time: other callers wait for it). Cheap where nothing is due. For any thread.
   A plugin that failed is not run again for 10 s, then for twice as long, up to 5 minutes: some count their
   failures and lock the account. Until then its failure is told again. */
bool pg_kube_creds_get(struct pg_kube_creds *creds, struct pg_kube_run *run,
                       struct pg_kube_auth *auth, struct pg_err *err);

/* After a 401 to what had this version: the next get reads the token file or runs the plugin once more.
   False where that can't change anything: a static token, or nothing at all. */
bool pg_kube_creds_reject(struct pg_kube_creds *creds, uint64_t version);

/* Somebody asks: what failed or was refused may be tried again at once. */
void pg_kube_creds_retry(struct pg_kube_creds *creds);
/* Runs the plugin, whatever there is of it. True where there is none. What it gave before stays where it fails. */
bool pg_kube_creds_login(struct pg_kube_creds *creds, struct pg_kube_run *run, struct pg_err *err);

/* How they are, without doing anything. */
struct pg_kube_creds_state {
    const struct pg_kube_exec *exec; /* the plugin that gives them; NULL: they come another way */
    enum pg_kube_trouble trouble; /* there are none, for the plugin failed last; `err` is its failure */
    struct pg_err err;
    bool refused; /* the server takes none of what there is to be had without somebody who logs in */
};
void pg_kube_creds_state(struct pg_kube_creds *creds, struct pg_kube_creds_state *state);

#endif
