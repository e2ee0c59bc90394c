#include "daemon/settings/help.h"

#include <algorithm>

#include "base/nearest_name.h"
#include "daemon/settings/completion.h"

namespace mtls::daemon::settings {
namespace {

constexpr int kBadUsage = 2;

std::vector<const CLI::App*> commands_of(const CLI::App& app) {
  return app.get_subcommands([](const CLI::App*) { return true; });
}

bool has_flag(const CLI::App& command, const std::string& flag) {
  return command.get_option_no_throw(flag) != nullptr;
}

void offer_flags(const CLI::App& command, base::NearestName& nearest,
                 std::vector<std::string>& names) {
  for (const CLI::Option* option : command.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  for (const std::string& name : names) nearest.offer(name);
}

std::string about_flag(const CLI::App& app, const std::string& flag) {
  for (const CLI::App* command : commands_of(app)) {
    if (has_flag(*command, flag)) return flag + " is a flag of " + command->get_name() + "\n";
  }
  base::NearestName nearest(flag);
  std::vector<std::string> names;  // outlive `nearest`
  names.reserve(200);
  offer_flags(app, nearest, names);
  for (const CLI::App* command : app.get_subcommands()) offer_flags(*command, nearest, names);
  const auto meant = nearest.found();
  return meant ? "Did you mean " + std::string(*meant) + "?\n" : "";
}

std::string about_word(const CLI::App& app, const std::string& word) {
  base::NearestName nearest(word);
  const auto commands = commands_of(app);
  for (const CLI::App* command : commands) nearest.offer(command->get_name());
  const auto meant = nearest.found();
  return meant ? "Did you mean " + std::string(*meant) + "?\n" : "";
}

}  // namespace

std::optional<Leave> help_asked_for(const CLI::App& app, const Raw& raw) {
  if (app.got_subcommand("completion")) return Leave{.code = 0, .text = completion(app, raw.shell)};
  if (app.got_subcommand("man"))
    return Leave{.code = 0, .text = raw.man_section == "5" ? settings_man_page() : man_page(app)};
  if (!app.got_subcommand("help")) return std::nullopt;
  const bool is_known =
      raw.help_about.empty() || std::ranges::any_of(commands_of(app), [&](const auto* command) {
        return command->get_name() == raw.help_about;
      });
  if (is_known) return help_of(raw.help_about);
  return Leave{
      .code = kBadUsage,
      .text = "there is no command " + raw.help_about + "\n" + about_word(app, raw.help_about)};
}

// CLI11 helps with what it parses. serve has no flags of its own: those of the program are its.
Leave help_of(const std::string& command) {
  std::vector<const char*> arguments{"nginx-mtls-exporter"};
  if (!command.empty() && command != "serve") arguments.push_back(command.c_str());
  arguments.push_back("--help");
  return std::get<Leave>(parse_options(static_cast<int>(arguments.size()), arguments.data()));
}

std::string suggestion(const CLI::App& app, const CLI::ParseError& error) {
  if (error.get_exit_code() != static_cast<int>(CLI::ExitCodes::ExtrasError)) return "";
  std::string text;
  for (const std::string& argument : app.remaining(true)) {
    const std::string name = argument.substr(0, argument.find('='));
    text += name.starts_with("--") ? about_flag(app, name) : about_word(app, name);
  }
  return text;
}

}  // namespace mtls::daemon::settings
