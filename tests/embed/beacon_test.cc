// Beacon: readable while it is lit, and nothing is done to what is not its own.
#define BOOST_TEST_MODULE beacon
#include "aio/embed/beacon.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>

#include "tests/support/scratch_file.h"

namespace uaio {
namespace {

struct Open {
    Open() { BOOST_TEST_REQUIRE(beacon.open() == 0); }
    ~Open() { beacon.close(); }

    bool is_lit() const {
        pollfd entry = {beacon.descriptor(), POLLIN, 0};
        return poll(&entry, 1, 0) == 1;
    }

    Beacon beacon;
};

BOOST_FIXTURE_TEST_CASE(it_is_readable_while_it_is_lit, Open) {
    BOOST_TEST(!is_lit());
    for (int round = 0; round < 2; ++round) {
        beacon.light();
        BOOST_TEST(is_lit());
        beacon.put_out();
        BOOST_TEST(!is_lit());
    }
    beacon.put_out();  // waits for nothing
    BOOST_TEST((fcntl(beacon.descriptor(), F_GETFD) & FD_CLOEXEC) != 0);
}

BOOST_FIXTURE_TEST_CASE(what_took_its_number_is_left_alone, Open) {
    test::ScratchFile other("other");
    int number = beacon.descriptor();
    BOOST_TEST(dup2(other.fd(), number) == number);
    beacon.light();
    beacon.put_out();
    beacon.close();
    BOOST_TEST(lseek(number, 0, SEEK_CUR) == 0);
    BOOST_TEST(other.contents() == "other");
    close(number);
}

BOOST_AUTO_TEST_CASE(without_a_descriptor_it_stays_dark_and_keeps_errno) {
    rlimit before;
    getrlimit(RLIMIT_NOFILE, &before);
    rlimit none = {0, before.rlim_max};
    setrlimit(RLIMIT_NOFILE, &none);
    Beacon beacon;
    errno = E2BIG;
    int error = beacon.open();
    beacon.light();
    beacon.put_out();
    beacon.close();
    int kept = errno;
    setrlimit(RLIMIT_NOFILE, &before);
    BOOST_TEST(error == EMFILE);
    BOOST_TEST(kept == E2BIG);
    BOOST_TEST(!beacon.is_open());
    BOOST_TEST(beacon.descriptor() == -1);
}

}  // namespace
}  // namespace uaio
