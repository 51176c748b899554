#include <curses.h>

#include "screen.h"

static uint32_t key_of(wint_t code)
{
    static const struct {
        wint_t code;
        uint32_t key;
    } keys[] = {
        {KEY_UP, PG_KEY_UP},         {KEY_DOWN, PG_KEY_DOWN},
        {KEY_LEFT, PG_KEY_LEFT},     {KEY_RIGHT, PG_KEY_RIGHT},
        {KEY_HOME, PG_KEY_HOME},     {KEY_FIND, PG_KEY_HOME},
        {KEY_END, PG_KEY_END},       {KEY_SELECT, PG_KEY_END},
        {KEY_PPAGE, PG_KEY_PAGE_UP}, {KEY_NPAGE, PG_KEY_PAGE_DOWN},
        {KEY_DC, PG_KEY_DELETE},     {KEY_BTAB, PG_KEY_BACKTAB},
        {KEY_ENTER, PG_KEY_ENTER},   {KEY_BACKSPACE, PG_KEY_BACKSPACE},
        {KEY_CANCEL, PG_KEY_ESCAPE}, {KEY_EXIT, PG_KEY_ESCAPE},
    };
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        if (keys[i].code == code)
            return keys[i].key;
    }
    return PG_KEY_NONE;
}

static struct pg_event mouse_event(void)
{
    MEVENT mouse;
    struct pg_event event = {.kind = PG_EVENT_KEY, .key = PG_KEY_NONE};
    if (getmouse(&mouse) != OK)
        return event;
    event.x = mouse.x;
    event.y = mouse.y;
    if (mouse.bstate & (BUTTON1_PRESSED | BUTTON1_CLICKED))
        event.mouse = PG_MOUSE_CLICK;
    else if (mouse.bstate & BUTTON4_PRESSED)
        event.mouse = PG_MOUSE_WHEEL_UP;
    else if (mouse.bstate & BUTTON5_PRESSED)
        event.mouse = PG_MOUSE_WHEEL_DOWN;
    else
        return event;
    event.kind = PG_EVENT_MOUSE;
    return event;
}

struct pg_event pg_input_next(void)
{
    wint_t code;
    int got = get_wch(&code);
    if (got == ERR)
        return (struct pg_event){.kind = PG_EVENT_NONE};
    if (got == OK)
        return (struct pg_event){.kind = PG_EVENT_KEY, .key = (uint32_t)code};
    if (code == KEY_RESIZE)
        return (struct pg_event){.kind = PG_EVENT_RESIZE};
    if (code == KEY_MOUSE)
        return mouse_event();
    return (struct pg_event){.kind = PG_EVENT_KEY, .key = key_of(code)};
}
