/*
 * The tables: all numbers of a profile by size, and the goals.
 */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "bench.h"

enum { CELL_TEXT = 64 };

enum form {
    FORM_COUNT,
    FORM_TIME, /* with its growth */
    FORM_RATIO,
    FORM_MB,
};

static const struct {
    const char *name;
    enum form form;
} metrics[NMETRICS] = {
    [PODS] = {"pods", FORM_COUNT},
    [NAMESPACES] = {"namespaces", FORM_COUNT},
    [POLICIES] = {"policies", FORM_COUNT},
    [CLASSES] = {"classes", FORM_COUNT},
    [PORT_SETS] = {"port sets", FORM_COUNT},
    [JSON_BYTES] = {"JSON", FORM_MB},
    [RUN] = {"JSON file to exact totals", FORM_TIME},
    [PEAK] = {"- peak memory", FORM_MB},
    [READ] = {"- read() of the file alone", FORM_TIME},
    [COPY] = {"- a copy in memory of as many bytes", FORM_TIME},
    [RUN_TO_COPY] = {"- against the copy", FORM_RATIO},
    [LOAD] = {"load JSON", FORM_TIME},
    [COMPILE] = {"compile", FORM_TIME},
    [TOTALS] = {"totals of the whole matrix", FORM_TIME},
    [ASKED] = {"- cells asked for", FORM_COUNT},
    [COMPILE_AND_TOTALS] = {"compile and totals", FORM_TIME},
    [CELL] = {"one cell", FORM_TIME},
    [REASON] = {"one reason", FORM_TIME},
    [ALIKE] = {"namespaces that behave alike, found", FORM_TIME},
    [ALIKE_ROWS] = {"- rows, with those folded", FORM_COUNT},
    [FIRST_SCREEN] = {"first screen (elapsed, median of 5)", FORM_TIME},
    [KEY_MEAN] = {"key to screen, 200 x 50, average", FORM_TIME},
    [KEY_WORST] = {"- worst", FORM_TIME},
    [KEY_WHOLE] = {"- worst, every cell of it there", FORM_TIME},
    [KEY_SOURCE] = {"- the source of a rule (s)", FORM_TIME},
    [EVENT_MEAN] = {"watch event, average", FORM_TIME},
    [EVENT_WORST] = {"- worst", FORM_TIME},
    [YAML_BYTES] = {"YAML", FORM_MB},
    [YAML_LOAD] = {"load YAML", FORM_TIME},
    [YAML_EVENTS] = {"- libyaml's events alone", FORM_TIME},
    [YAML_TO_EVENTS] = {"- against them", FORM_RATIO},
    [BY_CLASS] = {"cell by cell of classes", FORM_TIME},
    [BY_POD] = {"pod by pod in C, extrapolated", FORM_TIME},
    [BY_POD_ROWS] = {"- from so many rows", FORM_COUNT},
    [BY_POD_AGREE] = {"- rows that agree", FORM_COUNT},
    [BY_POD_TO_TOTALS] = {"- against compile and totals", FORM_RATIO},
    [ANALYZER] = {"netpol-analyzer list", FORM_TIME},
    [KUBECTL] = {"kubectl reads the YAML", FORM_TIME},
};

/* --- values as text --- */

static void print_count(char text[CELL_TEXT], double count)
{
    char digits[32];
    int n = snprintf(digits, sizeof digits, "%.0f", count), k = 0;
    for (int i = 0; i < n; i++) {
        if (i > 0 && (n - i) % 3 == 0)
            text[k++] = ',';
        text[k++] = digits[i];
    }
    text[k] = '\0';
}

static void print_ratio(char text[CELL_TEXT], double ratio)
{
    char number[CELL_TEXT];
    if (ratio < 100)
        snprintf(number, sizeof number, "%.2f", ratio);
    else
        print_count(number, ratio);
    snprintf(text, CELL_TEXT, "%.48s x", number);
}

static void print_value(char text[CELL_TEXT], enum form form, double value)
{
    if (form == FORM_COUNT)
        print_count(text, value);
    else if (form == FORM_RATIO)
        print_ratio(text, value);
    else if (form == FORM_MB)
        snprintf(text, CELL_TEXT, "%.1f MB", value / 1e6);
    else if (value >= 3600e6)
        snprintf(text, CELL_TEXT, "%.1f h", value / 3600e6);
    else if (value >= 1e6)
        snprintf(text, CELL_TEXT, "%.2f s", value / 1e6);
    else if (value >= 1e3)
        snprintf(text, CELL_TEXT, "%.2f ms", value / 1e3);
    else
        snprintf(text, CELL_TEXT, "%.2f us", value);
}

