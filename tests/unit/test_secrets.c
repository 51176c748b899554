/*
 * kubeconfig.h: secrets are wiped before their memory is given back. A child writes a file that holds one; when all is
 * done the whole memory of this process is searched for it. Nothing in here holds it in one piece: it is made letter by
 * letter. What libyaml does by itself is out of reach, so nothing is asked of that: a text longer than this one, which
 * grows by realloc(), and one that is cut off.
 */
#include "unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "polgrid/kubeconfig.h"

#define N 48 /* bytes of the secret */
#define FROM \
    16 /* the first that is looked for: free() writes over the beginning of what it is given */
#define UNTIL     44 /* and the end of them */
#define CHUNK     ((size_t)1 << 20)
#define MAX_SPACE ((size_t)1 << 28) /* larger ones are a sanitizer's */

static char dir[] = "/tmp/polgrid-secrets-XXXXXX";

/* --- the secret -------------------------------------------------------------------------------- */

/* Letters, so that it needs no quotes anywhere. */
static char secret_byte(size_t i)
{
    static const char letters[] = "GqXbVzKjWyPfDhRm";

    return letters[(i * 7 + i / 5 + i / 16) % 16];
}

static char base64_byte(size_t i)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    unsigned bits = 0;

    for (size_t k = i / 4 * 3; k < i / 4 * 3 + 3; k++)
        bits = bits << 8 | (unsigned char)(k < N ? secret_byte(k) : 'x');
    return digits[bits >> (18 - 6 * (i % 4)) & 63];
}

/* In a child, whose memory is not searched: `text` with the secret for $S, and its base64 for $B. */
static void write_file(const char *name, const char *text)
{
    pid_t child = fork();
    int status = -1;

    if (child == 0) {
        char path[200];
        FILE *file;
        snprintf(path, sizeof path, "%s/%s", dir, name);
        file = fopen(path, "w");
        for (; file && *text; text++) {
            bool plain = strncmp(text, "$S", 2) == 0, base64 = strncmp(text, "$B", 2) == 0;
            for (size_t i = 0; plain && i < N; i++)
                fputc(secret_byte(i), file);
            for (size_t i = 0; base64 && i < (N + 2) / 3 * 4; i++)
                fputc(base64_byte(i), file);
            if (plain || base64)
                text++;
            else
                fputc(*text, file);
        }
        _exit(file && fclose(file) == 0 ? 0 : 1);
    }
    assert_true(child > 0 && waitpid(child, &status, 0) == child);
    assert_int_equal(status, 0);
}

/* --- the search -------------------------------------------------------------------------------- */

static uint32_t hits(const char *bytes, size_t n, char (*byte)(size_t))
{
    uint32_t found = 0;
    char first = byte(FROM);

    for (const char *p = bytes, *end = bytes + n; (p = memchr(p, first, (size_t)(end - p))); p++) {
        size_t i = FROM;
        while (i < UNTIL && (size_t)(end - p) > i - FROM && p[i - FROM] == byte(i))
            i++;
        found += i == UNTIL;
    }
    return found;
}

/* Places between two addresses. The chunks overlap by less than what is searched for. */
static uint32_t search(int memory, char *chunk, unsigned long from, unsigned long to)
{
    uint32_t found = 0;

    while (from < to) {
        size_t want = to - from < CHUNK ? to - from : CHUNK;
        ssize_t got = pread(memory, chunk, want, (off_t)from);
        if (got <= 0)
            break;
        found += hits(chunk, (size_t)got, secret_byte) + hits(chunk, (size_t)got, base64_byte);
        from += (size_t)got == to - from ? (size_t)got : (size_t)got - (UNTIL - FROM - 1);
    }
    return found;
}

