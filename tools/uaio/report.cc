#include "tools/uaio/report.h"

#include <boost/json/src.hpp>

#include <iomanip>
#include <system_error>

namespace uaio::tools {
namespace {

namespace json = boost::json;

constexpr int kNameColumns = 28;
constexpr int kIndent = 2;

std::string text_of(const json::value& value);

// The objects that are facts: support, settings with their origin, limits soft and hard.
std::string text_of_object(const json::object& object) {
    if (const json::value* answer = object.if_contains("supported")) {
        if (answer->as_bool()) return "yes";
        return "no (" + text_of(object.at("reason")) + ")";
    }
    if (const json::value* origin = object.if_contains("from")) {
        return text_of(object.at("value")) + " (" + text_of(*origin) + ")";
    }
    std::string text;
    for (const auto& [key, value] : object) {
        if (!text.empty()) text += ", ";
        text += std::string(key) + " " + text_of(value);
    }
    return text;
}

std::string text_of(const json::value& value) {
    if (const json::string* text = value.if_string()) return std::string(*text);
    if (const bool* answer = value.if_bool()) return *answer ? "yes" : "no";
    if (const json::object* object = value.if_object()) return text_of_object(*object);
    if (value.is_null()) return "unlimited";
    return json::serialize(value);
}

// Boost.JSON writes everything into one line.
void print_section_json(std::ostream& out, const json::object& section) {
    const char* separator = "\n";
    for (const auto& [name, value] : section) {
        out << separator << "    " << json::serialize(json::string(name)) << ": " << value;
        separator = ",\n";
    }
}

}  // namespace

Report supported() {
    return {{"supported", true}};
}

Report unsupported(const std::string& reason) {
    return {{"supported", false}, {"reason", reason}};
}

Report unsupported_for(int error) {
    return unsupported(std::generic_category().message(error));
}

void print_json(std::ostream& out, const Report& report) {
    const char* separator = "{\n";
    for (const auto& [title, section] : report) {
        out << separator << "  " << json::serialize(json::string(title)) << ": {";
        print_section_json(out, section.as_object());
        out << "\n  }";
        separator = ",\n";
    }
    out << "\n}\n";
}

void print_text(std::ostream& out, const Report& report) {
    bool first = true;
    for (const auto& [title, section] : report) {
        out << (first ? "" : "\n") << std::string(title) << '\n';
        first = false;
        for (const auto& [name, value] : section.as_object()) {
            out << std::setw(kIndent) << "" << std::left << std::setw(kNameColumns)
                << std::string(name) << text_of(value) << '\n';
        }
    }
}

}  // namespace uaio::tools
