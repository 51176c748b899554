/*
 * Texts that the program carries with it: files of data/, made into C by texts.awk.
 */
#ifndef POLGRID_CLI_TEXTS_H
#define POLGRID_CLI_TEXTS_H

#include <stddef.h>

/* The demo cluster, data/demo/shop.yaml. */
#define PG_CLI_DEMO_NAME "demo/shop.yaml"

extern const char pg_cli_demo_text[];
extern const size_t pg_cli_demo_length;

/* The rights that a live cluster has to give, data/rbac.yaml. */
extern const char pg_cli_rbac_text[];
extern const size_t pg_cli_rbac_length;

#endif
