// The table of `uaio run --stats`: a row for each counter that is not zero everywhere, a column
// for each process that did any asynchronous I/O, and the total before them. Pure.
#pragma once

#include <stddef.h>

#include <string>

#include "tools/uaio/stats_file.h"

namespace uaio::tools {

// The lines to print, each ended by a newline. Processes that do not fit beside each other in
// `columns_max` columns follow in further tables. The total of a high-water mark is the highest.
std::string format_statistics(const Statistics& statistics, size_t columns_max);

}  // namespace uaio::tools
