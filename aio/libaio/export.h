// UAIO_EXPORT marks what programs call: everything else is hidden, and the version scripts
// (libaio.map, the preload libraries') list it again by name.
#pragma once

#define UAIO_EXPORT extern "C" __attribute__((visibility("default")))
