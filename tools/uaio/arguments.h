// Command lines: Boost.Program_options, with one rule for where options end.
//
// Words that begin with a dash are options until `--` or, for a command that runs a program, until
// the first word that is no option: what follows is the program's own. `--name=value` and
// `--name value` mean the same; names are never abbreviated.
#pragma once

#include <boost/program_options/options_description.hpp>
#include <boost/program_options/variables_map.hpp>

#include <string>
#include <vector>

namespace uaio::tools {

using OptionTable = boost::program_options::options_description;
using OptionValues = boost::program_options::variables_map;
using Words = std::vector<std::string>;

struct CommandLine {
    OptionValues options;
    Words operands;  // what is left: a path, or a program and its arguments
};

// Reads `words` by the table `options`. `stop_at_operand`: the command runs a program. Throws
// UsageError for an option that is unknown, repeated or has a bad value.
CommandLine parse(const OptionTable& options, const Words& words, bool stop_at_operand);

}  // namespace uaio::tools
