/* The header alone, in C, without the system's: the layout of libaio, and what its inline functions
   fill in. Exits with 0, or with the number of the line of the first mistake. */
#include "aio/libaio/libaio.h"

#include <stddef.h>

#define EXPECT(condition) \
    if (!(condition)) return __LINE__ & 0x7f

_Static_assert(sizeof(struct iocb) == 64, "iocb");
_Static_assert(sizeof(struct io_event) == 32, "io_event");
_Static_assert(offsetof(struct iocb, aio_lio_opcode) == 16, "opcode");
_Static_assert(offsetof(struct iocb, aio_fildes) == 20, "descriptor");
_Static_assert(offsetof(struct iocb, u.c.buf) == 24, "buffer");
_Static_assert(offsetof(struct iocb, u.c.nbytes) == 32, "bytes");
_Static_assert(offsetof(struct iocb, u.c.offset) == 40, "offset");
_Static_assert(offsetof(struct iocb, u.c.flags) == 56, "flags");
_Static_assert(offsetof(struct iocb, u.c.resfd) == 60, "resfd");
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
_Static_assert(offsetof(struct iocb, u.poll.events) == 28, "mask");
#else
_Static_assert(offsetof(struct iocb, u.poll.events) == 24, "mask");
#endif
_Static_assert(offsetof(struct io_event, res) == 16, "res");

int main(void) {
    char data[10];
    struct iocb block;
    struct iovec pieces[2];
    memset(&block, 0xff, sizeof block);
    io_prep_pread(&block, 3, data, sizeof data, 1LL << 40);
    EXPECT(block.aio_lio_opcode == IO_CMD_PREAD && block.aio_fildes == 3);
    EXPECT(block.u.c.buf == data && block.u.c.nbytes == 10 && block.u.c.offset == 1LL << 40);
    EXPECT(block.data == NULL && block.key == 0 && block.aio_rw_flags == 0);
    EXPECT(block.u.c.__pad3 == 0 && block.u.c.flags == 0 && block.aio_reqprio == 0);
    io_prep_pwrite(&block, 3, data, 1, 0);
    EXPECT(block.aio_lio_opcode == IO_CMD_PWRITE);
    io_prep_preadv2(&block, 3, pieces, 2, 5, 8);
    EXPECT(block.aio_lio_opcode == IO_CMD_PREADV && block.u.v.vec == pieces && block.u.v.nr == 2);
    EXPECT(block.u.v.offset == 5 && block.aio_rw_flags == 8);
    io_prep_pwritev2(&block, 3, pieces, 1, 0, 2);
    EXPECT(block.aio_lio_opcode == IO_CMD_PWRITEV && block.aio_rw_flags == 2);
    io_prep_fsync(&block, 4);
    EXPECT(block.aio_lio_opcode == IO_CMD_FSYNC && block.aio_fildes == 4 && block.u.c.buf == NULL);
    io_prep_fdsync(&block, 4);
    EXPECT(block.aio_lio_opcode == IO_CMD_FDSYNC);
    io_prep_poll(&block, 4, 5);
    EXPECT(block.aio_lio_opcode == IO_CMD_POLL && block.u.poll.events == 5);
    io_set_eventfd(&block, 6);
    EXPECT(block.u.c.flags == IOCB_FLAG_RESFD && block.u.c.resfd == 6);
    io_context_t context = NULL;
    EXPECT(io_setup(1, &context) == 0);
    EXPECT(io_queue_run(context) == 0 && io_queue_release(context) == 0);
    return 0;
}
