/* struct pg_kube_creds: credentials that are fresh when they are asked for. */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>

#include "exec_plugin.h"
#include "kubeconfig_inner.h"

#define TOKEN_AGE_MS ((int64_t)50000) /* client-go: a minute less ten seconds */
#define LOCK_TICK_MS 50
#define AGAIN_MS     ((int64_t)60000) /* between two runs of a plugin for a 401 */
/* Between two runs of a plugin that fails; the first doubles up to the last. */
#define FIRST_WAIT_MS ((int64_t)10000)
#define LAST_WAIT_MS  ((int64_t)300000)

struct pg_kube_creds {
    const struct pg_kube_target *target;
    const struct pg_kube_env *env;
    pthread_mutex_t lock; /* of all below; held while a plugin runs */
    struct pg_secret token, cert, key;
    uint64_t generation, version;
    bool token_read; /* from its file, at read_ms */
    int64_t read_ms;
    struct pg_kube_file cert_file, key_file;
    bool answered; /* the plugin, and nobody refused what it gave */
    int64_t expires_ms;
    int64_t refused_ms;       /* when a 401 last had the plugin run again; 0: never */
    uint64_t refused_version; /* what the server took no more, when nothing else was to be had; 0: none */
    int64_t ran_ms;           /* when the plugin last ended */
    uint32_t failures;        /* of it, in a row; the last is the following */
    enum pg_kube_trouble trouble;
    struct pg_err err;
};

struct pg_kube_creds *pg_kube_creds_new(const struct pg_kube_target *target,
                                        const struct pg_kube_env *env)
{
    struct pg_kube_creds *creds = pg_xmalloc(sizeof *creds);

    *creds = (struct pg_kube_creds){.target = target, .env = env, .generation = 1, .version = 1};
    pthread_mutex_init(&creds->lock, NULL);
    if (target->exec)
        pg_exec_plugin_prepare();
    pg_secret_set(&creds->token, target->token.p, target->token.n);
    pg_secret_set(&creds->cert, target->cert.p, target->cert.n);
    pg_secret_set(&creds->key, target->key.p, target->key.n);
    /* No stamp yet: the first call reads the files, which may have changed since the target was made. */
    creds->cert_file.path = target->cert_file;
    creds->key_file.path = target->key_file;
    return creds;
}

void pg_kube_creds_free(struct pg_kube_creds *creds)
{
    if (!creds)
        return;
    pg_secret_wipe(&creds->token);
    pg_secret_wipe(&creds->cert);
    pg_secret_wipe(&creds->key);
    pthread_mutex_destroy(&creds->lock);
    free(creds);
}

void pg_kube_auth_wipe(struct pg_kube_auth *auth)
{
    pg_secret_wipe(&auth->token);
    pg_secret_wipe(&auth->password);
    pg_secret_wipe(&auth->cert);
    pg_secret_wipe(&auth->key);
    *auth = (struct pg_kube_auth){0};
}

/* Replaces a secret; true if it was another. What is new becomes the caller's old and is wiped. */
static bool replace(struct pg_secret *secret, struct pg_secret *with)
{
    bool other = !pg_secret_equal(secret, with);

    if (other) {
        pg_secret_wipe(secret);
        *secret = *with;
        *with = (struct pg_secret){0};
    }
    pg_secret_wipe(with);
    return other;
}

static void replace_certificate(struct pg_kube_creds *creds, struct pg_secret *cert,
                                struct pg_secret *key)
{
    bool other = replace(&creds->cert, cert);

    other = replace(&creds->key, key) || other;
    creds->generation += other;
    creds->version += other;
}

/* --- files ------------------------------------------------------------------------------------- */

static bool read_token(struct pg_kube_creds *creds, struct pg_secret *token, struct pg_err *err)
{
    const char *path = creds->target->token_file;

    if (!kube_file_read(token, path, KUBE_MAX_TOKEN, err))
        return false;
    kube_trim(token);
    if (token->n == 0)
        return pg_err_set(err, "%s: holds no token", path);
    return kube_is_printable(token->p, token->n) ||
           pg_err_set(err, "%s: a token can't hold line ends or control characters", path);
}

