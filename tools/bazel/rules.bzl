"""The two kinds of C++ target that need more than a plain rule: core libraries and tests.

    uaio_core_library(name, srcs, hdrs, deps, ...)   threadpool, signals, aio and the C doors
    uaio_test(name, srcs, deps, size, tags, ...)     one Boost.Test program

Everything else (tools, aio/asio, programs under test) uses cc_library and cc_binary from
@rules_cc. Flags that hold for every target are in .bazelrc, not here.
"""

load("@rules_cc//cc:defs.bzl", "cc_library", "cc_test")

# What makes a library core: it needs libc alone. Without exceptions, RTTI and guarded statics no
# symbol of the C++ runtime is left to link. The unwind tables stay, because a program's callback
# may call pthread_exit, which unwinds through our frames.
CORE_COPTS = [
    "-std=c++20",  # also in a project whose own language is another
    "-fno-exceptions",
    "-fno-rtti",
    "-fno-threadsafe-statics",
    "-fvisibility=hidden",
    "-fvisibility-inlines-hidden",
    "-fasynchronous-unwind-tables",
    "-Wconversion",
    "-Wno-sign-conversion",
]

# Offsets have 64 bits everywhere; what deals with the program's own off_t (aio/posix) takes that
# flag back. Where they have them anyway it would only give the C library's functions other names.
OFFSET_COPTS = select({
    "//tools/bazel:aarch64": [],
    "//tools/bazel:k8": [],
    "//conditions:default": ["-D_FILE_OFFSET_BITS=64"],
})

# Under --config=portable the core sees POSIX.1-2008 and nothing else. A library that needs more
# says so in its copts.
STRICT_COPTS = select({
    "//tools/bazel:darwin": [],
    "//tools/bazel:portable": [
        "-U_GNU_SOURCE",
        "-D_POSIX_C_SOURCE=200809L",
        "-include",
        "tools/bazel/strict_posix.h",
    ],
    "//conditions:default": [],
})
STRICT_DEPS = select({
    "//tools/bazel:portable": ["//tools/bazel:strict_posix"],
    "//conditions:default": [],
})

def uaio_core_library(name, srcs = [], hdrs = [], deps = [], copts = [], linkopts = [], **kwargs):
    """A cc_library that obeys the rules of the core.

    Args:
      name: the target.
      srcs: sources and headers private to the target.
      hdrs: headers that direct dependents may include.
      deps: every library whose header is included directly.
      copts: flags after CORE_COPTS.
      linkopts: flags after -pthread.
      **kwargs: visibility and whatever else cc_library takes.
    """
    cc_library(
        name = name,
        srcs = srcs,
        hdrs = hdrs,
        deps = deps + STRICT_DEPS,
        copts = CORE_COPTS + OFFSET_COPTS + STRICT_COPTS + copts,
        linkopts = ["-pthread"] + linkopts,
        linkstatic = True,
        **kwargs
    )

def uaio_test(name, srcs, deps = [], size = "small", tags = [], linkopts = [], **kwargs):
    """A Boost.Test program.

    One source starts with `#define BOOST_TEST_MODULE name`, then includes
    <boost/test/unit_test.hpp>; main() comes from Boost's library.

    Args:
      name: the target.
      srcs: sources of the test.
      deps: every library whose header is included directly; Boost.Test is added.
      size: small unless the test is known to need more than a minute.
      tags: no-sanitizer for a test whose programs cannot be built with the sanitizers. own-calls,
        for a test that replaces functions as not every linker lets it, is added.
      linkopts: flags after -pthread.
      **kwargs: data, args, env, copts and whatever else cc_test takes.
    """
    own_calls = [option for option in linkopts if "--wrap" in option or "--allow-m" in option]
    cc_test(
        name = name,
        srcs = srcs,
        deps = deps + ["@boost//:test"],
        size = size,
        tags = tags + (["own-calls"] if own_calls else []),
        linkopts = ["-pthread"] + linkopts,
        linkstatic = True,
        **kwargs
    )
