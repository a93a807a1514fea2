// The options of `uaio run` that stand for settings of the library. Names, values and meanings are
// those of the library's own table (aio/options.h).
#pragma once

#include <string>
#include <vector>

#include "tools/uaio/arguments.h"

namespace uaio::tools {

struct Setting {
    std::string variable;
    std::string value;
};

void add_setting_options(OptionTable& options);

// The environment variables to set. Throws UsageError for a value that the library would ignore:
// what a person asks for on a command line is taken or refused.
std::vector<Setting> settings_of(const OptionValues& values);

}  // namespace uaio::tools
