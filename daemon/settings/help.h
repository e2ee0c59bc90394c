// What the program says about its own flags: help, suggestions after a typo, completions of shells,
// the man page. All of it is read from the declared command line. Private to this room.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <CLI/CLI.hpp>

#include "daemon/settings/command_line.h"

namespace mtls::daemon::settings {

/// The text of `help`, `completion` or `man`, if that was the command. Exit code 2 where it names a
/// command that does not exist.
std::optional<Leave> help_asked_for(const CLI::App& app, const Raw& raw);

/// What `COMMAND --help` prints; "": of the program.
Leave help_of(const std::string& command);

/// For arguments that nothing takes: the flag or command that was probably meant, or the command
/// that has this flag. "": nothing is close, or the error is another one.
std::string suggestion(const CLI::App& app, const CLI::ParseError& error);

/// A script that the shell sources: `bash`, `zsh` or `fish`.
std::string completion(const CLI::App& app, std::string_view shell);

/// nginx-mtls-exporter(8), in the macros of man(7).
std::string man_page(const CLI::App& app);

/// nginx-mtls-exporter(5), the settings file.
std::string settings_man_page();

}  // namespace mtls::daemon::settings
