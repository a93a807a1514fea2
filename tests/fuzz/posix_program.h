// An input as a program of calls on the posix door, over control blocks whose bytes, private
// members included, are arbitrary. The calls are the sort that a confused program makes, blocks
// scribbled over or submitted again while they are in flight among them. What a program has to keep
// is kept: blocks and buffers stay mapped, and an open stream stays open.
//
// When the input ends, everything accepted must have been published (posix_world.h).
#pragma once

#include <stddef.h>
#include <stdint.h>

namespace uaio::fuzz {

// Before the first input: threads few enough to meet often, and this value of UAIO_STRICT and of
// UAIO_ORDER.
void start_posix(const char* strict, const char* order);

void run_posix(const uint8_t* data, size_t size);

}  // namespace uaio::fuzz
