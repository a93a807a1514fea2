#include "tools/uaio/arguments.h"

#include <boost/program_options/errors.hpp>
#include <boost/program_options/parsers.hpp>

#include "tools/uaio/failure.h"

namespace uaio::tools {
namespace {

namespace po = boost::program_options;

bool is_option(const std::string& word) {
    return word.size() > 1 && word[0] == '-';
}

// Whether the option `word` has its value in the next word.
bool takes_next(const OptionTable& options, const std::string& word) {
    bool is_long = word.compare(0, 2, "--") == 0;
    if (is_long ? word.find('=') != std::string::npos : word.size() != 2) return false;
    // The table knows a letter by its dash.
    const po::option_description* option =
        options.find_nothrow(is_long ? word.substr(2) : word, false);
    return option != nullptr && option->semantic()->min_tokens() > 0;
}

struct Split {
    Words options;
    Words operands;
};

Split split(const OptionTable& options, const Words& words, bool stop_at_operand) {
    Split result;
    for (size_t i = 0; i < words.size(); ++i) {
        bool separator = words[i] == "--";
        if (separator || (stop_at_operand && !is_option(words[i]))) {
            auto rest = words.begin() + static_cast<ptrdiff_t>(separator ? i + 1 : i);
            result.operands.insert(result.operands.end(), rest, words.end());
            break;
        }
        if (!is_option(words[i])) {
            result.operands.push_back(words[i]);
            continue;
        }
        result.options.push_back(words[i]);
        if (takes_next(options, words[i]) && i + 1 < words.size()) {
            result.options.push_back(words[++i]);
        }
    }
    return result;
}

}  // namespace

CommandLine parse(const OptionTable& options, const Words& words, bool stop_at_operand) {
    Split parts = split(options, words, stop_at_operand);
    CommandLine line{{}, std::move(parts.operands)};
    try {
        po::command_line_parser parser(parts.options);
        parser.options(options);
        parser.style(po::command_line_style::unix_style & ~po::command_line_style::allow_guessing);
        po::store(parser.run(), line.options);
        po::notify(line.options);
    } catch (const po::error& error) {
        throw UsageError(error.what());
    }
    return line;
}

}  // namespace uaio::tools
