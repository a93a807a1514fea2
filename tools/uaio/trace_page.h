// A trace as a page for a browser: one file with everything in it, which loads nothing.
#pragma once

#include <ostream>

#include "tools/uaio/trace_file.h"

namespace uaio::tools {

void print_page(std::ostream& out, const Trace& trace);

}  // namespace uaio::tools
