// The table of peers: who is compared.
//
// The settings of uaio come from the environment and are read once, so each measurement has a
// process of its own, which `enter_peer` turns into one of that peer.
#pragma once

#include <limits.h>

#include <span>
#include <string>

#include "tools/bench/driver.h"
#include "tools/bench/posix_functions.h"
#include "tools/bench/workload.h"

namespace uaio::bench {

enum class Interface {
    kSystem,
    kUaio,
    kLibaio,
    kUaioLibaio,
    kIoUring,
    kAsio,
    kAsioIoUring,
    kAsioUaio,
    kPlain
};

struct Peer {
    const char* name;
    Interface interface;
    const char* variable;  // set in the environment of its processes; null: none
    const char* value;
    const char* about;  // for people
};

// In the order of the tables. The first is the base of all ratios.
std::span<const Peer> peers();

// Null where there is none of that name.
const Peer* find_peer(const std::string& name);

inline bool is_posix(const Peer& peer) {
    return peer.interface == Interface::kSystem || peer.interface == Interface::kUaio;
}

// Most operations that the peer can have outstanding in a submitter.
inline size_t depth_limit(const Peer& peer, size_t depth) {
    return peer.interface == Interface::kPlain ? 1 : depth;
}

// Most descriptors with which the peer comes to an end: with 1,024 of them the io_uring service of
// Asio 1.81 waits for operations that it has lost, in every run.
inline unsigned descriptors_limit(const Peer& peer) {
    return peer.interface == Interface::kAsioIoUring ? 512 : UINT_MAX;
}

// Takes every setting of uaio out of this process's environment and puts the peer's in.
void enter_peer(const Peer& peer);

// The functions of a POSIX peer. `library` is the path of libuaio.so.1. Throws Failure where they
// are not the peer's.
PosixFunctions functions_of(const Peer& peer, const std::string& library);

// How the peer's drivers are made in this process, from now on.
DriverMaker driver_maker(const Peer& peer, Notice notice, const std::string& library);

}  // namespace uaio::bench
