// What lio_listio leaves in the blocks of a list of which something was refused, and what it
// counts. Method: lists of good and bad entries, blocks full of garbage.
#define BOOST_TEST_MODULE listio
#include <aio.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <memory>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "aio/counters.h"
#include "aio/posix/platform/block.h"
#include "tests/support/bell.h"
#include "tests/support/request.h"
#include "tests/support/scratch_file.h"
#include "tests/support/twins.h"

namespace uaio {
namespace {

using test::ScratchFile;

uint64_t counted(Counter counter) {
    return counters().sum(counter);
}

// Entries that read one byte each, from that descriptor or with that opcode.
struct Entry {
    Entry(int fd, int opcode) {
        test::set_up(&block, fd, &byte, 1, 0);
        block.aio_lio_opcode = opcode;
    }
    aiocb block;
    char byte = '.';
};

// Not called by its name, which glibc's header declares never to get a null pointer, nor by its
// type, which musl's makes another.
using ListIo = int (*)(int, aiocb* const*, int, sigevent*);
ListIo volatile list_io = reinterpret_cast<ListIo>(lio_listio);

// 0, or the errno of the call.
int submit(int mode, const std::vector<Entry*>& entries, sigevent* event = nullptr) {
    std::vector<aiocb*> list;
    for (Entry* entry : entries) {
        list.push_back(entry != nullptr ? &entry->block : nullptr);
    }
    errno = 0;
    int answer = list_io(mode, list.data(), static_cast<int>(list.size()), event);
    return answer == 0 ? 0 : errno;
}

BOOST_AUTO_TEST_CASE(each_refused_entry_says_why_in_its_block) {
    ScratchFile file("x");
    for (int mode : {LIO_WAIT, LIO_NOWAIT}) {
        Entry bad_descriptor(-1, LIO_READ);
        Entry good(file.fd(), LIO_READ);
        Entry bad_opcode(file.fd(), 99);
        Entry bad_offset(file.fd(), LIO_WRITE);
        bad_offset.block.aio_offset = -1;
        BOOST_TEST(submit(mode, {&bad_descriptor, nullptr, &good, &bad_opcode, &bad_offset}) ==
                   EIO);
        BOOST_TEST(test::finish(&good.block) == test::transferred(1));
        BOOST_TEST(good.byte == 'x');
        BOOST_TEST(test::finish(&bad_descriptor.block) == test::failed(EBADF));
        BOOST_TEST(test::finish(&bad_opcode.block) == test::failed(EINVAL));
        BOOST_TEST(test::finish(&bad_offset.block) == test::failed(EINVAL));
    }
    BOOST_TEST(file.contents() == "x");
}

// A list asks about a descriptor once as long as it stays the same; what may be done with it is
// another question for each entry.
BOOST_AUTO_TEST_CASE(entries_of_one_descriptor_are_judged_one_by_one) {
    ScratchFile file("x");
    ScratchFile other("y");
    int read_only = file.open_again(O_RDONLY);
    std::vector<std::unique_ptr<Entry>> entries;
    std::vector<Entry*> list;
    for (int fd : {read_only, read_only, read_only, other.fd(), read_only, -1, -1, other.fd()}) {
        for (int opcode : {LIO_READ, LIO_WRITE}) {
            list.push_back(entries.emplace_back(std::make_unique<Entry>(fd, opcode)).get());
        }
    }
    BOOST_TEST(submit(LIO_WAIT, list) == EIO);
    for (Entry* entry : list) {
        bool may =
            entry->block.aio_fildes == other.fd() ||
            (entry->block.aio_fildes == read_only && entry->block.aio_lio_opcode == LIO_READ);
        BOOST_TEST(test::finish(&entry->block) ==
                   (may ? test::transferred(1) : test::failed(EBADF)));
    }
    BOOST_TEST(list[2]->byte == 'x');
    BOOST_TEST(list[6]->byte == 'y');
    close(read_only);
}

BOOST_AUTO_TEST_CASE(skipped_entries_are_left_as_they_are) {
    ScratchFile file("x");
    Entry skipped(file.fd(), LIO_NOP);
    Entry good(file.fd(), LIO_READ);
    aiocb before = skipped.block;
    BOOST_TEST(submit(LIO_WAIT, {&skipped, &good}) == 0);
    BOOST_TEST(memcmp(&before, &skipped.block, sizeof before) == 0);
    BOOST_TEST(test::finish(&good.block) == test::transferred(1));
}

BOOST_AUTO_TEST_CASE(lists_and_refusals_are_counted) {
    ScratchFile file("x");
    uint64_t lists = counted(Counter::kLists);
    uint64_t refused = counted(Counter::kRefused);
    uint64_t reads = counted(Counter::kSubmittedReads);
    Entry bad(-1, LIO_READ);
    Entry good(file.fd(), LIO_READ);
    BOOST_TEST(submit(LIO_WAIT, {&bad, &good, nullptr}) == EIO);
    BOOST_TEST(submit(LIO_WAIT, {}) == 0);
    BOOST_TEST(submit(99, {&good}) == EINVAL);
    BOOST_TEST(counted(Counter::kLists) == lists + 2);
    BOOST_TEST(counted(Counter::kRefused) == refused + 1);
    BOOST_TEST(counted(Counter::kSubmittedReads) == reads + 1);
    BOOST_TEST(test::finish(&good.block) == test::transferred(1));
}

test::Bell bell;

// Nothing was accepted, so everything that was is done.
BOOST_AUTO_TEST_CASE(a_list_without_a_good_entry_rings_all_the_same) {
    sigevent event = {};
    event.sigev_notify = SIGEV_THREAD;
    event.sigev_notify_function = [](sigval) { bell.ring(); };
    Entry bad(-1, LIO_READ);
    BOOST_TEST(submit(LIO_NOWAIT, {&bad}, &event) == EIO);
    bell.wait();
    BOOST_TEST(submit(LIO_WAIT, {&bad}, &event) == EIO);
    BOOST_TEST(bell.waiting() == 0);
}

BOOST_AUTO_TEST_CASE(the_64_twin_says_why_too) {
    aiocb64 block;
    memset(&block, 0xA5, sizeof block);
    block.aio_fildes = -1;
    block.aio_lio_opcode = LIO_READ;
    block.aio_reqprio = 0;
    aiocb64* list[] = {&block};
    BOOST_TEST(lio_listio64(LIO_WAIT, list, 1, nullptr) == -1);
    BOOST_TEST(aio_error64(&block) == EBADF);
    BOOST_TEST(aio_return64(&block) == -1);
}

}  // namespace
}  // namespace uaio
