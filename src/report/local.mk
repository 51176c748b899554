# report: table, csv, json, md, html, ... Sees grid and below.
libpolgrid_a_SOURCES += \
	include/polgrid/report.h \
	src/report/entries.c \
	src/report/groups.c \
	src/report/groups.h \
	src/report/layout.c \
	src/report/layout.h \
	src/report/matrix_json.c \
	src/report/matrix_list.c \
	src/report/matrix_table.c \
	src/report/parts.c \
	src/report/parts.h \
	src/report/policies.c \
	src/report/question.c \
	src/report/question.h \
	src/report/report.c \
	src/report/select.c \
	src/report/select.h \
	src/report/totals.c \
	src/report/why_json.c \
	src/report/why_text.c
