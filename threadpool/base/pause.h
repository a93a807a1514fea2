// What a thread does between two looks at a word that another thread is about to change: it tells
// the processor that it waits, which saves power and leaves the core to its sibling. Takes some ten
// to a hundred cycles.
#pragma once

namespace uaio {

inline void pause() {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    asm volatile("yield" ::: "memory");
#else
    asm volatile("" ::: "memory");
#endif
}

}  // namespace uaio