static uint32_t places(void)
{
    char line[1000];
    /* Shared, and so not searched itself. */
    char *chunk = mmap(NULL, CHUNK, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    FILE *maps = fopen("/proc/self/maps", "r");
    int memory = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
    uint32_t found = 0, searched = 0;

    assert_true(chunk != MAP_FAILED && maps && memory >= 0);
    while (fgets(line, sizeof line, maps)) {
        char *end;
        unsigned long from = strtoul(line, &end, 16), to = strtoul(end + 1, &end, 16);
        /* The dynamic linker saves registers, and what was copied last in them, on the stack. */
        if (strncmp(end, " rw-p", 5) != 0 || to - from > MAX_SPACE || strstr(end, "[stack]"))
            continue;
        found += search(memory, chunk, from, to);
        searched++;
    }
    assert_true(searched > 2);
    close(memory);
    fclose(maps);
    munmap(chunk, CHUNK);
    return found;
}

/* --- what is done ------------------------------------------------------------------------------ */

static const char *no_variable(void *context, const char *name)
{
    (void)context;
    return strcmp(name, "PATH") == 0 ? "/usr/bin:/bin" : NULL;
}

/* Loads the file `f`, and asks for the credentials twice, with a refusal between. `held`: whether it must be found
   while they are there, so that the search is known to find something. */
static uint32_t left_behind(bool held)
{
    struct pg_arena *arena = pg_arena_new();
    struct pg_kube_flags flags = {.kubeconfig = "f"};
    struct pg_kube_env env = {.get = no_variable, .cwd = dir};
    struct pg_kube_target target;
    struct pg_kube_run run = {.cancel = -1};
    struct pg_kube_auth auth = {0};
    struct pg_err err;
    uint32_t found;

    if (pg_kube_load(arena, &flags, &env, &target, &err)) {
        struct pg_kube_creds *creds = pg_kube_creds_new(&target, &env);
        for (int i = 0; i < 2; i++) {
            if (pg_kube_creds_get(creds, &run, &auth, &err))
                pg_kube_creds_reject(creds, auth.version);
            assert_true(places() > 0 || !held);
        }
        pg_kube_auth_wipe(&auth);
        pg_kube_creds_free(creds);
        pg_kube_target_wipe(&target);
    } else {
        assert_false(held);
    }
    found = places(); /* the arena is still there: nothing of the secret is in it */
    pg_arena_free(arena);
    return found;
}

#define HEAD                                                                                \
    "{\"current-context\":\"c\",\"clusters\":[{\"name\":\"c\",\"cluster\":{\"server\":"     \
    "\"https://k8s.test\"}}],\"contexts\":[{\"name\":\"c\",\"context\":{\"cluster\":\"c\"," \
    "\"user\":\"u\"}}],\"users\":[{\"name\":\"u\",\"user\":{"
#define TAIL "}}]}\n"
#define YAML                                                                             \
    "current-context: c\nclusters: [{name: c, cluster: {server: 'https://k8s.test'}}]\n" \
    "contexts: [{name: c, context: {cluster: c, user: u}}]\nusers:\n- name: u\n  user:\n"
#define PLUGIN                                                                              \
    "\"exec\":{\"command\":\"/bin/sh\",\"apiVersion\":\"client.authentication.k8s.io/v1\"," \
    "\"interactiveMode\":\"Never\","

static void nothing_is_left(void **state)
{
    static const struct {
        const char *what;
        bool held;
        const char *text;
    } cases[] = {
        {"a token", true, HEAD "\"token\":\"$S\"" TAIL},
        {"a password", true, HEAD "\"username\":\"a\",\"password\":\"$S\"" TAIL},
        {"a key", true,
         HEAD "\"client-certificate-data\":\"LS0tLS1CRUdJTiBYCg==\",\"client-key-data\":"
              "\"LS0tLS1CRUdJTiBY$B\"" TAIL},
        {"a token file", true, HEAD "\"tokenFile\":\"token\"" TAIL},
        {"a variable of a plugin", true,
         HEAD PLUGIN "\"env\":[{\"name\":\"A\",\"value\":\"$S\"}]}" TAIL},
        {"the answer of a plugin", true, HEAD PLUGIN "\"args\":[\"answer\"]}" TAIL},
        {"a bad answer of a plugin", false, HEAD PLUGIN "\"args\":[\"bad\"]}" TAIL},
        {"the token of another user", false,
         HEAD "}},{\"name\":\"v\",\"user\":{\"token\":\"$S\"" TAIL},
        {"a field twice", false, HEAD "\"token\":\"$S\",\"token\":\"x\"" TAIL},
        {"a token in YAML", true, YAML "    token: $S\n"},
        {"a token in quotes in YAML", true, YAML "    token: \"$S\"\n"},
        {"an anchor in YAML", true, YAML "    {x: &x $S, token: *x}\n"},
        /* that are refused */
        {"token and password", false,
         HEAD "\"token\":\"$S\",\"username\":\"a\",\"password\":\"$S\"" TAIL},
        {"a token of another type", false, HEAD "\"token\":[\"$S\"]" TAIL},
        {"a token with a line end", false, HEAD "\"token\":\"$S\\n$S\"" TAIL},
        {"a token and no server", false,
         "{\"users\":[{\"name\":\"u\",\"user\":{\"token\":\"$S\"}}]}"},
        {"a file that is cut off", false, HEAD "\"token\":\"$S\""},
        {"a file that is cut off in the token", false, HEAD "\"token\":\"$S"},
        {"a YAML file that is cut off", false, YAML "    {token: $S"},
        {"another kind", false, "{\"kind\":\"Secret\",\"data\":\"$S\"}"},
        {"no text", false, HEAD "\"token\":\"$S\"" TAIL "\xff"},
    };

    (void)state;
    write_file("token", "$S\n");
    write_file("answer",
               "echo '{\"kind\":\"ExecCredential\",\"apiVersion\":\"client.authentication."
               "k8s.io/v1\",\"status\":{\"token\":\"$S\"}}'\n");
    write_file("bad",
               "echo '{\"kind\":\"ExecCredential\",\"status\":{\"token\":\"$S\"}}'; echo $S\n");
    assert_int_equal(chdir(dir), 0);
    for (size_t i = 0; i < PG_COUNT(cases); i++) {
        write_file("f", cases[i].text);
        uint32_t found = left_behind(cases[i].held);
        if (found)
            fail_msg("%s: left behind in %u places", cases[i].what, found);
    }
}

static int clean_up(void **state)
{
    static const char *const names[] = {"f", "token", "answer", "bad"};

    (void)state;
    for (size_t i = 0; i < PG_COUNT(names); i++)
        unlink(names[i]);
    return rmdir(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_left),
    };

    if (!mkdtemp(dir))
        return 1;
    return cmocka_run_group_tests(tests, NULL, clean_up);
}
