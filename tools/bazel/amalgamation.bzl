"""All sources of a library as one source and one header.

    amalgamation(
        name = "amalgamation",
        engine = ["//aio/embed"],
        doors = ["//aio/posix:uaio"],
        headers = ["//aio/embed:engine.h"],
        license = "//:LICENSE",
        back_ends = "Linux",
    )

makes NAME/uaio.cc and NAME/uaio.h. The sources are those of the given targets and of everything
they depend on, what is depended on first, with the back ends of the configuration. What only
`doors` has can be left out when uaio.cc is compiled.
"""

_SourcesInfo = provider(
    doc = "What a target is made of, what it depends on before itself.",
    fields = {
        "sources": "a depset of the .cc files",
        "headers": "a depset of the .h files",
    },
)

def _files(rule, extension):
    given = getattr(rule.files, "srcs", []) + getattr(rule.files, "hdrs", [])
    return [file for file in given if file.extension == extension]

def _collect(targets, own, field):
    return depset(
        own,
        transitive = [getattr(target[_SourcesInfo], field) for target in targets],
        order = "postorder",
    )

def _sources_impl(_target, ctx):
    deps = [dep for dep in getattr(ctx.rule.attr, "deps", []) if _SourcesInfo in dep]
    return [_SourcesInfo(
        sources = _collect(deps, _files(ctx.rule, "cc"), "sources"),
        headers = _collect(deps, _files(ctx.rule, "h"), "headers"),
    )]

_sources = aspect(
    implementation = _sources_impl,
    attr_aspects = ["deps"],
)

def _amalgamation_impl(ctx):
    source = ctx.actions.declare_file(ctx.label.name + "/uaio.cc")
    header = ctx.actions.declare_file(ctx.label.name + "/uaio.h")
    engine = _collect(ctx.attr.engine, [], "sources").to_list()
    doors = _collect(ctx.attr.doors, [], "sources").to_list()
    arguments = ctx.actions.args()
    arguments.add_all([ctx.file.license, ctx.attr.back_ends, source, header])
    arguments.add_all(ctx.files.headers)
    arguments.add("--")
    arguments.add_all(engine)
    arguments.add("--")
    arguments.add_all([file for file in doors if file not in engine])
    every = ctx.attr.engine + ctx.attr.doors
    ctx.actions.run(
        executable = ctx.executable._merge,
        arguments = [arguments],
        inputs = depset(ctx.files.headers + [ctx.file.license], transitive = [
            _collect(every, [], "sources"),
            _collect(every, [], "headers"),
        ]),
        outputs = [source, header],
        mnemonic = "Amalgamation",
        progress_message = "Merging the sources of " + str(ctx.label),
    )
    return [DefaultInfo(
        files = depset([source, header]),
        runfiles = ctx.runfiles([source, header]),
    )]

amalgamation = rule(
    implementation = _amalgamation_impl,
    attrs = {
        "engine": attr.label_list(mandatory = True, aspects = [_sources]),
        "doors": attr.label_list(aspects = [_sources]),
        "headers": attr.label_list(mandatory = True, allow_files = [".h"]),
        "license": attr.label(mandatory = True, allow_single_file = True),
        "back_ends": attr.string(mandatory = True),
        "_merge": attr.label(
            default = "//tools/amalgamate:merge",
            executable = True,
            cfg = "exec",
        ),
    },
)
