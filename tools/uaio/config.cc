#include "tools/uaio/config.h"

#include <limits.h>
#include <stdlib.h>

#include "aio/options.h"

namespace uaio::tools {
namespace {

Report value_in_force(const OptionRow& row) {
    Options options;
    std::string from = "default";
    if (const char* text = getenv(row.name)) {
        bool taken = row.set(options, text);
        from = taken ? "environment"
                     : "default; '" + std::string(text) + "' is ignored, expected " + row.values;
    }
    char value[PATH_MAX];
    row.show(options, value, sizeof value);
    return {{"value", value}, {"from", from}};
}

}  // namespace

Report effective_configuration() {
    Report report;
    for (const OptionRow& row : kOptionTable) report[row.name] = value_in_force(row);
    return report;
}

}  // namespace uaio::tools
