/*
 * The main of a harness without libFuzzer: feeds it every file of its corpus, tests/fuzz/corpus/NAME, and
 * some hundred small changes of each (bytes flipped, cut off, doubled), the same every time. With
 * arguments: those files only, as they are. Prints TAP. An input that breaks a promise is left in the file
 * fuzz-crash of the directory it runs in.
 */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "fuzz.h"

enum {
    CHANGES = 200,
    MAX_FILES = 1000,
    MAX_SIZE = 1 << 20,
};

struct input {
    uint8_t *bytes;
    size_t n;
};

/* What is being fed, for the handler of SIGABRT. */
static const uint8_t *fed;
static size_t fed_size;

static void keep_input(int signal_number)
{
    int fd = open("fuzz-crash", O_WRONLY | O_CREAT | O_TRUNC, 0644);
    if (fd >= 0 && write(fd, fed, fed_size) == (ssize_t)fed_size)
        (void)close(fd);
    signal(signal_number, SIG_DFL);
    raise(signal_number);
}

static struct input read_input(const char *path)
{
    struct input input = {0};
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        printf("Bail out! %s cannot be opened\n", path);
        exit(1);
    }
    input.bytes = malloc(MAX_SIZE);
    FUZZ_PROMISE(input.bytes != NULL);
    input.n = fread(input.bytes, 1, MAX_SIZE, file);
    fclose(file);
    return input;
}

/* In memory of exactly its size, so that a sanitizer sees the byte too far. */
static void feed(const uint8_t *bytes, size_t n)
{
    uint8_t *copy = malloc(n > 0 ? n : 1);
    FUZZ_PROMISE(copy != NULL);
    memcpy(copy, bytes, n);
    fed = copy;
    fed_size = n;
    (void)LLVMFuzzerTestOneInput(copy, n);
    free(copy);
}

static uint32_t next_random(uint64_t *state, uint32_t below)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*state >> 33) % below;
}

/* One small change; returns the new length. There is room for twice the bytes. */
static size_t change(uint8_t *bytes, size_t n, uint64_t *state)
{
    static const char interesting[] =
        "\0\n\t\x1b\"'\\:-[]{}#&*!|>%@`,~09./\x7f\x80\xc2\xe2\xef\xff";
    if (n == 0)
        return 0;
    uint32_t at = next_random(state, (uint32_t)n);
    switch (next_random(state, 5)) {
    case 0: bytes[at] ^= (uint8_t)(1u << next_random(state, 8)); return n;
    case 1: bytes[at] = (uint8_t)interesting[next_random(state, sizeof interesting - 1)]; return n;
    case 2: return at;
    case 3: memmove(bytes + at, bytes + at + 1, n - at - 1); return n - 1;
    default: break;
    }
    uint32_t length = next_random(state, (uint32_t)(n - at)) + 1;
    memmove(bytes + at + length, bytes + at, n - at);
    return n + length;
}

static void replay(const char *path, bool changed)
{
    struct input input = read_input(path);
    feed(input.bytes, input.n);
    uint64_t state = input.n;
    uint8_t *copy = malloc(input.n * 8 + 1);
    FUZZ_PROMISE(copy != NULL);
    for (int i = 0; changed && i < CHANGES; i++) {
        size_t n = input.n;
        memcpy(copy, input.bytes, n);
        for (uint32_t times = next_random(&state, 3) + 1; times > 0; times--)
            n = change(copy, n, &state);
        feed(copy, n);
    }
    free(copy);
    free(input.bytes);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The names of the files in a directory, sorted. */
static int list(const char *directory, char *names[MAX_FILES])
{
    DIR *dir = opendir(directory);
    if (dir == NULL)
        return 0;
    int n = 0;
    for (struct dirent *entry; (entry = readdir(dir)) != NULL && n < MAX_FILES;) {
        if (entry->d_name[0] != '.')
            names[n++] = strdup(entry->d_name);
    }
    closedir(dir);
    qsort(names, (size_t)n, sizeof *names, by_name);
    return n;
}

static int replay_corpus(const char *program)
{
    const char *source = getenv("PG_SRC"), *slash = strrchr(program, '/');
    const char *name = slash != NULL ? slash + 1 : program;
    char directory[4096], path[8192];
    char *names[MAX_FILES];
    snprintf(directory, sizeof directory, "%s/tests/fuzz/corpus/%s", source != NULL ? source : ".",
             name);
    int n = list(directory, names);
    setvbuf(stdout, NULL, _IOLBF, 0); /* what was replayed last must be seen after a crash */
    for (int i = 0; i < n; i++) {
        snprintf(path, sizeof path, "%s/%s", directory, names[i]);
        printf("# %s\n", names[i]);
        replay(path, true);
        printf("ok %d - %s, and %d changes of it\n", i + 1, names[i], CHANGES);
        free(names[i]);
    }
    if (n == 0)
        printf("not ok 1 - no corpus in %s\n", directory);
    printf("1..%d\n", n > 0 ? n : 1);
    return n == 0;
}

int main(int argc, char **argv)
{
    signal(SIGABRT, keep_input);
    if (argc < 2)
        return replay_corpus(argv[0]);
    for (int i = 1; i < argc; i++)
        replay(argv[i], false);
    return 0;
}
