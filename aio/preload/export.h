// UAIO_EXPORT marks what programs call instead of the C library's functions: everything else is
// hidden, and the version scripts of the preload libraries list it again by name.
#pragma once

#define UAIO_EXPORT extern "C" __attribute__((visibility("default")))
