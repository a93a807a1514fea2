"""One archive that holds a library and everything it depends on.

    static_library(name = "libuaio.a", deps = [":door"])

A cc_library's own archive holds that library's objects alone. Here all objects are first linked
into one, in which the hidden symbols are made local: a program that links the archive sees the
exported symbols and no others, as it does with the shared library.
"""

load("@rules_cc//cc:find_cc_toolchain.bzl", "find_cpp_toolchain")
load("@rules_cc//cc/common:cc_info.bzl", "CcInfo")

def _objects(deps):
    objects = []
    for dep in deps:
        for linker_input in dep[CcInfo].linking_context.linker_inputs.to_list():
            for library in linker_input.libraries:
                objects += library.pic_objects or library.objects or []
    return depset(objects).to_list()

def _static_library_impl(ctx):
    toolchain = find_cpp_toolchain(ctx)
    objects = _objects(ctx.attr.deps)
    archive = ctx.actions.declare_file(ctx.label.name)
    whole = ctx.actions.declare_file(ctx.label.name + ".o")
    arguments = ctx.actions.args()
    arguments.add_all([
        toolchain.ld_executable,
        toolchain.objcopy_executable,
        toolchain.ar_executable,
        archive,
        whole,
    ])
    arguments.add_all(objects)
    ctx.actions.run_shell(
        # Groups are dissolved, because the names by which a linker compares them become local.
        command = """set -e
ld=$1 objcopy=$2 ar=$3 archive=$4 whole=$5
shift 5
"$ld" -r --force-group-allocation -o "$whole" "$@"
"$objcopy" --localize-hidden "$whole"
"$ar" rcsD "$archive" "$whole"
""",
        arguments = [arguments],
        inputs = depset(objects, transitive = [toolchain.all_files]),
        outputs = [archive, whole],
        mnemonic = "StaticLibrary",
        progress_message = "Merging " + str(ctx.label),
    )
    return [DefaultInfo(files = depset([archive]))]

static_library = rule(
    implementation = _static_library_impl,
    attrs = {
        "deps": attr.label_list(mandatory = True, providers = [CcInfo]),
        "_cc_toolchain": attr.label(
            default = Label("@rules_cc//cc:current_cc_toolchain"),
        ),
    },
    fragments = ["cpp"],
    toolchains = ["@bazel_tools//tools/cpp:toolchain_type"],
)
