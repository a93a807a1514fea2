#include "tools/bench/peer.h"

#include <stdlib.h>

#include "aio/options.h"
#include "tools/bench/other_drivers.h"
#include "tools/bench/posix_driver.h"

namespace uaio::bench {
namespace {

using enum Interface;

constexpr Peer kPeers[] = {
    {"system", kSystem, nullptr, nullptr, "the C library's POSIX AIO"},
    {"uaio", kUaio, nullptr, nullptr, "libuaio.so.1 as it is by default"},
    {"uaio-pool", kUaio, "UAIO_EXPRESS", "0", "libuaio.so.1 without its express lane"},
    {"uaio-strict", kUaio, "UAIO_ORDER", "strict", "libuaio.so.1, strict order"},
    {"libaio", kLibaio, nullptr, nullptr, "the kernel's older interface"},
    {"uaio-libaio", kUaioLibaio, nullptr, nullptr, "the same interface, by uaio's libaio.so.1"},
    {"io_uring", kIoUring, nullptr, nullptr, "the kernel's newer interface"},
    {"asio", kAsio, nullptr, nullptr, "pread and pwrite on a Boost.Asio pool of 64 threads"},
    {"asio-uring", kAsioIoUring, nullptr, nullptr, "Boost.Asio's files, on io_uring"},
    {"asio-uaio", kAsioUaio, nullptr, nullptr, "uaio's files for Boost.Asio"},
    {"plain", kPlain, nullptr, nullptr, "pread and pwrite in the submitter, one at a time"},
};

}  // namespace

std::span<const Peer> peers() {
    return kPeers;
}

const Peer* find_peer(const std::string& name) {
    for (const Peer& peer : kPeers) {
        if (name == peer.name) return &peer;
    }
    return nullptr;
}

void enter_peer(const Peer& peer) {
    for (const OptionRow& row : kOptionTable) unsetenv(row.name);
    if (peer.variable != nullptr) setenv(peer.variable, peer.value, 1);
}

PosixFunctions functions_of(const Peer& peer, const std::string& library) {
    return peer.interface == kSystem ? system_functions() : library_functions(library);
}

DriverMaker driver_maker(const Peer& peer, Notice notice, const std::string& library) {
    switch (peer.interface) {
        case kSystem:
        case kUaio: {
            PosixFunctions functions = functions_of(peer, library);
            return [functions, notice](size_t depth) {
                return make_posix_driver(functions, notice, depth);
            };
        }
        case kLibaio:
            return make_libaio_driver;
        case kUaioLibaio:
            return uaio_libaio_driver_maker(library);
        case kIoUring:
            return make_io_uring_driver;
        case kAsio:
            return asio_driver_maker();
        case kAsioIoUring:
            return make_asio_io_uring_driver;
        case kAsioUaio:
            return make_asio_uaio_driver;
        case kPlain:
            return [](size_t) { return make_plain_driver(); };
    }
    return nullptr;
}

}  // namespace uaio::bench
