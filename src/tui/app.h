/*
 * What the files of this room share: the state of the app and its parts. tui.h is what others see.
 *
 * The app holds a world (cluster and evaluator) and a stack of views: grids, each one level deeper, and
 * pages of text (why, source, help, diagnostics). The top one is drawn and gets the keys. A world is
 * replaced as a whole, on reload and when an assumption changes; views are then built anew at the same place,
 * found again by name (place.c).
 *
 * Lifetimes: the app's arena for what stays, an arena a view, an arena for the proof of the cell under the
 * cursor, which is computed once and drawn often.
 */
#ifndef PG_TUI_APP_H
#define PG_TUI_APP_H

#include "polgrid/arena.h"
#include "polgrid/grid.h"
#include "polgrid/map.h"
#include "polgrid/plugin.h"
#include "polgrid/tui.h"
#include "polgrid/vec.h"
#include "polgrid/why.h"

/* --- keys.c ------------------------------------------------------------------------------------- */

enum pg_do {
    PG_DO_NOTHING,
    PG_DO_LEFT,
    PG_DO_RIGHT,
    PG_DO_UP,
    PG_DO_DOWN,
    PG_DO_PAGE_LEFT,
    PG_DO_PAGE_RIGHT,
    PG_DO_PAGE_UP,
    PG_DO_PAGE_DOWN,
    PG_DO_ROW_START,
    PG_DO_ROW_END,
    PG_DO_FIRST,
    PG_DO_LAST,
    PG_DO_NEXT_DIFFERENCE,
    PG_DO_PREV_DIFFERENCE,
    PG_DO_NEXT_ROW,
    PG_DO_PREV_ROW,
    PG_DO_MARK,
    PG_DO_GO_MARK,
    PG_DO_DRILL,
    PG_DO_BACK,
    PG_DO_WHY,
    PG_DO_SOURCE,
    PG_DO_OPEN,
    PG_DO_EDITOR,
    PG_DO_PAGER,
    PG_DO_FOCUS,
    PG_DO_LENS,
    PG_DO_NEXT_FLOW,
    PG_DO_PREV_FLOW,
    PG_DO_FILTER,
    PG_DO_SEARCH,
    PG_DO_NEXT_MATCH,
    PG_DO_PREV_MATCH,
    PG_DO_NEXT_PLACE,
    PG_DO_PREV_PLACE,
    PG_DO_COMMAND,
    PG_DO_CLEAR,
    PG_DO_SWAP,
    PG_DO_SORT,
    PG_DO_WIDER,
    PG_DO_NARROWER,
    PG_DO_EMPTY,
    PG_DO_FOLD,
    PG_DO_ASSUME,
    PG_DO_DIAGS,
    PG_DO_JOURNAL,
    PG_DO_COPY,
    PG_DO_COPY_JSON,
    PG_DO_HELP,
    PG_DO_RELOAD,
    PG_DO_LOGIN,
    PG_DO_REDRAW,
    PG_DO_STOP,
    PG_DO_SUSPEND,
    PG_DO_QUIT,
    PG_DO_QUIT_PRINT,
};

enum pg_view_kind {
    PG_VIEW_GRID = 1,
    PG_VIEW_WHY = 2,
    PG_VIEW_SOURCE = 4,
    PG_VIEW_HELP = 8,
    PG_VIEW_DIAGS = 16,
    PG_VIEW_JOURNAL = 32,
};
#define PG_VIEW_PAGES \
    (PG_VIEW_WHY | PG_VIEW_SOURCE | PG_VIEW_HELP | PG_VIEW_DIAGS | PG_VIEW_JOURNAL)
#define PG_VIEW_ALL (PG_VIEW_GRID | PG_VIEW_PAGES)

/* One binding: the table of them is all that keys, footer, help and man page know. */
struct pg_binding {
    enum pg_do what;
    const char *keys; /* as pg_key_parse() reads them, separated by blanks; "gg" is two in a row */
    const char *section; /* of the help */
    unsigned views;      /* pg_view_kind, or-ed */
    const char *footer;  /* the word in the footer, NULL where it is not there */
    int rank;            /* in the footer, 1 first */
    const char *help;
};