static void print_metric(const struct setting *setting, char text[CELL_TEXT],
                         const struct result *result, enum metric metric)
{
    switch (result->state[metric]) {
    case LEFT_OUT: snprintf(text, CELL_TEXT, "-"); break;
    case BEGUN: snprintf(text, CELL_TEXT, "limit: %ld s", setting->limit); break;
    case FAILED: snprintf(text, CELL_TEXT, "failed"); break;
    case DONE: print_value(text, metrics[metric].form, result->v[metric]); break;
    }
}

/* --- a table --- */

static void put_cell(const struct setting *setting, const char *text, int width)
{
    if (setting->markdown)
        printf(" %s |", text);
    else
        printf("%*s", width, text);
}

static void put_rule(const struct setting *setting, int columns)
{
    if (!setting->markdown)
        return;
    printf("|---|");
    for (int i = 1; i < columns; i++)
        printf("---%s|", i + 1 < columns ? ":" : "");
    putchar('\n');
}

static void put_name(const struct setting *setting, const char *name)
{
    printf(setting->markdown ? "| %s |" : "%-40s", name);
}

/* The exponent of a metric's growth from one result to another; false where it has none. */
static bool growth(const struct result *a, const struct result *b, enum metric metric,
                   double *exponent)
{
    if (a->state[metric] != DONE || b->state[metric] != DONE || a->npods == b->npods ||
        a->v[metric] <= 0 || b->v[metric] <= 0)
        return false;
    *exponent = log(b->v[metric] / a->v[metric]) / log((double)b->npods / a->npods);
    return true;
}

static void put_growth(const struct setting *setting, const struct result *results, int n,
                       enum metric metric)
{
    char text[128] = "";
    size_t length = 0;
    double exponent;
    for (int i = 1; metrics[metric].form == FORM_TIME && i < n; i++) {
        if (growth(&results[i - 1], &results[i], metric, &exponent))
            length += (size_t)snprintf(text + length, sizeof text - length, " %.2f", exponent);
    }
    if (setting->markdown)
        printf("%s |", text);
    else
        printf("  %s", text);
}

static void put_worst_keys(const struct setting *setting, const struct result *results, int n)
{
    put_name(setting, "- the worst of the keys");
    for (int i = 0; i < n; i++)
        put_cell(setting, results[i].state[KEY_WORST] == DONE ? results[i].worst_key : "-", 16);
    printf(setting->markdown ? "  |\n" : "\n");
}

static void put_profile(const struct setting *setting, const struct result *results, int n)
{
    char text[CELL_TEXT];
    printf("\n%sprofile %s, seed %" PRIu64 "\n\n", setting->markdown ? "### " : "",
           bench_profile_name(results->profile), setting->seed);
    for (int metric = 0; metric < NMETRICS; metric++) {
        put_name(setting, metrics[metric].name);
        for (int i = 0; i < n; i++) {
            print_metric(setting, text, &results[i], (enum metric)metric);
            put_cell(setting, text, 16);
        }
        if (metric == PODS)
            printf(setting->markdown ? " growth |" : "   growth");
        else
            put_growth(setting, results, n, (enum metric)metric);
        putchar('\n');
        if (metric == PODS)
            put_rule(setting, n + 2);
        if (metric == KEY_WHOLE)
            put_worst_keys(setting, results, n);
    }
}

static bool is_right(const struct result *result)
{
    if (result->state[TOTALS] != DONE)
        return true; /* there is no matrix; the table says so */
    return result->whole && !result->differs && result->state[BY_POD_AGREE] == DONE &&
           result->v[BY_POD_AGREE] == result->v[BY_POD_ROWS];
}

