/*
 * What is known of network plugins (plugin_table.c), for those who look for them and who tell of them.
 */
#ifndef POLGRID_EVAL_PLUGIN_INTERNAL_H
#define POLGRID_EVAL_PLUGIN_INTERNAL_H

#include "polgrid/plugin.h"

/* A plugin, by whatever sign it is known. */
struct plugin_facts {
    const char *name;
    const char *family; /* plugins of one leave the same marks on nodes */
    const char *own_node;
    const struct pg_lack *lacks; /* NULL: none */
    unsigned reads, may_read;
};

/* A DaemonSet by which a plugin is known. */
struct plugin_set {
    const char *daemonset, *namespaces; /* where it is installed, each between blanks */
    const char *name;                   /* of the plugin */
    enum pg_enforcement enforcement;    /* where its containers and their arguments don't tell */
    const char *condition;              /* UNKNOWN: what it hangs on */
    const char *under; /* it may run below these, which enforce in its place; "*": below any; NULL: none */
};

extern const struct plugin_set pg_plugin_sets[];
extern const uint32_t pg_plugin_nsets;

/* Never NULL for a name of the tables. */
const struct plugin_facts *pg_plugin_facts(const char *name);

/* Lacks that depend on arguments. */
extern const struct pg_lack pg_plugin_cilium_always[];
extern const char pg_plugin_cilium_localhost[];

#endif
