// The private fields of a control block, where glibc keeps them. Method: write through the
// accessors and look at the members, and the other way round; in both twins.
#define BOOST_TEST_MODULE block
#include "aio/posix/platform/block.h"

#include <errno.h>
#include <string.h>

#include <memory>
#include <vector>

#include <boost/mpl/list.hpp>
#include <boost/test/unit_test.hpp>

namespace uaio {
namespace {

using Twins = boost::mpl::list<struct aiocb, struct aiocb64>;

// A block full of garbage, as on a stack.
template <class Aiocb>
Aiocb garbage(int filler = 0xA5) {
    Aiocb block;
    memset(static_cast<void*>(&block), filler, sizeof block);
    return block;
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_begun_block_is_in_progress, Aiocb, Twins) {
    auto block = garbage<Aiocb>();
    Block(&block).begin(0x12345678, EINPROGRESS);
    BOOST_TEST(block.__error_code == EINPROGRESS);
    BOOST_TEST(Block(&block).error() == EINPROGRESS);
    BOOST_TEST(Block(&block).error_for_sleeper() == EINPROGRESS);
    BOOST_TEST(Block(&block).request() == 0x12345678u);
    BOOST_TEST(Block(&block).result() == 0);
    BOOST_TEST(Block(&block).is_stamped());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(every_number_of_a_request_has_room, Aiocb, Twins) {
    auto block = garbage<Aiocb>();
    for (uint32_t number : {0u, 1u, 0x7fffffffu, 0x80000000u, UINT32_MAX}) {
        Block(&block).begin(number, EINPROGRESS);
        BOOST_TEST(Block(&block).request() == number);
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_status_is_where_glibc_keeps_it, Aiocb, Twins) {
    auto block = garbage<Aiocb>();
    Block(&block).begin(1, EINPROGRESS);
    Block(&block).publish(4'096, 0);
    BOOST_TEST(block.__error_code == 0);
    BOOST_TEST(block.__return_value == 4'096);
    Block(&block).publish(-1, EIO);
    BOOST_TEST(block.__error_code == EIO);
    BOOST_TEST(block.__return_value == -1);
    BOOST_TEST(Block(&block).error() == EIO);
    BOOST_TEST(Block(&block).result() == -1);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_refused_block_says_why, Aiocb, Twins) {
    auto block = garbage<Aiocb>();
    Block(&block).refuse(EBADF);
    BOOST_TEST(Block(&block).error() == EBADF);
    BOOST_TEST(Block(&block).result() == -1);
    BOOST_TEST(Block(&block).is_stamped());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(what_the_program_set_is_left_alone, Aiocb, Twins) {
    auto before = garbage<Aiocb>();
    auto block = before;
    Block(&block).begin(1, EINPROGRESS);
    Block(&block).publish(7, 0);
    Block(&block).remove_stamp();
    BOOST_TEST(block.aio_fildes == before.aio_fildes);
    BOOST_TEST(block.aio_lio_opcode == before.aio_lio_opcode);
    BOOST_TEST(block.aio_reqprio == before.aio_reqprio);
    BOOST_TEST(block.aio_buf == before.aio_buf);
    BOOST_TEST(block.aio_nbytes == before.aio_nbytes);
    BOOST_TEST(block.aio_offset == before.aio_offset);
    BOOST_TEST(memcmp(&block.aio_sigevent, &before.aio_sigevent, sizeof block.aio_sigevent) == 0);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(garbage_is_not_stamped, Aiocb, Twins) {
    for (int filler : {0, 0xA5, 0xff}) {
        auto block = garbage<Aiocb>(filler);
        BOOST_TEST(!Block(&block).is_stamped());
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_collected_block_is_not_stamped, Aiocb, Twins) {
    auto block = garbage<Aiocb>();
    Block(&block).begin(1, EINPROGRESS);
    Block(&block).publish(7, 0);
    BOOST_TEST(Block(&block).is_stamped());
    Block(&block).remove_stamp();
    BOOST_TEST(!Block(&block).is_stamped());
    BOOST_TEST(Block(&block).result() == 7);
    BOOST_TEST(Block(&block).error() == 0);
}

// A stamp holds for one address, so a copy of a block has none. Neighbours in an array differ too.
BOOST_AUTO_TEST_CASE_TEMPLATE(a_copy_is_not_stamped, Aiocb, Twins) {
    std::vector<Aiocb> blocks(1'000, garbage<Aiocb>());
    Block(&blocks[0]).begin(1, EINPROGRESS);
    for (size_t i = 1; i < blocks.size(); ++i) {
        blocks[i] = blocks[0];
        BOOST_TEST(!Block(&blocks[i]).is_stamped());
    }
}

}  // namespace
}  // namespace uaio