static bool put_checksums(const struct setting *setting, const struct result *results, int n)
{
    bool good = true;
    char text[CELL_TEXT];
    put_name(setting, "checksum of the matrix");
    for (int i = 0; i < n; i++) {
        uint64_t sum = results[i].checksum;
        bool right = is_right(&results[i]);
        good = good && right;
        if (results[i].state[TOTALS] == DONE)
            snprintf(text, sizeof text, "%08x%s%s", (unsigned)(sum >> 32 ^ sum),
                     results[i].compared && !results[i].differs ? "=" : "", right ? "" : "!");
        else
            snprintf(text, sizeof text, "-");
        put_cell(setting, text, 16);
    }
    printf(setting->markdown ? "  |\n" : "\n");
    return good;
}

/* --- the goals --- */

/* Whether the goal is a most or a least. */
enum sense {
    AT_MOST,
    AT_LEAST,
};

static const struct goal {
    const char *what;
    enum bench_profile profile;
    uint32_t npods;
    enum metric metric;
    enum sense sense;
    double goal;
} goals[] = {
    {"JSON file to exact totals, 150,000 pods, 50,000 policies", BENCH_EVEN, 150000, RUN, AT_MOST,
     3e6},
    {"- its memory", BENCH_EVEN, 150000, PEAK, AT_MOST, 200e6},
    {"- 10,000 pods", BENCH_EVEN, 10000, RUN, AT_MOST, 200e3},
    {"- 1,000 pods", BENCH_EVEN, 1000, RUN, AT_MOST, 25e3},
    {"YAML, 5,000 pods, against libyaml's events alone", BENCH_EVEN, 5000, YAML_TO_EVENTS, AT_MOST,
     1.3},
    {"compile and totals, 150,000 pods, 50,000 policies", BENCH_EVEN, 150000, COMPILE_AND_TOTALS,
     AT_MOST, 0.6e6},
    {"- 220,000 policies", BENCH_REAL, 150000, COMPILE_AND_TOTALS, AT_MOST, 1.2e6},
    {"one cell, average at 150,000 pods", BENCH_EVEN, 150000, CELL, AT_MOST, 1},
    {"one reason, average at 150,000 pods", BENCH_EVEN, 150000, REASON, AT_MOST, 2},
    {"first screen at 150,000 pods, while loading goes on", BENCH_EVEN, 150000, FIRST_SCREEN,
     AT_MOST, 50e3},
    {"key to screen at 150,000 pods, worst", BENCH_EVEN, 150000, KEY_WORST, AT_MOST, 16e3},
    {"- with every cell of it there", BENCH_EVEN, 150000, KEY_WHOLE, AT_MOST, 16e3},
    {"- the source of a rule (s)", BENCH_EVEN, 150000, KEY_SOURCE, AT_MOST, 16e3},
    {"watch event at 150,000 pods, average", BENCH_EVEN, 150000, EVENT_MEAN, AT_MOST, 50},
    {"- worst of 2,000 of each kind", BENCH_EVEN, 150000, EVENT_WORST, AT_MOST, 1e3},
    {"against pod by pod in C, 10,000 pods (extrapolated)", BENCH_EVEN, 10000, BY_POD_TO_TOTALS,
     AT_LEAST, 500},
    {"- 150,000 pods (extrapolated)", BENCH_EVEN, 150000, BY_POD_TO_TOTALS, AT_LEAST, 5000},
};

static const struct result *find(const struct result *results, int n, enum bench_profile profile,
                                 uint32_t npods, enum metric metric)
{
    for (int i = 0; i < n; i++) {
        if (results[i].profile == profile && results[i].npods == npods &&
            results[i].state[metric] != LEFT_OUT)
            return &results[i];
    }
    return NULL;
}

static void put_goal(const struct setting *setting, const char *what, const char *goal,
                     const char *measured, const char *met)
{
    if (setting->markdown)
        printf("| %s | %s | %s | %s |\n", what, goal, measured, met);
    else
        printf("%-60s%16s%16s   %s\n", what, goal, measured, met);
}

/* "met, 3.1 x": how far from the goal, on the good or on the bad side. */
static void judge(const struct setting *setting, const char *what, enum form form, double goal,
                  enum sense sense, double value)
{
    char wanted[CELL_TEXT], number[CELL_TEXT], found[CELL_TEXT], verdict[CELL_TEXT];
    bool met = sense == AT_MOST ? value <= goal : value >= goal;
    double room = sense == AT_MOST ? goal / value : value / goal;
    print_value(number, form, goal);
    snprintf(wanted, sizeof wanted, "%s %.40s", sense == AT_MOST ? "<=" : ">=", number);
    print_value(found, form, value);
    snprintf(verdict, sizeof verdict, "%s by %.*f x", met ? "met" : "MISSED",
             (met ? room : 1 / room) < 10 ? 2 : 0, met ? room : 1 / room);
    put_goal(setting, what, wanted, found, verdict);
}

