# cli: the command table, one file a command. Sees everything but tui and curses.
libpolgridui_a_SOURCES += \
	include/polgrid/cli.h \
	src/cli/args.c \
	src/cli/args.h \
	src/cli/cli.c \
	src/cli/cmd_entries.c \
	src/cli/cmd_explore.c \
	src/cli/cmd_help.c \
	src/cli/cmd_matrix.c \
	src/cli/cmd_policies.c \
	src/cli/cmd_version.c \
	src/cli/cmd_why.c \
	src/cli/command.h \
	src/cli/demo.h \
	src/cli/endpoint.c \
	src/cli/endpoint.h \
	src/cli/format.c \
	src/cli/format.h \
	src/cli/help.c \
	src/cli/help.h \
	src/cli/say.c \
	src/cli/say.h \
	src/cli/source.c \
	src/cli/source.h \
	src/cli/tables.c

# The demo cluster, as a text in C. It lies outside of src: it is no source.
nodist_libpolgridui_a_SOURCES = data/demo_text.c
EXTRA_DIST += src/cli/demo.awk data/demo/shop.yaml
CLEANFILES += data/demo_text.c
data/demo_text.c: src/cli/demo.awk data/demo/shop.yaml
	@$(MKDIR_P) data
	$(AM_V_GEN)LC_ALL=C $(AWK) -f $(srcdir)/src/cli/demo.awk $(srcdir)/data/demo/shop.yaml >$@.tmp && mv $@.tmp $@
