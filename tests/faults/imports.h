// Imports: what a loaded library takes from others, as its own relocations list it.
//
// A library without a relocation for a symbol cannot use it, so this list is everything that the
// library can call: its system-call table, whatever its sources say. Each import has slots, words
// of the library that hold the address to call; storing another address there replaces the function
// for this library alone, and for all its threads at once.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace uaio::test {

// Names (without versions) and the slots of each. `library` is the last part of the path under
// which it was loaded. Throws if no such library is loaded.
std::map<std::string, std::vector<void**>> imports_of(const std::string& library);

// Stores `address` in the slot, which the loader has made read-only. Only while no other thread
// uses the library.
void redirect(void** slot, void* address);

}  // namespace uaio::test
