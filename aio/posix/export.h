// UAIO_EXPORT: a function that programs call. Everything else is hidden, and the version scripts
// (uaio.map, preload.map) list these again by name.
#pragma once

#define UAIO_EXPORT extern "C" __attribute__((visibility("default")))
