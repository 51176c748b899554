/*
 * Random small clusters, answered twice: by the program and by the slow evaluator. Prints the first
 * cluster on which they differ, with the question and both answers, and ends with 1.
 *
 *     oracle [--seeds A..B] [--whys N] [--grids N] [--steps N] [--keep-going] [--print] [--verbose]
 *
 * A and B count from 1 and belong to the range. Without --seeds: as many as `make check` has time for.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "render.h"

struct settings {
    uint64_t first, last;
    int whys, grids, steps;
    bool keep_going, print, verbose;
};

static bool read_number(const char *text, char **end, uint64_t *number)
{
    errno = 0;
    *number = strtoull(text, end, 10);
    return errno == 0 && *end != text && *text >= '0' && *text <= '9';
}

static bool read_seeds(const char *text, struct settings *settings)
{
    char *end;
    if (!read_number(text, &end, &settings->first))
        return false;
    settings->last = settings->first;
    if (strncmp(end, "..", 2) == 0 && !read_number(end + 2, &end, &settings->last))
        return false;
    return *end == '\0' && settings->first <= settings->last;
}

static bool read_count(const char *text, int *count)
{
    char *end;
    uint64_t number;
    if (!read_number(text, &end, &number) || *end != '\0' || number > 1000000)
        return false;
    *count = (int)number;
    return true;
}

static bool read_settings(int argc, char **argv, struct settings *settings)
{
    for (int i = 1; i < argc; i++) {
        const char *value = i + 1 < argc ? argv[i + 1] : "";
        bool good = true;
        if (strcmp(argv[i], "--seeds") == 0)
            good = read_seeds(value, settings) && i++ < argc;
        else if (strcmp(argv[i], "--whys") == 0)
            good = read_count(value, &settings->whys) && i++ < argc;
        else if (strcmp(argv[i], "--grids") == 0)
            good = read_count(value, &settings->grids) && i++ < argc;
        else if (strcmp(argv[i], "--steps") == 0)
            good = read_count(value, &settings->steps) && i++ < argc;
        else if (strcmp(argv[i], "--keep-going") == 0)
            settings->keep_going = true;
        else if (strcmp(argv[i], "--print") == 0)
            settings->print = true;
        else if (strcmp(argv[i], "--verbose") == 0)
            settings->verbose = true;
        else
            good = false;
        if (!good)
            return false;
    }
    return true;
}

struct totals {
    uint64_t compared, alike, followed, stale;
};

/* Returns the number of differences. */
static int check_seed(const struct settings *settings, uint64_t seed, struct totals *totals)
{
    struct world *world = malloc(sizeof *world);
    struct check *check = malloc(sizeof *check);
    if (world == NULL || check == NULL)
        abort();
    size_t length;
    gen_world(world, seed);
    char *text = render_world(world, &length);
    if (settings->print)
        printf("%s\n", text);
    check_begin(check, world, text, length);
    if (check->ndifferences == 0) { /* what was read differently is answered differently */
        check_classes(check);
        check_pairs(check);
        check_whys(check, settings->whys);
        check_grids(check, settings->grids);
        check_follow(check, settings->steps);
        check_totals(check);
        check_alike(check);
        check_memo(check, settings->steps / 2);
    }
    int differences = check->ndifferences;
    totals->compared += check->ncompared;
    totals->alike += check->nalike;
    totals->followed += check->nfollowed;
    totals->stale += check->nstale;
    if (settings->verbose)
        printf("seed %llu: %d ends, %d policies, %llu comparisons, %d differences\n",
               (unsigned long long)seed, check->nends, world->npolicies,
               (unsigned long long)check->ncompared, differences);
    check_end(check);
    free(text);
    free(check);
    free(world);
    return differences;
}

int main(int argc, char **argv)
{
    struct settings settings = {.first = 1, .last = 3000, .whys = 40, .grids = 1, .steps = 8};
#ifdef __SANITIZE_ADDRESS__
    settings.last = 300;
#endif
    if (!read_settings(argc, argv, &settings)) {
        fprintf(stderr,
                "usage: oracle [--seeds A..B] [--whys N] [--grids N] [--steps N] [--keep-going]"
                " [--print] [--verbose]\n");
        return 2;
    }
    uint64_t bad = 0;
    struct totals totals = {0};
    for (uint64_t seed = settings.first; seed <= settings.last; seed++) {
        bad += check_seed(&settings, seed, &totals) > 0;
        if (bad > 0 && !settings.keep_going)
            break;
    }
    printf("%s 1 - clusters %llu..%llu: %llu comparisons, %llu clusters differ; "
           "%llu changes followed, %llu not; %llu namespaces alike\n1..1\n",
           bad > 0 ? "not ok" : "ok", (unsigned long long)settings.first,
           (unsigned long long)settings.last, (unsigned long long)totals.compared,
           (unsigned long long)bad, (unsigned long long)totals.followed,
           (unsigned long long)totals.stale, (unsigned long long)totals.alike);
    return bad > 0;
}
