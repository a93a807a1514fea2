// Memory that can be read but not written is EFAULT where the kernel writes, and only where it has
// come so far. Method: pages whose protection is changed.
#define BOOST_TEST_MODULE read_only
#include "aio/libaio/door.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <new>

#include <boost/test/unit_test.hpp>

#include "tests/libaio/door_fixture.h"
#include "tests/support/scratch_file.h"

namespace uaio {
namespace {

using namespace test;

// A page with something in it.
template <class T>
struct Page {
    explicit Page(const T& thing)
        : place(mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)) {
        BOOST_TEST_REQUIRE(place != MAP_FAILED);
        new (place) T(thing);
        protect(PROT_READ);
    }
    ~Page() { munmap(place, kBytes); }
    Page(const Page&) = delete;
    Page& operator=(const Page&) = delete;

    void protect(int protection) { mprotect(place, kBytes, protection); }
    T& get() { return *static_cast<T*>(place); }

    static constexpr size_t kBytes = 4'096;
    void* place;
};

BOOST_FIXTURE_TEST_CASE(a_block_is_not_taken_until_it_can_be_written, Opened) {
    ScratchFile file("0123456789");
    Page<IoBlock> page(block_of(kPread, file.fd(), data, 4));
    for (int i = 0; i < 200; ++i) BOOST_TEST(submit(page.get()) == -EFAULT);  // more than fit
    page.protect(PROT_READ | PROT_WRITE);
    BOOST_TEST(submit(page.get()) == 1);
    BOOST_TEST(next().result == 4);
}

BOOST_FIXTURE_TEST_CASE(others_of_the_same_call_are_taken, Opened) {
    ScratchFile file("0123456789");
    IoBlock first = block_of(kPread, file.fd(), data, 3);
    Page<IoBlock> page(block_of(kPread, file.fd(), data, 4));
    IoBlock* list[] = {&first, &page.get(), &first};
    BOOST_TEST(submit_blocks(context, 3, list) == 1);
    BOOST_TEST(next().result == 3);
}

BOOST_FIXTURE_TEST_CASE(faults_are_found_in_the_kernels_order, Opened) {
    ScratchFile file("0123456789");
    auto answer = [this](const IoBlock& block) {
        Page<IoBlock> page(block);
        return submit(page.get());
    };
    IoBlock good = block_of(kPread, file.fd(), data, 4);
    IoBlock block = good;
    block.reserved = 1;
    BOOST_TEST(answer(block) == -EINVAL);
    block = good;
    block.fd = -1;
    BOOST_TEST(answer(block) == -EBADF);
    block = good;
    block.flags = kFlagBell;
    block.bell = file.fd();
    BOOST_TEST(answer(block) == -EINVAL);
    block = good;
    block.opcode = 99;
    BOOST_TEST(answer(block) == -EFAULT);
    block = good;
    block.offset = -1;
    BOOST_TEST(answer(block) == -EFAULT);
}

BOOST_FIXTURE_TEST_CASE(events_stay_until_their_place_can_be_written, Opened) {
    ScratchFile file("0123456789");
    IoBlock block = block_of(kPread, file.fd(), data, 4);
    Page<IoEvent> page(IoEvent{});
    BOOST_TEST(submit(block) == 1);
    BOOST_TEST(collect_events(context, 1, 1, &page.get(), nullptr, nullptr) == -EFAULT);
    BOOST_TEST(collect_events(context, 1, 1, &page.get(), nullptr, nullptr) == -EFAULT);
    page.protect(PROT_READ | PROT_WRITE);
    BOOST_TEST(collect_events(context, 1, 1, &page.get(), nullptr, nullptr) == 1);
    BOOST_TEST(page.get().result == 4);
}

BOOST_AUTO_TEST_CASE(a_context_needs_a_place_that_can_be_written) {
    Page<uintptr_t> page(0);
    BOOST_TEST(setup_context(8, &page.get()) == -EFAULT);
    BOOST_TEST(setup_context(0, &page.get()) == -EINVAL);
    page.protect(PROT_READ | PROT_WRITE);
    BOOST_TEST(setup_context(8, &page.get()) == 0);
    BOOST_TEST(destroy_context(page.get()) == 0);
}

}  // namespace
}  // namespace uaio
