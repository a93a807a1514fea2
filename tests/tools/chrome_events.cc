#include "tests/tools/chrome_events.h"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <map>
#include <sstream>
#include <vector>

#include "tools/uaio/trace_json.h"

namespace uaio::tools {

namespace json = boost::json;

std::string json_of(const Trace& trace) {
    std::ostringstream out;
    print_chrome_json(out, trace);
    return out.str();
}

json::array events_of(const std::string& text) {
    return json::parse(text).as_object().at("traceEvents").as_array();
}

std::string text(const json::object& event, const char* key) {
    const json::value* value = event.if_contains(key);
    if (value == nullptr) return {};
    return value->is_string() ? std::string(value->as_string()) : json::serialize(*value);
}

double number(const json::object& event, const char* key) {
    return event.at(key).to_number<double>();
}

bool nest(const json::array& events) {
    std::map<std::string, std::vector<std::string>> open;
    for (const json::value& value : events) {
        const json::object& event = value.as_object();
        std::string phase = text(event, "ph");
        if (phase != "b" && phase != "e" && phase != "n") continue;
        auto& names = open[text(event, "cat") + "/" + text(event, "id")];
        if (phase == "b") {
            names.push_back(text(event, "name"));
            continue;
        }
        if (names.empty()) return false;
        if (phase == "n") continue;
        if (names.back() != text(event, "name")) return false;
        names.pop_back();
    }
    return std::all_of(open.begin(), open.end(), [](const auto& id) { return id.second.empty(); });
}

}  // namespace uaio::tools
