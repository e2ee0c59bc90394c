#include "daemon/settings/completion.h"

#include <algorithm>

#include "daemon/settings/help.h"

namespace mtls::daemon::settings {
namespace {

// `LEVEL:{debug,info}`: what CLI11 makes of a type name and a choice.
std::vector<std::string> choices(const std::string& type) {
  std::vector<std::string> values;
  const std::size_t begin = type.find('{');
  const std::size_t end = type.find('}', begin);
  if (begin == std::string::npos || end == std::string::npos) return values;
  std::string value;
  for (std::size_t at = begin + 1; at <= end; ++at) {
    if (type[at] != ',' && at < end) {
      value += type[at];
      continue;
    }
    values.push_back(std::exchange(value, ""));
  }
  return values;
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

std::vector<const CLI::App*> commands_of(const CLI::App& app) {
  return app.get_subcommands([](const CLI::App*) { return true; });
}

std::vector<std::string> names_of(const std::vector<const CLI::App*>& commands) {
  std::vector<std::string> names;
  for (const CLI::App* command : commands) names.push_back(command->get_name());
  return names;
}

bool is_of_serve(const CLI::App& app, const std::string& flag) {
  const CLI::Option* option = app.get_option_no_throw(flag);
  return option != nullptr && option->get_group() == kServeGroup;
}

// Those that a command takes: its own, and the shared ones of the program.
std::vector<FlagFacts> all_flags(const CLI::App& app, const CLI::App& command) {
  const bool serves = command.get_name() == "serve";
  std::vector<FlagFacts> flags = flags_of(command);
  for (FlagFacts& flag : flags_of(app)) {
    const bool is_known =
        std::ranges::any_of(flags, [&](const FlagFacts& known) { return known.name == flag.name; });
    if (!is_known && (serves || !is_of_serve(app, flag.name))) flags.push_back(std::move(flag));
  }
  return flags;
}

// The value of a flag in bash.
std::string bash_value(const FlagFacts& flag) {
  if (!flag.values.empty()) return "compgen -W '" + joined(flag.values) + "'";
  return flag.value.find("DIR") != std::string::npos && flag.value.find("FILE") == std::string::npos
             ? "compgen -d"
             : "compgen -f";
}

std::string bash(const CLI::App& app) {
  const auto commands = commands_of(app);
  const std::string words = joined(names_of(commands));
  std::string text =
      "# bash completion of nginx-mtls-exporter: source it, or put it into\n"
      "# /usr/share/bash-completion/completions/nginx-mtls-exporter\n"
      "_nginx_mtls_exporter() {\n"
      "    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} command=serve "
      "word\n"
      "    # readline splits words at `=`.\n"
      "    [ \"$cur\" != = ] || cur=\n"
      "    [ \"$prev\" != = ] || prev=${COMP_WORDS[COMP_CWORD-2]}\n"
      "    for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
      "        case $word in\n            " +
      [&] {
        std::string pattern;
        for (const std::string& name : names_of(commands))
          pattern += (pattern.empty() ? "" : "|") + name;
        return pattern;
      }() +
      ") command=$word; break ;;\n        esac\n    done\n    case $command$prev in\n";
  for (const CLI::App* command : commands) {
    for (const FlagFacts& flag : all_flags(app, *command)) {
      if (flag.value.empty()) continue;
      text += "        " + command->get_name() + flag.name + ") mapfile -t COMPREPLY < <(" +
              bash_value(flag) + " -- \"$cur\"); return ;;\n";
    }
  }
  text += "    esac\n    case $command in\n";
  for (const CLI::App* command : commands) {
    std::vector<std::string> names;
    for (const FlagFacts& flag : all_flags(app, *command)) names.push_back(flag.name);
    const bool begins = command->get_name() == "serve";
    text += "        " + command->get_name() + ") word='" + joined(names) +
            (begins ? " " + words : "") + "' ;;\n";
  }
  return text +
         "    esac\n"
         "    mapfile -t COMPREPLY < <(compgen -W \"$word\" -- \"$cur\")\n"
         "    [ \"$command\" = serve ] || [ \"${cur#-}\" != \"$cur\" ] || "
         "mapfile -t -O \"${#COMPREPLY[@]}\" COMPREPLY < <(compgen -f -- \"$cur\")\n"
         "}\n"
         "complete -o filenames -F _nginx_mtls_exporter nginx-mtls-exporter\n";
}

std::string quoted(const std::string& text, std::string_view specials) {
  std::string out;
  for (const char c : text) {
    if (c == '\n') {
      out += ' ';
    } else if (c == '\'') {
      out += "'\\''";
    } else {
      if (specials.find(c) != std::string_view::npos) out += '\\';
      out += c;
    }
  }
  return out;
}

std::string zsh(const CLI::App& app) {
  const auto commands = commands_of(app);
  std::string text =
      "#compdef nginx-mtls-exporter\n"
      "# zsh completion of nginx-mtls-exporter: put it into a directory of $fpath as "
      "_nginx-mtls-exporter\n"
      "local command=serve word\n"
      "for word in ${words[2,CURRENT-1]}; do\n  case $word in\n";
  for (const CLI::App* command : commands)
    text += "    " + command->get_name() + ") command=$word; break ;;\n";
  text += "  esac\ndone\ncase $command in\n";
  for (const CLI::App* command : commands) {
    text += "  " + command->get_name() + ")\n    _arguments -S";
    for (const FlagFacts& flag : all_flags(app, *command)) {
      text += " \\\n      '*" + flag.name + (flag.value.empty() ? "" : "=") + "[" +
              quoted(flag.help, "[]\\") + "]";
      if (!flag.value.empty()) {
        text += ":" + quoted(flag.value, ":\\") + ":";
        text += flag.values.empty() ? "_files" : "(" + joined(flag.values) + ")";
      }
      text += "'";
    }
    text +=
        command->get_name() == "serve" ? " \\\n      '*:command:((" : " \\\n      '*:file:_files";
    if (command->get_name() == "serve") {
      for (const CLI::App* other : commands)
        text += other->get_name() + "\\:\"" + quoted(other->get_description(), ":\\\"") + "\" ";
      text += "))";
    }
    text += "'\n    ;;\n";
  }
  return text + "esac\n";
}

std::string fish(const CLI::App& app) {
  const auto commands = commands_of(app);
  const std::string program = "complete -c nginx-mtls-exporter";
  const std::string names = joined(names_of(commands));
  std::string text =
      "# fish completion of nginx-mtls-exporter: put it into ~/.config/fish/completions\n";
  const std::string offer = program + " -n 'not __fish_seen_subcommand_from " + names + "' -f -a ";
  for (const CLI::App* command : commands) {
    text.append(offer).append(command->get_name()).append(" -d '");
    text += quoted(command->get_description(), "\\") + "'\n";
    const bool serves = command->get_name() == "serve";
    for (const FlagFacts& flag : all_flags(app, *command)) {
      text += program + " -n '" +
              (serves ? "not __fish_seen_subcommand_from " + names +
                            "; or __fish_seen_subcommand_from serve"
                      : "__fish_seen_subcommand_from " + command->get_name()) +
              "' -l " + flag.name.substr(2) + " -d '" + quoted(flag.help, "\\") + "'";
      if (!flag.values.empty()) text += " -x -a '" + joined(flag.values) + "'";
      if (flag.values.empty() && !flag.value.empty()) text += " -r";
      text += "\n";
    }
  }
  return text;
}

}  // namespace

std::vector<FlagFacts> flags_of(const CLI::App& command) {
  std::vector<FlagFacts> flags;
  for (const CLI::Option* option : command.get_options()) {
    if (option->get_lnames().empty()) continue;
    const std::string type = option->get_type_size() == 0 ? "" : option->get_type_name();
    flags.push_back({.name = "--" + option->get_lnames().front(),
                     .value = type.substr(0, type.find(':')),
                     .values = choices(type),
                     .help = option->get_description()});
  }
  return flags;
}

std::string completion(const CLI::App& app, std::string_view shell) {
  if (shell == "zsh") return zsh(app);
  return shell == "fish" ? fish(app) : bash(app);
}

}  // namespace mtls::daemon::settings
