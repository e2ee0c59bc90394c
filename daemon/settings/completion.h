// Completions of shells, from the declared command line. Private to this room.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <CLI/CLI.hpp>

namespace mtls::daemon::settings {

/// A flag as shells and the man page want it.
struct FlagFacts {
  std::string name;                 // `--format`
  std::string value;                // what --help calls its value; "": it takes none
  std::vector<std::string> values;  // all that are allowed; empty: not a choice
  std::string help;
};

/// The flags of the program, or of one command, in the order of --help; no positional arguments.
std::vector<FlagFacts> flags_of(const CLI::App& command);

}  // namespace mtls::daemon::settings