static void put_goal_of(const struct setting *setting, const struct result *results, int n,
                        const struct goal *goal)
{
    char wanted[CELL_TEXT], number[CELL_TEXT], found[CELL_TEXT] = "-";
    const struct result *result = find(results, n, goal->profile, goal->npods, goal->metric);
    if (result != NULL && result->state[goal->metric] == DONE) {
        judge(setting, goal->what, metrics[goal->metric].form, goal->goal, goal->sense,
              result->v[goal->metric]);
        return;
    }
    print_value(number, metrics[goal->metric].form, goal->goal);
    snprintf(wanted, sizeof wanted, "%s %.40s", goal->sense == AT_MOST ? "<=" : ">=", number);
    if (result != NULL)
        print_metric(setting, found, result, goal->metric);
    put_goal(setting, goal->what, wanted, found, result != NULL ? "MISSED" : "not in this run");
}

static void put_goal_of_growth(const struct setting *setting, const struct result *results, int n)
{
    static const char what[] = "growth of file to totals from 1,000 to 150,000 pods, exponent";
    const struct result *a = find(results, n, BENCH_EVEN, 1000, RUN);
    const struct result *b = find(results, n, BENCH_EVEN, 150000, RUN);
    double exponent;
    char found[CELL_TEXT];
    if (a == NULL || b == NULL || !growth(a, b, RUN, &exponent)) {
        put_goal(setting, what, "<= 1.10", "-", "not in this run");
        return;
    }
    snprintf(found, sizeof found, "%.2f", exponent);
    put_goal(setting, what, "<= 1.10", found, exponent <= 1.1 ? "met" : "MISSED");
}

static void put_goal_of_analyzer(const struct setting *setting, const struct result *results, int n)
{
    static const char what[] = "against netpol-analyzer, 1,000 pods, all allowed connections";
    const struct result *result = find(results, n, BENCH_EVEN, 1000, ANALYZER);
    char found[CELL_TEXT];
    if (!bench_on_path("netpol-analyzer")) {
        put_goal(setting, what, ">= 1,000 x", "-", "not measured: netpol-analyzer is not on PATH");
    } else if (result == NULL || result->state[ANALYZER] != DONE || result->state[RUN] != DONE) {
        snprintf(found, sizeof found, "-");
        if (result != NULL)
            print_metric(setting, found, result, ANALYZER);
        put_goal(setting, what, ">= 1,000 x", found, "not measured");
    } else {
        judge(setting, what, FORM_RATIO, 1000, AT_LEAST, result->v[ANALYZER] / result->v[RUN]);
    }
}

static void put_goals(const struct setting *setting, const struct result *results, int n)
{
    printf("\n%sgoals\n\n", setting->markdown ? "### " : "");
    put_goal(setting, "work", "goal", "measured", "");
    put_rule(setting, 4);
    for (size_t i = 0; i < sizeof goals / sizeof *goals; i++)
        put_goal_of(setting, results, n, &goals[i]);
    put_goal_of_growth(setting, results, n);
    put_goal_of_analyzer(setting, results, n);
}

/* --- the report --- */

static int length_of_profile(const struct result *results, int n)
{
    int i = 1;
    while (i < n && results[i].profile == results[0].profile)
        i++;
    return i;
}

bool bench_report(const struct setting *setting, const struct result *results, int n)
{
    bool good = true;
    put_goals(setting, results, n);
    for (int i = 0; i < n;) {
        int length = length_of_profile(results + i, n - i);
        put_profile(setting, results + i, length);
        good = put_checksums(setting, results + i, length) && good;
        i += length;
    }
    printf("\nCPU time, the median of up to 7 runs. Growth: the exponent from each size to the "
           "next. \"-\":"
           " not measured at\nthis size; \"limit\": the %ld s of CPU time that a measurement has "
           "were over."
           " Checksum: = found class by class\nas well; the rows found pod by pod are compared in "
           "every"
           " column.\n%s\n",
           setting->limit,
           good ? "Every matrix that was compared agrees."
                : "A matrix marked ! differs, or was not read as a whole.");
    return good;
}
