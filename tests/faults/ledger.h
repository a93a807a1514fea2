// Ledger: what a workload has asked for and been told, to be compared with what the engine counted.
//
// One process, one ledger. Notices arrive on any thread and in signal handlers, so their part is
// atomic; the rest belongs to the main thread.
#pragma once

#include <signal.h>

#include "aio/counters.h"

namespace uaio::test {

// The outcome of a check, printed where it fails. `wrongs` counts.
void expect(bool right, const char* what, long seen = 0);
int wrongs();

// How a request wants to be told.
enum class Ring { kNot, kSignal, kThread, kOwnThread, kThreadSignal };

// Fills in an event whose notice will be booked under a fresh number, which is returned.
int set_ring(sigevent* event, Ring ring);

// How often the notice of that number has come.
int rung(int number);

// All notices that have come.
int rung_in_all();

// The handler and the mask that the notices by signal need. First thing in the process.
void listen_for_rings();

// The statistics file that the engine is going to count in.
void open_books();

// The engine's record in it; null if the engine could not open it.
const CounterRecord* books();

}  // namespace uaio::test
