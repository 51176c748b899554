/*
 * A directory of many files, read by one thread and by several: the time that passes, the least of five, and the CPU
 * time of that run. The cluster is that of profile even, cut into files that hold about as many objects each.
 *
 *     many_bench [PODS [FILES]]        without: 5,000 pods in 2,000 files of YAML, 10,000 in 200 of JSON
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../src/load/json_skip.h"
#include "make_cluster.h"
#include "polgrid/clock.h"
#include "polgrid/load.h"
#include "polgrid/vec.h"

enum { RUNS = 5 };

/* An object, and what stands before the first one of its list (JSON). */
struct piece {
    const char *head, *text;
    size_t nhead, n;
};

struct cut {
    struct pg_arena *arena;
    PG_VEC(struct piece) pieces;
};

static void require(bool good, const char *what)
{
    if (good)
        return;
    perror(what);
    exit(1);
}

/* --- cutting --- */

static void cut_yaml(struct cut *cut, const char *text)
{
    const char *p = strstr(text, "\n- "), *last = strstr(text, "\nkind: List");
    while (p != NULL && p < last) {
        const char *next = strstr(p + 1, "\n- ");
        const char *end = next != NULL ? next : last;
        struct piece piece = {.text = p + 1, .n = (size_t)(end - p)};
        pg_vec_push(cut->arena, &cut->pieces, piece);
        p = next;
    }
}

static void cut_json(struct cut *cut, const char *text, const char *end)
{
    static const char items[] = "\"items\":[";
    struct pg_json_skipped skipped;
    for (const char *head = text, *p; head != NULL && (p = strstr(head, items)) != NULL;
         head = strchr(head, '{')) {
        struct piece piece = {.head = head, .text = p + sizeof items - 1};
        piece.nhead = (size_t)(piece.text - head);
        for (head = piece.text;; head += strspn(head, ",\n")) {
            require(pg_json_skip(head, end, 100, &skipped), "an object");
            piece.text = head;
            piece.n = (size_t)(skipped.end - head);
            pg_vec_push(cut->arena, &cut->pieces, piece);
            head = skipped.end;
            if (*head != ',')
                break;
        }
    }
}

static void put_yaml(FILE *out, const struct piece *piece)
{
    fputs("---\n", out);
    for (const char *line = piece->text, *end = piece->text + piece->n, *next; line < end;
         line = next) {
        next = memchr(line, '\n', (size_t)(end - line));
        next = next != NULL ? next + 1 : end;
        fwrite(line + 2, 1, (size_t)(next - line - 2), out);
    }
}

static void put_json(FILE *out, const struct piece *piece, const struct piece *before)
{
    if (before != NULL && before->head == piece->head) {
        fputc(',', out);
    } else {
        fputs(before != NULL ? "]}\n" : "", out);
        fwrite(piece->head, 1, piece->nhead, out);
    }
    fwrite(piece->text, 1, piece->n, out);
}

static void name_file(char name[96], const char *directory, bool json, uint32_t i)
{
    snprintf(name, 96, "%s/%06u.%s", directory, (unsigned)i, json ? "json" : "yaml");
}

static void put_files(const struct cut *cut, const char *directory, bool json, uint32_t nfiles)
{
    uint64_t n = cut->pieces.n;
    for (uint32_t i = 0; i < nfiles; i++) {
        uint32_t first = (uint32_t)(n * i / nfiles), end = (uint32_t)(n * (i + 1) / nfiles);
        char name[96];
        name_file(name, directory, json, i);
        FILE *out = fopen(name, "w");
        require(out != NULL, name);
        for (uint32_t k = first; k < end; k++) {
            const struct piece *piece = &cut->pieces.v[k];
            if (json)
                put_json(out, piece, k > first ? piece - 1 : NULL);
            else
                put_yaml(out, piece);
        }
        fputs(json && end > first ? "]}\n" : "", out);
        require(fclose(out) == 0, name);
    }
}

/* Makes the cluster and its files; returns its bytes. */
static size_t make(const char *directory, bool json, uint32_t npods, uint32_t nfiles)
{
    struct bench_cluster wanted = {.profile = BENCH_EVEN, .npods = npods, .seed = 1, .json = json};
    struct cut cut = {.arena = pg_arena_new()};
    char *text = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&text, &n);
    require(out != NULL, "memory");
    bench_cluster_write(out, &wanted);
    require(fclose(out) == 0, "memory");
    if (json)
        cut_json(&cut, text, text + n);
    else
        cut_yaml(&cut, text);
    put_files(&cut, directory, json, nfiles);
    free(text);
    pg_arena_free(cut.arena);
    return n;
}

/* --- measuring --- */

static void measure(const char *directory, uint32_t nthreads, uint32_t npods)
{
    struct pg_load_options options = {.threads = nthreads};
    double least = 0, cpu = 0;
    for (int i = 0; i < RUNS; i++) {
        struct pg_err err;
        int64_t start = pg_clock_ms(), cpu_start = pg_clock_cpu_us();
        struct pg_loader *loader = pg_loader_new(&options);
        require(pg_loader_path(loader, directory, &err), directory);
        struct pg_cluster *cluster = pg_loader_finish(loader);
        double passed = (double)(pg_clock_ms() - start);
        if (i == 0 || passed < least) {
            least = passed;
            cpu = (double)(pg_clock_cpu_us() - cpu_start) / 1e3;
        }
        require(cluster->npods == npods, "every pod");
        pg_cluster_free(cluster);
    }
    printf("  %u %s %8.0f ms, %8.0f ms of CPU time\n", (unsigned)nthreads,
           nthreads == 1 ? "thread: " : "threads:", least, cpu);
}

static void measure_files(bool json, uint32_t npods, uint32_t nfiles)
{
    char directory[] = "/tmp/polgrid-bench-XXXXXX", name[96];
    require(mkdtemp(directory) != NULL, directory);
    size_t bytes = make(directory, json, npods, nfiles);
    printf("%u files of %s, %.1f MB, %u pods\n", (unsigned)nfiles, json ? "JSON" : "YAML",
           (double)bytes / 1e6, (unsigned)npods);
    for (uint32_t nthreads = 1; nthreads <= 4; nthreads *= 2)
        measure(directory, nthreads, npods);
    for (uint32_t i = 0; i < nfiles; i++) {
        name_file(name, directory, json, i);
        unlink(name);
    }
    rmdir(directory);
}

int main(int argc, char **argv)
{
    uint32_t npods = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 0;
    uint32_t nfiles = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 10) : 0;
    measure_files(false, npods > 0 ? npods : 5000, nfiles > 0 ? nfiles : 2000);
    measure_files(true, npods > 0 ? npods : 10000, nfiles > 0 ? nfiles : 200);
    return 0;
}
