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
	src/cli/cmd_snapshot.c \
	src/cli/cmd_version.c \
	src/cli/cmd_why.c \
	src/cli/command.h \
	src/cli/endpoint.c \
	src/cli/endpoint.h \
	src/cli/format.c \
	src/cli/format.h \
	src/cli/help.c \
	src/cli/help.h \
	src/cli/kube.c \
	src/cli/kube.h \
	src/cli/say.c \
	src/cli/say.h \
	src/cli/source.c \
	src/cli/source.h \
	src/cli/tables.c \
	src/cli/texts.h

# The demo cluster and the rights for a live one, as texts in C. They lie outside of src: they are no source.
nodist_libpolgridui_a_SOURCES = data/texts.c
EXTRA_DIST += src/cli/texts.awk data/demo/shop.yaml data/rbac.yaml
CLEANFILES += data/texts.c
data/texts.c: src/cli/texts.awk data/demo/shop.yaml data/rbac.yaml
	@$(MKDIR_P) data
	$(AM_V_GEN)LC_ALL=C $(AWK) -f $(srcdir)/src/cli/texts.awk name=demo $(srcdir)/data/demo/shop.yaml \
		name=rbac $(srcdir)/data/rbac.yaml >$@.tmp && mv $@.tmp $@
