"""The simulated build of the engine, and engines with a bug in them."""

load("@rules_cc//cc:defs.bzl", "cc_library")
load("//tools/bazel:rules.bzl", "uaio_test")

# Every source sees the simulated std::atomic (tests/simulation/simulated.h).
SIMULATED = [
    "-include",
    "tests/simulation/simulated.h",
    "-Wno-extra-semi",
    "-fno-function-sections",  # as the engine itself (aio/BUILD)
]

# Sanitizers do not follow fibers, and the back ends of a configuration are not in here.
UNCHANGED = [
    "no-portable",
    "no-sanitizer",
]

# What each program with a door of its own is linked with; the posix door comes with the engine.
PROGRAMS = {
    "door": [
        "//tests/simulation:door",
        "//tests/simulation:door_scenario",
    ],
    "embed": [
        "//tests/simulation:embed",
        "//tests/simulation:own_scenario",
    ],
    "posix": ["//tests/simulation:scenario"],
}

def planted_bug(name, source, right, wrong, program = "posix"):
    """A test that the simulation finds a bug.

    Args:
      name: of the bug.
      source: the file that gets it; it takes the place of the sound one.
      right: what it says, as a pattern of sed; the build fails if that is not there.
      wrong: what it says instead.
      program: which finds it, one of PROGRAMS.
    """
    native.genrule(
        name = name,
        srcs = [source],
        outs = ["mutants/%s.cc" % name],
        cmd = "sed -z 's/%s/%s/' $< > $@; ! cmp -s $< $@" % (right, wrong),
        testonly = True,
    )
    cc_library(
        name = name + "_planted",
        testonly = True,
        srcs = [":" + name],
        copts = SIMULATED + ["-fno-exceptions", "-fno-rtti"] +
                (["-Dpthread_self=uaio_sim_self"] if program == "door" else []),
        linkstatic = True,
        alwayslink = True,  # before the engine's archive, which then keeps its own copy to itself
        deps = ["//tests/simulation:headers"] +
               (["//aio/embed:header"] if program == "embed" else []),
    )
    uaio_test(
        name = name + "_is_found_test",
        size = "large",
        srcs = ["mutant_test.cc"],
        tags = UNCHANGED,
        deps = [
            ":" + name + "_planted",
            "//tests/simulation:engine",
            "//tests/simulation:system",
        ] + PROGRAMS[program],
    )
