#include "writer.h"

#include <ctype.h>
#include <stdarg.h>
#include <string.h>
#include <strings.h>

/* In JSON every element of the list in the outermost map has a line of its own. */
enum { ITEMS = 2 };

/* A text in JSON; of what needs an escape only quotes occur: k:{"name":"main"} in managedFields. */
static void put_quoted(FILE *out, const char *text)
{
    fputc('"', out);
    for (; *text; text++) {
        if (*text == '"')
            fputc('\\', out);
        fputc(*text, out);
    }
    fputc('"', out);
}

/* The separator, indentation and key before a value. */
static void begin(struct writer *w, const char *key)
{
    if (w->depth == 0)
        return;
    bool first = !w->level[w->depth - 1].used;
    int indent = w->level[w->depth - 1].indent;
    w->level[w->depth - 1].used = true;
    if (w->json) {
        if (!first)
            fputs(w->depth == ITEMS ? ",\n" : ",", w->out);
        if (key != NULL) {
            put_quoted(w->out, key);
            fputc(':', w->out);
        }
        return;
    }
    if (!w->after_dash)
        fprintf(w->out, "%*s", indent, "");
    w->after_dash = false;
    if (key == NULL)
        fputc('-', w->out);
    else
        fprintf(w->out, "%s:", key);
}

static void push(struct writer *w, bool list, int indent)
{
    w->level[w->depth].list = list;
    w->level[w->depth].used = false;
    w->level[w->depth].indent = indent;
    w->depth++;
}

/* An empty map on the line of its key, as kubectl writes it. */
void put_empty(struct writer *w, const char *key)
{
    begin(w, key);
    fputs(w->json ? "{}" : " {}\n", w->out);
}

/* YAML: a list stands in the column of its key, a map two further. */
static void open_level(struct writer *w, const char *key, bool list)
{
    bool in_list = w->depth > 0 && w->level[w->depth - 1].list;
    int indent = w->depth > 0 ? w->level[w->depth - 1].indent : -2;
    begin(w, key);
    if (w->json) {
        fputc(list ? '[' : '{', w->out);
    } else if (in_list) {
        fputc(' ', w->out);
        w->after_dash = true;
    } else if (w->depth > 0) {
        fputc('\n', w->out);
    }
    push(w, list, list && !in_list ? indent : indent + 2);
}

void put_map(struct writer *w, const char *key)
{
    open_level(w, key, false);
}

void put_list(struct writer *w, const char *key)
{
    open_level(w, key, true);
}

void put_end(struct writer *w)
{
    w->depth--;
    bool list = w->level[w->depth].list, used = w->level[w->depth].used;
    if (w->json) {
        fputc(list ? ']' : '}', w->out);
    } else if (!used) {
        /* An empty map or list: on the line of its key or dash, which has ended already. */
        if (w->after_dash)
            fprintf(w->out, list ? "[]\n" : "{}\n");
        else
            fprintf(w->out, "%*s%s\n", w->level[w->depth].indent + 2, "", list ? "[]" : "{}");
        w->after_dash = false;
    }
    if (w->depth == 0 && w->json)
        fputc('\n', w->out);
}

static void end_scalar(struct writer *w)
{
    if (!w->json)
        fputc('\n', w->out);
}

/* kubectl quotes what YAML would read as something else than a text. */
static bool needs_quotes(const char *text)
{
    static const char *const words[] = {"y",   "n",    "yes",   "no",  "on",
                                        "off", "true", "false", "null"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strcasecmp(text, words[i]) == 0)
            return true;
    }
    return !isalpha((unsigned char)*text) || strpbrk(text, ":#{}[],&*'\"") != NULL;
}

void put_text(struct writer *w, const char *key, const char *format, ...)
{
    char text[256];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    begin(w, key);
    if (w->json)
        put_quoted(w->out, text);
    else
        fprintf(w->out, needs_quotes(text) ? " \"%s\"" : " %s", text);
    end_scalar(w);
}

void put_number(struct writer *w, const char *key, long number)
{
    begin(w, key);
    fprintf(w->out, w->json ? "%ld" : " %ld", number);
    end_scalar(w);
}

void put_bool(struct writer *w, const char *key, bool value)
{
    begin(w, key);
    fprintf(w->out, w->json ? "%s" : " %s", value ? "true" : "false");
    end_scalar(w);
}
