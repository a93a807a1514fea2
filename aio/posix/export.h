// What the functions that programs call need.
//
// UAIO_EXPORT marks them: everything else is hidden, and the version scripts (uaio.map,
// preload.map) list them again by name.
#pragma once

namespace uaio {

// The same pointer, of which the compiler knows nothing. <aio.h> declares some parameters as never
// null (the nonnull attribute), from which GCC concludes that our checks for null can go.
template <class T>
inline T* maybe_null(T* pointer) {
    __asm__("" : "+r"(pointer));
    return pointer;
}

}  // namespace uaio

#define UAIO_EXPORT extern "C" __attribute__((visibility("default")))
