#include "tools/uaio/run_settings.h"

#include <stdexcept>

#include "aio/options.h"
#include "tools/uaio/failure.h"

namespace uaio::tools {
namespace {

namespace po = boost::program_options;

struct SettingOption {
    const char* name;
    const char* variable;
    const char* value_name;
};

constexpr SettingOption kSettingOptions[] = {
    {"order", "UAIO_ORDER", "POLICY"},
    {"threads", "UAIO_THREADS", "N"},
    {"idle-ms", "UAIO_IDLE_MS", "N"},
    {"express", "UAIO_EXPRESS", "BYTES"},
    {"exit", "UAIO_EXIT", "HOW"},
    {"strict", "UAIO_STRICT", "0|1"},
};

const OptionRow& row_of(const std::string& variable) {
    for (const OptionRow& row : kOptionTable) {
        if (variable == row.name) return row;
    }
    throw std::logic_error("the library has no setting " + variable);
}

}  // namespace

void add_setting_options(OptionTable& options) {
    for (const SettingOption& option : kSettingOptions) {
        const OptionRow& row = row_of(option.variable);
        std::string text =
            std::string(row.meaning) + " (" + row.values + "; default " + row.fallback + ")";
        auto* value = po::value<std::string>()->value_name(option.value_name);
        options.add_options()(option.name, value, text.c_str());
    }
}

std::vector<Setting> settings_of(const OptionValues& values) {
    std::vector<Setting> settings;
    for (const SettingOption& option : kSettingOptions) {
        if (values.count(option.name) == 0) continue;
        const auto& value = values[option.name].as<std::string>();
        const OptionRow& row = row_of(option.variable);
        Options scratch;
        if (!row.set(scratch, value.c_str())) {
            throw UsageError(std::string("--") + option.name + "=" + value + ": expected " +
                             row.values);
        }
        settings.push_back({option.variable, value});
    }
    return settings;
}

}  // namespace uaio::tools
