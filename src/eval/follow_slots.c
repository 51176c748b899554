/* Slots by name, and lists through them. */
#include "follow_internal.h"

uint32_t pg_slots_find(const struct slots *slots, uint64_t key)
{
    const uint32_t *known = pg_map_get(&slots->by_name, key);
    return known != NULL ? *known : PG_NONE;
}

uint32_t pg_slots_take(struct pg_arena *arena, struct slots *slots, uint64_t key)
{
    uint32_t slot = pg_slots_find(slots, key);
    if (slot != PG_NONE)
        return slot;
    if (slots->empty.n > 0) {
        slot = slots->empty.v[--slots->empty.n];
    } else {
        slot = slots->used.n;
        (void)pg_vec_add(arena, &slots->used);
        (void)pg_vec_add(arena, &slots->key);
    }
    slots->used.v[slot] = 1;
    slots->key.v[slot] = key;
    pg_map_put(&slots->by_name, key, slot);
    return slot;
}

void pg_slots_drop(struct pg_arena *arena, struct slots *slots, uint32_t slot)
{
    slots->used.v[slot] = 0;
    pg_map_put(&slots->by_name, slots->key.v[slot], PG_NONE);
    pg_vec_push(arena, &slots->empty, slot);
}

void pg_slots_free(struct slots *slots)
{
    pg_map_free(&slots->by_name);
}

static struct link *at(struct link *links, size_t stride, uint32_t slot)
{
    return (void *)((char *)links + stride * slot);
}

void pg_link_in(uint32_t *first, struct link *links, size_t stride, uint32_t slot)
{
    *at(links, stride, slot) = (struct link){.next = *first, .prev = PG_NONE};
    if (*first != PG_NONE)
        at(links, stride, *first)->prev = slot;
    *first = slot;
}

void pg_link_out(uint32_t *first, struct link *links, size_t stride, uint32_t slot)
{
    struct link link = *at(links, stride, slot);
    if (link.next != PG_NONE)
        at(links, stride, link.next)->prev = link.prev;
    if (link.prev != PG_NONE)
        at(links, stride, link.prev)->next = link.next;
    else
        *first = link.next;
}