uint32_t pg_keys_count(void);
const struct pg_binding *pg_keys_at(uint32_t i);
/* The binding of a key in a kind of view; `first` is the key before it where that began a sequence, else
   PG_KEY_NONE. NULL: none. *more is set where the key begins a sequence. */
const struct pg_binding *pg_keys_find(enum pg_view_kind view, uint32_t first, uint32_t key,
                                      bool *more);
/* Appends the keys of a binding for people: "j, Down". */
void pg_keys_print(struct pg_buf *out, const struct pg_binding *binding);
/* The first key of a binding. */
uint32_t pg_keys_first(const struct pg_binding *binding);
/* The bindings of the footer of a view, by rank; returns how many, at most `cap`. */
uint32_t pg_keys_footer(enum pg_view_kind view, const struct pg_binding **out, uint32_t cap);

/* --- lines.c: text that is laid out, then drawn --------------------------------------------------- */

struct pg_span {
    enum pg_role role;
    const char *text; /* sanitised */
};

struct pg_line {
    struct pg_span *v;
    uint32_t n, cap;
    struct pg_span note; /* at the right end; text NULL: none */
    struct pg_loc loc;   /* where it comes from; line 0: nowhere */
    bool marked;         /* of a rule that decides (source view) */
    bool match;          /* found by the search */
    /* What it tells of in the journal, which may have forgotten it: the number of an entry; 0: nothing. And which of its
       cells, from 1; 0: no single one. */
    uint64_t entry;
    uint32_t cell;
};

struct pg_lines {
    struct pg_arena *arena;
    int width; /* that wrapping keeps to */
    struct pg_line *v;
    uint32_t n, cap;
};

