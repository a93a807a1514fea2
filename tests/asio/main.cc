// The program of the suite. Where it is about Asio's own files and the system refuses io_uring, it
// says so and stops: then there is nothing to compare with.
#define BOOST_TEST_MODULE files
#include <stdio.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>

#ifdef UAIO_TEST_PEER
#include <liburing.h>

namespace {

struct Ring {
    Ring() {
        io_uring ring;
        int error = io_uring_queue_init(1, &ring, 0);
        if (error < 0) {
            fprintf(stderr, "skipped: this system refuses io_uring (%d)\n", -error);
            _exit(0);
        }
        io_uring_queue_exit(&ring);
    }
};

BOOST_TEST_GLOBAL_FIXTURE(Ring);

}  // namespace
#endif
