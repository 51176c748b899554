# tui: app, keys, views, frame, script replay. Sees grid, report and below, not ncurses.
libpolgridui_a_SOURCES += \
	include/polgrid/frame.h \
	include/polgrid/tui.h \
	src/tui/act.c \
	src/tui/app.c \
	src/tui/app.h \
	src/tui/bars.c \
	src/tui/changes.c \
	src/tui/command.c \
	src/tui/entries.c \
	src/tui/filter.c \
	src/tui/frame.c \
	src/tui/gridview.c \
	src/tui/keys.c \
	src/tui/layout.c \
	src/tui/lines.c \
	src/tui/move.c \
	src/tui/news.c \
	src/tui/page.c \
	src/tui/past.c \
	src/tui/panel.c \
	src/tui/place.c \
	src/tui/prompt.c \
	src/tui/proof.c \
	src/tui/theme.c \
	src/tui/view_grid.c \
	src/tui/view_help.c \
	src/tui/view_source.c \
	src/tui/view_why.c \
	src/tui/words.c