void pg_lines_start(struct pg_lines *lines, struct pg_arena *arena, int width);
/* Begins a line; what is added goes to its end. Text is raw. */
void pg_lines_open(struct pg_lines *lines);
void pg_lines_add(struct pg_lines *lines, enum pg_role role, const char *text);
void pg_lines_addf(struct pg_lines *lines, enum pg_role role, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Adds blanks up to a column. */
void pg_lines_tab(struct pg_lines *lines, int column);
/* The columns of the last line so far. */
int pg_lines_used(struct pg_lines *lines);
/* A text at the right end, where there is room for it. */
void pg_lines_note(struct pg_lines *lines, enum pg_role role, const char *text);
void pg_lines_loc(struct pg_lines *lines, struct pg_loc loc);
/* Lines of `text` broken at blanks, the first indented by `indent`, the others by `hang`; they carry `loc`. */
void pg_lines_wrap(struct pg_lines *lines, int indent, int hang, enum pg_role role,
                   struct pg_loc loc, const char *text);
/* The same from where the last line ends. */
void pg_lines_flow(struct pg_lines *lines, int hang, enum pg_role role, struct pg_loc loc,
                   const char *text);
void pg_lines_draw(struct pg_frame *frame, int x, int y, int columns, const struct pg_line *line);
/* The plain text of a line, appended. */
void pg_lines_text(struct pg_buf *out, const struct pg_line *line);

/* --- words.c: names and numbers in words; all append raw text ------------------------------------- */

#define PG_NO_LOC ((struct pg_loc){0})

struct pg_tui_world {
    struct pg_cluster *cluster;
    struct pg_eval *eval;
    struct pg_arena *arena, *causes_arena;
    struct pg_cause causes[8];
    uint32_t ncauses;
    struct pg_plugin plugin; /* the one that was seen; looked for once */
};

void pg_words_count(struct pg_buf *out, uint64_t n); /* 1,480 */
void pg_words_plural(struct pg_buf *out, uint64_t n, const char *one, const char *many);
void pg_words_percent(struct pg_buf *out, uint64_t part, uint64_t whole);
/* "net/data.yaml:77", cut at the left where it is wider than `columns`. */
void pg_words_loc(struct pg_buf *out, const struct pg_cluster *cluster, struct pg_loc loc,
                  int columns);
/* The name of a policy without its namespace. */
/* Whether something of that sort was not read. */
bool pg_words_unread(const struct pg_cluster *cluster, enum pg_unread_kind what);
const char *pg_words_policy(const struct pg_cluster *cluster, uint32_t policy);
/* The workload of an end, or its pod, without the namespace; a node; the name of a group of outside addresses,
   which the address stands for. */
void pg_words_end(struct pg_buf *out, const struct pg_eval *eval, const struct pg_end *end,
                  bool workload);
/* The same in full: with the namespace. */
void pg_words_end_full(struct pg_buf *out, const struct pg_eval *eval, const struct pg_end *end);
/* The sentence of an answer, and which groups its addresses stand for. */
void pg_words_sentence(struct pg_buf *out, const struct pg_eval *eval, const struct pg_why *why);
/* "5432", "53/UDP", "5432 +2", "ALL", "-": in at most `columns` columns. */
void pg_words_ports_short(struct pg_buf *out, const struct pg_portsets *sets, pg_ports ports,
                          int columns);
/* The peers that a rule names, or only the one at that index of the manifest: "ns app=auth pod role in
   (api,worker)", "anyone". */
void pg_words_peer(struct pg_buf *out, const struct pg_cluster *cluster, const struct pg_rule *rule,
                   uint32_t peer);
void pg_words_rule_ports(struct pg_buf *out, const struct pg_cluster *cluster,
                         const struct pg_rule *rule);
/* "rule 2/3", "egressDeny rule 1/1": counted from 1, of all in its list of the manifest. */
void pg_words_rule(struct pg_buf *out, const struct pg_cluster *cluster, uint32_t policy,
                   enum pg_dir dir, const struct pg_rule *rule);
/* The labels of an end, "app=api tier=web". */
void pg_words_labels(struct pg_buf *out, const struct pg_cluster *cluster, struct pg_labels labels);
/* Reads "any", "8080", "8080/TCP", "53/udp", "8000-8010/TCP", "/udp". False where it is none of them. */
bool pg_words_parse_ports(struct pg_portsets *sets, const char *text, pg_ports *ports);
/* What was left out or is odd, "2 rejected, 3 warnings"; `brief`: "!2r 3w". Nothing where all is well. */
void pg_words_complete(struct pg_buf *out, const struct pg_tui_world *world, bool brief);
/* Sanitised, cut at the left to at most `columns`: the ends of pods' names tell them apart. */
void pg_words_tail(struct pg_buf *out, const char *text, int columns);
/* Sanitised, cut and padded to exactly `columns`. */
void pg_words_fit(struct pg_buf *out, const char *text, int columns);
/* "assumes an enforcing network plugin, pod-cidr=10.0.0.0/8"; "Calico enforces" where it was seen. */
void pg_words_assume(struct pg_buf *out, const struct pg_tui_world *world);

/* --- gridview.c: a grid, what of it is visible, and where the cursor is --------------------------- */

/* The axes: an index into pairs of arrays. Rows of a pg_grid are sources. */
enum {
    PG_FROM,
    PG_TO,
};

enum pg_lens {
    PG_LENS_REACH,
    PG_LENS_VERDICT,
    PG_LENS_OPEN,
    PG_NLENSES,
};

enum pg_sort {
    PG_SORT_CLUSTER,
    PG_SORT_NAME,
    PG_SORT_PODS,
    PG_SORT_ISOLATION,
    PG_NSORTS,
};

struct pg_filter;

#define PG_PORTS_TEXT 48

struct pg_gridview {
    struct pg_arena *arena, *order_arena, *filter_arena;
    struct pg_axis axes[2];
    struct pg_grid *grid;
    char base_ports[PG_PORTS_TEXT]; /* of :port; "" for any */
    char ports_text[PG_PORTS_TEXT]; /* the lens's: those, or the filter's */
    uint32_t *order[2];             /* items that are visible, in the order of the screen */
    uint32_t n[2], at[2],
        top[2];         /* visible, cursor and first on the screen, as positions in order */
    uint32_t hidden[2]; /* by the filter */
    uint32_t empty[2];  /* namespaces without pods that are left out */
    uint32_t folded[2]; /* namespaces that stand behind one that they are like */
    int label[2], note[2], digits[2]; /* columns that names, kinds and counts of pods want */
    bool swapped;                     /* destinations are the rows of the screen */
    enum pg_lens lens;
    enum pg_sort sort;
    int width; /* of a cell with its gap; 0: as fits */
    struct pg_filter *filter;
    const char *filter_text; /* NULL: none */
    unsigned filter_axis;    /* what its plain words are about */
    bool *has[2];       /* while a filter about cells is at work: items with a cell that passes */
    struct pg_map half; /* cells that were searched for half-open flows: 1 where there is one */
};

struct pg_gridview *pg_gridview_new(struct pg_tui *app, const struct pg_axis axes[2],
                                    const char *ports_text);
void pg_gridview_free(struct pg_gridview *view);
/* Lays out again after a change of ports or of `empty`; the cursor stays on its items. */
void pg_gridview_rebuild(struct pg_tui *app, struct pg_gridview *view);
/* Orders and filters again; the cursor stays on its items where they are still visible. */
void pg_gridview_arrange(struct pg_tui *app, struct pg_gridview *view);
/* Filters by `text` ("" or NULL: not at all). False with `err`, and nothing changed, where it makes no sense. */
bool pg_gridview_filter(struct pg_tui *app, struct pg_gridview *view, const char *text,
                        unsigned axis, struct pg_err *err);
/* The end of a filter about cells: leaves only items with a cell that passes. */
void pg_gridview_settle(struct pg_gridview *view);
/* Puts the cursor on an item of an axis; false where it is not visible. */
bool pg_gridview_go(struct pg_gridview *view, unsigned axis, uint32_t item);
bool pg_gridview_has_cell(const struct pg_gridview *view);
uint32_t pg_gridview_nitems(const struct pg_gridview *view, unsigned axis);
/* An item, or the visible one at a position, or the one under the cursor. */
const struct pg_item *pg_gridview_item(const struct pg_gridview *view, unsigned axis, uint32_t item);
const struct pg_item *pg_gridview_shown(const struct pg_gridview *view, unsigned axis,
                                        uint32_t position);
const struct pg_item *pg_gridview_cursor(const struct pg_gridview *view, unsigned axis);
/* The axis of the screen's rows, and of its columns. */
unsigned pg_gridview_vertical(const struct pg_gridview *view);
unsigned pg_gridview_horizontal(const struct pg_gridview *view);
/* The cell at visible positions. */
const struct pg_count *pg_gridview_count(struct pg_gridview *view, uint32_t from, uint32_t to);
/* Its character, role, and what makes it different from another cell, in the view's lens. */
char pg_gridview_glyph(const struct pg_gridview *view, const struct pg_count *count);
enum pg_role pg_gridview_role(const struct pg_gridview *view, const struct pg_count *count);
uint64_t pg_gridview_value(const struct pg_gridview *view, const struct pg_count *count);
const char *pg_gridview_lens_name(enum pg_lens lens);
const char *pg_gridview_sort_name(enum pg_sort sort);

/* --- filter.c ------------------------------------------------------------------------------------ */

/* `axis` is what words without from: or to: are about: PG_FROM, PG_TO, or 2 for both. NULL with `err` set
   where a word makes no sense. */
struct pg_filter *pg_filter_parse(struct pg_arena *arena, const char *text, unsigned axis,
                                  struct pg_err *err);
bool pg_filter_item(const struct pg_filter *filter, const struct pg_eval *eval,
                    const struct pg_item *item, unsigned axis);
/* Whether it has words about the items of an axis. */
bool pg_filter_about(const struct pg_filter *filter, unsigned axis);
/* Whether it has words about cells, and whether a cell satisfies them. */
bool pg_filter_has_cells(const struct pg_filter *filter);
bool pg_filter_cell(const struct pg_filter *filter, struct pg_gridview *view, uint32_t row,
                    uint32_t column);
/* The ports it asks for, in the form of pg_words_parse_ports(); false where it names none. */
bool pg_filter_ports(const struct pg_filter *filter, char text[PG_PORTS_TEXT]);
/* The language in a few lines. */
void pg_filter_help(struct pg_lines *lines);

/* --- proof.c: why a cell is as it is -------------------------------------------------------------- */

/* A denied flow with one half in place: a rule that was meant for it lets it leave, or in, and the other side
   lets nothing. */
enum pg_half {
    PG_HALF_NONE,
    PG_HALF_LEAVES, /* it may leave; nothing lets it in */
    PG_HALF_ENTERS, /* it would be let in; nothing lets it leave */
    PG_HALF_PORTS,  /* both sides allow something, but not the same ports */
};

struct pg_proof {
    struct pg_arena *arena;
    /* What it is about; grid NULL: nothing yet. */
    const struct pg_grid *grid;
    uint32_t row, column;

    const struct pg_item *items[2];
    const struct pg_detail *detail;
    /* The one explained: in a cell with unknown pairs one of them, else half open, else denied, else the first. */
    const struct pg_flow *flow;
    uint32_t flow_index;
    const struct pg_why *why; /* of `flow` */
    enum pg_half half;        /* of `flow` */
    uint32_t nhalf;           /* half-open flows in the cell */
    bool single;              /* the cell is one flow: every pair is alike */
};

/* Of the cell under the cursor; NULL where there is none. Computed when the cursor has moved. */
const struct pg_proof *pg_proof_get(struct pg_tui *app, struct pg_gridview *view);
/* Whether a cell has a half-open flow, remembered; `known` (may be NULL) set to false, and nothing computed, where
   it was not searched yet. Cells of very many classes are not searched. */
bool pg_proof_half(struct pg_gridview *view, uint32_t row, uint32_t column, bool *known);
/* The same with the flow chosen: for stepping through them. */
void pg_proof_choose(struct pg_tui *app, struct pg_gridview *view, uint32_t flow);
/* Forgets it, before the grid goes. */
void pg_proof_drop(struct pg_tui *app);
/* The place that a reader wants to see: the rule that allows, the closest that misses, else what isolates. */
struct pg_loc pg_proof_loc(const struct pg_why *why, const struct pg_cluster *cluster);
/* "payments -> data-pg: 209 of 576 pairs allowed (36%)", and the sentence of the flow. */
void pg_proof_sentence(struct pg_buf *out, const struct pg_proof *proof);
/* In words, what one side says: "frontend may leave on 8080/TCP: frontend-to-api rule 1 (a.yaml:9)". */
void pg_proof_side(struct pg_buf *out, struct pg_eval *eval, const struct pg_why *why,
                   enum pg_dir dir, bool workload, int columns);

/* --- panel.c, view_why.c, view_source.c, view_help.c ---------------------------------------------- */

/* What the side panel, the drawer and the answer line say of a cell. */
void pg_panel_tall(struct pg_lines *lines, struct pg_tui *app, const struct pg_proof *proof);
/* entries.c: the ways in by Ingress and Gateway, where the cell is from outside to a namespace. */
void pg_panel_entries(struct pg_lines *lines, struct pg_tui *app, const struct pg_proof *proof);
void pg_panel_short(struct pg_lines *lines, struct pg_tui *app, const struct pg_proof *proof);
void pg_panel_answer(struct pg_buf *out, struct pg_tui *app, const struct pg_proof *proof);

enum pg_why_form {
    PG_WHY_SIDES, /* only the sides and what they come to: the drawer has said the rest */
    PG_WHY_PANEL,
    PG_WHY_PAGE, /* with every rule that misses, labels, notes and the sentence */
};

/* Both sides of one flow, policy by policy and rule by rule. */
void pg_why_lines(struct pg_lines *lines, struct pg_tui *app, const struct pg_proof *proof,
                  enum pg_why_form form);
/* The half-open case or the verdict in plain words, some two to six lines. */
void pg_why_plain(struct pg_lines *lines, struct pg_tui *app, const struct pg_proof *proof,
                  int indent);

struct pg_page {
    struct pg_arena *arena; /* of the lines */
    struct pg_lines lines;
    int built; /* the width it was built for, 0: not yet */
    uint32_t top, at;
    char search[128];
    /* PG_VIEW_SOURCE: the rules in play, and the one looked at. */
    struct pg_loc *places;
    uint32_t nplaces, place;
    struct pg_loc loc;   /* the line looked at */
    uint32_t first_line; /* of the file, that the first of `lines` is */
    char title[256];     /* at the right of the title bar */
};

struct pg_view {
    enum pg_view_kind kind;
    struct pg_arena *arena;
    struct pg_gridview *grid; /* PG_VIEW_GRID */
    struct pg_page page;      /* the others */
};

/* Draws the panel where app->layout has it; its lines are built when the cell or the size changed. */
void pg_panel_draw(struct pg_tui *app, struct pg_gridview *view, struct pg_frame *frame);

void pg_page_build_why(struct pg_tui *app, struct pg_view *view);
void pg_page_build_source(struct pg_tui *app, struct pg_view *view);
void pg_page_build_help(struct pg_tui *app, struct pg_view *view);
void pg_page_build_diags(struct pg_tui *app, struct pg_view *view);
/* The places that the reasons of a cell name, in the order of the why page. */
void pg_source_places(struct pg_view *view, const struct pg_cluster *cluster,
                      const struct pg_why *why);
/* Looks at another place of the page, wrapping around. */
void pg_source_step(struct pg_view *view, int step);

/* --- page.c: a view of lines ---------------------------------------------------------------------- */

/* Makes sure that the lines are there for the app's width. */
void pg_page_build(struct pg_tui *app, struct pg_view *view);
void pg_page_draw(struct pg_tui *app, struct pg_view *view, struct pg_frame *frame);
void pg_page_do(struct pg_tui *app, struct pg_view *view, enum pg_do what);
void pg_page_search(struct pg_tui *app, struct pg_view *view, const char *text);
int pg_page_height(const struct pg_tui *app);

/* --- layout.c ------------------------------------------------------------------------------------- */

/* Where things stand on the grid's screen; -1 or 0 where there is no room. */
struct pg_layout {
    int columns, rows;
    int title, lens, mark, head, nhead;
    int body, nbody;
    int label, note, count, cell_x;         /* widths of name, kind and count; where cells begin */
    int cell, ncells;                       /* width of a cell with its gap, cells that fit */
    int grid_columns;                       /* all that is left of the panel */
    int panel_x, panel_y, panel_w, panel_h; /* w 0: no panel */
    bool drawer;                            /* it is below the grid, with a rule above */
    bool across;                            /* headers are written across, not downwards */
    int status, notice, message, footer, answer;
    bool legend; /* the status line had room for it */
};

void pg_layout_grid(struct pg_layout *layout, const struct pg_tui *app,
                    const struct pg_gridview *view);

/* --- view_grid.c ---------------------------------------------------------------------------------- */

void pg_view_grid_draw(struct pg_tui *app, struct pg_gridview *view, struct pg_frame *frame,
                       int budget_ms);
/* The title bar of any view. */
/* Appends "loading 40%" (bars.c). */
void pg_bars_loading(struct pg_buf *out, const struct pg_tui *app);
void pg_view_draw_title(struct pg_tui *app, struct pg_frame *frame, const char *right);
/* The line of keys, whose words are buttons; and the line for messages and prompt above it. */
void pg_view_draw_footer(struct pg_tui *app, struct pg_frame *frame, int y);
void pg_view_draw_message(struct pg_tui *app, struct pg_frame *frame, int y, const char *otherwise);

/* --- move.c: the cursor, and searches that may take long ------------------------------------------ */

enum pg_job_kind {
    PG_JOB_NONE,
    PG_JOB_FILTER, /* which items have a cell that passes the filter */
    PG_JOB_CELL,   /* the next cell that differs from the one under the cursor */
    PG_JOB_ROW,    /* the next row that differs from the cursor's */
    PG_JOB_MATCH,  /* the next cell that matches the last filter */
};

struct pg_job {
    enum pg_job_kind kind;
    struct pg_gridview *view;
    int step;          /* 1 onwards, -1 back */
    uint32_t row, col; /* next to look at, positions on the screen's axes */
    uint64_t value;
    const struct pg_filter *filter; /* PG_JOB_MATCH */
};

void pg_move_do(struct pg_tui *app, struct pg_gridview *view, enum pg_do what);
void pg_move_filter(struct pg_tui *app, struct pg_gridview *view);
void pg_move_match(struct pg_tui *app, struct pg_gridview *view, int step);
/* Goes on for at most `budget_ms` (0: until done). */
void pg_move_work(struct pg_tui *app, int budget_ms);
void pg_move_stop(struct pg_tui *app);

/* --- place.c: where one is, by names, to find it again in another world --------------------------- */

struct pg_place_axis {
    enum pg_level level;
    bool outside, empty, fold;
    const char *ns, *workload_kind, *workload; /* NULL: all */
    const char *item;                          /* `full` of the cursor's item, NULL: none */
};

struct pg_place {
    struct pg_place_axis axes[2];
    char ports_text[PG_PORTS_TEXT];
    bool swapped;
    enum pg_lens lens;
    enum pg_sort sort;
    int width;
    const char *filter_text;
    unsigned filter_axis;
};

void pg_place_save(struct pg_place *place, struct pg_arena *arena, const struct pg_tui *app,
                   const struct pg_gridview *view);
/* Whether :goto finds a name on an axis. */
bool pg_place_known(struct pg_tui *app, unsigned axis, const char *name);
/* A view at that place in the app's world; NULL where it is no more. */
struct pg_gridview *pg_place_open(struct pg_tui *app, const struct pg_place *place);
/* Drops every view and opens what leads to an end: "NS", "NS/WORKLOAD", "NS/POD", "NS/KIND/NAME", an address
   group. `to` may be NULL: the column stays as it is. False, with a message, where there is none. */
bool pg_place_goto(struct pg_tui *app, const char *from, const char *to);

/* --- prompt.c, command.c --------------------------------------------------------------------------- */

enum pg_prompt_kind {
    PG_PROMPT_NONE,
    PG_PROMPT_FILTER,
    PG_PROMPT_COMMAND,
    PG_PROMPT_SEARCH,
    PG_NPROMPTS,
};

#define PG_PROMPT_MAX  512
#define PG_HISTORY_MAX 100

struct pg_prompt {
    enum pg_prompt_kind kind;
    char text[PG_PROMPT_MAX];
    size_t n, at;  /* bytes, and where the cursor stands */
    uint32_t back; /* how far in the history, 0: not in it */
    /* PG_PROMPT_FILTER: what plain words are about, what Esc brings back, and what is wrong so far. */
    unsigned axis, axis_before;
    char before[PG_PROMPT_MAX];
    uint32_t items[2]; /* under the cursor when it opened */
    char wrong[1024];  /* as long as an error can be; of a command the ways on */
};

struct pg_history {
    char **v;
    uint32_t n, cap;
};

void pg_prompt_open(struct pg_tui *app, enum pg_prompt_kind kind, const char *text);
/* Takes the key; the prompt may be closed afterwards. */
struct pg_tui_action pg_prompt_key(struct pg_tui *app, uint32_t key);
void pg_prompt_draw(struct pg_tui *app, struct pg_frame *frame, int y);
struct pg_tui_action pg_command_run(struct pg_tui *app, const char *text);
/* Completes the command being typed in place as far as there is one way on, and says in prompt->wrong which ways
   there are: names of commands, keys and values of :assume, names of :goto and :why. */
void pg_command_complete(struct pg_tui *app, struct pg_prompt *prompt);
/* A line for each command: its form and what it does. */
void pg_command_help(struct pg_lines *lines);

/* --- app.c, act.c ---------------------------------------------------------------------------------------- */

#define PG_DEPTH 16
#define PG_MARKS 52
#define PG_HITS  64

/* A word on the screen that is a button. */
struct pg_hit {
    int x, y, columns;
    uint32_t key;
};

struct pg_tui_progress {
    uint64_t bytes, total_bytes;
    uint32_t objects, pods, policies;
    char file[256];
};

struct pg_tui {
    struct pg_arena *arena;
    struct pg_tui_options options;
    struct pg_assume assume;
    struct pg_tui_world *world; /* NULL before the first load */
    bool loading, stopping;
    struct pg_tui_progress progress;
    int columns, rows;

    /* Of a source that is followed (news.c). */
    struct pg_tui_world *next;        /* that waits until a page is closed; NULL: none */
    struct pg_journal_entry *journal; /* the newest first */
    uint32_t nentries;
    uint64_t nnoted; /* entries that there ever were */
    uint32_t nahead; /* the newest of them: of `next` and what came before it, not of what is shown */
    bool fed;
    struct pg_tui_feed feed; /* its `said` is the following */
    struct pg_buf said;

    struct pg_view *stack[PG_DEPTH];
    uint32_t depth;
    struct pg_proof proof;
    struct pg_arena *panel_arena;
    struct pg_lines panel;
    bool panel_drawer;
    int panel_top;
    bool focus; /* on the panel */

    struct pg_prompt prompt;
    struct pg_history history[PG_NPROMPTS];
    char *last_filter;
    unsigned last_axis;
    struct pg_job job;
    struct pg_arena *job_arena; /* of its filter */
    bool cells_left;

    char message[1024];
    bool message_warns;
    uint32_t pending; /* the first key of a sequence, PG_KEY_NONE: none */
    int64_t ctrl_c;   /* when it was last pressed */
    struct pg_place *marks[PG_MARKS];
    struct pg_buf out; /* text of the last action */
    struct pg_arena *out_arena;
    struct pg_hit hits[PG_HITS];
    uint32_t nhits;
    struct pg_layout layout; /* of the last grid drawn, for the mouse */
};

/* --- news.c: a source that changes ---------------------------------------------------------------- */

/* Shows the world that waits, if there is one and nothing is in the way. */
void pg_news_settle(struct pg_tui *app);
void pg_news_free(struct pg_tui *app);
/* Appends how fresh what is shown is, in a word or two: "live", "STALE 3m". Nothing for a source that does not
   change. True where it is stale. */
bool pg_news_words(struct pg_buf *out, const struct pg_tui *app);
/* Appends why it is stale and what can be done, in a line: "STALE 3m, L logs in: the plugin …". False where it is not, or
   nobody knows why. */
bool pg_news_why_stale(struct pg_buf *out, const struct pg_tui *app);
/* The same in full, and what the credential plugin said. Nothing where there is nothing of the kind. */
void pg_news_put_stale(struct pg_lines *lines, const struct pg_tui *app);
/* Whether there is somebody to log in for, and the screen says so. */
bool pg_news_wants_login(const struct pg_tui *app);
/* What last happened to the cell of two pods: "was denied until 02:14:09: NetworkPolicy shop/api-in changed".
   False where the journal has nothing. */
bool pg_news_story(struct pg_buf *out, const struct pg_tui *app, const struct pg_end *from,
                   const struct pg_end *to);
/* The same in a line of the panel or of the page; nothing where there is none. */
void pg_news_put_story(struct pg_lines *lines, const struct pg_tui *app,
                       const struct pg_proof *proof);
/* In words: the wall clock's hour, minute and second here; what an entry opened and closed; one object. */
void pg_news_print_time(struct pg_buf *out, int64_t seconds);
void pg_news_print_turns(struct pg_buf *out, const struct pg_journal_entry *entry);
void pg_news_print_change(struct pg_buf *out, const struct pg_journal_change *change);

/* --- changes.c: the page of what changed ------------------------------------------------------------ */

void pg_page_build_journal(struct pg_tui *app, struct pg_view *view);
/* On the line of a cell goes to it in the grid; else unfolds the entry that the line is of, or folds it. */
void pg_changes_open(struct pg_tui *app, struct pg_view *view);

/* The world of a cluster, which it owns from now on. */
struct pg_tui_world *pg_tui_world_of(struct pg_cluster *cluster, const struct pg_assume *assume);
/* Replaces the world; views are built anew at the same place. */
void pg_app_replace(struct pg_tui *app, struct pg_tui_world *world);

struct pg_view *pg_app_top(struct pg_tui *app);
/* The grid that is shown, or that the page on top was opened from; NULL before the first load. */
struct pg_gridview *pg_app_grid(struct pg_tui *app);
struct pg_view *pg_app_push_page(struct pg_tui *app, enum pg_view_kind kind);
void pg_app_push_grid(struct pg_tui *app, struct pg_gridview *grid);
void pg_app_pop(struct pg_tui *app);
void pg_app_pop_all(struct pg_tui *app);
void pg_app_drill(struct pg_tui *app);
/* Compiles with other assumptions and builds the views anew. */
void pg_app_assume(struct pg_tui *app, const struct pg_assume *assume);
void pg_app_warn(struct pg_tui *app, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The footer's and the table's words come true here (act.c). */
struct pg_tui_action pg_app_do(struct pg_tui *app, enum pg_do what);
/* The axes of the opening screen. */
void pg_app_root_axes(const struct pg_cluster *cluster, struct pg_axis axes[2]);

#endif
