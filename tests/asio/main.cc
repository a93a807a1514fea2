// The program of the suite. Where it is about Asio's own files and the system refuses io_uring, it
// says so and stops: then there is nothing to compare with.
#define BOOST_TEST_MODULE files
#include <stdio.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>

#ifdef UAIO_TEST_PEER
#include <liburing.h>

namespace {

// Asio's rings take 1.5 MiB of locked memory each, and the system takes its time to free those of
// the case before. So there must be room for some.
constexpr unsigned kEntries = 16'384;
constexpr int kRings = 16;

struct Rings {
    Rings() {
        io_uring rings[kRings];
        for (int made = 0; made < kRings; ++made) {
            int error = io_uring_queue_init(kEntries, &rings[made], 0);
            if (error < 0) {
                fprintf(stderr, "skipped: this system refuses Asio's rings (%d)\n", -error);
                _exit(0);
            }
        }
        for (io_uring& ring : rings) io_uring_queue_exit(&ring);
    }
};

BOOST_TEST_GLOBAL_FIXTURE(Rings);

}  // namespace
#endif
