// What `uaio top` and `uaio dump` print. Pure, and ASCII alone.
#pragma once

#include <string>
#include <vector>

#include "tools/uaio/live.h"
#include "tools/uaio/report.h"

namespace uaio::tools {

// The page of top: `before` is the look that rates are counted from; null: there are none yet.
std::vector<std::string> top_lines(const std::string& title, const Live* before, const Live& now);

// The same as a tree, for print_json().
Report top_report(const Process& process, const Live& before, const Live& now);

// The table of dump; not without requests.
std::vector<std::string> dump_lines(const std::string& title, const LiveRequests& requests);

}  // namespace uaio::tools
