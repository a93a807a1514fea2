"""What Bazel 4 has built in, by a name that does not hide it."""

builtin_cc_info = CcInfo
