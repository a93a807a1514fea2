// The page in tools/uaio/viewer as one text, with its style and its scripts in it. What is to be
// put in for a trace is marked "@facts@" (JSON), and after that "@bytes@" (trace_bytes.h, base 64).
#pragma once

#include <string_view>

namespace uaio::tools {

std::string_view viewer_page();  // made by tools/uaio/viewer/embed.sh

}  // namespace uaio::tools