/* A file that can't be read leaves what there was, if there was something. */
static bool refresh_token(struct pg_kube_creds *creds, struct pg_err *err)
{
    int64_t now = kube_env_now_ms(creds->env), age = now - creds->read_ms;
    struct pg_secret token = {0};

    if (!creds->target->token_file || (creds->token_read && age >= 0 && age <= TOKEN_AGE_MS))
        return true;
    if (!read_token(creds, &token, err)) {
        pg_secret_wipe(&token);
        return creds->token.n > 0;
    }
    creds->version += replace(&creds->token, &token);
    creds->token_read = true;
    creds->read_ms = now;
    return true;
}

/* Looks whether a file is another than it was. */
static bool is_changed(struct pg_kube_file *file)
{
    struct pg_kube_file then = *file;

    kube_file_stamp(file);
    return file->exists &&
           (!then.exists || file->mtime_ns != then.mtime_ns || file->size != then.size ||
            file->inode != then.inode || file->device != then.device);
}

/* Whoever replaces the two files does it one after the other; until both can be read the old pair holds. */
static void refresh_certificate(struct pg_kube_creds *creds)
{
    struct pg_secret cert = {0}, key = {0};
    struct pg_err ignored;
    bool changed;

    if (!creds->target->cert_file)
        return;
    changed = is_changed(&creds->cert_file);
    changed = is_changed(&creds->key_file) || changed;
    if (changed && kube_file_read(&cert, creds->cert_file.path, KUBE_MAX_PEM, &ignored) &&
        kube_file_read(&key, creds->key_file.path, KUBE_MAX_PEM, &ignored) && cert.n && key.n)
        replace_certificate(creds, &cert, &key);
    pg_secret_wipe(&cert);
    pg_secret_wipe(&key);
}

/* --- plugin ------------------------------------------------------------------------------------ */

/* Milliseconds since the plugin ended; a clock that was put back tells nothing. */
static int64_t rested_ms(const struct pg_kube_creds *creds)
{
    int64_t age = kube_env_now_ms(creds->env) - creds->ran_ms;

    return age < 0 ? LAST_WAIT_MS : age;
}

/* Whether what the plugin gave can be used. What has expired when it comes is not asked for with each request. */
static bool is_fresh(const struct pg_kube_creds *creds)
{
    return creds->answered &&
           (!creds->expires_ms || kube_env_now_ms(creds->env) <= creds->expires_ms ||
            (creds->failures == 0 && rested_ms(creds) < FIRST_WAIT_MS));
}

/* Whether it is too early to run it again. */
static bool is_too_early(const struct pg_kube_creds *creds)
{
    int64_t wait = FIRST_WAIT_MS;

    for (uint32_t i = 1; i < creds->failures && wait < LAST_WAIT_MS; i++)
        wait *= 2;
    return creds->failures > 0 && rested_ms(creds) < (wait < LAST_WAIT_MS ? wait : LAST_WAIT_MS);
}

static bool is_cancelled(const struct pg_kube_run *run)
{
    struct pollfd cancel = {run->cancel, POLLIN, 0};

    return poll(&cancel, 1, 0) > 0;
}

static bool run_plugin(struct pg_kube_creds *creds, struct pg_kube_run *run, struct pg_err *err)
{
    struct exec_answer answer = {0};
    bool ok;

    if (is_cancelled(run)) { /* before it began: that is no failure of it */
        run->trouble = PG_KUBE_CANCELLED;
        return pg_err_set(err, "cancelled");
    }
    if (run->said)
        pg_buf_clear(run->said);
    ok = pg_exec_plugin_run(creds->target->exec, creds->env, run, &answer, err);
    creds->ran_ms = kube_env_now_ms(creds->env);
    creds->failures = ok ? 0 : creds->failures + 1;
    creds->trouble = run->trouble;
    if (!ok) {
        creds->err = *err;
        return false;
    }
    creds->version += replace(&creds->token, &answer.token);
    replace_certificate(creds, &answer.cert, &answer.key);
    creds->answered = true;
    creds->expires_ms = answer.expires_ms;
    return true;
}

static bool refresh_plugin(struct pg_kube_creds *creds, struct pg_kube_run *run, struct pg_err *err)
{
    if (!creds->target->exec || is_fresh(creds))
        return true;
    if (!is_too_early(creds))
        return run_plugin(creds, run, err);
    *err = creds->err;
    run->trouble = creds->trouble;
    return false;
}

/* --- what is asked ----------------------------------------------------------------------------- */

