// What can be read or written, and pages that are mapped twice. Method: pages of every kind, next
// to each other; a ring's two mappings written through one and read through the other; a child.
#define BOOST_TEST_MODULE memory
#include "aio/libaio/platform/memory.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>

#include "aio/libaio/known_pages.h"

namespace uaio {
namespace {

// Three pages, the one in the middle not there.
struct Pages {
    Pages()
        : size(static_cast<size_t>(sysconf(_SC_PAGESIZE))),
          start(static_cast<char*>(mmap(nullptr, 3 * size, PROT_READ | PROT_WRITE,
                                        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0))) {
        BOOST_TEST_REQUIRE(start != MAP_FAILED);
        munmap(start + size, size);
    }
    ~Pages() {
        munmap(start, size);
        munmap(start + 2 * size, size);
    }

    size_t size;
    char* start;
};

BOOST_FIXTURE_TEST_CASE(what_is_not_there_cannot_be_read, Pages) {
    BOOST_TEST(is_readable(start, 1));
    BOOST_TEST(is_readable(start, size));
    BOOST_TEST(is_readable(start + size - 1, 1));
    BOOST_TEST(!is_readable(start + size - 1, 2));
    BOOST_TEST(!is_readable(start + size, 1));
    BOOST_TEST(!is_readable(start + 2 * size - 1, 1));
    BOOST_TEST(is_readable(start + 2 * size, size));
    BOOST_TEST(!is_readable(start, 3 * size));
    BOOST_TEST(!is_readable(nullptr, 1));
    BOOST_TEST(!is_readable(reinterpret_cast<void*>(8), 8));
    BOOST_TEST(!is_readable(reinterpret_cast<void*>(UINTPTR_MAX - 8), 64));
}

BOOST_FIXTURE_TEST_CASE(what_is_not_there_cannot_be_written, Pages) {
    BOOST_TEST(is_writable(start, size));
    BOOST_TEST(is_writable(start + size - 1, 1));
    BOOST_TEST(!is_writable(start + size - 1, 2));
    BOOST_TEST(!is_writable(start + size, 1));
    BOOST_TEST(is_writable(start + 2 * size + 3, 9));
    BOOST_TEST(!is_writable(start, 3 * size));
    BOOST_TEST(!is_writable(nullptr, 1));
    BOOST_TEST(!is_writable(reinterpret_cast<void*>(8), 8));
    BOOST_TEST(!is_writable(reinterpret_cast<void*>(UINTPTR_MAX - 8), 64));
}

BOOST_FIXTURE_TEST_CASE(looking_changes_nothing, Pages) {
    strcpy(start, "there");
    BOOST_TEST(is_readable(start, 6));
    BOOST_TEST(is_writable(start, 6));
    BOOST_TEST(strcmp(start, "there") == 0);
}

BOOST_FIXTURE_TEST_CASE(what_is_there_is_copied, Pages) {
    strcpy(start, "there");
    char copy[6] = {};
    if (!copy_if_there(copy, start, sizeof copy)) {
        BOOST_TEST_MESSAGE("skipped: this system has no such copy");
        return;
    }
    BOOST_TEST(strcmp(copy, "there") == 0);
    BOOST_TEST(!copy_if_there(copy, start + size, 1));
    BOOST_TEST(!copy_if_there(copy, start + size - 3, sizeof copy));
    BOOST_TEST(!copy_if_there(copy, nullptr, 1));
}

BOOST_FIXTURE_TEST_CASE(errno_is_kept, Pages) {
    errno = E2BIG;
    is_readable(start, 1);
    is_readable(start + size, 1);
    is_writable(start, 1);
    is_writable(start + size, 1);
    int after = errno;
    BOOST_TEST(after == E2BIG);
}

BOOST_AUTO_TEST_CASE(twins_show_the_same) {
    TwinPages pages;
    BOOST_TEST_REQUIRE(map_twin(8192, pages) == 0);
    auto* client = static_cast<char*>(pages.client);
    auto* own = static_cast<char*>(pages.own);
    BOOST_TEST(own[5000] == 0);
    strcpy(client + 5000, "seen");
    BOOST_TEST(strcmp(own + 5000, "seen") == 0);
    unmap_twin(pages, 8192);
    BOOST_TEST(!is_readable(client, 8192));
}

BOOST_FIXTURE_TEST_CASE(known_pages_are_believed_for_a_while, Pages) {
    auto known = KnownPages();
    BOOST_TEST(!known.can_read(start + size, 8));
    BOOST_TEST(!known.can_read(start + size - 4, 8));
    BOOST_TEST(!known.can_read(nullptr, 8));
    BOOST_TEST(!known.can_read(reinterpret_cast<void*>(UINTPTR_MAX - 4), 8));
    BOOST_TEST(known.can_read(start + size - 8, 8));
    munmap(start, size);
    int believed = 0;
    while (known.can_read(start, 8)) ++believed;
    BOOST_TEST(believed > 0);
    BOOST_TEST(believed < 100);
    BOOST_TEST(!known.can_read(start, 8));
    char* other = start + 2 * size;
    BOOST_TEST(known.can_read(other, 8));
    known.forget();
    munmap(other, size);
    BOOST_TEST(!known.can_read(other, 8));
}

BOOST_FIXTURE_TEST_CASE(who_can_be_read_is_not_known_to_be_written, Pages) {
    auto known = KnownPages();
    BOOST_TEST(known.can_read(start, 8));
    munmap(start, size);
    BOOST_TEST(known.can_read(start, 8));
    BOOST_TEST(!known.can_write(start, 8));
    BOOST_TEST(!known.can_read(start, 8));
    char* other = start + 2 * size;
    BOOST_TEST(known.can_write(other, 8));
    munmap(other, size);
    BOOST_TEST(known.can_read(other, 8));
    int believed = 0;
    while (known.can_write(other, 8)) ++believed;
    BOOST_TEST(believed > 0);
    BOOST_TEST(believed < 100);
}

// The portable back end has no such word.
BOOST_AUTO_TEST_CASE(an_own_word_is_0_in_a_child) {
    const std::atomic<uint32_t>* word = map_own_word();
    if (word == nullptr) return;
    pid_t child = fork();
    if (child == 0) _exit(*word == 0 ? 0 : 1);
    int status = -1;
    BOOST_TEST(waitpid(child, &status, 0) == child);
    BOOST_TEST(status == 0);
    BOOST_TEST(*word == 1u);
}

}  // namespace
}  // namespace uaio
