"""A fuzz target, its corpus, and the test that replays one with the other.

    uaio_fuzz(name = "elf", srcs = ["elf_fuzz.cc"], deps = ["//tools:elf"])

A door gets its own by a source with LLVMFuzzerTestOneInput, a folder of inputs, and such a line.

    bazel test //tests/fuzz:elf_replay
        every input of corpus/elf through the target, in any configuration and with any compiler
    bazel run --config=fuzz //tests/fuzz:elf_fuzz -- -max_total_time=60 /tmp/found \\
            $PWD/tests/fuzz/corpus/elf
        libFuzzer looks for more, with the address and undefined-behaviour sanitizers, and needs
        clang; what it finds goes to the first folder
"""

load("@rules_cc//cc:defs.bzl", "cc_binary", "cc_test")

def uaio_fuzz(name, srcs, deps, corpus = None, tags = []):
    """Makes name_replay, a test, and name_fuzz, a program for --config=fuzz alone.

    Args:
      name: the target.
      srcs: the source with LLVMFuzzerTestOneInput and what belongs to it.
      deps: every library whose header is included directly.
      corpus: the folder below corpus/, if it is not the name.
      tags: of the test; no-tsan for programs that race by design.
    """
    inputs = native.glob(["corpus/%s/*" % (corpus or name)], allow_empty = False)
    cc_test(
        name = name + "_replay",
        size = "small",
        srcs = srcs,
        args = ["$(location %s)" % path for path in inputs],
        data = inputs,
        linkopts = ["-pthread"],
        linkstatic = True,
        tags = tags,
        deps = deps + [
            ":bytes",
            ":replay",
        ],
    )
    cc_binary(
        name = name + "_fuzz",
        testonly = True,
        srcs = srcs,
        linkopts = [
            "-fsanitize=fuzzer",
            "-pthread",
        ],
        tags = ["manual"],  # gcc has no libFuzzer
        deps = deps + [":bytes"],
    )