/* Waits for whoever runs the plugin, unless the caller is cancelled. */
static bool enter(struct pg_kube_creds *creds, const struct pg_kube_run *run)
{
    struct pollfd cancel = {run->cancel, POLLIN, 0};

    while (pthread_mutex_trylock(&creds->lock) != 0)
        if (poll(&cancel, 1, LOCK_TICK_MS) > 0)
            return false;
    return true;
}

static bool refresh(struct pg_kube_creds *creds, struct pg_kube_run *run, struct pg_err *err)
{
    if (!refresh_token(creds, err)) {
        run->trouble = PG_KUBE_FILE;
        return false;
    }
    refresh_certificate(creds);
    return refresh_plugin(creds, run, err);
}

static void hand_out(const struct pg_kube_creds *creds, struct pg_kube_auth *auth)
{
    const struct pg_kube_target *target = creds->target;

    pg_kube_auth_wipe(auth);
    if (creds->token.n)
        pg_secret_set(&auth->token, creds->token.p, creds->token.n);
    if (creds->cert.n) {
        pg_secret_set(&auth->cert, creds->cert.p, creds->cert.n);
        pg_secret_set(&auth->key, creds->key.p, creds->key.n);
    }
    if (target->username) {
        auth->username = target->username;
        pg_secret_set(&auth->password, target->password.p, target->password.n);
    }
    auth->generation = creds->generation;
    auth->version = creds->version;
}

bool pg_kube_creds_get(struct pg_kube_creds *creds, struct pg_kube_run *run,
                       struct pg_kube_auth *auth, struct pg_err *err)
{
    struct pg_kube_run plain = {.cancel = -1};
    bool ok;

    run = run ? run : &plain;
    run->trouble = PG_KUBE_FINE;
    if (!enter(creds, run)) {
        run->trouble = PG_KUBE_CANCELLED;
        return pg_err_set(err, "cancelled");
    }
    ok = refresh(creds, run, err);
    if (ok)
        hand_out(creds, auth);
    pthread_mutex_unlock(&creds->lock);
    return ok;
}

bool pg_kube_creds_reject(struct pg_kube_creds *creds, uint64_t version)
{
    const struct pg_kube_target *target = creds->target;
    struct pg_kube_run nobody = {.cancel = -1};
    int64_t now = kube_env_now_ms(creds->env), age;
    bool use;

    enter(creds, &nobody);
    age = now - creds->refused_ms;
    use = creds->version != version; /* somebody has renewed it since */
    /* A plugin whose fresh answer is refused too is not run for each request that is: it may ask somebody. */
    if (!use && !(target->exec && creds->refused_ms && age >= 0 && age < AGAIN_MS)) {
        creds->answered = false;
        creds->token_read = false;
        creds->refused_ms = now;
        use = true;
    } else if (!use) {
        creds->refused_version = version;
    }
    pthread_mutex_unlock(&creds->lock);
    return use && (target->exec || target->token_file || target->cert_file);
}

void pg_kube_creds_retry(struct pg_kube_creds *creds)
{
    struct pg_kube_run nobody = {.cancel = -1};

    enter(creds, &nobody);
    creds->failures = 0;
    creds->refused_ms = 0;
    creds->refused_version = 0;
    pthread_mutex_unlock(&creds->lock);
}

bool pg_kube_creds_login(struct pg_kube_creds *creds, struct pg_kube_run *run, struct pg_err *err)
{
    bool ok = true;

    run->trouble = PG_KUBE_FINE;
    if (!creds->target->exec)
        return true;
    if (!enter(creds, run)) {
        run->trouble = PG_KUBE_CANCELLED;
        return pg_err_set(err, "cancelled");
    }
    ok = run_plugin(creds, run, err);
    if (ok) {
        creds->refused_ms = 0;
        creds->refused_version = 0;
    }
    pthread_mutex_unlock(&creds->lock);
    return ok;
}

void pg_kube_creds_state(struct pg_kube_creds *creds, struct pg_kube_creds_state *state)
{
    struct pg_kube_run nobody = {.cancel = -1};

    *state = (struct pg_kube_creds_state){.exec = creds->target->exec};
    enter(creds, &nobody);
    if (creds->failures > 0 && !is_fresh(creds)) {
        state->trouble = creds->trouble;
        state->err = creds->err;
    }
    state->refused = creds->version == creds->refused_version;
    pthread_mutex_unlock(&creds->lock);
}
