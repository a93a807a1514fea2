"""Stands in for the file of that name in @rules_cc on Bazel 4, which has the provider built in."""

load(":builtin.bzl", "builtin_cc_info")

CcInfo = builtin_cc_info
