// glibc's second set of names, for offsets of 64 bits, where there is but one: the first names mean
// the same there. So a case for the twins is compiled and run everywhere.
#pragma once

#include <aio.h>
#include <sys/types.h>
#include <unistd.h>

#if !defined(__GLIBC__) || defined(UAIO_OWN_AIOCB)
#define UAIO_TEST_NO_TWINS
#define aiocb64 aiocb
#define aio_cancel64 aio_cancel
#define aio_error64 aio_error
#define aio_fsync64 aio_fsync
#define aio_read64 aio_read
#define aio_return64 aio_return
#define aio_suspend64 aio_suspend
#define aio_write64 aio_write
#define lio_listio64 lio_listio
#endif

#ifndef __GLIBC__
#define off64_t off_t
#define pread64 pread
#define pwrite64 pwrite
#endif
