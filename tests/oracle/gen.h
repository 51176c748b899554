/*
 * What the parts of the generator share: small alphabets, and things drawn from them.
 */
#ifndef ORACLE_GEN_H
#define ORACLE_GEN_H

#include <string.h>

#include "world.h"

#define COUNT(array) ((uint32_t)(sizeof(array) / sizeof(array)[0]))

/* The numbers of ports that there are; 0 ends them. */
extern const int gen_numbers[];

const char *gen_key(struct w_random *random);
const char *gen_value(struct w_random *random);
const char *gen_port_name(struct w_random *random); /* once in a while one that no pod has */
int gen_number(struct w_random *random);            /* of a port */
/* Two of them, in order. */
void gen_range(struct w_random *random, int *first, int *last);
const char *gen_namespace_name(struct w_random *random);
const char *gen_account_name(struct w_random *random);

enum w_state gen_state(struct w_random *random);
struct w_labels gen_labels(struct w_random *random);
struct w_req gen_req(struct w_random *random);
struct w_selector gen_selector(struct w_random *random, bool for_namespaces);

/* Blocks around what is in the world; they are noted there, for gen_outside(). */
struct w_block gen_block(struct world *world, struct w_random *random);
/* A block of one family; 0: of any. */
struct w_block gen_block_of(struct world *world, struct w_random *random, int family);
/* A strictly smaller one inside; false where there is no room for one. */
bool gen_except(struct world *world, struct w_random *random, const struct w_block *block,
                struct w_block *except);

/* The other kinds: fill the rest of a policy of which kind, namespace and name are known. */
void gen_admin(struct world *world, struct w_random *random, struct w_policy *policy);
void gen_cilium(struct world *world, struct w_random *random, struct w_policy *policy);
void gen_calico(struct world *world, struct w_random *random, struct w_policy *policy);
/* What Calico's policies speak of; before them. */
void gen_calico_objects(struct world *world, struct w_random *random);

#endif
