// Which kinds of operation are syncs, and which transfers go on where others end. Method: all four
// kinds; a pair of transfers, and what must not differ between them.
#define BOOST_TEST_MODULE operation
#include "aio/operation.h"

#include <stdint.h>

#include <array>

#include <boost/test/unit_test.hpp>

#include "tests/aio/make_request.h"

namespace uaio {
namespace {

using namespace test;

BOOST_AUTO_TEST_CASE(syncs_are_told_from_transfers) {
    BOOST_TEST(!is_sync(Kind::kRead));
    BOOST_TEST(!is_sync(Kind::kWrite));
    BOOST_TEST(is_sync(Kind::kDataSync));
    BOOST_TEST(is_sync(Kind::kFileSync));
}

BOOST_AUTO_TEST_CASE(data_is_one_piece_or_as_many_as_there_are) {
    char data[10];
    Operation operation = reading(file(1), 0, sizeof data);
    operation.buffer = data;
    Pieces one(operation);
    BOOST_TEST(one.count == 1);
    BOOST_TEST(one.first->iov_base == data);
    BOOST_TEST(one.first->iov_len == sizeof data);
    iovec array[] = {{data, 4}, {data + 4, 6}};
    operation.buffer = array;
    operation.pieces = 2;
    Pieces two(operation);
    BOOST_TEST(two.count == 2);
    BOOST_TEST(two.first == array);
}

// --- what goes on -----------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_transfer_goes_on_where_one_of_its_kind_ends) {
    BOOST_TEST(goes_on(reading(file(1), 0, 10), reading(file(1), 10, 20)));
    BOOST_TEST(goes_on(writing(file(1), 7, 3), writing(file(1), 10, 1)));
    BOOST_TEST(goes_on(writing(direct_file(1), 7, 3), writing(direct_file(1), 10, 1)));
    BOOST_TEST(goes_on(reading(file(1, 5), 0, 10), reading(file(1, 500), 10, 0)));
}

BOOST_AUTO_TEST_CASE(other_bytes_do_not_go_on) {
    for (int64_t offset : {9, 11, 0, -10}) {
        BOOST_TEST(!goes_on(reading(file(1), 0, 10), reading(file(1), offset, 10)));
    }
    BOOST_TEST(!goes_on(reading(file(1), 10, 0), reading(file(1), 10, 10)));
    BOOST_TEST(!goes_on(reading(file(1), INT64_MAX - 5, 10), reading(file(1), INT64_MIN + 4, 10)));
    BOOST_TEST(!goes_on(reading(file(1), 0, SIZE_MAX), reading(file(1), -1, 10)));
}

BOOST_AUTO_TEST_CASE(other_kinds_do_not_go_on) {
    BOOST_TEST(!goes_on(reading(file(1), 0, 10), writing(file(1), 10, 10)));
    BOOST_TEST(!goes_on(writing(file(1), 0, 10), reading(file(1), 10, 10)));
    BOOST_TEST(!goes_on(syncing(file(1)), syncing(file(1))));
    BOOST_TEST(!goes_on(reading(file(1), 0, 10, 1), reading(file(1), 10, 10, 2)));
}

BOOST_AUTO_TEST_CASE(other_descriptors_do_not_go_on) {
    Operation first = writing(file(1), 0, 10);
    for (const Descriptor& other : {file(2), direct_file(1), append_file(1), stream(1)}) {
        BOOST_TEST(!goes_on(first, writing(other, 10, 10)));
        BOOST_TEST(!goes_on(writing(other, 0, 10), writing(file(1), 10, 10)));
    }
    for (const Descriptor& same : {append_file(1), stream(1)}) {
        BOOST_TEST(!goes_on(writing(same, 0, 10), writing(same, 10, 10)));
    }
}

BOOST_AUTO_TEST_CASE(flags_and_pieces_go_alone) {
    Operation plain = reading(file(1), 0, 10);
    Operation next = reading(file(1), 10, 10);
    Operation flagged = next;
    flagged.descriptor.flags = 1;
    Operation in_pieces = next;
    in_pieces.pieces = 2;
    BOOST_TEST(goes_on(plain, next));
    for (Operation& other : std::array{flagged, in_pieces}) {
        BOOST_TEST(!goes_on(plain, other));
        other.offset = -10 + plain.offset;
        BOOST_TEST(!goes_on(other, plain));
    }
}

}  // namespace
}  // namespace uaio
