# curses: terminal, input, crash: the only room that sees curses.h.
polgrid_SOURCES += \
	include/polgrid/term.h \
	src/curses/clipboard.c \
	src/curses/crash.c \
	src/curses/input.c \
	src/curses/loader.c \
	src/curses/screen.h \
	src/curses/spawn.c \
	src/curses/term.c
