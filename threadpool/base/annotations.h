// Clang's thread-safety attributes: which lock guards which data. Other compilers ignore them.
#pragma once

#if defined(__clang__)
#define UAIO_ATTRIBUTE(attribute) __attribute__((attribute))
#else
#define UAIO_ATTRIBUTE(attribute)
#endif

#define UAIO_CAPABILITY(name) UAIO_ATTRIBUTE(capability(name))
#define UAIO_SCOPED_CAPABILITY UAIO_ATTRIBUTE(scoped_lockable)
#define UAIO_GUARDED_BY(lock) UAIO_ATTRIBUTE(guarded_by(lock))
#define UAIO_REQUIRES(...) UAIO_ATTRIBUTE(requires_capability(__VA_ARGS__))
#define UAIO_EXCLUDES(...) UAIO_ATTRIBUTE(locks_excluded(__VA_ARGS__))
#define UAIO_ACQUIRE(...) UAIO_ATTRIBUTE(acquire_capability(__VA_ARGS__))
#define UAIO_RELEASE(...) UAIO_ATTRIBUTE(release_capability(__VA_ARGS__))
#define UAIO_UNCHECKED UAIO_ATTRIBUTE(no_thread_safety_analysis)
