// Workload: a little of everything that <aio.h> offers, on one main thread, with every result
// verified against what the file must hold.
#pragma once

namespace uaio::test {

// Runs all scenes once and waits for all notices. Checks by expect() (ledger.h).
void run_workload();

// Compares the ledger with the engine's counters. Nothing may be under way.
void balance_books();

}  // namespace uaio::test
