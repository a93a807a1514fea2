// The events that `uaio trace` makes for Chrome's viewer, as a test looks at them.
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <string>

#include "tools/uaio/trace_file.h"

namespace uaio::tools {

std::string json_of(const Trace& trace);

boost::json::array events_of(const std::string& text);

// A member of an event; empty if it has none.
std::string text(const boost::json::object& event, const char* key);
double number(const boost::json::object& event, const char* key);

// Whether asynchronous events nest, by category and id: each end closes what was begun last.
bool nest(const boost::json::array& events);

}  // namespace uaio::tools
