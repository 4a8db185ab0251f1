/* The other end of a measured program: see other-end.c. */
#ifndef OTHER_END_H
#define OTHER_END_H

#include <stddef.h>

/*
 * Starts the other end in threads of its own, on sockets of this context. `addresses` becomes a list
 * of what was bound, one address in quotation marks after the other, with commas between them.
 * Returns 0, or -1 where it could not be started.
 */
int other_end_start(void *context, const char *role, const char *address, long size, long parts,
                    long high_water_mark, long subscribers, char *addresses, size_t room);

#endif
