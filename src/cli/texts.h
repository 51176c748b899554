/*
 * The demo cluster, built in: the text of data/demo/shop.yaml (demo.awk makes it a C source).
 */
#ifndef POLGRID_CLI_DEMO_H
#define POLGRID_CLI_DEMO_H

#include <stddef.h>

#define PG_CLI_DEMO_NAME "demo/shop.yaml"

extern const char pg_cli_demo_text[];
extern const size_t pg_cli_demo_length;

#endif
