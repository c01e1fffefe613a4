/* MessagePack written into a growing buffer, each value in its shortest form. For feed/ and journal/. */
#ifndef FEED_PACK_WRITE_H
#define FEED_PACK_WRITE_H

#include "feed/wire.h"

/* As they are, without a head. */
void pack_put_bytes(struct wire_buffer *to, const void *bytes, size_t size);
void pack_put_unsigned(struct wire_buffer *to, uint64_t number);
void pack_put_integer(struct wire_buffer *to, int64_t number);
/* A number kept in thousandths: an integer where it is whole, else a float64. */
void pack_put_thousandths(struct wire_buffer *to, int64_t number);
void pack_put_text(struct wire_buffer *to, struct view text);
void pack_put_nil(struct wire_buffer *to);
void pack_put_flag(struct wire_buffer *to, bool is_set);
/* The heads of containers; the elements follow. */
void pack_put_array(struct wire_buffer *to, uint32_t count);
void pack_put_map(struct wire_buffer *to, uint32_t count);

#endif
