"""A C++ toolchain of a port: which programs compile, with which flags beyond the project's."""

load("@bazel_tools//tools/build_defs/cc:action_names.bzl", "ACTION_NAMES")
load(
    "@bazel_tools//tools/cpp:cc_toolchain_config_lib.bzl",
    "feature",
    "flag_group",
    "flag_set",
    "tool_path",
)
load("@rules_cc//cc:defs.bzl", "cc_toolchain")

COMPILE_ACTIONS = [
    ACTION_NAMES.assemble,
    ACTION_NAMES.c_compile,
    ACTION_NAMES.cpp_compile,
    ACTION_NAMES.preprocess_assemble,
]

LINK_ACTIONS = [
    ACTION_NAMES.cpp_link_dynamic_library,
    ACTION_NAMES.cpp_link_executable,
    ACTION_NAMES.cpp_link_nodeps_dynamic_library,
]

def _flags(name, actions, flags):
    sets = [flag_set(actions = actions, flag_groups = [flag_group(flags = flags)])] if flags else []
    return feature(name = name, enabled = True, flag_sets = sets)

def _port_config_impl(ctx):
    attr = ctx.attr
    # No action of ours runs the others.
    tools = {name: "/bin/false" for name in ["cpp", "gcov", "ld", "nm", "objdump", "strip"]}
    tools.update(ar = attr.ar, gcc = attr.compiler)
    return cc_common.create_cc_toolchain_config_info(
        ctx = ctx,
        # A header from here is not followed: it came with the compiler or with Boost. What a folder
        # of these holds is taken for the system's, so the tree that is compiled may not be in one.
        cxx_builtin_include_directories = ["/usr", ctx.var.get("uaio_ports", "/usr")],
        features = [
            _flags("port_compile", COMPILE_ACTIONS, attr.compile_flags),
            _flags("port_link", LINK_ACTIONS, attr.link_flags),
            feature(name = "supports_pic", enabled = True),
        ],
        toolchain_identifier = attr.name,
        host_system_name = "local",
        target_system_name = "local",
        target_cpu = attr.cpu,
        target_libc = "local",
        compiler = "compiler",
        abi_version = "local",
        abi_libc_version = "local",
        tool_paths = [tool_path(name = name, path = path) for name, path in tools.items()],
    )

_port_config = rule(
    implementation = _port_config_impl,
    attrs = {
        "ar": attr.string(mandatory = True),
        "compile_flags": attr.string_list(),
        "compiler": attr.string(mandatory = True),
        "cpu": attr.string(mandatory = True),
        "link_flags": attr.string_list(),
    },
    provides = [CcToolchainConfigInfo],
)

def port_toolchain(name, files, **kwargs):
    """The toolchain `name`, for --cpu=name.

    Args:
      name: the port.
      files: what its programs need of this tree.
      **kwargs: compiler, ar, compile_flags, link_flags.
    """

    # No part of //...: they are for tools/ports.sh, which says where it keeps what it has fetched.
    _port_config(name = name + "_config", cpu = name, tags = ["manual"], **kwargs)
    cc_toolchain(
        name = name,
        tags = ["manual"],
        all_files = files,
        ar_files = files,
        as_files = files,
        compiler_files = files,
        dwp_files = files,
        linker_files = files,
        objcopy_files = files,
        strip_files = files,
        supports_param_files = False,
        toolchain_config = ":" + name + "_config",
        toolchain_identifier = name,
    )
