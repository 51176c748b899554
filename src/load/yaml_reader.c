#include "yaml_reader.h"

#include <string.h>

#include <yaml.h>

struct reader {
    yaml_parser_t parser;
    struct pg_build *build;
    struct pg_feed *input;
    struct pg_fault *fault;
    uint32_t first_line;
    size_t fed; /* bytes since the last event */
};

static struct pg_mark place(const struct reader *reader, yaml_mark_t mark)
{
    return (struct pg_mark){(uint32_t)mark.line + reader->first_line, (uint32_t)mark.column + 1};
}

/* libyaml's way to ask for bytes. */
static int feed(void *context, unsigned char *buffer, size_t size, size_t *got)
{
    struct reader *reader = context;
    struct pg_feed *input = reader->input;
    size_t n;

    *got = 0;
    if (input->p == input->end && !pg_feed_fill(input))
        return !input->failed && !input->stopped;
    n = (size_t)(input->end - input->p);
    n = n < size ? n : size;
    memcpy(buffer, input->p, n);
    input->p += n;
    reader->fed += n;
    *got = n;
    /* libyaml holds a whole scalar before it says a word. */
    return reader->fed <= PG_FEED_MAX_VALUE;
}

/* Tells what libyaml did not like, with what usually lies behind it. */
static bool syntax_fault(const struct reader *reader)
{
    const yaml_parser_t *parser = &reader->parser;
    const char *problem = parser->problem ? parser->problem : "out of memory";
    const char *hint = "";

    if (strstr(problem, "cannot start any token"))
        hint = "; indent with blanks, not tabs, and put a text that begins so in quotes";
    else if (strstr(problem, "mapping values are not allowed"))
        hint = "; look for a colon in a text without quotes, or a wrong indentation above";
    else if (strstr(problem, "did not find expected key"))
        hint = "; look for a wrong indentation";
    if (parser->context)
        return pg_fault_set(reader->fault, PG_CODE_YAML_SYNTAX, place(reader, parser->problem_mark),
                            "not YAML: %s, %s%s", parser->context, problem, hint);
    return pg_fault_set(reader->fault, PG_CODE_YAML_SYNTAX, place(reader, parser->problem_mark),
                        "not YAML: %s%s", problem, hint);
}

static bool explain(const struct reader *reader)
{
    const struct pg_feed *input = reader->input;

    if (input->stopped)
        return true;
    if (input->failed) {
        *reader->fault = input->fault;
        return false;
    }
    if (reader->fed > PG_FEED_MAX_VALUE)
        return pg_fault_set(reader->fault, PG_CODE_FILE_SIZE, place(reader, reader->parser.mark),
                            "a single value of more than 64 MiB");
    if (reader->parser.error == YAML_READER_ERROR)
        return pg_fault_set(reader->fault, PG_CODE_FILE_TEXT, place(reader, reader->parser.mark),
                            "not YAML: %s", reader->parser.problem);
    return syntax_fault(reader);
}

/* --- events ------------------------------------------------------------------------------------ */

static bool begin_node(struct reader *reader, const yaml_char_t *anchor, struct pg_mark mark)
{
    return !anchor || pg_build_anchor(reader->build, mark, (const char *)anchor);
}

/* Whether a tag makes a plain scalar a string. What `!!int "80"` means the other way round no manifest
   uses; it is read as the string that it looks like. */
static bool is_string_tag(const yaml_char_t *tag)
{
    const char *text = (const char *)tag;

    return text && strcmp(text, YAML_BOOL_TAG) != 0 && strcmp(text, YAML_INT_TAG) != 0 &&
           strcmp(text, YAML_FLOAT_TAG) != 0 && strcmp(text, YAML_NULL_TAG) != 0 &&
           strcmp(text, YAML_TIMESTAMP_TAG) != 0;
}

/* The last line of a scalar. A block scalar ends where something else begins, maybe lines below. */
static uint32_t last_line(const struct reader *reader, const yaml_event_t *event)
{
    uint32_t first = place(reader, event->start_mark).line;
    uint32_t last = place(reader, event->end_mark).line;
    uint32_t lines = 0;

    if (event->data.scalar.style != YAML_LITERAL_SCALAR_STYLE &&
        event->data.scalar.style != YAML_FOLDED_SCALAR_STYLE)
        return last;
    last -= event->end_mark.column == 0 && last > first;
    for (size_t i = 0; i < event->data.scalar.length; i++)
        lines += event->data.scalar.value[i] == '\n';
    if (event->data.scalar.style == YAML_LITERAL_SCALAR_STYLE && first + lines < last)
        last = first + lines;
    return last;
}

