// What `uaio info` has found out, as a tree that is printed either as JSON or as text, so that the
// two never say different things.
//
// The tree is an object of sections; a section is an object of facts. A fact is a number, a
// string, a boolean, null (there is no limit), or an object:
//
//     {"supported": true}  {"supported": false, "reason": …}  {"value": …, "from": …}
//     {"soft": …, "hard": …}
#pragma once

#include <boost/json/fwd.hpp>
#include <boost/json/object.hpp>

#include <ostream>
#include <string>

namespace uaio::tools {

using Report = boost::json::object;

// Facts about support. `unsupported_for` takes the reason from an errno value.
Report supported();
Report unsupported(const std::string& reason);
Report unsupported_for(int error);

void print_json(std::ostream& out, const Report& report);

// Sections with headings, and a line for each fact.
void print_text(std::ostream& out, const Report& report);

}  // namespace uaio::tools
