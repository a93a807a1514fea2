// The functions of the oldest version have prototypes of their own, and the helpers are functions.
// Method: what a binary of that time would be bound to is looked up by its version.
#define BOOST_TEST_MODULE versions
#include <dlfcn.h>
#include <errno.h>
#include <string.h>

#include <boost/test/unit_test.hpp>

#include "aio/libaio/libaio.h"
#include "tests/support/scratch_file.h"

namespace uaio {
namespace {

template <class Function>
Function* look_up(const char* name, const char* version) {
    auto& suite = boost::unit_test::framework::master_test_suite();
    BOOST_TEST_REQUIRE(suite.argc == 2);
    void* library = dlopen(suite.argv[1], RTLD_NOW);
    BOOST_TEST_REQUIRE(library != nullptr, dlerror());
    void* found = dlvsym(library, name, version);
    BOOST_TEST_REQUIRE(found != nullptr, name << "@" << version);
    return reinterpret_cast<Function*>(found);
}

BOOST_AUTO_TEST_CASE(the_oldest_functions_work) {
    auto* init = look_up<int(int, io_context_t*)>("io_queue_init", "LIBAIO_0.1");
    auto* submit = look_up<int(io_context_t, long, struct iocb**)>("io_submit", "LIBAIO_0.1");
    auto* release = look_up<int(io_context_t)>("io_queue_release", "LIBAIO_0.1");
    auto* getevents = look_up<int(io_context_t, long, struct io_event*, const timespec*)>(
        "io_getevents", "LIBAIO_0.1");
    auto* cancel = look_up<int(io_context_t, struct iocb*)>("io_cancel", "LIBAIO_0.1");
    auto* wait = look_up<int(io_context_t, const timespec*)>("io_queue_wait", "LIBAIO_0.1");
    auto* prepare = look_up<void(struct iocb*, int, void*, size_t, long long)>("uaio_io_prep_pread",
                                                                               "UAIO_LIBAIO_1.0");
    test::ScratchFile file("0123456789");
    io_context_t context = nullptr;
    BOOST_TEST(init(8, &context) == 0);
    char data[4];
    struct iocb block;
    struct iocb* list[] = {&block};
    prepare(&block, file.fd(), data, sizeof data, 3);
    BOOST_TEST(submit(context, 1, list) == 1);
    struct io_event event;
    BOOST_TEST(getevents(context, 1, &event, nullptr) == 1);
    BOOST_TEST(memcmp(data, "3456", 4) == 0);
    timespec now = {0, 0};
    BOOST_TEST(getevents(context, 1, &event, &now) == 0);
    BOOST_TEST(wait(context, &now) == 0);
    BOOST_TEST(cancel(context, &block) == -EINVAL);
    BOOST_TEST(release(context) == 0);
}

BOOST_AUTO_TEST_CASE(today_they_are_others) {
    auto* before = look_up<int()>("io_getevents", "LIBAIO_0.1");
    auto* today = look_up<int()>("io_getevents", "LIBAIO_0.4");
    BOOST_TEST(before != today);
    look_up<int()>("io_pgetevents", "LIBAIO_0.5");
}

}  // namespace
}  // namespace uaio
