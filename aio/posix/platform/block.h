// Block: what the library keeps of a control block, wherever this system lets it be kept.
//
//     Block fields(block);
//     if (!fields.enter()) ... no memory: EAGAIN
//     fields.begin(request, EINPROGRESS);      // a request serves the block
//     fields.publish(result, error);           // it has ended; the block is its owner's again
//     fields.error(); fields.result();         // aio_error, aio_return
//
// Back ends: block_glibc.h, block_musl.h and block_own.h (the fields that their struct aiocb has
// for the library), block_side_table.h (a table by address, for a struct aiocb without such fields
// or whose fields are the system's business: macOS, the BSDs, illumos). Which one a C library needs
// is decided here; -DUAIO_SIDE_TABLE takes the table anywhere.
//
// A back end has
//     static constexpr bool kKeepsStatus    a status stays where it is until the next submission,
//                                           however often it is asked for; else aio_return ends it
//     bool enter()                          makes room before the first store; false: no memory
//     int error() const                     0, EINPROGRESS or an errno value: what aio_error
//                                           returns; acquire
//     int error_for_sleeper() const         the same, ordered against the waiting room; seq_cst
//     ssize_t result() const
//     uint32_t request() const              the number of the request that serves the block;
//                                           garbage if none ever did
//     bool is_stamped() const               submitted at this address, result not collected
//     void remove_stamp()                   collected
//     void begin(uint32_t request, int in_progress)
//     void publish_at_once(ssize_t result)  a status that needed no request
//     void refuse(int error)                the status of a block that was never in progress
//     void publish(ssize_t result, int error)
// and says by macros what else the system's <aio.h> has:
//     UAIO_AIOCB64          struct aiocb64 and functions for it, and aio_init
//     UAIO_SUSPEND_TIME64   a second aio_suspend, for programs whose time_t is wider
// and what this <aio.h> takes for an entry of lio_listio's list: `ListEntry`.
//
// None takes a lock or calls what a signal handler may not. A block that was never submitted may
// hold anything. After the store of the final error the block is not touched: its owner may have
// freed it by then.
#pragma once

#include <aio.h>

#if !defined(UAIO_SIDE_TABLE) && defined(UAIO_OWN_AIOCB)  // by our own <aio.h>
#include "aio/posix/platform/block_own.h"
#elif !defined(UAIO_SIDE_TABLE) && defined(__GLIBC__)
#include "aio/posix/platform/block_glibc.h"
#elif !defined(UAIO_SIDE_TABLE) && defined(__linux__)
#include "aio/posix/platform/block_musl.h"
#else
#include "aio/posix/platform/block_side_table.h"

namespace uaio {

using Block = SideTableBlock;

}  // namespace uaio
#endif
