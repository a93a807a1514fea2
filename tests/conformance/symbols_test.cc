// Proves that the functions under test are ours: without this, every other case could pass on the
// system's AIO. Method: where each address comes from, by the dynamic linker's account.

#include <aio.h>
#include <dlfcn.h>
#include <unistd.h>

#include <string>

#include <boost/test/unit_test.hpp>

#include "tests/conformance/door.h"
#include "tests/conformance/posix.h"
#include "tests/support/twins.h"

using namespace uaio::conformance;

namespace {

struct Symbol {
    const char* name;
    void* address;  // as this program calls it
};

template <typename Function>
Symbol symbol(const char* name, Function* function) {
    return {name, reinterpret_cast<void*>(function)};
}

std::string object_of(void* address) {
    Dl_info info;
    if (dladdr(address, &info) == 0 || info.dli_fname == nullptr) return "nowhere";
    return info.dli_fname;
}

// Something that is certainly in this program.
int landmark;

void check(const Symbol& symbol) {
    std::string object = object_of(symbol.address);
    if (kPreloadedLibrary == nullptr) {
        BOOST_TEST(object == object_of(&landmark), symbol.name << " comes from " << object);
    } else {
        // By name: a position-dependent program's own address of a function may be a stub.
        object = object_of(dlsym(RTLD_DEFAULT, symbol.name));
        std::string file = object.substr(object.rfind('/') + 1);
        BOOST_TEST(file == kPreloadedLibrary, symbol.name << " comes from " << object);
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(symbols)

BOOST_AUTO_TEST_CASE(every_function_is_ours, *promise("all nine functions and their 64 twins")) {
    const Symbol all[] = {
        symbol("aio_read", aio_read),       symbol("aio_read64", aio_read64),
        symbol("aio_write", aio_write),     symbol("aio_write64", aio_write64),
        symbol("aio_fsync", aio_fsync),     symbol("aio_fsync64", aio_fsync64),
        symbol("aio_error", aio_error),     symbol("aio_error64", aio_error64),
        symbol("aio_return", aio_return),   symbol("aio_return64", aio_return64),
        symbol("aio_cancel", aio_cancel),   symbol("aio_cancel64", aio_cancel64),
        symbol("aio_suspend", aio_suspend), symbol("aio_suspend64", aio_suspend64),
        symbol("lio_listio", lio_listio),   symbol("lio_listio64", lio_listio64),
#ifndef UAIO_TEST_NO_TWINS
        symbol("aio_init", aio_init),
#endif
    };
    for (const Symbol& each : all) check(each);
}

BOOST_AUTO_TEST_CASE(sysconf_tells_of_the_options, *posix("<aio.h>, <limits.h>, sysconf: AIO")) {
    BOOST_TEST(sysconf(_SC_ASYNCHRONOUS_IO) > 0);
    BOOST_TEST(sysconf(_SC_PRIORITIZED_IO) > 0);
    BOOST_TEST(sysconf(_SC_AIO_PRIO_DELTA_MAX) >= 0);
    long list_max = sysconf(_SC_AIO_LISTIO_MAX);  // -1: no fixed limit
    BOOST_TEST((list_max == -1 || list_max >= _POSIX_AIO_LISTIO_MAX));
    long requests_max = sysconf(_SC_AIO_MAX);
    BOOST_TEST((requests_max == -1 || requests_max >= _POSIX_AIO_MAX));
}

BOOST_AUTO_TEST_SUITE_END()