static bool take_scalar(struct reader *reader, const yaml_event_t *event)
{
    struct pg_mark mark = place(reader, event->start_mark);
    bool plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE &&
                 !is_string_tag(event->data.scalar.tag);

    return begin_node(reader, event->data.scalar.anchor, mark) &&
           pg_build_scalar(reader->build, mark, last_line(reader, event),
                           (const char *)event->data.scalar.value, event->data.scalar.length, plain);
}

/* The end of a block is where the next thing begins: its last line is that of its last child. */
static bool take_end(struct reader *reader, const yaml_event_t *event)
{
    bool flow = event->start_mark.index != event->end_mark.index;

    return pg_build_end(reader->build, flow ? place(reader, event->end_mark).line : 0);
}

static bool take_event(struct reader *reader, const yaml_event_t *event)
{
    struct pg_mark mark = place(reader, event->start_mark);

    switch (event->type) {
    case YAML_DOCUMENT_START_EVENT: pg_build_start(reader->build); return true;
    case YAML_SCALAR_EVENT: return take_scalar(reader, event);
    case YAML_ALIAS_EVENT:
        return pg_build_alias(reader->build, mark, (const char *)event->data.alias.anchor);
    case YAML_MAPPING_START_EVENT:
        return begin_node(reader, event->data.mapping_start.anchor, mark) &&
               pg_build_map(reader->build, mark,
                            event->data.mapping_start.style == YAML_BLOCK_MAPPING_STYLE);
    case YAML_SEQUENCE_START_EVENT:
        return begin_node(reader, event->data.sequence_start.anchor, mark) &&
               pg_build_seq(reader->build, mark);
    case YAML_MAPPING_END_EVENT:
    case YAML_SEQUENCE_END_EVENT: return take_end(reader, event);
    default: return true;
    }
}

/* --- secrets ----------------------------------------------------------------------------------- */

static void wipe_event(const yaml_event_t *event)
{
    if (event->type == YAML_SCALAR_EVENT)
        explicit_bzero(event->data.scalar.value, event->data.scalar.length);
}

/* What libyaml has not handed out, and its buffers. Where a text of it grew, the copy of its beginning is out of
   reach. */
static void wipe_parser(yaml_parser_t *parser)
{
    for (yaml_token_t *token = parser->tokens.head; token != parser->tokens.tail; token++)
        if (token->type == YAML_SCALAR_TOKEN)
            explicit_bzero(token->data.scalar.value, token->data.scalar.length);
    explicit_bzero(parser->raw_buffer.start,
                   (size_t)(parser->raw_buffer.end - parser->raw_buffer.start));
    explicit_bzero(parser->buffer.start, (size_t)(parser->buffer.end - parser->buffer.start));
}

/* --- all of it --------------------------------------------------------------------------------- */

static bool read_events(struct reader *reader)
{
    yaml_event_t event;
    bool ok = true, done = false;

    while (ok && !done) {
        if (!yaml_parser_parse(&reader->parser, &event))
            return explain(reader);
        reader->fed = 0;
        done = event.type == YAML_STREAM_END_EVENT;
        ok = take_event(reader, &event);
        if (reader->input->secret)
            wipe_event(&event);
        yaml_event_delete(&event);
        done = done || reader->input->stopped;
    }
    if (ok && reader->input->failed) { /* what came before it was whole */
        *reader->fault = reader->input->fault;
        return false;
    }
    return ok;
}

bool pg_yaml_read(struct pg_build *build, struct pg_feed *input, uint32_t first_line,
                  struct pg_fault *fault)
{
    struct reader reader = {.build = build, .input = input, .fault = fault, .first_line = first_line};
    bool ok;

    if (!yaml_parser_initialize(&reader.parser))
        pg_die("out of memory (YAML parser)");
    yaml_parser_set_encoding(&reader.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input(&reader.parser, feed, &reader);
    ok = read_events(&reader);
    if (input->secret)
        wipe_parser(&reader.parser);
    yaml_parser_delete(&reader.parser);
    return ok;
}
