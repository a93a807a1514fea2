// A chain of transfers made by one system call. Method: chains made by hand, on a file, the
// system's own calls.
#define BOOST_TEST_MODULE joint_transfer
#include "aio/joint_transfer.h"

#include <errno.h>

#include <array>
#include <string>

#include <boost/test/unit_test.hpp>

#include "aio/limits.h"
#include "aio/request.h"
#include "tests/support/scratch_file.h"

namespace uaio {
namespace {

using namespace test;

// Requests of one kind, of `bytes` each, one after another from `offset` on.
template <size_t kCount>
struct Chain {
    Chain(Kind kind, int fd, int64_t offset, size_t bytes) {
        for (size_t i = 0; i < kCount; ++i) {
            data[i] = std::string(bytes, static_cast<char>('a' + i));
            Operation& operation = requests[i].operation;
            operation.kind = kind;
            operation.fd = fd;
            operation.buffer = data[i].data();
            operation.bytes = bytes;
            operation.offset = offset + static_cast<int64_t>(i * bytes);
            requests[i].inbox_next = i + 1 < kCount ? &requests[i + 1] : nullptr;
        }
    }

    std::array<std::string, kCount> data;
    std::array<Request, kCount> requests = {};
};

BOOST_AUTO_TEST_CASE(each_read_gets_its_bytes) {
    ScratchFile file("0123456789abcdef");
    Chain<3> chain(Kind::kRead, file.fd(), 2, 4);
    BOOST_TEST(transfer_together(chain.requests[0]) == 12u);
    BOOST_TEST(chain.data[0] == "2345");
    BOOST_TEST(chain.data[1] == "6789");
    BOOST_TEST(chain.data[2] == "abcd");
}

BOOST_AUTO_TEST_CASE(each_write_goes_to_its_place) {
    ScratchFile file("0123456789");
    Chain<3> chain(Kind::kWrite, file.fd(), 1, 2);
    BOOST_TEST(transfer_together(chain.requests[0]) == 6u);
    BOOST_TEST(file.contents() == "0aabbcc789");
}

BOOST_AUTO_TEST_CASE(a_short_transfer_is_told) {
    ScratchFile file("01234");
    Chain<3> chain(Kind::kRead, file.fd(), 0, 4);
    BOOST_TEST(transfer_together(chain.requests[0]) == 5u);
    BOOST_TEST(chain.data[1] == "4bbb");
    BOOST_TEST(chain.data[2] == "cccc");
}

BOOST_AUTO_TEST_CASE(a_buffer_that_cannot_be_used_ends_it) {
    ScratchFile file("0123456789");
    Chain<2> chain(Kind::kRead, file.fd(), 0, 4);
    chain.requests[1].operation.buffer = nullptr;
    BOOST_TEST(transfer_together(chain.requests[0]) <= 4u);
}

BOOST_AUTO_TEST_CASE(an_error_moves_nothing_and_leaves_errno_alone) {
    Chain<2> chain(Kind::kWrite, -1, 0, 4);
    errno = ERANGE;
    BOOST_TEST(transfer_together(chain.requests[0]) == 0u);
    BOOST_TEST(errno == ERANGE);
}

BOOST_AUTO_TEST_CASE(as_many_as_there_may_be) {
    ScratchFile file("");
    Chain<kTogether> chain(Kind::kWrite, file.fd(), 0, 1);
    BOOST_TEST(transfer_together(chain.requests[0]) == kTogether);
    BOOST_TEST(file.contents().size() == kTogether);
}

}  // namespace
}  // namespace uaio
